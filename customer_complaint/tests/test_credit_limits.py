from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditLimits(CreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint.sudo().team_id = cls.team

    def role_for(self, amount, **values):
        """Who has to approve a request, or nothing."""
        request = self.ask(
            self.make_owned(order_id=self.order.id), amount=amount, **values
        )
        return request.state == "to_approve" and request.approver_role

    def test_the_strictest_limit_wins(self):
        self.company.complaint_credit_approval_amount = 50
        self.limit(80, "manager")
        self.assertEqual(
            [self.role_for(amount) for amount in (50, 51, 81)],
            [False, "lead", "manager"],
        )

    def test_a_limit_holds_for_its_remedy_and_its_level_only(self):
        self.limit(10, "manager", remedy="goodwill")
        self.limit(20, "lead", level=self.levels[2])
        self.assertFalse(self.role_for(30))
        self.assertEqual(self.role_for(11, goodwill_tax="compensation"), "manager")
        grave = self.make_owned(order_id=self.order.id, level_id=self.levels[2].id)
        self.assertEqual(self.ask(grave, amount=21).state, "to_approve")

    def test_a_line_left_empty_asks_for_no_more_than_the_company_does(self):
        self.company.complaint_credit_approval_amount = 500
        self.env["customer.complaint.credit.limit"].with_user(self.manager).create({})
        self.assertFalse(self.role_for(100))

    def test_zero_means_every_request(self):
        self.limit(0, "manager", remedy="goodwill")
        self.assertEqual(self.role_for(0.01, goodwill_tax="compensation"), "manager")
        self.assertFalse(self.role_for(0.01))

    def test_a_sum_split_over_requests_of_a_remedy_counts_together(self):
        self.limit(100, remedy="goodwill")
        self.ask(amount=100)
        states = [
            self.ask(amount=amount, goodwill_tax="compensation").state
            for amount in (60, 40, 1)
        ]
        self.assertEqual(states, ["to_do", "to_do", "to_approve"])

    def test_what_a_manager_has_to_approve_no_lead_approves(self):
        self.limit(100, "manager")
        request = self.ask(amount=101)
        self.assertEqual(request.activity_ids.user_id, self.manager)
        with self.assertRefused(AccessError, f"{request.name}: a manager has to"):
            request.with_user(self.lead).action_approve()
        request.with_user(self.manager).action_approve()
        self.assertRecordValues(
            request, [{"state": "to_do", "approver_id": self.manager.id}]
        )

    def test_several_are_approved_from_the_list_at_once_or_none(self):
        self.company.complaint_credit_approval_amount = 1
        requests = self.ask(amount=20) | self.ask(amount=30)
        self.limit(60, "manager")
        grave = self.ask(amount=40)
        with self.assertRefused(AccessError, grave.name):
            (requests | grave).with_user(self.lead).action_approve()
        self.assertEqual(set((requests | grave).mapped("state")), {"to_approve"})
        requests.with_user(self.lead).action_approve()
        self.assertEqual(set(requests.mapped("state")), {"to_do"})
        with self.assertRefused(UserError, "does not wait for an approval"):
            (requests | grave).with_user(self.manager).action_approve()
        grave.with_user(self.manager).action_approve()
        self.assertFalse((requests | grave).activity_ids)

    def test_the_dialog_says_who_approves_before_it_is_sent(self):
        self.company.complaint_credit_approval_amount = 100
        self.limit(200, "manager")
        form = Form(
            self.env["customer.complaint.credit.ask"]
            .with_user(self.handler)
            .with_context(default_complaint_id=self.complaint.id)
        )
        form.kind = "amount"
        self.assertFalse(form.approval_note)
        with form.invoice_ids.edit(0) as row:
            row.amount = 150
        self.assertIn("100.00 a team lead", form.approval_note.replace("\xa0", " "))
        self.assertNotIn("manager", form.approval_note)
        with form.invoice_ids.edit(0) as row:
            row.amount = 201
        self.assertIn("a manager approves", form.approval_note)

    def test_limits_are_per_company_and_made_by_managers(self):
        #
        company = self.env["res.company"].create({"name": "Other company"})
        self.manager.company_ids += company
        self.limit(0, "manager", company=company)
        self.assertFalse(self.role_for(200))
        mine = self.limit(100)
        for user in (self.handler, self.lead, self.accountant):
            with self.subTest(user=user.login):
                self.assertFalse(mine.with_user(user).has_access("write"))
        stranger = new_test_user(
            self.env,
            "t_stranger_manager",
            "customer_complaint.group_complaint_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertNotIn(mine, mine.with_user(stranger).search([]))

    @mute_logger("odoo.sql_db")
    def test_a_limit_is_no_negative_amount_and_no_double(self):
        for amounts in ([-1], [5, 6]):
            with (
                self.subTest(amounts=amounts),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                for amount in amounts:
                    self.limit(amount, remedy="goodwill")
                self.env.flush_all()

    def test_goodwill_is_not_asked_for_under_the_name_of_a_refund(self):
        self.limit(10, "manager", remedy="goodwill")
        refund = self.ask(amount=1).sudo().remedy_id
        with self.assertRefused(UserError, "is no goodwill"):
            self.ask(amount=11, goodwill_tax="compensation", remedy_id=refund.id)
