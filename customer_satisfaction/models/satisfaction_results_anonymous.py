import random
from collections import Counter, defaultdict
from itertools import zip_longest

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import date_utils

from odoo.addons.customer_complaint.tools import workbook

from .satisfaction_results import COMMENTS, QUARTERS


class CustomerSatisfactionResults(models.AbstractModel):
    """What is told of anonymous surveys: sums of whole cells, and nothing else.

    Nobody reads anonymous answers one by one (record rules); these results are the only way to
    them. Everything told is added up from cells. A cell is what was answered to one question,
    in one quarter that is over, in one company; where fewer than the smallest group answered, it
    is left out of everything, totals included. A cell does not change any more: answers come
    into the quarter that runs, and nobody can leave one out or delete it afterwards. So whatever
    two pages are subtracted, of two days, users, companies or questions, the difference is made
    of whole cells, too.

    Figures about who answered several questions are told only when all answered all of them;
    else they and the figures of one question would differ by those who did not.
    """

    _inherit = "customer.satisfaction.results"

    @api.model
    def _in_zone(self, scope):
        """Quarters of anonymous surveys are the same for all users: answers have no time."""
        return self.with_context(tz="UTC") if scope.is_anonymous else self

    @api.model
    def _get_told_period(self):
        """The last quarters that are over: (start, end)."""
        quarters = self._get_quarter_starts()
        return self._to_utc(quarters[-QUARTERS]), self._to_utc(quarters[-1])

    @api.model
    def _get_told_domain(self, domain, start, end):
        """Narrow a domain of scores of anonymous surveys to the cells that may be told.

        :return: domain for reading as superuser: the companies are in it
        """
        questions = defaultdict(list)
        for company, quarter, question, _n in self._read_cells(
            "customer.satisfaction.score", domain, "date", start, end, "question_id"
        ):
            questions[company, quarter].append(question.id)
        return domain & Domain.OR(
            self._get_cell_domain("date", company, quarter)
            & Domain("question_id", "in", ids)
            for (company, quarter), ids in questions.items()
        )

    @api.model
    def _read_cells(self, model, domain, date, start, end, group, for_words=False):
        """Cells with enough answers: list of (company, quarter, value of `group`, n)."""
        # sudo: how many, and only where that is enough; within the user's companies
        rows = (
            self.env[model]
            .sudo()
            ._read_group(
                Domain(domain)
                & Domain("company_id", "in", [*self.env.companies.ids, False])
                & Domain(date, ">=", start)
                & Domain(date, "<", end),
                ["company_id", f"{date}:quarter", group],
                ["__count"],
            )
        )
        field = "satisfaction_min_comments" if for_words else "satisfaction_min_group"
        return [
            (company, quarter, value, n)
            for company, quarter, value, n in rows
            if n >= (company or self.env.company)[field]
        ]

    @api.model
    def _get_cell_domain(self, date, company, quarter):
        return (
            Domain("company_id", "=", company.id)
            & Domain(date, ">=", quarter)
            & Domain(date, "<", quarter + relativedelta(months=3))
        )

    @api.model
    def _get_breakdowns(self, scope):
        """Anonymous answers know nothing by which they could be divided."""
        return {} if scope.is_anonymous else super()._get_breakdowns(scope)

    @api.model
    def _get_breakdown(self, scope, questions):
        return None if scope.is_anonymous else super()._get_breakdown(scope, questions)

    @api.model
    def _get_headlines(self, scope):
        """Of anonymous surveys a metric is its first question.

        Who answered only the second one is told nowhere else, and by subtraction here.
        """
        headlines = super()._get_headlines(scope)
        if not scope.is_anonymous:
            return headlines
        return {
            code: self.env["survey.question"].concat(
                *(part[0] for part in questions.grouped("survey_id").values())
            )
            for code, questions in headlines.items()
        }

    @api.model
    def _is_whole(self, scope, columns, n):
        """Whether `n` people answered all columns, and nobody only some of them."""
        if not scope.is_anonymous:
            return True
        # sudo: the domain is that of told cells
        counts = dict(
            self.env["customer.satisfaction.score"]
            .sudo()
            ._read_group(
                scope.domain
                & scope.period()
                & Domain("question_id", "in", self._get_ids(columns)),
                ["question_id"],
                ["__count"],
            )
        )
        return all(
            sum(counts.get(question, 0) for question in questions) == n
            for questions in columns
        )

    @api.model
    def _say_not_whole(self):
        return self.env._(
            "This survey is anonymous, and some left out a question: who answered all of "
            "them cannot be shown beside all who answered one."
        )

    # ------------------------------------------------------------------
    # Own words, and what is left out
    # ------------------------------------------------------------------
    @api.model
    def _get_told_words(self, scope):
        """Domain of the lines with own words, for reading as superuser.

        Whose words they are is hidden among all who answered the survey in the quarter; an
        earlier version, with other people, hides nobody.
        """
        answered = (
            Domain("survey_id", "in", scope.surveys.ids)
            & Domain("state", "=", "done")
            & Domain("test_entry", "=", False)
            & Domain("exclusion", "=", False)
        )
        cells = self._read_cells(
            "survey.user_input",
            *(answered, "end_datetime", scope.start, scope.end, "survey_id"),
            for_words=True,
        )
        return (
            Domain("value_text_box", "not in", (False, ""))
            & Domain("skipped", "=", False)
            & Domain(
                "user_input_id",
                "any",
                answered
                & Domain.OR(
                    self._get_cell_domain("end_datetime", company, quarter)
                    & Domain("survey_id", "=", survey.id)
                    for company, quarter, survey, _n in cells
                ),
            )
        )

    @api.model
    def _get_comments(self, scope, questions):
        """Of anonymous ones, the same beside every score: no answer is put together."""
        if not scope.is_anonymous:
            return super()._get_comments(scope, questions)
        # sudo: the domain is that of told cells
        lines = self.env["survey.user_input.line"].sudo()
        domain = self._get_told_words(scope)
        count = lines.search_count(domain)
        least = self.env.company.satisfaction_min_comments
        if count < least:
            return {"count": 0, "minimum": least, "texts": []}
        return {
            "count": count,
            "minimum": least,
            "texts": [
                {
                    "id": False,
                    "date": False,
                    "label": False,
                    "tone": "middle",
                    "text": line.value_text_box,
                }
                for line in lines.search(domain, order="id desc", limit=COMMENTS)
            ],
        }

    @api.model
    def _get_excluded(self, scope):
        if not scope.is_anonymous:
            return super()._get_excluded(scope)
        counts = Counter()
        for _company, _quarter, reason, n in self._read_cells(
            "survey.user_input",
            Domain("survey_id", "in", scope.surveys.ids)
            & Domain("exclusion", "!=", False),
            *("end_datetime", scope.start, scope.end, "exclusion"),
        ):
            counts[reason] += n
        field = self.env["survey.user_input"]._fields["exclusion"]
        names = dict(field._description_selection(self.env))
        return [
            {"name": names.get(reason, reason), "count": n, "domain": False}
            for reason, n in counts.items()
        ]

    # ------------------------------------------------------------------
    # As a file
    # ------------------------------------------------------------------
    @api.model
    def _get_export_columns(self, scope):
        """Of an anonymous survey: the quarter, and the questions."""
        if not scope.is_anonymous:
            return super()._get_export_columns(scope)
        return [
            workbook.Column(
                "quarter",
                self.env._("Quarter; each column is mixed by itself"),
                38,
                "text",
                self.env._(
                    "Of an anonymous survey a row is not what one person answered: each "
                    "column is in an order of its own. What too few answered is left out."
                ),
            ),
            *self._get_export_question_columns(scope),
        ]

    @api.model
    def _get_export_rows(self, scope, kind):
        """Of an anonymous survey as many rows for a quarter as were answered in it."""
        if not scope.is_anonymous:
            return super()._get_export_rows(scope, kind)
        found = self._get_told_values(scope)
        count = sum(max(map(len, columns.values())) for columns in found.values())
        self._check_export_size(count, kind)
        return self._mix_rows(scope, found)

    @api.model
    def _mix_rows(self, scope, found):
        empty = dict.fromkeys(self._get_export_questions(scope))
        for quarter, columns in sorted(found.items()):
            for values in columns.values():
                random.SystemRandom().shuffle(values)
            for values in zip_longest(*columns.values()):
                yield {
                    "quarter": self._name_quarter(quarter),
                    **empty,
                    **dict(zip(columns, values, strict=True)),
                }

    @api.model
    def _get_told_values(self, scope):
        """What was answered, by quarter and column of the file."""
        keys = {
            question: key
            for key, questions in self._get_export_questions(scope).items()
            for question in questions
        }
        found = defaultdict(lambda: defaultdict(list))
        # sudo, here and below: the domains are those of told cells
        scores = self.env["customer.satisfaction.score"].sudo()
        for quarter, question, value, n in scores._read_group(
            scope.domain & scope.period(),
            ["date:quarter", "question_id", "value"],
            ["__count"],
        ):
            found[quarter][keys[question]] += [value] * n
        lines = self.env["survey.user_input.line"].sudo()
        lines = lines.search(self._get_told_words(scope))
        if len(lines) >= self.env.company.satisfaction_min_comments:
            for line in lines:
                quarter = date_utils.start_of(
                    line.user_input_id.end_datetime, "quarter"
                )
                found[quarter][keys[line.question_id]].append(line.value_text_box)
        return found
