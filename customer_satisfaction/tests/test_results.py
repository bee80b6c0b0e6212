import json
from datetime import timedelta
from functools import partial
from statistics import fmean, variance

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.json import json_default

from odoo.addons.customer_complaint.tools import statistics

from .results_common import ResultsCommon, store

PAGES = ("customers", "drivers", "kano", "gaps", "handling")


@tagged("post_install", "-at_install")
class TestResults(ResultsCommon):
    """What people look at: figures with their number of answers."""

    def test_score_comes_with_interval_and_number_and_opens_its_answers(self):
        # S-10
        self.store({5: 42, 4: 32, 3: 10, 2: 9, 1: 14})
        results = self.results()
        tile = self.tile(results, "csat")
        # figure CS-01
        self.assertAlmostEqual(tile["value"], 74 / 107)
        self.assertAlmostEqual(tile["low"], 0.5987150913)
        self.assertEqual(tile["text"], "69 %")
        self.assertEqual(tile["certainty"], "107 answers, between 60 % and 77 %")
        self.assertEqual(len(self.opened(results, tile["records"])), 107)
        self.assertIn("divided by all answers", tile["formula"])
        bad = next(p for p in results["distribution"] if p["label"] == "Dissatisfied")
        self.assertEqual(bad["count"], 9)
        self.assertEqual(len(self.opened(results, bad["records"])), 9)

    def test_recommendation_is_told_in_points(self):
        # S-03
        self.store({9: 162, 7: 108, 3: 54}, self.nps)
        tile = self.tile(self.results(), "nps")
        self.assertAlmostEqual(tile["value"], 100 / 3)
        self.assertEqual(tile["text"], "+33")
        self.assertEqual(tile["certainty"], "324 answers, between +25 and +41")

    def test_too_few_answers_give_no_score_but_say_how_many_are_missing(self):
        self.store({5: 3})
        tile = self.tile(self.results(), "csat")
        self.assertEqual((tile["value"], tile["text"], tile["n"]), (None, "–", 3))
        self.assertEqual(tile["certainty"], "3 answers; 7 more needed")
        empty = self.tile(self.results(), "nps")
        self.assertEqual(empty["certainty"], "no answer; 10 needed")

    def test_without_any_answer_the_page_is_there(self):
        results = self.results()
        self.assertTrue(results["is_empty"])
        self.assertEqual(self.results(survey=-1)["tiles"], [])
        self.assertFalse(self.results(survey=-1)["selected"])

    def test_excluded_answers_count_nowhere_and_are_shown_with_their_reason(self):
        # S-57
        self.store({5: 10})
        self.store({1: 4}, exclusion="fast")
        results = self.results()
        self.assertEqual(self.tile(results, "csat")["value"], 1)
        (reason,) = results["excluded"]
        self.assertEqual((reason["name"], reason["count"]), ("Answered too fast", 4))
        self.assertEqual(
            self.env["survey.user_input"].search_count(reason["domain"]), 4
        )

    def test_what_was_left_out_is_that_of_the_chosen_answers(self):
        # S-57
        late = self.now - timedelta(days=self.env.company.satisfaction_stale_days + 1)
        self.store({5: 10}, plan_id=self.plan.id)
        for count, values in (
            (2, {"plan_id": self.plan.id}),
            (3, {"survey_method": "phone"}),
            (4, {"event_date": late}),
        ):
            self.store({1: count}, exclusion="fast", **values)
        for filters, count in (
            ({}, 9),
            ({"plan": self.plan.id}, 2),
            ({"method": "phone"}, 3),
            ({"is_fresh": True}, 5),
            ({"is_fresh": True, "method": "paper"}, 0),
        ):
            with self.subTest(filters=filters):
                excluded = self.results(**filters)["excluded"]
                self.assertEqual(sum(reason["count"] for reason in excluded), count)
                for reason in excluded:
                    answers = self.env["survey.user_input"].search(reason["domain"])
                    self.assertEqual(len(answers), reason["count"])

    def test_stale_answers_can_be_left_out(self):
        # S-34
        late = self.now - timedelta(days=self.env.company.satisfaction_stale_days + 1)
        self.store({5: 10})
        self.store({5: 6}, event_date=self.now - timedelta(days=3))
        stale = self.store({1: 10}, event_date=late)
        self.assertEqual(stale.filtered("is_stale"), stale)
        self.assertEqual(self.tile(self.results(), "csat")["n"], 26)
        fresh = self.results(is_fresh=True)
        tile = self.tile(fresh, "csat")
        self.assertEqual((tile["n"], tile["value"]), (16, 1))
        self.assertEqual(len(self.opened(fresh, tile["records"])), 16)
        self.env.company.satisfaction_stale_days = 400
        self.assertEqual(self.tile(self.results(is_fresh=True), "csat")["n"], 26)

    def test_change_is_told_only_when_it_is_more_than_chance(self):
        # S-38
        self.store({5: 80, 1: 20}, days=400)
        self.store({5: 50, 1: 50})
        worse = self.tile(self.results(), "csat")
        self.assertEqual((worse["trend"], worse["tone"]), ("down", "worse"))
        self.assertEqual(worse["change"], "down from 80 % (100 answers)")
        self.store({5: 30})
        same = self.tile(self.results(), "csat")
        self.assertEqual((same["trend"], same["tone"]), ("down", "worse"))
        self.store({5: 100})
        chance = self.tile(self.results(), "csat")
        self.assertEqual((chance["trend"], chance["tone"]), ("same", False))
        self.assertIn("may be chance", chance["change"])

    def test_quarters_stand_beside_the_one_before_and_the_same_a_year_ago(self):
        # S-38
        self.store({5: 60, 1: 40})
        # On the last day of a quarter, 91 days ago is in it, too.
        for ago, counts in (
            (relativedelta(months=3), {5: 90, 1: 10}),
            (relativedelta(years=1), {5: 20, 1: 80}),
        ):
            self.store(counts, days=(self.now - (self.now - ago)).days)
        now, before, *_older = self.results()["quarters"]
        self.assertRegex(now["name"], r"^Q[1-4] \d{4}$")
        self.assertNotEqual(now["name"], before["name"])
        self.assertEqual(now["since_before"]["change"], "down from 90 % (100 answers)")
        self.assertEqual(now["since_year"]["change"], "up from 20 % (100 answers)")

    def test_trend_has_a_point_for_each_month_and_opens_its_answers(self):
        self.store({5: 12}, days=0)
        results = self.results()
        points = results["trend"]["points"]
        self.assertEqual(len(points), 12)
        self.assertEqual([p["n"] for p in points], [0] * 11 + [12])
        self.assertEqual(len(self.opened(results, points[-1]["records"])), 12)

    def test_scores_are_divided_by_group_and_each_opens_its_answers(self):
        # S-41
        one, other = self.env["product.product"].create(
            [{"name": "Kettle"}, {"name": "Lamp"}]
        )
        self.store({5: 12, 1: 4}, product_id=one.id)
        self.store({1: 4}, product_id=other.id)
        self.store({5: 5})
        results = self.results(by="product")
        kettle, lamp = results["breakdown"]["groups"]
        self.assertEqual((kettle["name"], kettle["value"]), ("Kettle", 0.75))
        self.assertEqual(len(self.opened(results, kettle["records"])), 16)
        self.assertEqual(lamp["certainty"], "4 answers; 6 more needed")

    def test_every_way_to_divide_answers_works(self):
        # S-41
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        self.partner.write(
            {"category_id": tag.ids, "country_id": self.env.ref("base.de").id}
        )
        complaint = self.complaint()
        complaint.category_id = self.env["customer.complaint.category"].search(
            [], limit=1
        )
        team = complaint.team_id or self.env["customer.complaint.team"].search(
            [], limit=1
        )
        self.store(
            {5: 12},
            partner_id=self.partner.id,
            complaint_id=complaint.id,
            handler_id=self.manager.id,
            team_id=team.id,
            plan_id=self.plan.id,
            survey_method="phone",
            product_id=self.env["product.product"].create({"name": "Kettle"}).id,
        )
        reader = self.user(
            "t_both",
            "group_satisfaction_user",
            "customer_complaint.group_complaint_manager",
        )
        parts = self.results(reader)["options"]["breakdowns"]
        self.assertLessEqual(
            {"product", "handler", "team", "segment", "region", "channel"}, parts.keys()
        )
        self.assertNotIn("channel", self.results()["options"]["breakdowns"])
        for code in parts:
            with self.subTest(by=code):
                results = self.results(reader, by=code)
                (group,) = results["breakdown"]["groups"]
                self.assertTrue(group["name"])
                found = self.opened(results, group["records"], reader)
                self.assertEqual((group["n"], len(found)), (12, 12))

    def test_response_rate_is_told_by_plan(self):
        # S-29
        other = self.plan.copy({"name": "Other plan"})
        self.Invitation.create(
            [
                {
                    "plan_id": plan.id,
                    "company_id": self.env.company.id,
                    "partner_id": self.partner.id,
                    "send_at": self.now,
                    "sent_at": self.now,
                    "state": state,
                }
                for plan, state, count in (
                    (self.plan, "answered", 3),
                    (self.plan, "sent", 9),
                    (other, "answered", 2),
                )
                for _ in range(count)
            ]
        )
        response = self.results(by="plan")["response"]
        self.assertEqual((response["asked"], response["answered"]), (14, 5))
        self.assertEqual(response["text"], "36 %")
        first, second = response["groups"]
        self.assertEqual(first["name"], "After each complaint")
        self.assertEqual((first["value"], first["n"]), (0.25, 12))
        self.assertEqual((second["asked"], second["answered"]), (2, 2))
        by_region = self.results(by="region")["response"]
        self.assertEqual((by_region["asked"], by_region["groups"]), (14, []))
        of_plan = self.results(plan=other.id)["response"]
        self.assertEqual((of_plan["asked"], of_plan["answered"]), (2, 2))

    def test_response_rate_follows_every_filter_or_says_why_not(self):
        # S-29
        late = self.now - timedelta(days=self.env.company.satisfaction_stale_days + 1)
        fresh = self.store({5: 3}, event_date=self.now - timedelta(days=1))
        stale = self.store({5: 2}, event_date=late)
        self.Invitation.create(
            [
                {
                    "plan_id": self.plan.id,
                    "company_id": self.env.company.id,
                    "send_at": self.now,
                    "sent_at": self.now,
                    "state": "answered" if answer else "sent",
                    "user_input_id": answer and answer.id,
                }
                for answer in [*fresh, *stale, *[False] * 5]
            ]
        )
        response = self.results()["response"]
        self.assertEqual((response["asked"], response["answered"]), (10, 5))
        for by in ("plan", "product"):
            response = self.results(is_fresh=True, by=by)["response"]
            self.assertEqual((response["asked"], response["answered"]), (10, 3))
            [group] = response["groups"]
            self.assertEqual((group["asked"], group["answered"]), (10, 3))
        response = self.results(method="phone")["response"]
        self.assertIn("not known by survey method", response["lack"])
        self.assertEqual((response["value"], response["n"]), (None, 0))
        self.assertEqual(response["groups"], [])

    def test_questions_and_dimensions_have_mean_median_and_deviation(self):
        # S-35
        # S-06
        speed = self.env["customer.satisfaction.dimension"].create({"name": "Speed"})
        fast = self.question("We are fast", "likert", dimension_id=speed.id)
        soon = self.question("You wait little", "likert", dimension_id=speed.id)
        self.store({5: 10, 4: 5, 1: 5}, fast)
        self.store({3: 20}, soon)
        rows = {row["name"]: row for row in self.results()["questions"]}
        self.assertEqual(rows["We are fast"]["text"], "3.8")
        self.assertEqual(rows["We are fast"]["median"], "4.5")
        self.assertEqual(rows["We are fast"]["sd"], "1.68")
        self.assertEqual(rows["Speed"]["n"], 40)
        self.assertIsNone(rows["Speed"]["low"])
        percent = {row["name"]: row for row in self.results(scale="100")["questions"]}
        self.assertEqual(percent["You wait little"]["text"], "50")
        self.assertEqual(percent["You wait little"]["scale"], "0–100")

    def test_index_weighs_questions_and_counts_the_least_answered(self):
        # S-05
        fast = self.question("We are fast", "likert", satisfaction_weight=3)
        kind = self.question("We are kind", "likert")
        self.store({5: 20}, fast)
        self.store({1: 12}, kind)
        tile = self.tile(self.results(), "csi")
        # (3 · 5 + 1 · 1) / 4 = 4; (4 - 1) / 4
        self.assertEqual((tile["value"], tile["n"]), (75, 12))

    def test_index_has_the_interval_of_what_each_person_says(self):
        # S-05 S-10
        likert = [
            self.question(f"Point {n}", "likert", satisfaction_weight=n) for n in (1, 2)
        ]
        american = [self.question(f"Whole {n}", "acsi") for n in range(3)]
        rows, own = [], {"csi": [], "acsi": []}
        for number in range(40):
            points = [1 + number % 5, 1 + (number * 7) % 5]
            whole = [1 + (number + at) % 10 for at in range(3)]
            own["csi"].append(((points[0] + 2 * points[1]) / 3 - 1) / 4 * 100)
            own["acsi"].append((sum(whole) / 3 - 1) / 9 * 100)
            given = zip([*likert, *american], [*points, *whole], strict=True)
            rows.append({"date": self.now, "scores": dict(given)})
        store(self.env, self.survey, rows)
        results = self.results()
        for code, values in own.items():
            tile = self.tile(results, code)
            low, high = statistics.mean_interval(fmean(values), variance(values), 40)
            self.assertAlmostEqual(tile["value"], fmean(values), 9)
            self.assertAlmostEqual(tile["low"], low, 9)
            self.assertAlmostEqual(tile["high"], high, 9)
            self.assertRegex(tile["certainty"], "^40 answers, between .* and .*")

    def test_gap_has_the_interval_of_the_same_people(self):
        # S-13 S-10
        hopes = [self.question(f"I expect {n}", "expectation") for n in (1, 3)]
        felt = [
            self.question(
                f"I found {n}",
                "perception",
                pair_question_id=hope.id,
                satisfaction_weight=n,
            )
            for n, hope in zip((1, 3), hopes, strict=True)
        ]
        rows, own = [], []
        for number in range(30):
            gaps = [(number % 4) - 2, (number * 3) % 5 - 3]
            own.append(gaps)
            given = {hope: 5 for hope in hopes}
            given |= {q: 5 + gap for q, gap in zip(felt, gaps, strict=True)}
            rows.append({"date": self.now, "scores": given})
        store(self.env, self.survey, rows)
        page = self.Results.get_page("gaps")["page"]
        found = {row["question"]: row for row in page["rows"]}
        for figure, values in (
            (found["I found 1"], [one for one, _other in own]),
            (found["I found 3"], [other for _one, other in own]),
            (page["plain"], [(one + other) / 2 for one, other in own]),
            (page["total"], [(one + 3 * other) / 4 for one, other in own]),
        ):
            low, high = statistics.mean_interval(fmean(values), variance(values), 30)
            self.assertAlmostEqual(figure["value"], fmean(values), 9)
            self.assertAlmostEqual(figure["low"], low, 9)
            self.assertAlmostEqual(figure["high"], high, 9)
            self.assertRegex(figure["certainty"], "^30 answers, between .* and .*")

    def test_any_question_can_be_looked_at(self):
        fast = self.question("We are fast", "likert")
        self.store({5: 12}, fast)
        results = self.results(metric=f"q{fast.id}")
        self.assertEqual(results["selected"]["title"], "We are fast")
        self.assertEqual(results["trend"]["points"][-1]["text"], "5.0")

    def test_versions_are_put_together_and_other_surveys_apart(self):
        newer = self.survey.copy({"title": "Second version"})
        newer.write({"is_satisfaction": True})
        newer.sudo().previous_version_id = self.survey
        question = newer._get_metric_question("csat")
        self.store({5: 6})
        self.store({5: 6}, question, newer)
        other = self.survey.copy({"title": "Other"})
        self.assertEqual(self.tile(self.results(survey=newer.id), "csat")["n"], 12)
        self.assertEqual(
            self.tile(self.results(survey=self.survey.id), "csat")["n"], 12
        )
        self.assertEqual(self.tile(self.results(survey=other.id), "csat")["n"], 0)

    def test_comments_stand_with_the_answer_they_explain(self):
        (answer,) = self.store({2: 1})
        answer.write(
            {
                "user_input_line_ids": [
                    (
                        0,
                        0,
                        {
                            "question_id": self.comment.id,
                            "answer_type": "text_box",
                            "value_text_box": "Nobody called back.",
                        },
                    )
                ]
            }
        )
        comments = self.results()["comments"]
        self.assertEqual(comments["count"], 1)
        self.assertEqual(
            (comments["texts"][0]["text"], comments["texts"][0]["label"]),
            ("Nobody called back.", "Dissatisfied"),
        )

    def test_answers_of_other_companies_and_users_without_rights_see_nothing(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.store({5: 12}, company_id=company.id)
        self.assertEqual(self.tile(self.results(), "csat")["n"], 0)
        stranger = self.user("t_stranger")
        with self.assertRaises(AccessError):
            self.results(stranger)

    def test_unknown_choices_are_refused(self):
        for filters in (
            {"period": "x"},
            {"scale": "7"},
            {"method": "pigeon"},
            {"plan": "pigeon"},
            {"survey": ["pigeon"]},
            {"perid": "30_days"},
        ):
            with self.subTest(filters=filters), self.assertRaises(UserError):
                self.results(**filters)
        with self.assertRaises(UserError):
            self.Results.get_page("x")
        with self.assertRaises(UserError):
            self.Results.get_page(["x"])

    def test_filters_of_a_wrong_type_are_refused(self):
        for filters in ("x", ["x"], 7, {"period": ["x"]}, {"metric": {}}, {"by": []}):
            for read in (
                self.Results.get_results,
                partial(self.Results.get_page, "drivers"),
            ):
                with self.subTest(filters=filters, read=read):
                    with self.assertRaisesRegex(UserError, "one value each"):
                        read(filters)

    def test_no_value_is_ever_shown_without_its_number_of_answers(self):
        # S-10
        self.fill()
        pages = [self.Results.get_page(page, {}) for page in PAGES]
        for result in (self.results(), self.results(metric="nps"), *pages):
            json.dumps(result, default=json_default)  # it travels
            for part in self.walk(result):
                if part.get("value") is not None and "text" in part:
                    if set(part) == {"value", "text"}:
                        continue  # a mark on an axis
                    self.assertGreater(part.get("n", 0), 0, part)
