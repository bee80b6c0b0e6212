import ast
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.customer_complaint_deadline import JUDGED
from ..tools.measure import Figure, Measure, percent
from .common import ComplaintCommon
from .credit_common import CreditCommon

NOW = datetime(2025, 3, 31, 12, 0)
# "30_days" at NOW: from midnight 29 days ago; the period before is as long.
START = datetime(2025, 3, 2)
BEFORE = START - (NOW - START)


class DashboardCommon(ComplaintCommon):
    """Small hand-made figures at a fixed moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        # What a complaint needs before it may close is not the question here.
        cls.env["customer.complaint.requirement"].search([]).active = False
        # Only what a test makes is counted.
        cls.env["customer.complaint"].search([]).sudo().unlink()

    @classmethod
    def indicator(cls, code):
        return cls.env.ref(f"customer_complaint.indicator_{code}")

    def measure(self, code, user=None, start=START, end=NOW):
        indicator = self.indicator(code).with_user(user or self.manager)
        scope = Domain("company_id", "in", self.company.ids)
        return indicator._measure(scope, start, end)[indicator]

    def describe(self, code, measure):
        return self.indicator(code)._describe(measure)

    def dashboard(self, user=None, period="30_days", **context):
        model = self.env["customer.complaint.dashboard"].with_user(user or self.manager)
        return model.with_context(**context).get_dashboard(period)

    def tile(self, code, **options):
        tiles = self.dashboard(**options)["tiles"]
        return next(tile for tile in tiles if tile["code"] == code)

    def ledger(self, complaint, *rows):
        """Replace a complaint's ledger by rows of (how many, due, state, result)."""
        complaint.sudo().deadline_ids.unlink()
        kinds = [row[1:] for row in rows for _ in range(row[0])]
        return (
            self.env["customer.complaint.deadline"]
            .sudo()
            .create(
                [
                    {
                        "complaint_id": complaint.id,
                        "deadline_type": "completion",
                        "round": number,
                        "start_at": due - timedelta(days=1),
                        "due_at": due,
                        "state": state,
                        "result": result,
                        "done_at": due if state == "done" else False,
                    }
                    for number, (due, state, result) in enumerate(kinds, 1)
                ]
            )
        )

    def grades(self, complaint, counts, date=NOW - timedelta(days=1)):
        """Confirmations by grade, each of a round of its own that is over."""
        model = self.env["customer.complaint.confirmation"].sudo()
        grades = [grade for grade, count in counts.items() for _ in range(count)]
        first = complaint.round + 1 + len(complaint.confirmation_ids)
        return model.create(
            [
                {
                    "complaint_id": complaint.id,
                    "round": number,
                    "grade": grade,
                    "date": date,
                }
                for number, grade in enumerate(grades, first)
            ]
        )

    def found(self, user, part):
        """How many records a user finds who opens a number."""
        return len(self.env[part["model"]].with_user(user).search(part["domain"]))


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


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCommon):
    def fill(self):
        """Complaints of two teams, some late, some closed, with answers."""
        mine = [
            self.make_complaint(received_at=NOW - timedelta(days=days))
            for days in (2.5, 4, 6, 45)
        ]
        theirs = self.make_complaint(
            received_at=NOW - timedelta(days=3), team_id=self.other_team.id
        )
        mine[2].user_id = self.handler
        mine[2]._close("confirmed")
        self.grades(mine[2], {"5": 8, "2": 4})
        return mine, theirs

    def test_each_number_opens_exactly_what_was_counted_for_each_role(self):
        mine, theirs = self.fill()
        for user in (self.handler, self.lead, self.manager):
            for period in ("30_days", "month", "quarter", "12_months"):
                with self.subTest(user=user.login, period=period):
                    data = self.dashboard(user, period)
                    for tile in data["tiles"]:
                        if tile["model"]:
                            self.assertEqual(self.found(user, tile), tile["n"])
                    for work in data["todo"]:
                        self.assertEqual(self.found(user, work), work["count"])
                    for bar in data["pareto"]:
                        self.assertEqual(self.found(user, bar), bar["value"])
                    for month in data["trend"]:
                        for kind in ("received", "closed"):
                            part = {**month, "domain": month[f"{kind}_domain"]}
                            self.assertEqual(self.found(user, part), month[kind])
                    self.assertEqual(
                        sum(bar["value"] for bar in data["pareto"]),
                        data["tiles"][0]["value"],
                    )

    def test_everybody_counts_what_he_may_read(self):
        self.fill()
        counted = {
            user: self.tile("new", user=user)["value"]
            for user in (self.handler, self.colleague, self.lead, self.manager)
        }
        # 4 of the team, one of them 45 days old; one of the other team
        self.assertEqual(list(counted.values()), [3, 1, 3, 4])

    def test_nobody_else_opens_it(self):
        for user in (self.seller, self.employee):
            with self.assertRaises(AccessError):
                self.dashboard(user)
            with self.assertRaises(AccessError):
                self.env["customer.complaint.indicator"].with_user(user).search([])

    def test_another_company_does_not_count(self):
        self.fill()
        company = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            "customer_complaint.group_complaint_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertTrue(self.dashboard(stranger)["is_empty"])
        both = stranger.company_ids + self.company
        stranger.company_ids = both
        self.assertEqual(
            self.tile("new", user=stranger, allowed_company_ids=both.ids)["value"], 4
        )
        self.assertEqual(
            self.tile("new", user=stranger, allowed_company_ids=company.ids)["value"], 0
        )

    def test_an_empty_register_says_so(self):
        data = self.dashboard()
        self.assertTrue(data["is_empty"])
        self.assertEqual((data["late"], data["todo"], data["pareto"]), ([], [], []))
        self.make_complaint(received_at=NOW - timedelta(days=900))._close("confirmed")
        self.env["customer.complaint"].search([]).closed_at = NOW - timedelta(days=890)
        self.assertFalse(self.dashboard()["is_empty"])

    def test_periods_begin_at_midnight_of_the_user(self):
        starts = {
            "30_days": "2025-03-02 00:00:00",
            "month": "2025-03-01 00:00:00",
            "quarter": "2025-01-01 00:00:00",
            "12_months": "2024-04-01 00:00:00",
        }
        for period, start in starts.items():
            self.assertEqual(str(self.dashboard(period=period)["start"]), start)
        # Shanghai is 8 hours ahead, without summer time.
        shanghai = self.dashboard(period="month", tz="Asia/Shanghai")
        self.assertEqual(str(shanghai["start"]), "2025-02-28 16:00:00")
        with self.assertRefused(UserError, "no period called fortnight"):
            self.dashboard(period="fortnight")

    def test_months_are_those_of_the_user(self):
        # 23:30 UTC on 28 February is March in Shanghai.
        self.make_complaint(received_at=datetime(2025, 2, 28, 23, 30))
        for tz, place in (("UTC", -2), ("Asia/Shanghai", -1)):
            trend = self.dashboard(tz=tz)["trend"]
            self.assertEqual(len(trend), 12)
            self.assertEqual(trend[place]["received"], 1)
            self.assertEqual(sum(month["received"] for month in trend), 1)

    def test_what_to_do_lists_the_latest_first_and_what_waits(self):
        mine, theirs = self.fill()
        data = self.dashboard()
        # Those of 45, 4, 3 and 2.5 days: the first response was due within 2
        self.assertEqual(
            [line["id"] for line in data["late"]],
            [mine[3].id, mine[1].id, theirs.id, mine[0].id],
        )
        self.assertIn("late by", data["late"][0]["late"])
        work = {line["name"]: line["count"] for line in data["todo"]}
        self.assertEqual(work, {"Late": 4, "Without owner": 4})
        told = self.make_owned(received_at=NOW - timedelta(hours=1))
        self.tell_outcome(told)
        work = {line["name"]: line["count"] for line in self.dashboard()["todo"]}
        self.assertEqual(work["Outcome told, customer has not answered"], 1)

    def test_many_small_categories_become_one_bar(self):
        for category in self.env["customer.complaint.category"].search([], limit=10):
            self.make_complaint(category_id=category.id)
        self.make_complaint(category_id=False)
        self.make_complaint()
        bars = self.dashboard()["pareto"]
        # 11 categories with 12 complaints: 7 are shown, the first of them with 2
        self.assertEqual(len(bars), 8)
        self.assertEqual(bars[0]["value"], 2)
        self.assertEqual(bars[-1]["name"], "4 others")
        self.assertEqual(bars[-1]["value"], 4)
        self.assertEqual(self.found(self.manager, bars[-1]), 4)
        self.assertEqual(bars[-1]["running"], 100)

    def test_the_manager_is_warned_when_deadlines_are_not_checked(self):
        row = self.row(self.make_complaint(received_at=NOW), "completion").sudo()
        row.complaint_id.deadline_ids.next_step_at = False
        self.env.ref("customer_complaint.health").write(
            {"last_run_at": False, "held_at": False}
        )
        row.next_step_at = NOW - timedelta(minutes=115)
        self.assertFalse(self.dashboard()["alerts"])
        row.next_step_at = NOW - timedelta(minutes=125)
        (alert,) = self.dashboard()["alerts"]
        self.assertRegex(alert["text"], "not been checked for 2 h 5 min: 1 wait")
        self.assertTrue(self.env["ir.actions.actions"]._for_xml_id(alert["action"]))
        self.assertFalse(self.dashboard(self.lead)["alerts"])
        # Set aside is another thing: it will be tried again.
        row.write({"next_step_at": NOW + timedelta(hours=1), "error": "Broken"})
        (alert,) = self.dashboard()["alerts"]
        self.assertRegex(alert["text"], "Failed escalations: 1")
        action = self.env["ir.actions.actions"]._for_xml_id(alert["action"])
        self.assertEqual(
            self.env[action["res_model"]].search(ast.literal_eval(action["domain"])),
            row,
        )
        self.assertFalse(self.dashboard(self.lead)["alerts"])

    def test_an_archived_indicator_is_not_shown(self):
        shown = len(self.dashboard()["tiles"])
        self.indicator("open").active = False
        self.assertEqual(len(self.dashboard()["tiles"]), shown - 1)

    def test_it_costs_at_most_15_statements_however_many_complaints(self):
        self.fill()
        counts = []
        for _round in range(2):
            for user in (self.handler, self.manager):
                self.dashboard(user, tz="UTC", lang="en_US")
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                self.dashboard(user, tz="UTC", lang="en_US")  # as the web client
                counts.append(self.env.cr.sql_log_count - start)
            for index in range(20):
                self.make_complaint(received_at=NOW - timedelta(hours=index))
        self.assertLessEqual(max(counts), 15)
        self.assertEqual(counts[:2], counts[2:])

    def test_a_ledger_row_and_an_answer_open_their_complaint(self):
        complaint = self.make_complaint()
        answer = self.grades(complaint, {"5": 1})
        for row in (complaint.deadline_ids[0], answer):
            action = row.with_user(self.handler).action_view_complaint()
            self.assertEqual(action["res_id"], complaint.id)


