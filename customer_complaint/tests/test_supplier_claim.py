from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .goods_common import GoodsCommon


@tagged("post_install", "-at_install")
class TestSupplierClaim(GoodsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", cls.company, install_demo=False
            )
        cls.accountant = new_test_user(
            cls.env,
            "t_accountant",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        cls.supplier = cls.env["res.partner"].create({"name": "Test Supplier"})
        cls.product.seller_ids = [Command.create({"partner_id": cls.supplier.id})]

    def claim(self, amount=400.0, complaint=None, **values):
        """A claim in the handler's rights."""
        complaint = complaint or self.complaint
        return (
            self.env["customer.complaint.supplier.claim"]
            .with_user(self.handler)
            .create(
                {
                    "complaint_id": complaint.id,
                    "partner_id": self.supplier.id,
                    "amount": amount,
                    "reason": "10 of 20 hinges broke",
                    **values,
                }
            )
        )

    def link(self, claim, note, amount=None):
        claim.with_user(self.accountant).link_refund(note.id, amount)
        return claim.allocation_ids.filtered(lambda a: a.move_id == note)

    def test_the_form_knows_supplier_product_and_complaint(self):
        action = self.complaint.action_view_supplier_claims()
        self.assertEqual(action["views"], [(False, "form")])
        model = self.env[action["res_model"]].with_user(self.handler)
        with Form(model.with_context(**action["context"])) as form:
            form.amount = 400
            form.reason = "10 of 20 hinges broke"
        claim = form.record
        self.assertEqual(
            (claim.partner_id, claim.product_id, claim.complaint_id),
            (self.supplier, self.product, self.complaint),
        )
        self.assertTrue(claim.name.startswith("SC/"))
        self.assertEqual(self.complaint.supplier_claim_count, 1)
        self.assertIn(claim.name, self.complaint.message_ids[0].body)

    def test_a_claim_is_in_the_currency_of_the_company_that_complains(self):
        #
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.CHF").id}
        )
        claim = (
            self.env["customer.complaint.supplier.claim"]
            .with_company(elsewhere)
            .create(
                {
                    "complaint_id": self.complaint.id,
                    "partner_id": self.partner.id,
                    "amount": 5,
                    "reason": "Hinges break",
                }
            )
        )
        self.assertEqual(claim.currency_id, self.complaint.company_id.currency_id)

    def test_the_claim_follows_the_vendor_credit_note(self):
        claim = self.claim()
        note = self.make_vendor_note(400, self.supplier, post=False)
        self.link(claim, note)
        self.assertEqual((claim.state, claim.open_amount), ("draft", 400))
        note.action_post()
        self.assertEqual((claim.state, claim.credited_amount), ("posted", 400))
        note.button_draft()
        self.assertEqual((claim.state, claim.credited_amount), ("draft", 0))
        note.button_cancel()
        self.assertEqual(claim.state, "open")
        note.button_draft()
        note.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=note.ids
        ).create({})._create_payments()
        self.assertEqual(claim.state, "paid")

    def test_a_reversal_takes_it_back(self):
        claim = self.claim()
        note = self.make_vendor_note(400, self.supplier)
        self.link(claim, note)
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=note.ids)
            .create({"journal_id": note.journal_id.id})
        )
        reversal.reverse_moves(is_modify=False)
        reversal.new_move_ids.action_post()
        self.assertEqual((claim.state, claim.credited_amount), ("open", 0))
        with self.assertRefused(UserError, "0.00 of it are free"):
            self.link(self.claim(), note)

    def test_several_notes_pay_one_claim_and_one_note_several(self):
        claim, other = self.claim(), self.claim(100)
        self.link(claim, self.make_vendor_note(150, self.supplier))
        self.assertEqual((claim.state, claim.open_amount), ("partly", 250))
        note = self.make_vendor_note(350, self.supplier)
        self.link(claim, note)
        self.assertEqual((claim.state, claim.credited_amount), ("posted", 400))
        self.assertEqual(self.link(other, note).amount, 100)
        self.assertEqual(other.state, "posted")
        with self.assertRefused(UserError, "0.00 of it are free"):
            self.link(self.claim(10), note)

    def test_what_does_not_fit_is_refused_with_words(self):
        #
        claim = self.claim()
        stranger = self.env["res.partner"].create({"name": "Other supplier"})
        currency = self.env["res.currency"].create({"name": "TST", "symbol": "T"})
        currency.rate_ids = [Command.create({"name": "2020-01-01", "rate": 2.0})]
        for note, problem in (
            (self.make_vendor_note(10, stranger), "comes from Other supplier"),
            (
                self.make_vendor_note(10, self.supplier, currency_id=currency.id),
                "it is in TST",
            ),
            (
                self.make_vendor_note(10, self.supplier, move_type="in_invoice"),
                "no.* valid vendor credit note",
            ),
        ):
            with self.assertRefused(UserError, problem):
                self.link(claim, note)
        note = self.make_vendor_note(50, self.supplier)
        with self.assertRefused(UserError, "cannot be linked"):
            self.link(claim, note, 50.01)
        self.link(claim, note, 20)
        with self.assertRefused(UserError, "linked to .* already"):
            self.link(claim, note)

    def test_a_note_changed_after_linking_is_checked_on_posting(self):
        claim = self.claim()
        note = self.make_vendor_note(400, self.supplier, post=False)
        self.link(claim, note)
        note.invoice_line_ids.price_unit = 300
        with self.assertRefused(UserError, "more than its amount"):
            note.action_post()
        note.invoice_line_ids.price_unit = 400
        note.partner_id = self.env["res.partner"].create({"name": "Other supplier"})
        with self.assertRefused(UserError, "does not fit"):
            note.action_post()

    def test_in_another_currency_the_company_amount_is_that_of_the_books(self):
        #
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        claim = self.claim(currency_id=currency.id)
        note = self.make_vendor_note(400, self.supplier, currency_id=currency.id)
        allocation = self.link(claim, note, 100)
        self.assertEqual((allocation.amount, allocation.amount_company), (100, 50))

    def test_accounting_reads_claims_and_no_complaint(self):
        #
        claim = self.claim().with_user(self.accountant)
        data = claim.read()[0]
        self.assertEqual(data["complaint_name"], self.complaint.name)
        self.assertNotIn("complaint_id", data)
        self.assertNotIn(self.complaint.title, str(data))
        with self.assertRaises(AccessError):
            claim.read(["complaint_id"])
        with self.assertRaises(AccessError):
            claim.write({"amount": 1})
        note = self.make_vendor_note(400, self.supplier).with_user(self.accountant)
        self.assertEqual(note.waiting_claim_ids, claim)
        action = note.action_link_supplier_claim()
        dialog = Form(
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )
        self.assertEqual(dialog.amount, 400)
        dialog.save().action_link()
        self.assertEqual(claim.state, "posted")
        note.invalidate_recordset(["waiting_claim_ids"])
        self.assertFalse(note.waiting_claim_ids)
        found = claim.search(note.action_view_supplier_claims()["domain"])
        self.assertEqual(found, claim)

    @mute_logger("odoo.models.unlink")
    def test_only_accounting_links_and_unlinks(self):
        #
        claim = self.claim()
        note = self.make_vendor_note(400, self.supplier)
        for user in (self.handler, self.manager):
            with self.assertRefused(AccessError, "Only accounting links"):
                claim.with_user(user).link_refund(note.id)
        allocation = self.link(claim, note)
        for user in (self.handler, self.accountant):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(allocation.with_user(user).has_access(operation))
        with self.assertRefused(AccessError, "Only accounting unlinks"):
            allocation.with_user(self.handler).action_unlink()
        with self.assertRefused(UserError, "credit note is linked"):
            claim.partner_id = self.partner
        allocation.with_user(self.accountant).action_unlink()
        self.assertEqual(claim.state, "open")

    def test_who_does_not_handle_the_complaint_claims_nothing(self):
        #
        claim = self.claim()
        for user in (self.colleague, self.seller, self.employee):
            with self.assertRaises(AccessError):
                claim.with_user(user).read(["amount"])
            with self.assertRaises(AccessError):
                claim.with_user(user).create(
                    {
                        "complaint_id": self.complaint.id,
                        "partner_id": self.supplier.id,
                        "amount": 1,
                        "reason": "x",
                    }
                )
        for values in ({"close_reason": "x"}, {"state": "paid"}, {"name": "SC/1"}):
            with self.assertRefused(AccessError, "set by its buttons"):
                claim.write(values)
        with self.assertRefused(AccessError, "set by its buttons"):
            self.claim(credited_amount=400)

    def test_a_claim_is_given_up_with_a_reason_and_taken_up_again(self):
        claim = self.claim()
        action = claim.action_close()
        dialog = Form(
            self.env[action["res_model"]]
            .with_user(self.handler)
            .with_context(**action["context"])
        )
        dialog.reason = "Out of warranty"
        dialog.save().action_close()
        self.assertEqual(
            (claim.state, claim.close_reason), ("closed", "Out of warranty")
        )
        with self.assertRefused(UserError, "only an open claim"):
            claim.close("again")
        with self.assertRaises(AccessError):
            claim.with_user(self.colleague).action_reopen()
        claim.with_user(self.accountant).action_reopen()
        self.assertEqual(claim.state, "open")

    def test_what_is_left_of_a_note_reversed_in_part_counts_once(self):
        #
        first, second = self.claim(100), self.claim(100)
        note = self.make_vendor_note(200, self.supplier)
        links = self.link(first, note) | self.link(second, note)
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=note.ids
        )
        wizard = wizard.create({"journal_id": note.journal_id.id})
        wizard.refund_moves()
        wizard.new_move_ids.invoice_line_ids.price_unit = 150
        wizard.new_move_ids.write({"invoice_date": note.invoice_date})
        wizard.new_move_ids.action_post()
        self.assertEqual(sum(links.mapped("amount")), 50)
        self.assertEqual((first.credited_amount, second.credited_amount), (50, 0))

    def test_other_companies_see_none_and_their_suppliers_are_refused(self):
        #
        claim = self.claim()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "t_elsewhere",
            "customer_complaint.group_complaint_manager,account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(claim.with_user(user).search([]))
        theirs = self.env["res.partner"].create(
            {"name": "Their supplier", "company_id": other.id}
        )
        with self.assertRaises(UserError):
            self.claim(partner_id=theirs.id)

    @mute_logger("odoo.models.unlink")
    def test_a_complaint_that_a_supplier_pays_for_stays_on_file(self):
        self.claim()
        with self.assertRefused(UserError, "Archive the complaint"):
            self.complaint.with_user(self.manager).unlink()
