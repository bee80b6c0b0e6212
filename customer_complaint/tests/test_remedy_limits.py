from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestRemedyLimits(CreditCommon):
    """Limits hold for what no credit note gives, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint.sudo().team_id = cls.team
        cls.second_lead = cls.make_lead("t_second_lead")
        cls.team.member_ids += cls.second_lead

    @classmethod
    def make_lead(cls, login, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            "customer_complaint.group_complaint_lead",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def coupon(self, amount, complaint=None, user=None):
        """A coupon that the handler promises, unless somebody else does."""
        return self.promise(
            "coupon", complaint, user=user or self.handler, amount=amount
        )

    def todo(self, complaint=None):
        """Who is to approve remedies of the complaint."""
        return (complaint or self.complaint).sudo().activity_ids.user_id

    def test_above_its_limit_a_remedy_waits_and_says_why(self):
        self.limit(100)
        self.assertEqual(self.coupon(100).state, "proposed")
        self.assertFalse(self.todo())
        other = self.make_owned()
        other.sudo().team_id = self.team
        coupon = self.coupon(101, other)
        self.assertRecordValues(
            coupon,
            [
                {
                    "state": "to_approve",
                    "approver_role": "lead",
                    "is_over_budget": False,
                    "is_open": True,
                }
            ],
        )
        self.assertEqual(self.todo(other), self.lead)
        words = r"coupon has to be approved.*100\.00 a team lead approves"
        self.assertRegex(self.notes_on(other), words)
        for give in (
            lambda: coupon.deliver(note="Sent"),
            lambda: coupon.link_document("X1"),
            lambda: coupon.create_document(),
            lambda: coupon.action_document(),
        ):
            with self.assertRefused(UserError, words):
                give()
        coupon.with_user(self.lead).action_approve()
        self.assertFalse(self.todo(other))
        self.assertRecordValues(
            coupon, [{"state": "proposed", "approver_id": self.lead.id}]
        )
        event = self.env["customer.complaint.event"].search(
            [("complaint_id", "=", other.id), ("field_name", "=", "remedy_ids")],
            order="id desc",
            limit=1,
        )
        self.assertEqual((event.new, event.user_id), ("Approved", self.lead))
        coupon.deliver(note="Sent")
        self.assertEqual(coupon.state, "delivered")

    def test_what_is_granted_for_a_period_waits_as_well(self):
        self.limit(50, remedy="extended_warranty")
        warranty = self.promise(
            "extended_warranty",
            user=self.handler,
            amount=60,
            product_id=self.product.id,
            date_from="2099-01-01",
            date_to="2099-12-31",
        )
        with self.assertRefused(UserError, "50.00 a team lead approves"):
            warranty.action_grant()
        warranty.with_user(self.lead).action_approve()
        warranty.action_grant()
        self.assertEqual(warranty.state, "delivered")

    def test_a_limit_holds_for_its_type_and_its_level_only(self):
        self.limit(10, "manager", remedy="replacement")
        self.limit(20, level=self.levels[2])
        self.assertEqual(self.coupon(30).state, "proposed")
        replaced = self.promise("replacement", amount=11, product_id=self.product.id)
        self.assertEqual(replaced.approver_role, "manager")
        grave = self.make_owned(level_id=self.levels[2].id)
        self.assertEqual(self.coupon(21, grave).approver_role, "lead")
        self.assertEqual(self.promise("apology", grave).state, "proposed")

    def test_all_that_one_complaint_is_given_counts_together(self):
        self.limit(100)
        self.ask(amount=60)
        free, held = self.coupon(40), self.coupon(1)
        self.assertEqual((free.state, held.state), ("proposed", "to_approve"))
        self.assertEqual(self.ask(amount=1).state, "to_approve")
        # What was let through stays so.
        free.amount = 39
        self.assertEqual(free.state, "proposed")

    def test_the_amount_of_the_company_is_about_credit_notes_only(self):
        self.company.complaint_credit_approval_amount = 50
        self.assertEqual(self.coupon(500).state, "proposed")
        self.assertEqual(self.ask(amount=50).state, "to_do")

    def test_the_strictest_of_limit_and_budget_decides(self):
        self.limit(10)
        self.env["customer.complaint.budget"].create(
            {"team_id": self.team.id, "amount": 100}
        )
        coupon = self.coupon(50)
        self.assertEqual((coupon.approver_role, self.todo()), ("lead", self.lead))
        coupon.amount = 101
        self.assertEqual((coupon.approver_role, self.todo()), ("manager", self.manager))
        self.assertTrue(coupon.is_over_budget)
        coupon.amount = 50
        self.assertEqual((coupon.approver_role, self.todo()), ("lead", self.lead))
        coupon.amount = 10
        self.assertEqual(coupon.state, "proposed")
        self.assertFalse(self.todo())

    def test_a_raised_amount_or_another_type_withdraws_the_approval(self):
        self.limit(100)
        coupon = self.coupon(150)
        coupon.with_user(self.lead).action_approve()
        coupon.amount = 120
        self.assertEqual(coupon.state, "proposed")
        coupon.amount = 130
        self.assertEqual((coupon.state, self.todo()), ("to_approve", self.lead))
        coupon.with_user(self.lead).action_approve()
        coupon.type_id = self.env.ref("customer_complaint.remedy_type_gift")
        self.assertEqual((coupon.state, self.todo()), ("to_approve", self.lead))
        # Of a type that has no limit it waits for nobody.
        self.env["customer.complaint.credit.limit"].search(
            []
        ).remedy_type_id = self.env.ref("customer_complaint.remedy_type_coupon")
        coupon.type_id = self.env.ref("customer_complaint.remedy_type_replacement")
        self.assertEqual(coupon.state, "proposed")
        self.assertFalse(self.todo())

    def test_neither_who_proposed_nor_who_raised_it_approves(self):
        # C-65
        self.limit(100)
        own = self.coupon(150, user=self.lead)
        self.assertNotIn(self.lead, self.todo())
        with self.assertRefused(UserError, "Another lead or manager"):
            own.action_approve()
        own.with_user(self.manager).cancel("Not wanted")
        coupon = self.coupon(150)
        self.assertEqual(self.todo(), self.lead)
        coupon.with_user(self.lead).amount = 500
        self.assertTrue(self.todo() - self.lead)
        with self.assertRefused(UserError, "Another lead or manager"):
            coupon.with_user(self.lead).action_approve()
        coupon.with_user(self.second_lead).action_approve()
        self.assertEqual(coupon.state, "proposed")

    def test_who_may_approve(self):
        self.limit(100)
        coupon = self.coupon(150)
        company = self.env["res.company"].create({"name": "Other company"})
        elsewhere = self.make_lead("t_elsewhere")
        self.other_team.leader_id = elsewhere
        for user, words in (
            (self.handler, "approved by a team lead or manager"),
            (self.colleague, "not allowed|access"),
            (elsewhere, "not allowed|access"),
            (self.make_lead("t_abroad", company), "not allowed|access"),
            (self.accountant, "carried out by those who handle"),
        ):
            with (
                self.subTest(user=user.login),
                self.assertRefused(AccessError, words),
            ):
                coupon.with_user(user).action_approve()
        users = (self.handler, self.lead, self.manager)
        shown = [coupon.with_user(user).can_approve for user in users]
        self.assertEqual(shown, [False, True, True])
        self.limit(120, "manager")
        coupon.amount = 160
        shown = [coupon.with_user(user).can_approve for user in users]
        self.assertEqual(shown, [False, False, True])
        with self.assertRefused(AccessError, "coupon: a manager has to approve"):
            coupon.with_user(self.lead).action_approve()
        coupon.with_user(self.manager).action_approve()
        self.assertFalse(coupon.with_user(self.manager).can_approve)
        for values in ({"approver_id": self.handler.id}, {"approver_role": False}):
            with self.assertRaises(AccessError):
                coupon.write(values)

    def test_limits_of_another_company_hold_nothing_back(self):
        #
        company = self.env["res.company"].create({"name": "Other company"})
        self.manager.company_ids += company
        self.limit(0, company=company)
        self.assertEqual(self.coupon(150).state, "proposed")

    def test_other_currencies_count_at_the_rate_of_the_day(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        self.limit(100)
        coupon = self.coupon(200)
        coupon.currency_id = currency
        self.assertEqual(coupon.state, "proposed")
        coupon.amount = 201
        self.assertEqual(coupon.state, "to_approve")

    def test_several_are_approved_at_once_or_none(self):
        self.limit(0)
        self.limit(50, "manager")
        complaints = [self.make_owned(team_id=self.team.id) for _i in range(100)]
        for complaint in complaints:
            complaint.sudo().team_id = self.team
        model = self.env["customer.complaint.remedy"]
        coupons = model.concat(*(self.coupon(20, c) for c in complaints))
        grave = self.coupon(60)
        with self.assertRefused(AccessError, "coupon: a manager has to approve"):
            (coupons[:2] | grave).with_user(self.lead).action_approve()
        self.assertEqual(set(coupons.mapped("state")), {"to_approve"})
        self.assertTrue(model.with_user(self.lead).action_approve())
        coupons[0].with_user(self.lead).action_approve()
        with self.assertRefused(UserError, "does not wait for an approval"):
            coupons[:2].with_user(self.lead).action_approve()
        self.env.flush_all()
        counts = []
        for some in (coupons[1:3], coupons[3:]):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.with_user(self.lead).action_approve()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 10)
        self.assertEqual(set(coupons.mapped("state")), {"proposed"})
        self.assertFalse(coupons.complaint_id.sudo().activity_ids)

    def test_what_waits_is_listed_for_who_approves(self):
        self.limit(10)
        # It is the request of a refund that waits, in a list of its own.
        self.assertEqual(self.ask(amount=50).remedy_id.state, "to_approve")
        coupon = self.coupon(20)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_remedy_action_to_approve"
        )
        listed = self.env["customer.complaint.remedy"].with_user(self.lead)
        domain = literal_eval(action["domain"])
        self.assertEqual(listed.search(domain), coupon)
        coupon.with_user(self.lead).action_approve()
        self.assertFalse(listed.search(domain))

    def test_what_is_not_promised_any_more_is_nobody_s_to_do(self):
        self.limit(100)
        first = self.coupon(150)
        solution = self.env["customer.complaint.solution"].create(
            {"complaint_id": self.complaint.id}
        )
        second = self.env["customer.complaint.remedy"].create(
            {
                "solution_id": solution.id,
                "type_id": first.type_id.id,
                "amount": 120,
            }
        )
        self.assertFalse(second.approver_role)  # nobody promised it yet
        solution.with_user(self.handler)._choose()
        self.assertEqual((first.state, second.state), ("cancelled", "to_approve"))
        self.assertEqual(len(self.complaint.sudo().activity_ids), 1)
        with self.assertRefused(UserError, "does not wait"):
            first.with_user(self.lead).action_approve()
        solution.with_user(self.handler).action_drop()
        self.assertFalse(self.todo())

    def test_what_waits_for_a_lead_goes_along_when_he_hands_over(self):
        # C-65
        self.limit(100)
        self.coupon(150)
        mine = self.make_complaint(user_id=self.lead.id)
        mine.sudo().team_id = self.team
        own = self.coupon(150, mine, user=self.second_lead)
        self.assertEqual(self.todo() | self.todo(mine), self.lead)
        now = fields.Datetime.now()
        absence = self.env["customer.complaint.absence"].create(
            {
                "user_id": self.lead.id,
                "deputy_id": self.second_lead.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
            }
        )
        absence.with_user(self.lead).action_hand_over()
        self.assertEqual(self.todo(), self.second_lead)
        # The complaint is the deputy's now; what he proposed waits for somebody else.
        self.assertEqual(mine.user_id, self.second_lead)
        approver = own.sudo().approval_todo_id.user_id
        self.assertTrue(approver)
        self.assertNotIn(approver, self.lead | self.second_lead)

    def test_every_type_can_have_a_limit(self):
        model = self.env["customer.complaint.credit.limit"].with_user(self.manager)
        with Form(model) as form:
            form.remedy_type_id = self.env.ref("customer_complaint.remedy_type_gift")
            form.amount = 30
        self.assertRegex(form.record.display_name, r"30\.00 a team lead approves")
        self.limit(100)
        self.assertRegex(self.limit(200, "manager").display_name, "Every remedy: above")
