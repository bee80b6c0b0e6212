from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon


class CreditCommon(ComplaintCommon):
    """A posted invoice of the order, an accountant, an approval limit that is out of the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", cls.company, install_demo=False
            )
        cls.company.complaint_credit_approval_amount = 0
        cls.accountant = new_test_user(
            cls.env,
            "t_accountant",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        cls.tax = cls.env["account.tax"].create(
            {"name": "Test 20 %", "amount": 20, "type_tax_use": "sale"}
        )
        cls.order.order_line.filtered("product_id").tax_ids = cls.tax
        # Two cabinets at 100, 20 % tax: 240
        cls.invoice = cls.order._create_invoices()
        cls.invoice.action_post()
        cls.invoice_line = cls.invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        cls.complaint = cls.make_owned(order_id=cls.order.id)

    def ask(self, complaint=None, **values):
        """A request in the handler's rights: one of two cabinets, unless told otherwise."""
        complaint = complaint or self.complaint
        if "amount" not in values:
            values.setdefault("lines", {self.invoice_line.id: 1})
        request_id = complaint.request_credit_note(
            values.pop("invoice_id", self.invoice.id),
            values.pop("reason", "Door cracked"),
            **values,
        )
        return self.env["customer.complaint.credit.request"].browse(request_id)

    def issue(self, request):
        """The draft credit note that accounting creates from a request."""
        request.with_user(self.accountant).action_create_credit_note()
        return request.allocation_ids.move_id

    def make_invoice(self, rows, partner=None):
        """A posted invoice: a (quantity, price, taxes) per line."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.partner).id,
                "invoice_date": "2025-03-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"Part {quantity}",
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(taxes.ids)],
                        }
                    )
                    for quantity, price, taxes in rows
                ],
            }
        )
        invoice.action_post()
        return invoice

    def make_note(self, amount, partner=None, post=True, **values):
        """A credit note made in accounting, without tax."""
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": (partner or self.partner).id,
                "invoice_date": "2025-03-04",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Refund",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            note.action_post()
        return note

    def notes_on(self, complaint):
        self.flush_tracking()
        return " ".join(complaint.sudo().message_ids.mapped("body"))


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
        self.ask(amount=240)

    def test_more_of_a_line_than_is_left_is_refused(self):
        self.ask(lines={self.invoice_line.id: 1.5})
        with self.assertRefused(UserError, "0.5 of 2"):
            self.ask()

    def test_what_accounting_credited_itself_counts(self):
        self.make_note(200, reversed_entry_id=self.invoice.id)
        with self.assertRefused(UserError, "too much"):
            self.ask(amount=50)

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


@tagged("post_install", "-at_install")
class TestCreditLink(CreditCommon):
    def test_an_existing_credit_note_is_linked_with_what_the_request_needs(self):
        #
        request = self.ask(amount=100)
        note = self.make_note(150, reversed_entry_id=False)
        request.with_user(self.accountant).link_credit_note(note.id)
        self.assertEqual(request.allocation_ids.amount, 100.0)
        self.assertEqual(request.state, "posted")
        other = self.ask(amount=80)
        other.with_user(self.accountant).link_credit_note(note.id)
        self.assertRecordValues(other, [{"state": "to_do", "open_amount": 30.0}])
        with self.assertRefused(UserError, "linked to .* already"):
            other.with_user(self.accountant).link_credit_note(note.id)

    def test_a_credit_note_of_another_customer_is_refused(self):
        #
        other = self.env["res.partner"].create({"name": "Somebody else"})
        note = self.make_note(100, other)
        with self.assertRefused(UserError, "Somebody else.*Test Customer"):
            self.ask(amount=100).with_user(self.accountant).link_credit_note(note.id)

    def test_a_contact_of_the_invoiced_company_is_the_same_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.partner.id}
        )
        request = self.ask(amount=50)
        request.with_user(self.accountant).link_credit_note(
            self.make_note(50, contact).id
        )
        self.assertEqual(request.state, "posted")

    def test_linking_more_than_the_invoice_allows_is_refused(self):
        request = self.ask(amount=240)
        # Made by accounting behind the back of the request, for the same invoice.
        self.make_note(100, reversed_entry_id=self.invoice.id)
        with self.assertRefused(UserError, "too much"):
            request.with_user(self.accountant).link_credit_note(self.make_note(240).id)
        self.assertEqual(request.state, "to_do")

    def test_a_credit_note_of_another_invoice_is_refused(self):
        other = self.invoice.copy({"invoice_date": "2025-03-04"})
        other.action_post()
        note = self.make_note(50, reversed_entry_id=other.id)
        with self.assertRefused(UserError, other.name):
            self.ask(amount=50).with_user(self.accountant).link_credit_note(note.id)

    def test_an_invoice_or_a_deleted_note_is_no_credit_note(self):
        request = self.ask(amount=50).with_user(self.accountant)
        with self.assertRefused(UserError, "no.* customer credit note"):
            request.link_credit_note(self.invoice.id)
        with self.assertRefused(UserError, "does not exist any more"):
            request.link_credit_note(0)

    def test_no_number_finds_no_draft(self):
        self.make_note(99, post=False)
        for number in ("", "  ", False, None):
            with self.subTest(number=number), self.assertRefused(UserError, "has no"):
                self.complaint.link_credit_note(number)

    def test_journal_entries_are_found_by_complaint_and_by_having_none(self):
        note, other = self.make_note(30), self.make_note(31)
        self.complaint.link_credit_note(note.name)
        for domain, found in (
            ([("complaint_names", "=", self.complaint.name)], note),
            ([("complaint_names", "ilike", self.complaint.name[3:])], note),
            ([("complaint_names", "=", False)], other),
            ([("complaint_names", "!=", False)], note),
        ):
            with self.subTest(domain=domain):
                within = [("id", "in", (note | other).ids)]
                self.assertEqual(
                    self.env["account.move"].search(domain + within), found
                )

    def test_handlers_link_what_accounting_issued_first_by_its_number(self):
        #
        note = self.make_note(30)
        self.complaint.link_credit_note(note.name)
        request = self.complaint.credit_request_ids
        self.assertRecordValues(
            request, [{"state": "posted", "amount": 30.0, "user_id": self.handler.id}]
        )
        with self.assertRefused(UserError, "linked in full"):
            self.complaint.link_credit_note(note.name)

    def test_a_number_of_another_customer_is_answered_like_an_unknown_one(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        note = self.make_note(30, other)
        messages = []
        for number in (note.name, "RINV/none"):
            with self.assertRefused(UserError, "has no credit note") as refusal:
                self.complaint.link_credit_note(number)
            messages.append(str(refusal.exception).replace(number, ""))
        self.assertEqual(*messages)

    def test_accounting_links_its_own_note_to_a_complaint_by_number(self):
        note = self.make_note(30, reversed_entry_id=self.invoice.id)
        form = Form(
            self.env["customer.complaint.credit.link"]
            .with_user(self.accountant)
            .with_context(default_move_id=note.id)
        )
        form.complaint_name = self.complaint.name
        form.save().action_link()
        self.assertEqual(note.complaint_names, self.complaint.name)
        request = self.complaint.credit_request_ids
        self.assertRecordValues(
            request,
            [
                {
                    "invoice_id": self.invoice.id,
                    "user_id": self.accountant.id,
                    "state": "paid",
                }
            ],
        )

    def test_accounting_cannot_link_to_the_complaint_of_another_customer(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        note = self.make_note(30, other).with_user(self.accountant)
        with self.assertRefused(UserError, "has no complaint"):
            note.link_to_complaint(self.complaint.name)

    def test_unlinking_frees_the_note_and_the_request(self):
        request = self.ask(amount=50)
        note = self.make_note(50)
        request.with_user(self.accountant).link_credit_note(note.id)
        request.allocation_ids.with_user(self.accountant).action_unlink()
        self.assertEqual(request.state, "to_do")
        self.assertFalse(note.complaint_names)
        self.assertIn("no longer linked", self.notes_on(self.complaint))

    def test_the_invoice_and_a_fitting_note_say_that_a_request_waits(self):
        request = self.ask(amount=50)
        note = self.make_note(50, post=False)
        moves = (self.invoice | note).with_user(self.accountant)
        for move in moves:
            self.assertEqual(move.waiting_credit_request_ids, request)
        request.with_user(self.accountant).link_credit_note(note.id)
        moves.invalidate_recordset()
        self.assertFalse(moves.waiting_credit_request_ids)


@tagged("post_install", "-at_install")
class TestCreditRights(CreditCommon):
    def test_above_the_limit_a_lead_who_did_not_ask_approves(self):
        self.company.complaint_credit_approval_amount = 100
        self.complaint.sudo().team_id = self.team
        self.team.member_ids += self.colleague
        request = self.ask(amount=100.01)
        self.assertEqual(request.state, "to_approve")
        with self.assertRefused(UserError, "not to be issued"):
            request.with_user(self.accountant).action_create_credit_note()
        with self.assertRefused(AccessError, "team lead"):
            request.with_user(self.colleague).action_approve()
        request.with_user(self.lead).action_approve()
        self.assertRecordValues(
            request, [{"state": "to_do", "approver_id": self.lead.id}]
        )
        other = self.make_owned(order_id=self.order.id)
        self.assertEqual(self.ask(other, amount=100).state, "to_do")

    def test_a_sum_split_into_small_requests_is_approved_all_the_same(self):
        self.company.complaint_credit_approval_amount = 100
        states = [self.ask(amount=amount).state for amount in (100, 60, 40)]
        self.assertEqual(states, ["to_do", "to_approve", "to_approve"])

    def test_nobody_approves_what_he_asked_for(self):
        self.company.complaint_credit_approval_amount = 10
        request = self.ask(self.complaint.with_user(self.lead), amount=50)
        with self.assertRefused(UserError, "your own request"):
            request.with_user(self.lead).action_approve()
        request.with_user(self.manager).action_approve()
        self.assertEqual(request.state, "to_do")

    def test_the_limit_holds_in_the_currency_of_the_company(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        self.company.complaint_credit_approval_amount = 100
        self.assertFalse(
            self.complaint._needs_credit_approval(
                self.invoice.new({"currency_id": currency.id}), 200
            )
        )
        self.assertTrue(
            self.complaint._needs_credit_approval(
                self.invoice.new({"currency_id": currency.id}), 201
            )
        )

    def test_handlers_need_no_accounting_rights_and_get_none(self):
        #
        request = self.ask().with_user(self.handler)
        self.assertFalse(
            self.env["account.move"].with_user(self.handler).has_access("read")
        )
        self.assertEqual(request.read(["amount", "state"])[0]["state"], "to_do")
        for method in ("action_create_credit_note", "action_link_credit_note"):
            with self.assertRefused(AccessError, "issued by accounting"):
                getattr(request, method)()
        with self.assertRefused(AccessError, "accounting"):
            request.link_credit_note(self.make_note(10).id)

    def test_accountants_read_requests_and_no_complaint(self):
        #
        request = self.ask().with_user(self.accountant)
        data = request.read()[0]
        self.assertEqual(data["complaint_name"], self.complaint.name)
        self.assertNotIn("complaint_id", data)
        words = str(data) + self.notes_on(request)
        self.assertNotIn(self.complaint.title, words)
        self.assertNotIn(self.complaint.description, words)
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.accountant).read(["title"])
        with self.assertRaises(AccessError):
            request.read(["complaint_id"])

    @mute_logger("odoo.models.unlink")
    def test_requests_and_links_are_written_by_methods_only(self):
        request = self.ask()
        self.issue(request)
        for user in (self.handler, self.manager, self.accountant):
            for record in (request, request.allocation_ids, request.line_ids):
                record = record.with_user(user)
                with self.subTest(user=user.login, model=record._name):
                    for operation in ("write", "create", "unlink"):
                        self.assertFalse(record.has_access(operation))

    def test_who_only_opens_complaints_learns_nothing_of_invoices(self):
        complaint = self.make_complaint(self.seller, partner_id=self.partner.id)
        with self.assertRefused(AccessError, "those who handle complaints"):
            complaint.get_creditable_invoices()
        with self.assertRefused(AccessError, "those who handle complaints"):
            complaint.link_credit_note("RINV/1")

    def test_handlers_see_no_invoices_of_a_customer_they_only_typed_in(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        self.make_invoice([(1, 777, self.tax)], other)
        complaint = self.make_owned(invoiced_partner_id=other.id)
        names = [i["name"] for i in complaint.get_creditable_invoices()]
        self.assertEqual(names, [self.invoice.name])
        complaint.team_id = self.team
        [seen] = complaint.with_user(self.lead).get_creditable_invoices()
        self.assertEqual(seen["total"], 932.4)

    def test_what_a_dialog_offers_is_for_whoever_opened_it(self):
        ask = (
            self.env["customer.complaint.credit.ask"]
            .with_user(self.handler)
            .with_context(default_complaint_id=self.complaint.id)
            .create({"reason": "x"})
        )
        self.assertTrue(ask.line_ids and ask.invoice_ids)
        for records in (ask, ask.line_ids, ask.invoice_ids):
            self.assertFalse(records.with_user(self.colleague).search([]))

    def test_each_role_reads_the_requests_of_its_complaints(self):
        self.complaint.sudo().team_id = self.team
        self.complaint.sudo().first_contact_id = self.seller
        request = self.ask()
        for user, may in (
            (self.seller, True),
            (self.handler, True),
            (self.colleague, False),
            (self.lead, True),
            (self.manager, True),
            (self.accountant, True),
            (self.employee, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(request.with_user(user).has_access("read"), may)

    def test_another_team_cannot_request_and_a_submitter_cannot_either(self):
        self.complaint.sudo().team_id = self.team
        with self.assertRaises(AccessError):
            self.ask(self.complaint.with_user(self.colleague))
        complaint = self.make_complaint(self.seller, order_id=self.order.id)
        with self.assertRefused(AccessError, "those who handle complaints"):
            self.ask(complaint)

    def test_the_accountant_of_another_company_sees_and_does_nothing(self):
        request = self.ask()
        company = self.env["res.company"].create({"name": "Other company"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            "account.group_account_invoice",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        request = request.with_user(stranger)
        self.assertFalse(request.search([]))
        with self.assertRaises(AccessError):
            request.action_create_credit_note()
        with self.assertRaises(AccessError):
            self.invoice.with_user(stranger).link_to_complaint(self.complaint.name)

    def test_a_note_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Other company"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        note = self.make_note(
            50,
            company_id=company.id,
            journal_id=self.env["account.journal"]
            .search([("company_id", "=", company.id), ("type", "=", "sale")], limit=1)
            .id,
        )
        self.accountant.company_ids += company
        with self.assertRefused(UserError, "another company"):
            self.ask(amount=50).with_user(self.accountant).with_context(
                allowed_company_ids=(self.company | company).ids
            ).link_credit_note(note.id)

    def test_who_asked_and_accounting_cancel_but_not_a_colleague(self):
        self.complaint.sudo().team_id = False
        with self.assertRefused(AccessError, "team lead"):
            self.ask(amount=10).with_user(self.colleague)._cancel("No")
        for user in (self.handler, self.accountant, self.lead):
            with self.subTest(user=user.login):
                self.complaint.sudo().team_id = self.team
                request = self.ask(amount=10).with_user(user)
                wizard = self.env["customer.complaint.credit.cancel"].with_user(user)
                wizard.create(
                    {"request_ids": request.ids, "reason": "Not needed"}
                ).action_cancel()
                self.assertEqual(request.state, "cancelled")
