from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestBudget(CreditCommon):
    """What a team may give without a claim."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.budget = cls.env["customer.complaint.budget"].create(
            {"team_id": cls.team.id, "amount": 100}
        )
        cls.complaint.sudo().team_id = cls.team
        cls.env.ref(
            "customer_complaint.group_complaint_manager"
        ).user_ids -= cls.env.ref("base.user_admin")

    def give(self, amount, complaint=None, **values):
        """A goodwill credit asked for in the handler's rights."""
        remedy = self.promise(complaint=complaint)
        return self.ask(complaint, amount=amount, remedy_id=remedy.id, **values)

    def test_goodwill_requested_by_the_team_in_the_period_uses_the_budget(self):
        self.give(30)
        cancelled = self.give(20)
        cancelled._cancel("Not wanted")
        self.ask(amount=10, remedy_id=self.promise("partial_refund").id)
        elsewhere = self.make_owned(order_id=self.order.id)
        elsewhere.sudo().team_id = self.other_team
        self.give(15, elsewhere)
        earlier = self.give(5)
        self.cr.execute(
            "UPDATE customer_complaint_credit_request SET requested_on = %s"
            " WHERE id = %s",
            (self.budget.date_from - relativedelta(days=1), earlier.id),
        )
        self.env.invalidate_all()
        self.assertEqual((self.budget.used, self.budget.left), (30, 70))
        self.assertEqual(self.budget.used_percent, 30)
        action = self.budget.action_view_requests()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(found.mapped("amount")), self.budget.used)

    def test_goodwill_without_a_credit_note_counts_when_it_is_promised(self):
        coupon = self.promise("coupon", amount=25)
        self.assertEqual(self.budget.used, 25)
        # Handed over after the period, it stays in the budget it was promised from.
        coupon.delivered_at = self.budget.date_to + relativedelta(days=9)
        self.assertEqual(self.budget.used, 25)
        coupon.write({"delivered_at": False, "cancel_reason": "Not wanted"})
        self.env.invalidate_all()
        self.assertEqual(self.budget.used, 0)

    def test_the_day_of_goodwill_is_that_of_whoever_gives_it(self):
        self.handler.tz = "Asia/Shanghai"
        coupon = self.promise("coupon", amount=25, user=self.handler)
        # Ten minutes past midnight in Shanghai, still the year before elsewhere.
        self.cr.execute(
            "UPDATE customer_complaint_remedy SET create_date = %s WHERE id = %s",
            (f"{self.budget.date_from.year - 1}-12-31 16:10:00", coupon.id),
        )
        coupon.invalidate_recordset()
        coupon.sudo().amount = 30
        self.assertEqual(coupon.proposed_on, self.budget.date_from)
        self.env.invalidate_all()
        self.assertEqual(self.budget.used, 30)

    def test_above_the_budget_a_manager_approves(self):
        self.assertEqual(self.give(100).state, "to_do")
        request = self.give(0.01)
        self.assertRecordValues(
            request, [{"state": "to_approve", "is_over_budget": True}]
        )
        self.assertEqual(request.sudo().activity_ids.user_id, self.manager)
        self.assertRegex(self.flushed(request), r"0\.01 above the budget.*manager")
        with self.assertRefused(AccessError, "a manager has to approve"):
            request.with_user(self.lead).action_approve()
        request.with_user(self.manager).action_approve()
        self.assertEqual(request.state, "to_do")

    def flushed(self, request):
        self.flush_tracking()
        return " ".join(request.sudo().message_ids.mapped("body"))

    def test_goodwill_without_a_credit_note_waits_for_a_manager_as_well(self):
        self.promise("coupon", amount=100)
        coupon = self.promise("coupon", amount=30).with_user(self.handler)
        self.assertRecordValues(
            coupon, [{"state": "to_approve", "is_open": True, "is_over_budget": True}]
        )
        todo = self.complaint.sudo().activity_ids
        self.assertEqual(todo.user_id, self.manager)
        self.assertRegex(self.notes_on(self.complaint), r"30\.00 above the budget")
        for give in (
            lambda: coupon.deliver(note="Sent"),
            lambda: coupon.link_document("X1"),
            lambda: coupon.create_document(),
        ):
            with self.assertRefused(UserError, "manager has to approve it"):
                give()
        for user, words in (
            (self.handler, "approved by a team lead or manager"),
            (self.lead, "coupon: a manager has to approve"),
        ):
            with self.assertRefused(AccessError, words):
                coupon.with_user(user).action_approve()
        coupon.with_user(self.manager).action_approve()
        self.assertFalse(todo.exists())
        self.assertEqual(coupon.state, "proposed")
        coupon.amount = 20  # less than was approved
        self.assertEqual(coupon.state, "proposed")
        coupon.amount = 40
        self.assertEqual(coupon.state, "to_approve")
        self.assertEqual(self.complaint.sudo().activity_ids.user_id, self.manager)
        self.budget.amount = 200
        coupon.deliver(note="Sent")
        self.assertEqual((coupon.state, coupon.is_over_budget), ("delivered", False))

    def test_goodwill_that_is_held_back_is_refused_with_a_reason_or_made_smaller(self):
        solution = self.env["customer.complaint.solution"].create(
            {"complaint_id": self.complaint.id}
        )
        gift = self.env["customer.complaint.remedy"].create(
            {
                "solution_id": solution.id,
                "type_id": self.env.ref(
                    "customer_complaint.remedy_type_extended_warranty"
                ).id,
                "product_id": self.product.id,
                "date_from": "2099-01-01",
                "date_to": "2099-12-31",
                "amount": 110,
            }
        )
        self.assertFalse(gift.is_over_budget)  # nobody promised it yet
        solution._choose()
        self.assertEqual(gift.state, "to_approve")
        with self.assertRefused(UserError, "approved before the customer gets it"):
            gift.with_user(self.handler).action_grant()
        gift.with_user(self.handler).amount = 90
        self.assertEqual((gift.state, gift.is_over_budget), ("proposed", False))
        self.assertFalse(self.complaint.sudo().activity_ids)
        gift.with_user(self.handler).amount = 120
        gift.with_user(self.manager).cancel("Too much")
        self.assertEqual(gift.state, "cancelled")
        self.assertFalse(self.complaint.sudo().activity_ids)

    def test_the_lead_s_to_do_passes_to_a_manager_when_the_budget_is_exceeded(self):
        self.company.complaint_credit_approval_amount = 10
        within = self.give(50)
        self.assertEqual(within.sudo().activity_ids.user_id, self.lead)
        request = self.give(60)
        self.assertEqual(request.sudo().activity_ids.user_id, self.manager)

    def test_a_refund_needs_no_budget(self):
        self.budget.amount = 0
        request = self.ask(amount=50)
        self.assertEqual((request.state, request.is_over_budget), ("to_do", False))

    def test_without_a_budget_nothing_is_limited(self):
        self.budget.unlink()
        self.assertEqual(self.give(200).state, "to_do")

    def test_other_currencies_count_at_the_rate_of_the_day(self):
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
                    Command.create({"name": "Part", "price_unit": 300, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()
        self.complaint.order_id = False
        request = self.give(80, invoice_id=invoice.id)
        self.assertEqual(request.amount_company, 40)
        self.assertEqual(self.budget.used, 40)

    def test_what_is_left_is_shown_while_proposing(self):
        self.give(30)
        self.assertRegex(self.complaint.fairness, r"(?s)Service desk.*70\.00 / .*100")
        panel = self.complaint.sudo()._get_fairness(asking=90, goodwill=90)
        self.assertEqual(panel["budget"]["over"], 20)
        self.assertIn(
            "a manager has to approve", self.complaint.sudo()._render_fairness(panel)
        )

    def test_a_day_belongs_to_one_budget_of_a_team(self):
        values = {"team_id": self.team.id, "amount": 5}
        with self.assertRefused(ValidationError, "has a goodwill budget"):
            self.budget.create(values)
        year = self.budget.date_to.year + 1
        later = {"date_from": f"{year}-01-01", "date_to": f"{year}-06-30"}
        with self.assertRefused(ValidationError, "has a goodwill budget"):
            self.budget.create([{**values, **later}, {**values, **later}])
        self.budget.create({**values, **later})

    def test_managers_plan_budgets_and_teams_see_their_own(self):
        foreign = self.budget.create({"team_id": self.other_team.id, "amount": 7})
        other = self.env["res.company"].create({"name": "Other Ltd"})
        abroad = self.budget.create(
            {"team_id": self.top_team.id, "company_id": other.id, "amount": 9}
        )
        mine = self.budget | foreign | abroad
        domain = [("id", "in", mine.ids)]
        for user, seen in (
            (self.handler, self.budget),
            (self.lead, self.budget),
            (self.manager, self.budget | foreign),
        ):
            with self.subTest(user=user.login):
                found = self.budget.with_user(user).search(domain)
                self.assertEqual(found.sudo(), seen)
        with self.assertRaises(AccessError):
            self.budget.with_user(self.lead).write({"amount": 1000})
        with self.assertRaises(AccessError):
            self.budget.with_user(self.accountant).read(["amount"])
        with Form(self.budget.with_user(self.manager)) as form:
            form.amount = 120
        self.assertEqual(self.budget.amount, 120)

    def test_fifty_budgets_cost_one_statement(self):
        self.give(30)
        year = self.budget.date_to.year
        budgets = self.budget | self.budget.create(
            [
                {
                    "team_id": self.team.id,
                    "amount": 5,
                    "date_from": f"{year + add}-01-01",
                    "date_to": f"{year + add}-12-31",
                }
                for add in range(1, 50)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self.assertEqual(budgets._get_used(), {self.budget.id: 30})
