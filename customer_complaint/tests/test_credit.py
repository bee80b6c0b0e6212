from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditRequest(CreditCommon):
    def test_a_requested_line_becomes_a_draft_credit_note_and_is_followed_to_payment(
        self,
    ):
        #
        request = self.ask()
        self.assertEqual((request.state, request.amount), ("to_do", 120.0))
        self.assertEqual(self.complaint.credit_summary, request.currency_id.format(120))
        note = self.issue(request)
        self.assertEqual(note.state, "draft")
        self.assertEqual(note.reversed_entry_id, self.invoice)
        self.assertRecordValues(
            note.invoice_line_ids,
            [{"product_id": self.product.id, "quantity": 1.0, "price_total": 120.0}],
        )
        self.assertIn(self.complaint.name, note.ref)
        self.assertEqual(note.complaint_names, self.complaint.name)
        self.assertEqual(request.state, "draft")
        note.with_user(self.accountant).action_post()
        # The invoice is open, so posting settles the credit note against it.
        self.assertEqual(request.state, "paid")
        seen = self.complaint.credit_allocation_ids
        self.assertRecordValues(
            seen,
            [
                {
                    "move_name": note.name,
                    "amount": 120.0,
                    "amount_company": 120.0,
                    "move_state": "posted",
                    "payment_state": "paid",
                }
            ],
        )
        self.assertIn(note.name, self.notes_on(self.complaint))

    def test_an_amount_without_products_leaves_the_order_alone(self):
        request = self.ask(amount=60)
        note = self.issue(request)
        self.assertEqual(note.amount_total, 60.0)
        self.assertEqual(note.amount_tax, 10.0)
        self.assertFalse(note.invoice_line_ids.sale_line_ids)
        self.assertEqual(self.order.invoice_status, "invoiced")

    def test_two_requests_cannot_claim_the_same_rest_of_an_invoice(self):
        self.ask(amount=200)
        with self.assertRefused(UserError, "240.00.*260.00.*20.00 too much"):
            self.ask(amount=60)
        self.ask(amount=40)

    def test_a_cancelled_request_frees_what_it_claimed(self):
        request = self.ask(amount=200)
        request.with_user(self.accountant)._cancel("Agreed on a new door")
        self.assertEqual(request.state, "cancelled")
        self.assertIn("Agreed on a new door", self.notes_on(self.complaint))
        with self.assertRefused(UserError, "not needed any more"):
            self.ask(amount=240).with_user(self.accountant)._cancel("  ")
        self.ask(amount=240)

    def test_more_of_a_line_than_is_left_is_refused(self):
        self.ask(lines={self.invoice_line.id: 1.5})
        with self.assertRefused(UserError, "0.5 of 2"):
            self.ask()

    def test_what_accounting_credited_itself_counts(self):
        self.make_note(200, reversed_entry_id=self.invoice.id)
        with self.assertRefused(UserError, "too much"):
            self.ask(amount=50)

    def test_products_that_accounting_credited_itself_are_not_credited_again(self):
        invoice = self.make_invoice([(2, 100, self.tax), (5, 200, self.tax)])
        first, second = invoice.invoice_line_ids
        complaint = self.make_owned()

        def left():
            [seen] = [
                found
                for found in complaint.get_creditable_invoices()
                if found["id"] == invoice.id
            ]
            return [line["creditable_quantity"] for line in seen["lines"]]

        self.assertEqual(left(), [2, 5])
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        wizard.refund_moves()
        note = wizard.new_move_ids
        copied, other = note.invoice_line_ids.sorted("id")
        other.unlink()
        copied.quantity = 1
        self.assertEqual(left(), [1, 5])
        note.action_post()
        with self.assertRefused(UserError, "2.0 cannot be credited, 1.0 of 2.0"):
            self.ask(complaint, invoice_id=invoice.id, lines={first.id: 2})
        # Linked to a complaint it is the same note.
        note.with_user(self.accountant).link_to_complaint(complaint.name)
        self.assertEqual(left(), [1, 5])
        self.ask(complaint, invoice_id=invoice.id, lines={first.id: 1, second.id: 2})
        self.assertEqual(left(), [0, 3])
        self.reverse(note)
        self.assertEqual(left(), [1, 3])

    def test_a_lower_price_afterwards_counts_as_a_part_of_the_product(self):
        invoice = self.make_invoice([(2, 100, self.tax)])
        line = {
            "name": "Part 2",
            "price_unit": 10,
            "tax_ids": [Command.link(self.tax.id)],
        }
        self.make_note(
            0,
            reversed_entry_id=invoice.id,
            invoice_line_ids=[Command.create({**line, "quantity": 2})],
        )
        complaint = self.make_owned()
        with self.assertRefused(UserError, "2.0 cannot be credited, 1.8 of 2.0"):
            self.ask(
                complaint,
                invoice_id=invoice.id,
                lines={invoice.invoice_line_ids.id: 2},
            )
        rest = self.ask(
            complaint, invoice_id=invoice.id, lines={invoice.invoice_line_ids.id: 1.8}
        )
        self.assertEqual(rest.amount, 216)

    def test_a_draft_that_the_invoice_no_longer_allows_cannot_be_posted(self):
        note = self.issue(self.ask(amount=200))
        self.make_note(41, reversed_entry_id=self.invoice.id)
        with self.assertRefused(UserError, "1.00 too much"):
            note.with_user(self.accountant).action_post()
        self.assertEqual(note.state, "draft")

    def test_posting_is_not_held_up_by_what_others_only_requested(self):
        note = self.issue(self.ask(amount=40))
        self.ask(amount=150)
        self.make_note(190, reversed_entry_id=self.invoice.id)
        note.with_user(self.accountant).action_post()
        self.assertEqual(note.state, "posted")

    def test_a_draft_made_smaller_leaves_the_rest_to_issue(self):
        request = self.ask(amount=120)
        note = self.issue(request)
        note.invoice_line_ids.price_unit = 50
        self.assertEqual(request.allocation_ids.amount, 60.0)
        self.assertRecordValues(request, [{"state": "to_do", "open_amount": 60.0}])

    def test_a_draft_given_to_another_customer_cannot_be_posted(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        note = self.issue(self.ask())
        note.partner_id = other
        with self.assertRefused(UserError, "Somebody else"):
            note.with_user(self.accountant).action_post()

    def test_a_deleted_or_cancelled_draft_is_to_be_issued_again(self):
        request = self.ask()
        self.issue(request).with_user(self.accountant).unlink()
        self.assertEqual(request.state, "to_do")
        self.assertFalse(request.allocation_ids)
        self.issue(request).with_user(self.accountant).button_cancel()
        self.assertEqual(request.state, "to_do")
        self.issue(request)
        self.assertEqual(request.state, "draft")

    def test_nothing_asked_is_said_in_one_sentence(self):
        for values in ({"lines": {}}, {"amount": 0}, {"amount": -5}):
            with (
                self.subTest(values=values),
                self.assertRefused(UserError, "greater than zero"),
            ):
                self.ask(**values)
        with self.assertRefused(UserError, "what the credit note is for"):
            self.ask(amount=5, reason=" ")

    def test_an_invoice_of_somebody_else_is_refused(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": other.id,
                "invoice_line_ids": [
                    Command.create({"name": "Lamp", "price_unit": 50})
                ],
            }
        )
        invoice.action_post()
        with self.assertRefused(UserError, "this complaint's order or customer"):
            self.ask(invoice_id=invoice.id, amount=10)
        with self.assertRefused(UserError, "not on"):
            self.ask(lines={invoice.invoice_line_ids.id: 1})

    def test_in_another_currency_the_amounts_stay_apart(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "currency_id": currency.id,
                "invoice_date": "2025-03-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Lamp",
                            "price_unit": 100,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        complaint = self.make_owned()
        request = self.ask(complaint, invoice_id=invoice.id, amount=80)
        note = self.issue(request)
        note.with_user(self.accountant).action_post()
        self.assertEqual(note.currency_id, currency)
        self.assertRecordValues(
            request.allocation_ids, [{"amount": 80.0, "amount_company": 40.0}]
        )
        with self.assertRefused(UserError, "in USD, the request in TST"):
            self.ask(complaint, invoice_id=invoice.id, amount=20).with_user(
                self.accountant
            ).link_credit_note(self.make_note(20).id)

    def test_the_dialog_offers_what_is_left_and_asks_for_it(self):
        self.ask(lines={self.invoice_line.id: 0.5})
        action = self.complaint.action_request_credit_note()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.handler)
            .with_context(**action["context"])
        )
        form.reason = "Second door"
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.creditable, 1.5)
            line.quantity = 1.5
            self.assertEqual(line.amount, 180.0)
        form.save().action_ask()
        self.assertEqual(
            self.complaint.credit_request_ids.sorted("id").mapped("amount"),
            [60.0, 180.0],
        )

    def test_without_an_invoice_the_dialog_offers_to_link_what_exists(self):
        partner = self.env["res.partner"].create(
            {"name": "New one", "email": "new.one@example.com"}
        )
        complaint = self.make_owned(partner_id=partner.id)
        form = Form(
            self.env["customer.complaint.credit.ask"]
            .with_user(self.handler)
            .with_context(default_complaint_id=complaint.id)
        )
        self.assertEqual(form.kind, "existing")

    def test_buttons_take_none_and_many(self):
        requests = self.ask(amount=20) | self.ask(amount=30)
        nothing = requests.browse()
        nothing.with_user(self.accountant).action_create_credit_note()
        nothing.with_user(self.lead).action_approve()
        requests.with_user(self.accountant).action_create_credit_note()
        self.assertEqual(requests.mapped("state"), ["draft", "draft"])
        with self.assertRefused(UserError, "not to be issued"):
            requests.with_user(self.accountant).action_create_credit_note()

    def test_a_note_is_over_exactly_what_was_asked_for_whatever_taxes_round_to(self):
        taxes = self.env["account.tax"].create(
            [
                {"name": "21", "amount": 21, "type_tax_use": "sale"},
                {
                    "name": "10 in",
                    "amount": 10,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_included",
                },
            ]
        )
        for tax_set in (taxes[0], taxes[1], taxes):
            invoice = self.make_invoice(
                [(7, 3.33, tax_set), (3, 10.01, tax_set), (1, 2.07, tax_set)]
            )
            lines = invoice.invoice_line_ids
            asks = [
                {"lines": {lines[0].id: 3, lines[1].id: 1}},
                {"amount": 1.23},
                {"lines": {lines[0].id: 4, lines[1].id: 1}},
                {"lines": {lines[1].id: 1}},
            ]
            for values in asks:
                with self.subTest(taxes=tax_set.mapped("name"), values=values):
                    request = self.ask(
                        self.make_owned(), invoice_id=invoice.id, **values
                    )
                    note = self.issue(request)
                    self.assertEqual(note.amount_total, request.amount)
                    note.with_user(self.accountant).action_post()
            credited = sum(invoice.reversal_move_ids.mapped("amount_total"))
            self.assertLessEqual(credited, invoice.amount_total + 1e-9)

    def test_a_changed_invoice_is_not_credited_with_something_else(self):
        request = self.ask()
        self.invoice.button_draft()
        self.invoice_line.copy({"move_id": self.invoice.id})
        self.invoice_line.unlink()
        self.invoice.action_post()
        with self.assertRefused(UserError, "no longer has all lines"):
            request.with_user(self.accountant).action_create_credit_note()
        self.assertRecordValues(request, [{"amount": 120.0, "state": "to_do"}])

    def test_a_request_whose_invoice_is_withdrawn_takes_no_credit_note(self):
        request = self.ask(amount=20)
        note = self.make_note(20)
        self.invoice.button_draft()
        with self.assertRefused(UserError, "no longer posted"):
            request.with_user(self.accountant).link_credit_note(note.id)

    def test_a_note_raised_above_what_was_asked_for_cannot_be_posted(self):
        note = self.issue(self.ask())
        note.invoice_line_ids.price_unit = 190
        with self.assertRefused(UserError, "228.00, but .*120.00"):
            note.with_user(self.accountant).action_post()

    def test_a_note_that_was_first_may_grow_before_it_is_posted(self):
        note = self.make_note(50, post=False, reversed_entry_id=self.invoice.id)
        note.with_user(self.accountant).link_to_complaint(self.complaint.name)
        note.invoice_line_ids.price_unit = 80
        note.with_user(self.accountant).action_post()
        request = self.complaint.credit_request_ids
        self.assertRecordValues(request, [{"amount": 80.0, "state": "paid"}])
        self.assertEqual(request.allocation_ids.amount, 80.0)

    def test_a_credit_note_that_was_reversed_credits_nothing(self):
        request = self.ask()
        note = self.issue(request)
        note.with_user(self.accountant).action_post()
        reversal = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=note.ids)
            .create({"journal_id": note.journal_id.id})
        )
        reversal.refund_moves()
        self.assertEqual(request.allocation_ids.amount, 120.0)
        reversal.new_move_ids.action_post()
        self.assertEqual(request.allocation_ids.amount, 0.0)
        self.assertRecordValues(request, [{"state": "to_do", "open_amount": 120.0}])
        self.assertFalse(self.complaint._get_report_solution_lines())
        self.ask(amount=120)

    def test_a_request_issued_in_part_can_be_ended_there(self):
        request = self.ask(amount=120)
        note = self.issue(request)
        note.invoice_line_ids.price_unit = 50
        note.with_user(self.accountant).action_post()
        request.with_user(self.accountant)._cancel("The rest is not owed")
        self.assertRecordValues(request, [{"state": "paid", "amount": 60.0}])
        self.assertIn("The rest is not owed", self.notes_on(self.complaint))

    def test_what_is_no_number_is_refused_with_a_sentence(self):
        for values in (
            {"amount": "ten"},
            {"amount": float("nan")},
            {"amount": True},
            {"lines": [1]},
            {"lines": {"door": 1}},
            {"lines": {self.invoice_line.id: "all"}},
        ):
            with (
                self.subTest(values=values),
                self.assertRefused(UserError, "is not a number"),
            ):
                self.ask(**values)
        with self.assertRefused(UserError, "greater than zero"):
            self.ask(lines={self.invoice_line.id: 0.001})

    def test_a_complaint_with_credit_notes_stays_on_file(self):
        self.ask()
        with self.assertRefused(UserError, "Archive the complaint instead"):
            self.complaint.with_user(self.manager).unlink()

    def test_documents_and_register_name_posted_credit_notes_only(self):
        note = self.issue(self.ask())
        complaint = self.complaint.with_user(self.lead)
        self.assertFalse(complaint._get_report_solution_lines())
        [row] = complaint._get_register_rows()
        self.assertFalse(row["credit_notes"] or row["credited"])
        note.with_user(self.accountant).action_post()
        self.assertEqual(
            complaint._get_report_solution_lines(),
            [(f"Credit note {note.name}", note.currency_id.format(120))],
        )
        [row] = complaint._get_register_rows()
        self.assertEqual(
            (row["credit_notes"], row["credited"], row["credit_currency"]),
            (note.name, 120.0, self.company.currency_id.name),
        )
        keys = {column.key for column in complaint._get_register_columns()}
        self.assertLessEqual({"credit_notes", "credited", "credit_currency"}, keys)
