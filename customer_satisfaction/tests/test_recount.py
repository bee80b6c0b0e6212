import random
from collections import Counter, defaultdict
from datetime import timedelta
from statistics import fmean

from odoo.fields import Command, Domain
from odoo.tests import tagged

from odoo.addons.customer_complaint.tools import statistics

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestRecount(SatisfactionCommon):
    """Random answers given through the models, counted once more from what was chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analyst = cls.user("t_recount", "group_satisfaction_user")
        cls.env["customer.satisfaction.score"].search([]).unlink()
        cls.env["survey.user_input"].search([]).unlink()
        cls.random = random.Random(20260601)
        cls.company = cls.env.company

    @classmethod
    def make_survey(cls, title, *questions):
        """A survey of such questions: (title, metric, other values)."""
        Question = cls.env["survey.question"]
        return cls.env["survey.survey"].create(
            {
                "title": title,
                "is_satisfaction": True,
                "survey_type": "survey",
                "access_mode": "token",
                "question_and_page_ids": [
                    Command.create(
                        {
                            **Question._prepare_metric_values(metric),
                            "title": name,
                            "sequence": number,
                            "satisfaction_metric": metric,
                            **values,
                        }
                    )
                    for number, (name, metric, values) in enumerate(questions)
                ],
            }
        )

    def give(self, survey, count, skip=0.2, **values):
        """Random answers, all stored in one go; some left out, some are tests."""
        methods = ("online", "phone", "paper")
        values_list = []
        for number in range(count):
            lines = []
            for question in survey.question_ids:
                if self.random.random() < skip:
                    continue
                if question.question_type == "scale":
                    low, high = question.scale_min, question.scale_max
                    chosen = [
                        {
                            "answer_type": "scale",
                            "value_scale": self.random.randint(low, high),
                        }
                    ]
                else:
                    options = question.suggested_answer_ids
                    many = question.question_type == "multiple_choice"
                    chosen = [
                        {"answer_type": "suggestion", "suggested_answer_id": option.id}
                        for option in self.random.sample(
                            options, self.random.randint(1, 3) if many else 1
                        )
                    ]
                lines += [{"question_id": question.id, **line} for line in chosen]
            values_list.append(
                {
                    "survey_id": survey.id,
                    "state": "done",
                    "company_id": self.company.id,
                    "partner_id": self.partner.id,
                    "survey_method": self.random.choice(methods),
                    "test_entry": number % 11 == 5,
                    "start_datetime": self.now - timedelta(days=3),
                    "end_datetime": self.now - timedelta(days=number % 20),
                    "user_input_line_ids": [Command.create(line) for line in lines],
                    **values,
                }
            )
        answers = self.env["survey.user_input"].create(values_list)
        answers.filtered(
            lambda a: a.id % 9 == 4 and not a.test_entry
        )._decide_exclusion("other", "Recount")
        self.env.flush_all()
        self.env.invalidate_all()
        return answers

    def recount(self, answers):
        """Values by question, turned round where a question is reversed: no SQL of ours."""
        found = defaultdict(dict)
        for answer in answers:
            if answer.test_entry or answer.exclusion:
                continue
            for question, lines in answer.user_input_line_ids.grouped(
                "question_id"
            ).items():
                if question.question_type == "scale":
                    value = lines.value_scale
                    if question.is_reversed:
                        value = question.scale_min + question.scale_max - value
                elif question.satisfaction_metric == "solved":
                    value = int(
                        lines.suggested_answer_id.satisfaction_solved == "solved"
                    )
                else:
                    value = fmean(
                        lines.suggested_answer_id.mapped("satisfaction_grade")
                    )
                found[question][answer] = value
        return found

    def tiles(self, **filters):
        results = (
            self.env["customer.satisfaction.results"]
            .with_user(self.analyst)
            .get_results({"period": "30_days", **filters})
        )
        return results, {tile["code"]: tile for tile in results["tiles"]}

    def test_every_figure_is_that_of_a_plain_recount(self):  # S-01 S-02 S-03 S-04 S-57
        survey = self.make_survey(
            "Recounted",
            ("Satisfied?", "csat", {}),
            ("Recommend?", "nps", {}),
            ("Solved?", "solved", {}),
            ("Easy?", "effort_7", {}),
            ("Effort?", "effort_5", {}),
            ("Remarks", "emotion", {}),
            ("Friendly", "likert", {}),
            ("Slow", "likert", {"is_reversed": True}),
        )
        answers = self.give(survey, 150)
        self.assertGreater(len(answers.filtered("exclusion")), 20)
        found = self.recount(answers)
        csat, nps, solved, easy, effort, emotion, *stated = (
            list(found[question].values()) for question in survey.question_ids
        )
        results, tiles = self.tiles(survey=survey.id)
        for code, values, expected in (
            ("csat", csat, fmean(v >= 4 for v in csat)),
            ("nps", nps, 100 * fmean((v >= 9) - (v <= 6) for v in nps)),
            ("solved", solved, fmean(solved)),
            ("effort_7", easy, fmean(v >= 5 for v in easy)),
            ("effort_5", effort, fmean(effort)),
            ("emotion", emotion, fmean(emotion)),
        ):
            self.assertEqual(tiles[code]["n"], len(values), code)
            self.assertAlmostEqual(tiles[code]["value"], expected, 9, code)
        table = {row["name"]: row for row in results["questions"]}
        for name, values in zip(("Friendly", "Slow"), stated, strict=True):
            self.assertEqual(table[name]["n"], len(values))
            self.assertAlmostEqual(table[name]["value"], fmean(values), 9)
        self.assertEqual(
            [row["count"] for row in results["distribution"]],
            [Counter(csat)[grade] for grade in (5, 4, 3, 2, 1)],
        )
        groups = self.tiles(survey=survey.id, by="method", metric="nps")[0]["breakdown"]
        by_method = defaultdict(list)
        for answer, value in found[survey.question_ids[1]].items():
            by_method[answer.survey_method].append(value)
        self.assertEqual(
            sorted(group["n"] for group in groups["groups"]),
            sorted(map(len, by_method.values())),
        )
        self.assertEqual(
            sum(row["count"] for row in results["excluded"]),
            len(answers.filtered("exclusion")),
        )

    def test_results_customers_and_dashboards_say_the_same(self):
        """Answers that are left out count nowhere, whoever looks."""
        survey = self.make_survey(
            "Agreed", ("Satisfied?", "csat", {}), ("Recommend?", "nps", {})
        )
        answers = self.give(survey, 120)
        csat, nps = (list(v.values()) for v in self.recount(answers).values())
        tiles = self.tiles()[1]
        self.assertEqual((tiles["csat"]["n"], tiles["nps"]["n"]), (len(csat), len(nps)))
        Answer = self.env["survey.user_input"].with_user(self.analyst)
        satisfied = sum(v >= 4 for v in csat)
        self.assertEqual(
            Answer._get_csat_counts([("survey_id", "=", survey.id)]),
            (satisfied, len(csat)),
        )
        text = Answer._get_csat_text(satisfied, len(csat))
        self.assertEqual(self.partner.with_user(self.analyst).satisfaction_csat, text)
        indicators = self.env["customer.complaint.indicator"].with_context(
            active_test=False
        )
        start, end = self.now - timedelta(days=29), self.now + timedelta(days=1)
        for code, values, expected in (
            ("satisfaction", csat, satisfied / len(csat)),
            ("nps", nps, 100 * fmean((v >= 9) - (v <= 6) for v in nps)),
        ):
            indicator = indicators.search([("code", "=", code)])
            measure = indicator._measure(
                Domain("company_id", "=", self.company.id), start, end
            )[indicator]
            self.assertEqual(measure.n, len(values), code)
            self.assertAlmostEqual(measure.value, expected, 9, code)

    def test_effort_is_never_mixed_across_directions(self):
        """Seven is easy in one survey, hard in the other: two scores, not one."""
        given = {}
        for direction in ("higher", "lower"):
            survey = self.make_survey(
                direction, ("Easy?", "effort_7", {"effort_direction": direction})
            )
            answers = self.give(survey, 60 if direction == "higher" else 40, skip=0)
            [values] = self.recount(answers).values()
            given[direction] = list(values.values())
        easy = [
            *(v >= 5 for v in given["higher"]),
            *(v <= 3 for v in given["lower"]),
        ]
        results, tiles = self.tiles()
        efforts = [t for t in results["tiles"] if t["code"].startswith("effort_7")]
        self.assertEqual(
            sorted((t["n"], round(t["value"], 9)) for t in efforts),
            sorted(
                (len(values), round(fmean(part), 9))
                for values, part in (
                    (given["higher"], easy[: len(given["higher"])]),
                    (given["lower"], easy[len(given["higher"]) :]),
                )
            ),
        )
        columns = self.env["customer.satisfaction.results"]._get_export_questions(
            self.env["customer.satisfaction.results"]._read_scope({})
        )
        self.assertEqual(
            sum(q[0].title == "Easy?" for q in columns.values()), 2, "two columns"
        )
        table = [row["n"] for row in results["questions"] if row["name"] == "Easy?"]
        self.assertEqual(sorted(table), sorted(map(len, given.values())))
        for tile in efforts:
            shown = self.tiles(metric=tile["code"])[0]
            self.assertEqual(
                sum(row["count"] for row in shown["distribution"]), tile["n"]
            )
        indicator = self.env["customer.complaint.indicator"].with_context(
            active_test=False
        )
        indicator = indicator.search([("code", "=", "effort")])
        measure = indicator._measure(
            Domain("company_id", "=", self.company.id),
            self.now - timedelta(days=29),
            self.now + timedelta(days=1),
        )[indicator]
        self.assertEqual((measure.n, measure.value), (len(easy), fmean(easy)))

    def test_touch_point_counts_the_answers_of_all_plans(self):  # S-21
        dimension = self.env["customer.satisfaction.dimension"].create(
            {"name": "Recounted"}
        )
        survey = self.make_survey(
            "Journey", ("Friendly", "likert", {"dimension_id": dimension.id})
        )
        plans = self.plan | self.plan.copy()
        given = [self.give(survey, 40, skip=0, plan_id=plan.id) for plan in plans]
        [values] = self.recount(given[0] | given[1]).values()
        point = self.env["customer.satisfaction.touchpoint"].create(
            {
                "name": "Counter",
                "stage_id": self.env["customer.satisfaction.stage"]
                .create({"name": "Shop"})
                .id,
                "dimension_id": dimension.id,
            }
        )
        mean = f"{statistics.half_up(fmean(values.values()), 2):g}"
        self.assertRegex(point.score, f"^{mean} of 5, n {len(values)},")

    def test_of_two_questions_of_one_metric_the_first_answered_counts(self):
        """On the page, in every part of it, as in indicators and in the grade."""
        # S-03
        survey = self.make_survey(
            "Twice",
            ("Recommend?", "nps", {}),
            ("Satisfied?", "csat", {}),
            ("Really?", "nps", {}),
            ("With the goods?", "csat", {}),
        )
        answers = self.give(survey, 90, skip=0.3)
        given = self.recount(answers)
        nps, csat = (
            {**given[second], **given[first]}
            for first, second in (survey.question_ids[::2], survey.question_ids[1::2])
        )
        for answer, grade in csat.items():
            self.assertEqual(answer.csat_grade, grade)
        start, end = self.now - timedelta(days=29), self.now + timedelta(days=1)
        for code, name, values, expected in (
            ("csat", "satisfaction", csat, fmean(v >= 4 for v in csat.values())),
            ("nps", "nps", nps, fmean((v >= 9) - (v <= 6) for v in nps.values()) * 100),
        ):
            with self.subTest(code=code):
                indicator = (
                    self.env["customer.complaint.indicator"]
                    .with_context(active_test=False)
                    .search([("code", "=", name)])
                )
                measure = indicator._measure(
                    Domain("company_id", "=", self.company.id), start, end
                )[indicator]
                results, tiles = self.tiles(metric=code, by="method")
                for figure in (measure.value, tiles[code]["value"]):
                    self.assertAlmostEqual(figure, expected, 9)
                parts = (results["distribution"], results["breakdown"]["groups"])
                for n in (
                    measure.n,
                    tiles[code]["n"],
                    sum(part["count"] for part in parts[0]),
                    sum(group["n"] for group in parts[1]),
                    sum(month["n"] for month in results["trend"]["points"]),
                ):
                    self.assertEqual(n, len(values))
                domain = [*results["base"], *tiles[code]["records"]]
                self.assertEqual(
                    self.env["survey.user_input"].search(
                        [("score_ids", "any", domain)]
                    ),
                    answers.filtered(lambda answer, values=values: answer in values),
                )
                for question in survey.question_ids:
                    self.assertEqual(
                        question.title in results["selected"]["note"],
                        question.satisfaction_metric == code,
                    )
        page = self.env["customer.satisfaction.results"].with_user(self.analyst)
        tiers = page.get_page("customers", {"period": "30_days"})["page"]["tiers"]
        self.assertEqual(tiers["n"], len(csat.keys() & nps.keys()))
        loyal = [a for a, v in csat.items() if v >= 4 and nps.get(a, 0) >= 9]
        self.assertEqual(tiers["levels"][0]["count"], len(loyal))
        # Each question by itself is looked at with all its answers.
        second = survey.question_ids[3]
        results, _tiles = self.tiles(metric=f"q{second.id}")
        self.assertFalse(results["selected"]["note"])
        self.assertEqual(
            sum(part["count"] for part in results["distribution"]), len(given[second])
        )

    def test_scores_of_a_merged_customer_count_for_the_company(self):
        survey = self.make_survey("Merged", ("Satisfied?", "csat", {}))
        [answer] = self.give(survey, 1, skip=0)
        company = self.env["res.partner"].create({"name": "Ltd", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Ines", "email": "ines@example.com", "parent_id": company.id}
        )
        self.assertEqual(answer.score_ids.commercial_partner_id, self.partner)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.partner.id, contact.id], contact
        )
        self.env.invalidate_all()
        self.assertEqual(answer.score_ids.partner_id, contact)
        self.assertEqual(answer.score_ids.commercial_partner_id, company)
