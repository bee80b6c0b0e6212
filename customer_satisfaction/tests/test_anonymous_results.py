import csv
import io
import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import count, cycle, product
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .results_common import ResultsCommon, store

ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")
LEAST = 5


class AnonymousResultsCase(ResultsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls.survey.copy({"title": "In confidence", "is_anonymous": True})
        cls.survey.is_satisfaction = True
        cls.csat = cls.survey._get_metric_question("csat")
        cls.nps = cls.survey._get_metric_question("nps")
        cls.solved = cls.survey._get_metric_question("solved")
        cls.hope = cls.question("I expect", "expectation", dimension_id=False)
        cls.felt = cls.question(
            "I experienced", "perception", pair_question_id=cls.hope.id
        )
        cls.likert = [cls.question(f"Statement {n}", "likert") for n in range(2)]
        cls.twice = cls.question("How satisfied with the service?", "csat")
        cls.questions = [cls.csat, cls.nps, cls.solved, cls.hope, cls.felt, *cls.likert]
        cls.questions.append(cls.twice)
        cls.other = cls.env["res.company"].create({"name": "Sister"})
        cls.companies = cls.env.company | cls.other
        cls.companies.write({"satisfaction_min_group": LEAST})
        cls.analyst.company_ids |= cls.other
        cls.manager.company_ids |= cls.other

    def at(self, day):
        """Whoever looks at the results on this day."""
        return patch.object(
            type(self.Results),
            "_get_today",
            lambda results: day,
        )


@tagged("post_install", "-at_install")
class TestAnonymousResults(AnonymousResultsCase):
    def test_total_less_a_group_gives_no_small_group(self):  # S-33, S-41, AN-01
        first = self.env.company.id
        for quarter, number in (("2031-05-09", 10), ("2031-08-09", 2)):
            self.give(date.fromisoformat(quarter), first, {self.csat: number})
        with self.at(date(2031, 10, 1)):
            results = self.results(survey=self.survey.id)
        self.assertEqual(self.tile(results, "csat")["n"], 10, "of 12")
        self.assertEqual([row["n"] for row in results["quarters"]], [0, 0, 10, 0, 0])
        self.assertFalse(results["breakdown"] or results["options"]["breakdowns"])
        self.assertFalse(results["base"])
        for part in self.walk(results):
            self.assertFalse(part.get("records"))
            self.assertFalse(part.get("domain"))
        with self.at(date(2031, 10, 1)):
            together = self.results()
        self.assertEqual(self.tile(together, "csat")["n"], 0)

    def test_quarter_counts_when_it_is_over(self):
        self.give(date(2031, 5, 9), self.env.company.id, {self.csat: 7})
        for day, n in ((date(2031, 6, 30), 0), (date(2031, 7, 1), 7)):
            with self.at(day):
                results = self.results(survey=self.survey.id)
                self.assertEqual(self.tile(results, "csat")["n"], n)

    def test_own_words_are_shown_among_so_many_answers(self):  # S-33, AN-02
        self.env.company.satisfaction_min_comments = 8
        for quarter, number in ((2, 7), (3, 9)):
            answers = self.give(
                date(2031, 3 * quarter, 9), self.env.company.id, {self.csat: number}
            )
            self.say(answers[:7], f"Said in quarter {quarter}")
        with self.at(date(2031, 10, 1)):
            self.assertFalse(
                self.results(survey=self.survey.id)["comments"]["texts"], "7 comments"
            )
        self.say(answers[7:], "Said in quarter 3")
        for metric in ("csat", "nps"):
            with self.at(date(2031, 10, 1)):
                found = self.results(survey=self.survey.id, metric=metric)["comments"]
            self.assertEqual(found["count"], 9)
            self.assertEqual(
                {text["text"] for text in found["texts"]}, {"Said in quarter 3"}
            )
            self.assertEqual({text["label"] for text in found["texts"]}, {False})

    def test_who_skipped_a_question_is_not_the_difference_of_two_pages(self):
        first = self.env.company.id
        self.give(date(2031, 5, 9), first, {self.hope: 12, self.felt: 12})
        with self.at(date(2031, 7, 1)):
            page = self.Results.get_page("gaps", {"survey": self.survey.id})["page"]
        self.assertEqual(page["total"]["n"], 12)
        self.give(date(2031, 5, 9), first, {self.hope: 1})
        with self.at(date(2031, 7, 1)):
            page = self.Results.get_page("gaps", {"survey": self.survey.id})["page"]
        self.assertEqual(page["total"]["n"], 0)

    def test_file_tells_no_more_than_the_page(self):
        first = self.env.company.id
        self.give(date(2031, 2, 9), first, {self.csat: 6, self.nps: 4})
        self.give(date(2031, 5, 9), first, {self.csat: 3, self.nps: 8})
        self.give(date(2031, 8, 9), first, {self.csat: 9})
        with self.at(date(2031, 8, 20)):
            rows = self.file()
        self.assertEqual(len(rows), 14)
        counts = Counter(
            (row[next(iter(row))], title)
            for row in rows
            for title in (self.csat.title, self.nps.title)
            if row[title]
        )
        self.assertEqual(
            counts, {("Q1 2031", self.csat.title): 6, ("Q2 2031", self.nps.title): 8}
        )

    def test_nobody_reads_or_changes_single_answers(self):  # S-33
        """Whatever the group: no list, pivot or graph, no leaving out, no deleting."""
        answers = self.give(date(2031, 5, 9), self.env.company.id, {self.csat: 9})
        self.say(answers, "In confidence")
        everybody = self.user(
            "anonymous_all",
            *("base.group_system", "survey.group_survey_manager"),
            *(
                "group_satisfaction_manager",
                "customer_complaint.group_complaint_manager",
            ),
        )
        ours = [("survey_id", "=", self.survey.id)]
        for records in (answers, answers.user_input_line_ids, answers.score_ids):
            records = records.with_user(everybody)
            self.assertFalse(records.search(ours))
            self.assertFalse(records._read_group(ours, [], ["__count"])[0][0])
            with mute_logger("odoo.addons.base.models.ir_rule"):
                with self.assertRaises(AccessError):
                    records.read(["survey_id"])
                with self.assertRaises(AccessError):
                    records.unlink()
        with mute_logger("odoo.addons.base.models.ir_rule"):
            for action in ("action_exclude", "action_correct_sentiment"):
                with self.assertRaises(AccessError):
                    getattr(answers.with_user(everybody), action)()
        self.assertFalse(self.csat.with_user(everybody).user_input_line_ids)
        Survey = self.env["survey.survey"].with_user(everybody)
        self.assertFalse(
            Survey.search(
                [("user_input_ids.csat_grade", ">", 0), ("id", "=", self.survey.id)]
            )
        )

    def test_indicators_leave_anonymous_answers_out(self):
        """Their days, teams and companies would tell too much; also when read as superuser."""
        self.give(date(2031, 5, 9), self.env.company.id, {self.csat: 9, self.nps: 9})
        Indicator = self.env["customer.complaint.indicator"].sudo()
        for name in ("satisfaction", "nps", "recommendation"):
            figure = getattr(Indicator, f"_define_{name}")(
                Domain("company_id", "in", self.companies.ids),
                datetime(2031, 1, 1),
                datetime(2032, 1, 1),
            )
            self.assertFalse(
                self.env[figure.model].search_count(list(figure.records())), name
            )

    def give(self, day, company, counts):
        """Answers of a day, as many to each question as `counts` says."""
        rows = [
            {
                "date": datetime.combine(day, datetime.min.time()),
                "company_id": company,
                "scores": {q: 1 + n % 5 for q, count in counts.items() if n < count},
            }
            for n in range(max(counts.values()))
        ]
        return store(self.env, self.survey, rows)

    def say(self, answers, text):
        comment = self.survey._get_comment_question()
        self.env["survey.user_input.line"].create(
            [
                {
                    "user_input_id": answer.id,
                    "question_id": comment.id,
                    "answer_type": "text_box",
                    "value_text_box": text,
                }
                for answer in answers
            ]
        )

    def file(self, user=None):
        return read_file(self.Results.with_user(user or self.manager), self.survey)


@tagged("post_install", "-at_install")
class TestSubtraction(AnonymousResultsCase):
    """What can be worked out from everything that anybody can look at over two years.

    Each answer has a value of its own, so that a figure tells who is in it. Whoever is in the
    same figures as somebody else cannot be told from them: by adding and subtracting figures,
    with whatever factors, both get the same factor. These groups are what anything worked out
    is made of; the smallest one says how few people it can be about.
    """

    def test_no_sum_and_difference_is_about_fewer_than_the_smallest_group(self):
        # S-33, AN-01
        for seed in range(2):
            with self.subTest(seed=seed):
                seen = self.look(random.Random(seed))
                self.assertGreater(sum(map(len, seen.values())), 50)
                for question, figures in seen.items():
                    sizes = groups(figures)
                    self.assertTrue(sizes, question.title)
                    self.assertGreaterEqual(min(sizes), LEAST, question.title)

    def test_the_search_finds_small_groups(self):
        self.assertEqual(groups([set(range(12)), set(range(10))]), [10, 2])
        self.assertEqual(groups([{1, 2, 3}, {3, 4, 5}, {9}]), [2, 1, 2, 1])
        self.assertEqual(groups([{1, 2, 3}, {4, 5}]), [3, 2])

    def look(self, chance):
        """Figures by question, each the set of the values in it."""
        self.env["customer.satisfaction.score"].search(
            [("survey_id", "=", self.survey.id)]
        ).user_input_id.unlink()
        store(self.env, self.survey, self.released(chance))
        seen = defaultdict(list)
        Results = type(self.Results)
        sum_up, count_pairs = Results._sum, Results._count_pairs

        def see_sum(results, scope, cube, questions, *names):
            found = sum_up(results, scope, cube, questions, *names)
            for question in questions:
                seen[question].append(set(found))
            return found

        def see_pairs(results, scope, pairs):
            found = count_pairs(results, scope, pairs)
            for (one, other), counts in zip(pairs, found, strict=True):
                seen[one].append({pair[0] for pair in counts})
                seen[other].append({pair[1] for pair in counts})
            return found

        days = [date(2031, 1, 1) + timedelta(days=73 * n) for n in range(10)]
        views = product(
            days,
            (self.env.company, self.other, self.companies),
            ("csat", "nps", "solved", f"q{self.likert[0].id}", f"q{self.twice.id}"),
        )
        with (
            patch.object(Results, "_sum", see_sum),
            patch.object(Results, "_count_pairs", see_pairs),
            patch.object(Results, "_label_value", lambda _self, _q, value: str(value)),
        ):
            for (day, companies, metric), zone in zip(
                views, cycle(ZONES), strict=False
            ):
                with self.at(day):
                    results = self.Results.with_user(self.manager).with_context(
                        tz=zone, allowed_company_ids=companies.ids
                    )
                    filters = {"survey": self.survey.id, "metric": metric}
                    results.get_results(filters)
                    if metric == "csat":
                        results.get_page("gaps", filters)
                        self.see_file(seen, results)
        return seen

    def see_file(self, seen, results):
        by_title = {question.title: question for question in self.questions}
        columns = defaultdict(set)
        for row in read_file(results, self.survey):
            quarter, *values = row.items()
            for title, value in values:
                if value and title in by_title:
                    columns[quarter, by_title[title]].add(float(value))
        for (_quarter, question), values in columns.items():
            seen[question].append(values)

    def released(self, chance):
        """What is stored of some releases in each quarter and company."""
        rows, own = [], count(start=1)
        for quarter, company in product(range(6), self.companies):
            first = date(2031, 1, 1) + relativedelta(months=3 * quarter)
            for _release in range(chance.randint(0, 3)):
                # The first and the last day of a quarter are others' days elsewhere.
                day = first + timedelta(days=chance.choice((0, 31, 45, 89)))
                eager = {q: chance.choice((0.3, 0.8, 1)) for q in self.questions}
                for _person in range(LEAST):
                    row = {
                        "date": datetime.combine(day, datetime.min.time()),
                        "company_id": company.id,
                        "exclusion": "straight" if chance.random() < 0.1 else None,
                        "scores": {
                            q: 1 + next(own) / 4096
                            for q in self.questions
                            if chance.random() < eager[q]
                        },
                    }
                    rows.append(row)
        return rows


def groups(figures):
    """Sizes of the groups of people who are in the same figures."""
    where = defaultdict(list)
    for number, figure in enumerate(figures):
        for person in figure:
            where[person].append(number)
    return list(Counter(map(tuple, where.values())).values())


def read_file(results, survey):
    file = io.BytesIO()
    results._write_answers(file, {"survey": survey.id}, "csv")
    return list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
