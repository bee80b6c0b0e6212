from datetime import date, datetime, timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.satisfaction_plan_group import get_period
from .common import SatisfactionCommon


class GroupCase(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.customers(8)
        cls.mine = str([("id", "in", cls.group.ids)])
        cls.today = fields.Date.today()

    def rows(self, plan):
        return self.Invitation.search([("plan_id", "=", plan.id)], order="partner_id")

    def periodic(self, **values):
        return self.plan_after(
            "periodic",
            **{"group_domain": self.mine, "start_date": self.today, **values},
        )

    def noon(self, days=0):
        return datetime.combine(self.today + timedelta(days=days), datetime.min.time())


@tagged("post_install", "-at_install")
class TestPeriodicPlans(GroupCase):
    def test_period_in_which_a_day_lies(self):  # S-23
        start = date(2026, 1, 15)
        for number, unit, day, expected in (
            (3, "months", date(2026, 1, 14), None),
            (3, "months", date(2026, 1, 15), (start, date(2026, 4, 15))),
            (3, "months", date(2026, 4, 14), (start, date(2026, 4, 15))),
            (3, "months", date(2026, 4, 15), (date(2026, 4, 15), date(2026, 7, 15))),
            (1, "months", date(2026, 3, 14), (date(2026, 2, 15), date(2026, 3, 15))),
            (2, "weeks", date(2026, 2, 11), (date(2026, 1, 29), date(2026, 2, 12))),
            (10, "days", date(2026, 1, 25), (date(2026, 1, 25), date(2026, 2, 4))),
            (1, "years", date(2027, 1, 14), (start, date(2027, 1, 15))),
        ):
            with self.subTest(number=number, unit=unit, day=day):
                self.assertEqual(get_period(start, number, unit, day), expected)
        last = date(2026, 1, 31)
        for day in (last + timedelta(days=n) for n in range(400)):
            first, following = get_period(last, 1, "months", day)
            self.assertTrue(first <= day < following, day)

    def test_plan_asks_everybody_once_a_quarter_when_nothing_else_is_said(self):  # S-23
        plan = self.periodic()
        self.assertEqual((plan.interval_number, plan.interval_unit), (3, "months"))
        self.assertEqual(plan._plan_period(self.noon()), 8)
        rows = self.rows(plan)
        self.assertEqual(rows.partner_id, self.group)
        self.assertEqual(set(rows.mapped("period")), {str(self.today)})
        self.assertEqual(plan._plan_period(self.noon(1)), 0, "twice is once")
        _first, following = get_period(self.today, 3, "months", self.today)
        moments = rows.mapped("send_at")
        self.assertTrue(all(self.noon() <= m for m in moments))
        self.assertTrue(all(m.date() <= following for m in moments))
        # Two may be given the same moment by chance.
        self.assertGreater(len(set(moments)), 6, "spread over the period")
        self.assertEqual(plan._plan_period(self.noon(95)), 8, "the next quarter")

    def test_customer_who_comes_later_is_asked_in_what_is_left(self):  # S-23
        plan = self.periodic(group_domain=str([("name", "=like", "Customer %")]))
        plan._plan_period(self.noon())
        late = self.env["res.partner"].create(
            {"name": "Customer late", "email": "late@example.com"}
        )
        self.assertEqual(plan._plan_period(self.noon(60)), 1)
        row = self.rows(plan).filtered(lambda r: r.partner_id == late)
        self.assertGreaterEqual(row.send_at, self.noon(60))

    def test_first_rhythm_that_fits_holds(self):  # S-24
        food = self.env["product.category"].create({"name": "Food"})
        cheese = self.env["product.category"].create(
            {"name": "Cheese", "parent_id": food.id}
        )
        brie = self.env["product.product"].create(
            {"name": "Brie", "type": "service", "categ_id": cheese.id}
        )
        eater, dormant, first, active, *_others = self.group
        orders = {
            eater: [self.order(eater, brie)],
            dormant: [self.order(dormant)],
            first: [self.order(first)],
            active: [self.order(active), self.order(active)],
        }
        for partner, made in orders.items():
            for order in made:
                order.action_confirm()
                if partner == dormant:
                    order.date_order = self.noon(-400)
        plan = self.periodic(start_date=self.today - timedelta(days=200))
        rhythms = (
            {"category_id": food.id, "interval_number": 1, "interval_unit": "weeks"},
            {"lifecycle": "dormant", "interval_number": 0},
            {"lifecycle": "first", "interval_number": 1, "interval_unit": "months"},
            {"lifecycle": "active", "interval_number": 1, "interval_unit": "years"},
        )
        plan.interval_ids = [
            fields.Command.create({**line, "sequence": n})
            for n, line in enumerate(rhythms)
        ]
        plan._plan_period(self.noon())
        periods = {row.partner_id: row.period for row in self.rows(plan)}

        def begins(number, unit):
            return str(get_period(plan.start_date, number, unit, self.today)[0])

        self.assertNotIn(dormant, periods, "never")
        self.assertEqual(periods[eater], begins(1, "weeks"))
        self.assertEqual(periods[first], begins(1, "months"))
        self.assertEqual(periods[active], begins(1, "years"))
        self.assertEqual(periods[_others[0]], begins(3, "months"))

    def test_who_left_the_group_is_not_asked(self):  # S-28
        plan = self.periodic(
            group_domain=str([("id", "in", self.group.ids), ("city", "=", False)])
        )
        plan._plan_period(self.noon())
        self.group[0].city = "Utrecht"
        self.group[1].active = False
        self.send(days=100)
        reasons = self.rows(plan).mapped("reason")
        self.assertEqual(reasons, ["not_in_group"] * 2 + [False] * 6)

    def test_group_that_is_no_domain_is_refused(self):
        for domain in ("[('nonsense', '=', 1)]", "what?", "[("):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self.periodic(group_domain=domain)

    def test_group_is_chosen_by_what_its_author_may_see(self):
        chief = self.user("group_chief", "group_satisfaction_manager")
        plan = self.periodic().with_user(chief)
        plan.group_domain = str([("name", "=like", "Many %")])
        with self.assertRaises(AccessError):
            plan.group_domain = str([("signup_type", "!=", False)])

    @mute_logger("odoo.addons.customer_satisfaction.models.satisfaction_plan_group")
    def test_plan_that_fails_stops_no_other(self):
        broken, good = self.periodic(sequence=1), self.periodic(sequence=2)
        Plan = self.registry["customer.satisfaction.plan"]
        plan_period = Plan._plan_period

        def fail(plan, now):
            if plan == broken:
                raise ValueError("no such group")
            return plan_period(plan, now)

        with self.enter_registry_test_mode(), patch.object(Plan, "_plan_period", fail):
            cron = self.env.ref("customer_satisfaction.ir_cron_plan_invitations")
            cron.method_direct_trigger()
        self.assertEqual((len(self.rows(broken)), len(self.rows(good))), (0, 8))

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_second_one_in_the_period(self):
        plan = self.periodic()
        plan._plan_period(self.noon())
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.rows(plan)[0].copy().flush_recordset()

    def test_planning_costs_the_same_for_8_and_500_customers(self):
        self.env["res.partner"].create(
            [{"name": f"Many {n}", "email": f"m{n}@example.com"} for n in range(500)]
        )
        few, many = (
            self.periodic(),
            self.periodic(group_domain=str([("name", "=like", "Many %")])),
        )
        spent = []
        for plan in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            plan._plan_period(self.noon())
            self.env.flush_all()
            spent.append(self.cr.sql_log_count - before)
        self.assertEqual(len(self.rows(many)), 500)
        self.assertLessEqual(spent[1], spent[0] + 1)


@tagged("post_install", "-at_install")
class TestAskByHand(GroupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manual = cls.plan_after("manual", group_domain=cls.mine)
        cls.chief = cls.user(
            "satisfaction_chief",
            "group_satisfaction_manager",
            "sales_team.group_sale_salesman_all_leads",
        )

    def wizard(self, documents=None, user=None):
        context = {"default_plan_id": self.manual.id}
        if documents is not None:
            context |= {"active_model": documents._name, "active_ids": documents.ids}
        Ask = self.env["customer.satisfaction.ask"].with_user(user or self.chief)
        return Form(Ask.with_context(**context)).save()

    def test_shows_who_would_not_be_asked_and_why_before_anybody_is(self):  # S-27
        self.group[0].email = False
        self.env["customer.satisfaction.optout"]._stop(
            ["customer1@example.com"], "page"
        )
        self.group[2].name = "<b>Bold</b>"
        self.env["mail.blacklist"]._add("customer2@example.com")
        wizard = self.wizard(self.group[:4])
        self.assertEqual(wizard.ask_count, 1)
        self.assertIn("1 of 4", wizard.preview)
        self.assertIn("No usable e-mail address", wizard.preview)
        self.assertIn("Customer 1", wizard.preview)
        self.assertNotIn("<b>Bold", wizard.preview)
        self.assertFalse(self.rows(self.manual), "nothing is written by looking")

    def test_chosen_customers_are_asked_at_once_with_a_reason_for_each_other(self):
        # S-27 S-28
        self.group[0].email = False
        action = self.wizard(self.group[:4]).action_ask()
        rows = self.Invitation.search(action["domain"])
        self.assertEqual(rows.partner_id, self.group[:4])
        self.send(hours=1)
        self.assertEqual(set(rows.mapped("state")), {"sent", "skipped"})
        self.assertEqual(
            rows.filtered("reason").mapped("reason"), ["no_email"], "one each"
        )

    def test_group_of_the_plan_is_asked_when_nothing_is_chosen(self):  # S-27
        action = self.manual.with_user(self.chief).action_preview()
        Ask = self.env["customer.satisfaction.ask"].with_user(self.chief)
        wizard = Form(Ask.with_context(**action["context"])).save()
        self.assertEqual(wizard.ask_count, 8)
        wizard.action_ask()
        self.assertEqual(self.rows(self.manual).partner_id, self.group)

    def test_chosen_orders_and_complaints_stay_with_their_answers(self):  # S-27 S-32
        order = self.order(self.group[0])
        order.action_confirm()
        self.wizard(order).action_ask()
        self.wizard(order).action_ask()
        complaint = self.closed(self.group[1])
        self.chief.group_ids += self.env.ref(
            "customer_complaint.group_complaint_manager"
        )
        self.wizard(complaint).action_ask()
        self.send(hours=1)
        by_order, by_complaint = self.rows(self.manual)
        self.assertEqual(by_order.user_input_id.sale_order_id, order)
        self.assertEqual(by_complaint.user_input_id.complaint_id, complaint)

    def test_any_list_with_customers_will_do(self):  # S-27
        users = self.env["res.users"].browse(self.chief.id)
        wizard = self.wizard(users)
        self.assertEqual(wizard._get_partners(), self.chief.partner_id)
        with self.assertRaises(UserError):
            self.wizard(self.env["res.country"].search([], limit=1))._get_documents()

    def test_chosen_records_that_are_gone_do_not_become_the_group(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        order = self.order()
        chosen = [(order._name, order.ids), (partner._name, partner.ids)]
        (order + self.order()).unlink()
        partner.unlink()
        Ask = self.env["customer.satisfaction.ask"].with_user(self.chief)
        for model, ids in (*chosen, ("res.partner", "abc"), ("sale.order", ["x"])):
            wizard = Ask.with_context(active_model=model, active_ids=ids).create(
                {"plan_id": self.manual.id}
            )
            self.assertEqual(wizard.ask_count, 0, model)
            wizard.action_ask()
        self.assertFalse(self.rows(self.manual))
        with self.assertRaises(UserError):
            Ask.create(
                {"plan_id": self.manual.id, "res_model": "no.such", "res_ids": [1]}
            ).action_ask()

    def test_plan_that_asks_by_itself_shows_and_does_not_send(self):
        plan = self.periodic()
        plan._plan_period(self.noon())
        action = plan.with_user(self.chief).action_preview()
        Ask = self.env["customer.satisfaction.ask"].with_user(self.chief)
        wizard = Ask.with_context(**action["context"]).create({})
        self.assertEqual(wizard.ask_count, 8)
        with self.assertRaises(UserError):
            wizard.action_ask()

    def test_plan_that_was_just_made_says_why_it_has_nobody_to_ask(self):
        plan = self.manual.copy({"trigger": "order_confirmed"})
        Ask = self.env["customer.satisfaction.ask"].with_user(self.chief)
        self.assertIn("before", Ask.create({"plan_id": plan.id}).preview)

    def test_plan_has_a_satisfaction_survey_and_times_that_end(self):
        quiz = self.env["survey.survey"].create(
            {"title": "Quiz", "survey_type": "survey"}
        )
        with self.assertRaises(ValidationError):
            self.manual.survey_id = quiz
        for field in ("validity_days", "rest_days", "reminder_days", "delay_hours"):
            with (
                self.assertRaises(psycopg2.errors.CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.manual[field] = 10**9
                self.manual.flush_recordset()

    def test_reader_may_not_ask(self):
        reader = self.user("satisfaction_reader", "group_satisfaction_user")
        with self.assertRaises(AccessError):
            self.manual.with_user(reader).action_preview()
        wizard = self.wizard(self.group)
        with self.assertRaises(AccessError):
            wizard.with_user(reader).action_ask()

    def test_nobody_asks_in_the_name_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.manual.company_id = False
        wizard = self.wizard(self.group)
        wizard.company_id = other
        with self.assertRaises(AccessError):
            wizard.action_ask()


@tagged("post_install", "-at_install")
class TestProgramme(SatisfactionCommon):
    def test_four_steps_follow_each_other_with_their_dates(self):  # S-14
        chief = self.user("satisfaction_chief", "group_satisfaction_manager")
        plan = self.plan.with_user(chief)
        with self.assertRaisesRegex(UserError, "aim"):
            plan.action_finish_step()
        plan.aim = "Why do customers order only once?"
        plan.action_finish_step()
        plan.action_finish_step()
        self.assertEqual(plan.programme_step, "collect")
        with self.assertRaisesRegex(UserError, "Nobody has answered"):
            plan.action_finish_step()
        answer = self.invited()
        answer._save_lines(self.csat, str(self.option(4).id))
        answer._mark_done()
        plan.action_finish_step()
        with self.assertRaisesRegex(UserError, "follows"):
            plan.action_finish_step()
        plan.analysis = "Delivery took too long."
        plan.action_finish_step()
        self.assertEqual(plan.programme_step, "done")
        today = fields.Date.context_today(plan)
        for step in ("aim", "tool", "collect", "analyse"):
            self.assertEqual(plan[f"{step}_date"], today)
        plan.action_restart_programme()
        self.assertEqual((plan.programme_step, plan.aim_date), ("aim", False))

    def test_steps_of_an_anonymous_survey_go_on_once_somebody_answered(self):
        # S-14 S-33
        chief = self.user("satisfaction_chief", "group_satisfaction_manager")
        survey = self.survey.copy({"is_anonymous": True})
        self.plan.survey_id = survey
        plan = self.plan.with_user(chief)
        plan.aim = "What do they dislike?"
        plan.action_finish_step()
        plan.action_finish_step()
        with self.assertRaisesRegex(UserError, "Nobody has answered"):
            plan.action_finish_step()
        answer = self.env["survey.user_input"].create(
            {"survey_id": survey.id, "plan_id": plan.id, "state": "done"}
        )
        self.assertFalse(answer.with_user(chief).has_access("read"))
        plan.action_finish_step()
        self.assertEqual(plan.programme_step, "analyse")

    def test_steps_are_not_written_by_hand(self):  # S-14
        chief = self.user("satisfaction_chief", "group_satisfaction_manager")
        with self.assertRaises(UserError):
            self.plan.with_user(chief).programme_step = "done"
        reader = self.user("satisfaction_reader", "group_satisfaction_user")
        with self.assertRaises(AccessError):
            self.plan.with_user(reader).action_finish_step()