@tagged("post_install", "-at_install")
class TestCost(CreditCommon):
    def dashboard(self, user, **context):
        model = self.env["customer.complaint.dashboard"].with_user(user)
        return model.with_context(**context).get_dashboard("30_days")

    def cost(self, user, **context):
        data = self.dashboard(user, **context)
        return data, data["tiles"][-1]

    def test_only_booked_credit_notes_cost_and_open_by_the_number(self):
        # C-168; one of two cabinets at 100 with 20 % tax
        request = self.ask()
        note = self.issue(request)
        for user in (self.handler, self.manager):
            data, tile = self.cost(user)
            self.assertEqual(tile["values"], ["–"])
            self.assertEqual(tile["certainty"], "Nothing booked in this period")
        note.with_user(self.accountant).action_post()
        for user in (self.handler, self.lead, self.manager):
            data, tile = self.cost(user)
            # The tax is no cost: it comes back from the state.
            self.assertIn("100.00", tile["values"][0])
            self.assertEqual(tile["certainty"], "Bookings: 1")
            found = self.env[tile["model"]].with_user(user).search(tile["domain"])
            self.assertEqual(found.document, note.name)
            self.assertEqual(found.action_view_complaint()["res_id"], self.complaint.id)
            (bar,) = data["costs"]
            self.assertEqual((bar["value"], bar["running"]), (100, 100))
            self.assertIn("damaged", bar["name"].lower())
            bar = self.env[bar["model"]].with_user(user).search(bar["domain"])
            self.assertEqual(bar, found)
        data, tile = self.cost(self.colleague)
        self.assertEqual((tile["values"], data["costs"]), (["–"], False))

    def test_the_period_before_is_told_without_a_verdict(self):
        note = self.issue(self.ask())
        note.invoice_date = fields.Date.today() - timedelta(days=40)
        note.with_user(self.accountant).action_post()
        data, tile = self.cost(self.manager)
        self.assertEqual((tile["values"], tile["n"]), (["–"], 0))
        self.assertRegex(tile["change"], r"^Before: .*100\.00")

    def test_currencies_of_two_companies_stand_side_by_side(self):
        company = self.env["res.company"].create(
            {"name": "Other Ltd", "currency_id": self.env.ref("base.JPY").id}
        )
        self.manager.company_ids += company
        other = self.make_owned(order_id=self.order.id)
        for request in (self.ask(), self.ask(other)):
            self.issue(request).with_user(self.accountant).action_post()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_complaint SET company_id = %s WHERE id = %s",
            [company.id, other.id],
        )
        self.env.invalidate_all()
        both = (self.company + company).ids
        data, tile = self.cost(self.manager, allowed_company_ids=both)
        self.assertEqual(len(tile["values"]), 2)
        self.assertFalse(data["costs"])
        data, tile = self.cost(self.manager, allowed_company_ids=self.company.ids)
        self.assertIn("100.00", tile["values"][0])

    def test_who_waits_for_accounting_or_for_a_lead_is_told(self):
        request = self.ask()
        for user in (self.handler, self.manager):
            work = {line["name"]: line for line in self.dashboard(user)["todo"]}
            line = work["Credit notes to issue"]
            found = self.env[line["model"]].with_user(user).search(line["domain"])
            self.assertEqual((found, line["count"]), (request, 1))
        self.company.complaint_credit_approval_amount = 1
        self.ask()
        names = {
            user: {line["name"] for line in self.dashboard(user)["todo"]}
            for user in (self.handler, self.lead)
        }
        self.assertIn("Credit notes to approve", names[self.lead])
        self.assertNotIn("Credit notes to approve", names[self.handler])

    def test_with_money_too_it_costs_at_most_15_statements_and_18_with_alerts(self):
        self.issue(self.ask()).with_user(self.accountant).action_post()
        self.ask()
        self.make_complaint(received_at=fields.Datetime.now() - timedelta(hours=1))
        for user, count in ((self.handler, 15), (self.manager, 18)):
            self.dashboard(user, tz="UTC", lang="en_US")
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(count):
                self.dashboard(user, tz="UTC", lang="en_US")  # as the web client


@tagged("post_install", "-at_install", "browser")
class TestDashboardTour(ComplaintCommon, HttpCase):
    def test_manager_opens_the_dashboard_and_what_stands_behind_a_number(self):
        # S-49
        self.manager.write({"password": self.manager.login, "tour_enabled": False})
        self.make_complaint(title="Door cracked", received_at=datetime.now())
        self.make_owned(title="Late one")
        self.start_tour(
            "/odoo/complaints-dashboard",
            "customer_complaint_dashboard",
            login=self.manager.login,
        )
