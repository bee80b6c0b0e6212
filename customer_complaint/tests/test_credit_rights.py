from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .credit_common import CreditCommon


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
        users = (self.handler, self.lead, self.manager, self.accountant)
        shown = [request.with_user(user).can_approve for user in users]
        self.assertEqual(shown, [False, False, True, False])
        request.with_user(self.manager).action_approve()
        self.assertEqual(request.state, "to_do")
        self.assertFalse(request.with_user(self.manager).can_approve)

    def test_the_limit_holds_in_the_currency_of_the_company(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        self.company.complaint_credit_approval_amount = 100
        refund = self.complaint._get_credit_remedy_type("products")
        self.assertFalse(self.complaint._get_credit_approvals(currency, 200, refund))
        [(role, sentence)] = self.complaint._get_credit_approvals(currency, 201, refund)
        self.assertEqual(role, "lead")
        self.assertIn("100.00", sentence)

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
