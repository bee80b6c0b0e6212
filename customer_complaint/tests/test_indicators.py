import ast
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged

from ..models.customer_complaint_deadline import JUDGED
from ..tools.measure import Figure, Measure, percent
from .dashboard_common import BEFORE, NOW, START, DashboardCommon


@tagged("post_install", "-at_install")
class TestIndicators(DashboardCommon):
    def test_new_complaints_are_those_received_in_the_period_archived_ones_too(self):
        # C-168
        for moment in (START, NOW - timedelta(seconds=1), BEFORE):
            self.make_complaint(received_at=moment)
        self.make_complaint(received_at=START - timedelta(seconds=1))
        self.make_complaint(received_at=BEFORE - timedelta(seconds=1))
        put_away = self.make_complaint(received_at=START)
        put_away._close("confirmed")
        put_away.active = False
        measure = self.measure("new")
        # 2 + 1 archived in the period; one at its beginning and one at its end before.
        self.assertEqual((measure.value, measure.previous), (3, 2))

    def test_a_change_of_a_count_is_called_chance_until_a_test_says_otherwise(self):
        # figures: 15 after 30 has p 0.0357, 30 after 40 has p 0.2820
        for before, now, words, tone in (
            (30, 15, "Before: 30, more than chance", "better"),
            (15, 30, "Before: 15, more than chance", "worse"),
            (40, 30, "Before: 40, may be chance", False),
            (7, 7, "Before: 7, no change", False),
            (0, 30, "", False),  # perhaps nothing was recorded then
        ):
            with self.subTest(before=before, now=now):
                figure = Figure("x", Domain.TRUE, date="d", moments=(1, 2, 3))
                said = self.describe("new", figure.judge(before + now, 0, now, 0))
                self.assertEqual((said["change"], said["tone"]), (words, tone))

    def test_open_counts_what_is_not_closed_at_this_moment(self):
        self.make_complaint(received_at=BEFORE - timedelta(days=400))
        self.make_complaint()
        self.make_complaint()._close("confirmed")
        self.make_complaint().active = False
        self.assertEqual(self.measure("open").value, 2)

    def test_overdue_counts_running_dates_owed_to_customers(self):
        late, soon = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
        rows = self.ledger(
            self.make_complaint(),
            (3, late, "open", False),
            (2, soon, "open", False),
            (4, late, "done", "overdue"),
            (5, late, "dropped", False),
        )
        rows[0].owed_to = "internal"
        self.assertEqual(self.measure("overdue").value, 2)

    def test_deadlines_met_counts_running_and_late_as_missed_and_the_rest_not_at_all(
        self,
    ):
        # C-168; SL-01: 183 met, 9 closed late, 8 open and late: 183 of 200 = 0.915
        due, later = NOW - timedelta(days=2), NOW + timedelta(days=2)
        rows = self.ledger(
            self.make_complaint(),
            (184, due, "done", "on_time"),
            (9, due, "done", "overdue"),
            (8, due, "open", False),
            (40, later, "open", False),
            (3, due, "dropped", False),
            (5, START - timedelta(seconds=1), "done", "on_time"),
            (6, due, "open", False),
        )
        rows[0].owed_to = "internal"
        # Paused: nobody can say yet whether it will be met.
        rows[-6:].state = "paused"
        measure = self.measure("deadlines_met")
        self.assertEqual(measure.n, 200)
        self.assertAlmostEqual(measure.value, 0.915)
        self.assertAlmostEqual(measure.low, 0.8681041293)
        self.assertAlmostEqual(measure.high, 0.9462542498)
        said = self.describe("deadlines_met", measure)
        self.assertEqual(said["values"], ["92 %"])  # half-up, not to the even digit
        self.assertEqual(said["certainty"], "200 deadlines, fairly sure (87 to 95 %)")
        # Before there were 5 of 5: too few to compare with.
        self.assertEqual((said["change"], said["trend"]), ("", False))

    def test_the_list_behind_deadlines_met_shows_what_the_indicator_counts(self):
        due, later = NOW - timedelta(days=2), NOW + timedelta(days=2)
        rows = self.ledger(
            self.make_complaint(),
            (2, due, "done", "on_time"),
            (1, due, "done", "overdue"),
            (1, due, "open", False),
            (1, due, "dropped", "overdue"),
            (1, later, "done", "on_time"),
            (1, later, "open", False),
            (1, due, "dropped", False),
            (1, due, "paused", False),
        )
        rows[0].owed_to = "internal"
        action = self.env.ref(
            "customer_complaint.customer_complaint_deadline_action_met"
        )
        shown = rows.search(ast.literal_eval(action.domain))
        self.assertEqual(shown, rows[1:5])
        self.assertEqual(
            self.measure("deadlines_met", start=START - timedelta(days=900)).n,
            len(shown.filtered_domain(JUDGED)),
        )

    def lasting(self, code, *hours, ended=NOW - timedelta(days=1)):
        """Fulfilled deadlines of a complaint that took these hours."""
        kind = {"mean_handling": "completion", "mean_first_answer": "first_response"}
        rows = self.ledger(
            self.make_complaint(), (len(hours), ended, "done", "on_time")
        )
        for row, taken in zip(rows, hours, strict=True):
            row.write(
                {
                    "deadline_type": kind[code],
                    "start_at": ended - timedelta(hours=taken),
                }
            )
        return rows

    def aim(self, **hours):
        """Give deadline types a target of the mean."""
        policy = type(self.env["customer.complaint.policy"])
        self.patch(
            policy, "_get_mean_target", lambda self, company, kind: hours.get(kind)
        )

    def test_the_mean_handling_time_is_judged_by_its_target_and_no_single_case_is(self):
        # C-36; TV-6: 10, 40 and 80 h have a mean of 43.3 h
        rows = self.lasting("mean_handling", 10, 40, 80)
        self.aim(completion=48)
        measure = self.measure("mean_handling")
        self.assertEqual(measure.n, 3)
        self.assertAlmostEqual(measure.value, 130 / 3)
        said = self.describe("mean_handling", measure)
        self.assertEqual(said["values"], ["43.3 h"])
        # Standard deviation 35.1, t 4.303: 43.3 plus and minus 87.2, and no time is negative
        self.assertEqual(
            said["certainty"],
            "3 complaints, between 0 h and 130.6 h; target 48 h: met",
        )
        self.assertFalse(any(rows.mapped("is_late")))
        self.aim(completion=43)
        said = self.describe("mean_handling", self.measure("mean_handling"))
        self.assertIn("; target 43 h: not met", said["certainty"])
        self.assertFalse(any(rows.mapped("is_late")))
        self.assertEqual(self.measure("overdue").value, 0)

    def test_the_mean_first_answer_is_a_target_in_minutes(self):
        # C-39
        self.lasting("mean_first_answer", 0.25, 0.5, 0.6)
        self.lasting("mean_handling", 100)
        self.aim(first_response=0.5)
        measure = self.measure("mean_first_answer")
        said = self.describe("mean_first_answer", measure)
        self.assertEqual(said["values"], ["27 min"])
        self.assertIn("; target 30 min: met", said["certainty"])
        self.assertEqual(self.found(self.manager, measure._asdict()), 3)

    def test_a_mean_without_target_or_cases_says_so(self):
        said = self.describe("mean_handling", self.measure("mean_handling"))
        self.assertEqual(
            (said["values"], said["certainty"]),
            (["–"], "No complaints in this period"),
        )
        self.lasting("mean_handling", 10)
        said = self.describe("mean_handling", self.measure("mean_handling"))
        self.assertEqual(said["values"], ["10 h"])
        self.assertEqual(said["certainty"], "One case, which says little")

    def test_companies_with_different_targets_have_none_in_common(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        policy = type(self.env["customer.complaint.policy"])
        self.patch(policy, "_get_mean_target", lambda self, company, kind: company)
        self.manager.company_ids += company
        self.lasting("mean_handling", 10, 20)
        for ids, told in (
            (self.company.ids, True),
            (self.manager.company_ids.ids, False),
        ):
            tile = self.tile("mean_handling", allowed_company_ids=ids)
            self.assertEqual("target" in tile["certainty"], told)

    def test_a_change_of_a_mean_is_chance_until_a_test_says_otherwise(self):
        self.lasting("mean_handling", *[10, 20] * 15, ended=START - timedelta(days=1))
        self.lasting("mean_handling", *[10, 18] * 15)
        said = self.describe("mean_handling", self.measure("mean_handling"))
        self.assertEqual(said["change"], "Before: 15 h, may be chance")
        self.lasting("mean_handling", *[8] * 90)
        said = self.describe("mean_handling", self.measure("mean_handling"))
        self.assertEqual(said["change"], "Before: 15 h, more than chance")
        self.assertEqual((said["trend"], said["tone"]), ("down", "better"))

    def test_satisfaction_is_the_share_of_the_two_best_grades_among_graded_answers(
        self,
    ):
        # 42 + 32 of 107 = 0.6915887850
        complaint = self.make_complaint()
        self.grades(complaint, {"5": 42, "4": 32, "3": 10, "2": 9, "1": 14})
        self.grades(complaint, {"5": 3}, date=BEFORE - timedelta(days=1))
        measure = self.env["customer.complaint.indicator"].with_user(self.handler)
        base = measure._judge(
            {"x": self.confirmations(measure)},
            measure._count([self.confirmations(measure)]),
        )["x"]
        self.assertEqual(base.n, 107)
        self.assertAlmostEqual(base.value, 0.6915887850)
        self.assertAlmostEqual(base.low, 0.5987150913)
        self.assertAlmostEqual(base.high, 0.7711826025)

    def confirmations(self, indicators):
        """The definition of this addon, whichever addons extend it."""
        scope = Domain("company_id", "in", self.company.ids)
        definition = next(
            cls
            for cls in type(indicators).mro()
            if cls.__module__.startswith("odoo.addons.customer_complaint.")
            and "_define_satisfaction" in vars(cls)
        )
        return definition._define_satisfaction(indicators, scope, START, NOW)

    def test_a_share_says_how_sure_it_is(self):
        # Wilson of 8 of 13 is 0.3552 to 0.8229
        def said(good, n, before=0, good_before=0):
            figure = Figure(
                "x", Domain.TRUE, "d", (1, 2, 3), success=Domain("a", "=", 1)
            )
            counts = (n + before, good + good_before, n, good)
            return self.describe("satisfaction", figure.judge(*counts))

        self.assertEqual(said(8, 13)["values"], ["62 %"])
        self.assertEqual(
            said(8, 13)["certainty"], "13 answers, still uncertain (36 to 82 %)"
        )
        self.assertEqual(said(3, 3)["values"], ["–"])
        self.assertEqual(said(3, 3)["certainty"], "7 more answers needed")
        self.assertEqual(said(5, 9)["certainty"], "One more needed to say something")
        self.assertEqual(said(0, 0)["values"], ["–"])
        self.assertEqual(said(0, 0)["certainty"], "No answers in this period")
        self.assertEqual(said(0, 0, 20, 10)["change"], "")
        # Newcombe: 56/70 after 48/80, p 0.0080
        better = said(56, 70, 80, 48)
        self.assertEqual(better["change"], "Before: 60 %, more than chance")
        self.assertEqual((better["trend"], better["tone"]), ("up", "better"))

    def test_how_many_cases_a_share_needs_is_a_setting(self):
        #
        indicator = self.indicator("satisfaction").with_user(self.manager)
        indicator.write({"minimum_n": 3, "maximum_margin": 0.6})
        figure = Figure("x", Domain.TRUE, "d", (1, 2, 3), success=Domain("a", "=", 1))
        said = indicator._describe(figure.judge(3, 2, 3, 2))
        self.assertEqual(said["values"], ["67 %"])
        self.assertIn("fairly sure", said["certainty"])
        with self.assertRaises(AccessError):
            indicator.with_user(self.lead).minimum_n = 1

    def test_money_of_different_currencies_is_never_added(self):
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        measure = Measure("x", [], n=3, amounts={euro: 1200.5, dollar: 30.0})
        said = self.describe("cost", measure._replace(previous_amounts={euro: 99}))
        self.assertEqual(len(said["values"]), 2)
        self.assertIn("1,200.50", said["values"][0])
        self.assertIn("30.00", said["values"][1])
        self.assertEqual(said["certainty"], "Bookings: 3")
        self.assertIn("99.00", said["change"])
        nothing = Measure("x", [], amounts={}, previous_amounts={})
        self.assertEqual(self.describe("cost", nothing)["values"], ["–"])

    def test_percent_rounds_half_up(self):
        self.assertEqual([percent(0.125), percent(0.135), percent(1)], [13, 14, 100])

    def test_every_shipped_indicator_says_what_it_is_and_can_be_measured(self):
        #
        indicators = self.env["customer.complaint.indicator"].search([])
        shipped = self.env["ir.model.data"].search(
            [("module", "=", "customer_complaint"), ("model", "=", indicators._name)]
        )
        # Other addons may bring their own.
        self.assertEqual(len(set(indicators.ids) & set(shipped.mapped("res_id"))), 8)
        for indicator in indicators:
            self.assertTrue(
                indicator.name and indicator.formula and indicator.direction
            )
        scope = Domain("company_id", "in", self.company.ids)
        measures = indicators.with_user(self.handler)._measure(scope, START, NOW)
        self.assertEqual(len(measures), len(indicators))
