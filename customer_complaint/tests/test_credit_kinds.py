from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditKinds(CreditCommon):
    def order_delivered(self):
        """Make the product one that is invoiced by delivery."""
        self.product.invoice_policy = "delivery"
        self.order.order_line.filtered("product_id").qty_delivered = 2

    def ask_dialog(self, complaint=None):
        """The dialog of a complaint, as the handler sees it."""
        complaint = complaint or self.complaint
        return Form(
            self.env["customer.complaint.credit.ask"]
            .with_user(self.handler)
            .with_context(default_complaint_id=complaint.id)
        )

    def remedy_dialog(self, remedy):
        """The dialog that the card of a remedy opens, as the handler sees it."""
        action = remedy.with_user(self.handler).action_request()
        return Form(
            self.env[action["res_model"]]
            .with_user(self.handler)
            .with_context(**action["context"])
        )

    def test_the_dialog_of_a_remedy_starts_with_what_it_promises(self):
        self.complaint.user_id = self.handler
        for name, kind in (
            ("remedy_type_partial_refund", "amount"),
            ("remedy_type_goodwill", "goodwill"),
        ):
            remedy = self.env["customer.complaint.remedy"].create(
                {
                    "solution_id": self.complaint._get_solution().id,
                    "type_id": self.env.ref(f"customer_complaint.{name}").id,
                    "amount": 300 if kind == "goodwill" else 30,
                }
            )
            action = remedy.with_user(self.handler).action_request()
            ask = Form(
                self.env[action["res_model"]]
                .with_user(self.handler)
                .with_context(**action["context"])
            )
            self.assertEqual(ask.kind, kind)
            with ask.invoice_ids.edit(0) as row:
                # Never more than the invoice leaves
                self.assertEqual(row.amount, 240 if kind == "goodwill" else 30)

    # Goodwill
    def test_a_price_reduction_takes_back_vat_and_a_compensation_does_not(self):
        #
        reduction = self.ask(amount=60, goodwill_tax="price_reduction")
        note = self.issue(reduction)
        self.assertEqual((note.amount_total, note.amount_tax), (60.0, 10.0))
        self.assertEqual(note.invoice_line_ids.account_id, self.invoice_line.account_id)
        compensation = self.ask(amount=60, goodwill_tax="compensation")
        note = self.issue(compensation)
        self.assertEqual((note.amount_total, note.amount_tax), (60.0, 0.0))
        self.assertEqual(note.reversed_entry_id, self.invoice)
        self.assertEqual(
            (reduction | compensation).mapped("kind"), ["goodwill", "goodwill"]
        )
        self.assertEqual(self.order.invoice_status, "invoiced")

    def test_compensations_stand_on_the_account_of_the_settings(self):
        #
        account = self.env["account.account"].create(
            {"name": "Goodwill", "code": "T62990", "account_type": "expense"}
        )
        self.company.complaint_goodwill_account_id = account
        asked = {"amount": 20, "goodwill_tax": "compensation"}
        for request in (self.ask(**asked), self.ask(**asked, invoice_id=False)):
            self.assertEqual(self.issue(request).invoice_line_ids.account_id, account)
        reduction = self.ask(amount=20, goodwill_tax="price_reduction")
        self.assertEqual(
            self.issue(reduction).invoice_line_ids.account_id,
            self.invoice_line.account_id,
        )
        account.active = False
        note = self.issue(self.ask(**asked))
        self.assertNotIn(account, note.invoice_line_ids.account_id)

    def test_goodwill_counts_against_what_was_invoiced(self):
        self.ask(amount=200, goodwill_tax="compensation")
        with self.assertRefused(UserError, "20.00 too much"):
            self.ask(amount=60, goodwill_tax="price_reduction")

    def test_goodwill_without_an_invoice_becomes_a_note_without_vat_and_order(self):
        #
        complaint = self.make_owned(order_id=self.order.id)
        request = self.ask(
            complaint, invoice_id=False, amount=25, goodwill_tax="compensation"
        )
        self.assertRecordValues(
            request,
            [{"state": "to_do", "invoice_id": False, "partner_id": self.partner.id}],
        )
        note = self.issue(request)
        self.assertRecordValues(
            note,
            [
                {
                    "state": "draft",
                    "move_type": "out_refund",
                    "partner_id": self.partner.id,
                    "reversed_entry_id": False,
                    "amount_total": 25.0,
                    "amount_tax": 0.0,
                }
            ],
        )
        self.assertIn(complaint.name, note.ref)
        self.assertEqual(request.state, "draft")
        note.with_user(self.accountant).action_post()
        self.assertEqual(request.state, "posted")
        self.assertEqual(self.order.invoice_status, "invoiced")
        # What was sold can still be credited in full.
        self.ask(amount=240)

    def test_only_a_compensation_does_without_an_invoice(self):
        for values in (
            {"amount": 25},
            {"amount": 25, "goodwill_tax": "price_reduction"},
        ):
            with (
                self.subTest(values=values),
                self.assertRefused(UserError, "can do without"),
            ):
                self.ask(invoice_id=False, **values)
        with self.assertRefused(UserError, "Choose a posted invoice"):
            self.ask(invoice_id=-1, amount=25, goodwill_tax="compensation")

    def test_goodwill_without_an_invoice_needs_somebody_to_credit(self):
        complaint = self.make_owned()
        complaint.sudo().write({"partner_id": False, "invoiced_partner_id": False})
        with self.assertRefused(UserError, "Nobody is named"):
            self.ask(
                complaint, invoice_id=False, amount=25, goodwill_tax="compensation"
            )

    def test_handlers_send_no_goodwill_to_somebody_they_only_typed_in(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        complaint = self.make_owned(invoiced_partner_id=other.id)
        complaint.sudo().team_id = self.team
        values = {"invoice_id": False, "amount": 5, "goodwill_tax": "compensation"}
        self.assertEqual(self.ask(complaint, **values).partner_id, self.partner)
        self.assertEqual(
            self.ask(complaint.with_user(self.lead), **values).partner_id, other
        )

    def test_words_that_say_nothing_are_refused(self):
        for values, message in (
            ({"amount": 5, "goodwill_tax": "free"}, "price_reduction, compensation"),
            ({"order_effect": "close"}, "reopen, keep, usual"),
            (
                {"lines": {self.invoice_line.id: 1}, "goodwill_tax": "compensation"},
                "Goodwill is an amount",
            ),
        ):
            with self.subTest(values=values), self.assertRefused(UserError, message):
                self.ask(**values)

    def test_the_remedy_a_note_delivers_is_one_of_the_complaint(self):
        other = self.make_owned()
        remedies = self.env["customer.complaint.remedy"].create(
            [
                {
                    "solution_id": complaint._get_solution().id,
                    "name": "Money back",
                    "type_id": self.env.ref(
                        "customer_complaint.remedy_type_partial_refund"
                    ).id,
                }
                for complaint in (self.complaint, other)
            ]
        )
        request = self.ask(amount=10, remedy_id=remedies[0].id)
        self.assertEqual(request.sudo().remedy_id, remedies[0])
        with self.assertRefused(UserError, "of this complaint"):
            self.ask(amount=10, remedy_id=remedies[1].id)

    def test_the_end_user_complains_and_the_dealer_is_credited(self):
        #
        dealer = self.env["res.partner"].create(
            {
                "name": "Dealer",
                "is_company": True,
                "child_ids": [Command.create({"name": "Office"})],
            }
        )
        order = self.order.copy({"partner_id": self.partner.id})
        order.partner_invoice_id = dealer.child_ids
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        complaint = self.make_owned(order_id=order.id)
        request = self.ask(complaint, invoice_id=invoice.id, amount=50)
        self.assertEqual(request.commercial_partner_id, dealer)
        note = self.issue(request)
        self.assertEqual(note.commercial_partner_id, dealer)
        note.with_user(self.accountant).action_post()
        other = self.ask(complaint, invoice_id=invoice.id, amount=20)
        with self.assertRefused(UserError, "Dealer was invoiced"):
            other.with_user(self.accountant).link_credit_note(self.make_note(20).id)

    # The order
    def test_what_is_invoiced_as_ordered_stays_invoiced_unless_told_otherwise(self):
        self.assertEqual(self.product.invoice_policy, "order")
        request = self.ask()
        self.assertEqual(request.order_effect, "keep")
        note = self.issue(request)
        self.assertFalse(note.invoice_line_ids.sale_line_ids)
        self.assertEqual(self.order.invoice_status, "invoiced")
        self.issue(self.ask(order_effect="reopen"))
        self.assertEqual(self.order.invoice_status, "to invoice")
        self.assertEqual(self.order.order_line.mapped("qty_invoiced"), [1.0, 0.0])

    def test_what_is_invoiced_by_delivery_follows_the_return(self):
        self.order_delivered()
        request = self.ask()
        self.assertEqual(request.order_effect, "reopen")
        self.issue(request)
        self.assertEqual(self.order.invoice_status, "to invoice")
        self.order.order_line.filtered("product_id").qty_delivered = 1
        self.assertFalse(self.order.order_line.filtered("qty_to_invoice"))
        self.issue(self.ask(order_effect="keep"))
        self.assertFalse(self.order.order_line.filtered("qty_to_invoice"))

    def test_the_dialog_explains_what_becomes_of_the_order(self):
        with self.ask_dialog() as form:
            form.reason = "Door"
            self.assertFalse(form.order_effect_note)
            with form.line_ids.edit(0) as line:
                line.quantity = 1
            self.assertEqual(form.order_effect, "keep")
            self.assertIn(self.order.name, form.order_effect_note)
            self.assertIn("nobody is asked", form.order_effect_note)
            form.order_effect = "reopen"
            self.assertIn("to invoice", form.order_effect_note)
            with form.line_ids.edit(0) as line:
                line.quantity = 2
            self.assertEqual(form.order_effect, "reopen")
        form.record.action_ask()
        self.assertRecordValues(
            self.complaint.credit_request_ids,
            [{"kind": "products", "order_effect": "reopen", "amount": 240.0}],
        )

    def test_each_of_several_orders_on_an_invoice_follows_as_is_usual_for_it(self):
        #
        part = self.env["product.product"].create(
            {
                "name": "Spare part",
                "type": "consu",
                "list_price": 10,
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
            }
        )
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": 2})
                    ],
                }
                for product in (self.product, part)
            ]
        )
        orders.action_confirm()
        orders[1].order_line.qty_delivered = 2
        invoice = orders._create_invoices()
        invoice.action_post()
        complaint = self.make_owned()
        lines = invoice.invoice_line_ids.filtered("product_id")
        dialog = self.ask_dialog(complaint)
        dialog.reason = "Both"
        seen = []
        for place, row in enumerate(complaint.get_creditable_invoices()[0]["lines"]):
            with dialog.line_ids.edit(place) as line:
                line.quantity = 1
            seen.append(row["order_effect"])
        self.assertEqual(sorted(seen[:2]), ["keep", "reopen"])
        self.assertEqual(dialog.order_effect, "usual")
        for order in orders:
            self.assertIn(order.name, dialog.order_effect_note)
        self.assertIn("nobody is asked", dialog.order_effect_note)
        self.assertIn("with the return", dialog.order_effect_note)
        request = self.ask(
            complaint, invoice_id=invoice.id, lines={line.id: 1 for line in lines}
        )
        self.assertEqual(request.order_effect, "usual")
        note = self.issue(request)
        self.assertEqual(note.amount_total, request.amount)
        self.assertEqual(
            [(order.invoice_status, order.order_line.qty_invoiced) for order in orders],
            [("invoiced", 2.0), ("to invoice", 1.0)],
        )
        # One choice for all of them is a choice, too.
        self.issue(
            self.ask(
                complaint,
                invoice_id=invoice.id,
                lines={line.id: 1 for line in lines},
                order_effect="reopen",
            )
        )
        self.assertEqual(orders.order_line.mapped("qty_invoiced"), [1.0, 0.0])

    def test_the_dialog_asks_whether_goodwill_has_vat(self):
        form = self.ask_dialog()
        form.kind = "goodwill"
        form.reason = "For the trouble"
        with self.assertRaisesRegex(AssertionError, "goodwill_tax is a required"):
            form.save()
        form.goodwill_tax = "compensation"
        form.free_amount = 15
        with form.invoice_ids.edit(0) as row:
            row.amount = 10
        form.save().action_ask()
        self.assertRecordValues(
            self.complaint.credit_request_ids.sorted("amount"),
            [
                {"amount": 10.0, "invoice_id": self.invoice.id},
                {"amount": 15.0, "invoice_id": False},
            ],
        )

    def test_without_any_invoice_the_dialog_gives_goodwill(self):
        partner = self.env["res.partner"].create(
            {"name": "New one", "email": "new.one@example.com"}
        )
        complaint = self.make_owned(partner_id=partner.id)
        form = self.ask_dialog(complaint)
        form.kind = "goodwill"
        # There is no price to reduce.
        self.assertEqual(form.goodwill_tax, "compensation")
        form.reason = "For the trouble"
        form.free_amount = 15
        form.save().action_ask()
        self.assertEqual(complaint.credit_request_ids.partner_id, partner)

    def test_promised_goodwill_without_an_invoice_is_asked_for_as_promised(self):
        partner = self.env["res.partner"].create(
            {"name": "New one", "email": "new.one@example.com"}
        )
        complaint = self.make_owned(partner_id=partner.id)
        remedy = self.promise("goodwill", complaint, user=self.handler, amount=25)
        form = self.remedy_dialog(remedy)
        self.assertEqual((form.kind, form.free_amount), ("goodwill", 25.0))
        form.reason = "For the trouble"
        form.save().action_ask()
        self.assertEqual(remedy.state, "requested")

    def test_a_promised_refund_is_carried_out_by_the_note_that_came_first(self):
        # X-05 X-06
        remedy = self.promise("partial_refund", user=self.handler, amount=40)
        form = self.remedy_dialog(remedy)
        form.kind = "existing"
        form.number = self.make_note(30).name
        form.save().action_ask()
        self.assertEqual(self.complaint.remedy_ids, remedy)
        # Less than promised: accounting is to be asked for the rest.
        self.assertEqual((remedy.state, remedy.amount_left), ("requested", 10.0))

    def test_a_note_of_the_promised_amount_carries_the_promise_out(self):
        # X-05 X-06
        remedy = self.promise("partial_refund", user=self.handler, amount=30)
        other = self.promise("partial_refund", user=self.handler, amount=31)
        note = self.make_note(30).with_user(self.accountant)
        note.link_to_complaint(self.complaint.name)
        self.assertEqual((remedy | other).mapped("state"), ["booked", "proposed"])
        # Another amount is no promise kept.
        self.complaint.link_credit_note(self.make_note(5).name)
        self.assertEqual(len(self.complaint.remedy_ids), 3)
        self.assertTrue(other.is_open)

    def test_a_note_of_what_is_left_of_a_promise_carries_the_rest_out(self):
        # X-05 X-06
        remedy = self.promise("partial_refund", user=self.handler, amount=50)
        for number, state in ((20, "requested"), (30, "booked")):
            self.complaint.link_credit_note(
                self.make_note(number).name,
                remedy_id=remedy.id if number == 20 else None,
            )
            self.assertEqual(remedy.state, state)
        self.assertEqual(self.complaint.remedy_ids, remedy)

    def test_of_goodwill_without_an_invoice_only_what_is_left_is_proposed(self):
        partner = self.env["res.partner"].create(
            {"name": "New one", "email": "new.one@example.com"}
        )
        complaint = self.make_owned(partner_id=partner.id)
        remedy = self.promise("goodwill", complaint, user=self.handler, amount=25)
        for asked, left in ((10, 15.0), (15, 0.0)):
            self.ask(
                complaint,
                invoice_id=False,
                amount=asked,
                goodwill_tax="compensation",
                remedy_id=remedy.id,
            )
            self.assertEqual(self.remedy_dialog(remedy).free_amount, left)

    def test_a_promise_is_not_made_smaller_by_the_currency_of_the_invoice(self):
        # C-92, X-06
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        invoice = self.make_invoice([(1, 500, self.tax)], currency_id=currency.id)
        complaint = self.make_owned()
        remedy = self.promise(
            "partial_refund", complaint, user=self.handler, amount=100
        )
        request = self.ask(
            complaint, invoice_id=invoice.id, amount=80, remedy_id=remedy.id
        )
        self.assertEqual(
            (remedy.currency_id, remedy.amount, remedy.amount_left),
            (currency, 200.0, 120.0),
        )
        self.issue(request).with_user(self.accountant).action_post()
        self.assertTrue(remedy.is_open)

    def test_free_goodwill_is_made_by_accounting_only(self):
        #
        request = self.ask(invoice_id=False, amount=25, goodwill_tax="compensation")
        with self.assertRefused(AccessError, "issued by accounting"):
            request.with_user(self.handler).action_create_credit_note()
        self.assertEqual(self.issue(request).state, "draft")
        self.assertEqual(request.allocation_ids.move_id.create_uid, self.accountant)
