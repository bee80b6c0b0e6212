from collections import Counter, defaultdict
from itertools import product

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

# Metrics with a score of their own, in the order in which they are shown.
HEADLINES = ("csat", "nps", "effort_7", "effort_5", "emotion", "solved")
# Their questions are rated on a scale and stand in the table of questions.
RATED = ("csat", "likert", "effort_7", "effort_5", "emotion", "acsi", "perception")
TREND_MONTHS = 12
QUARTERS = 5
COMMENTS = 6


class CustomerSatisfactionResults(models.AbstractModel):
    """What customers said, as figures that are worth something.

    Only stored scores are read, with the rights of the user who asks. No number of statements
    depends on the number of answers, and no figure is given without how many answers it has.
    """

    _name = "customer.satisfaction.results"
    _description = "Satisfaction Results"

    @api.model
    @api.readonly
    def get_results(self, filters=None):
        """Scores of the surveys that the user may see in his active companies.

        Each figure is a dict with ``value`` (a fraction, points, or a mean; None when too few
        answered), ``n``, ``low`` and ``high`` (95 %), the same in words as ``text`` and
        ``certainty``, and ``records``, a domain that tells its scores among those of ``base``;
        False where answers are anonymous.

        :param dict filters: all keys may be left out

            * ``period``: "30_days", "quarter" (this), "last_quarter", "12_months" or "all"
            * ``survey``, ``plan``: ids; ``method``: how customers were asked
            * ``is_fresh``: only answers given soon after the event
            * ``metric``: whose details are shown: the code of a tile, or "q" and the id of a
              question
            * ``by``: how the score is broken down; ``order``: "size" or "worst" first
            * ``scale``: the scale on which means are shown, "own", "5", "10", "50" or "100"
        :return: dict of ``filters`` (as applied), ``options`` (what can be chosen), ``tiles``,
            ``selected``, ``distribution``, ``trend``, ``quarters``, ``breakdown``,
            ``response``, ``questions``, ``comments``, ``excluded`` and ``base``
        :raises AccessError: for users who do not read answers
        :raises UserError: for an unknown filter
        """
        scope = self._read_scope(filters)
        self = self._in_zone(scope)
        measures = self._get_measures(scope)
        cube, months = self._count(scope, self._get_timed(scope, measures))
        tiles = self._get_tiles(scope, cube, measures)
        selected = self._choose(scope, measures, tiles)
        return {
            **self._describe_scope(scope),
            "is_empty": not any(cube.values()),
            "tiles": tiles,
            "selected": selected and self._describe_measure(scope, selected),
            **self._get_details(scope, selected, cube, months),
            "questions": self._get_questions(scope, cube, measures),
            "response": self._get_response(scope),
            "excluded": self._get_excluded(scope),
        }

    @api.model
    def _get_details(self, scope, selected, cube, months):
        """What is shown of the one score that was chosen."""
        if not selected:
            return dict.fromkeys(
                ("distribution", "trend", "quarters", "breakdown", "comments")
            )
        return {
            "distribution": self._get_distribution(scope, selected, cube),
            "trend": self._get_trend(scope, selected, cube, months),
            "quarters": self._get_quarters(scope, selected, cube, months),
            "breakdown": self._get_breakdown(scope, selected),
            "comments": self._get_comments(scope, selected),
        }

    # ------------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------------
    @api.model
    def _query(self, domain, is_told=False):
        """Query on the scores of a domain that the user may read, still to be grouped.

        :param bool is_told: the domain is that of an anonymous survey, see `_get_told_domain`
        """
        scores = self.env["customer.satisfaction.score"].sudo(is_told or self.env.su)
        scores.flush_model()
        return scores._search(domain)

    @api.model
    def _count(self, scope, timed):
        """Count all answers in one statement, by question, time and value.

        :param timed: questions of which more times than the period are asked for
        :return: ({(question id, "before" | "now" | first day of a month, whether it is the main
            score of its answer): Counter of values}, first days of months)
        """
        months = self._get_month_starts()
        has_shared = any(
            self._is_shared(scope, questions)
            for questions in self._get_headlines(scope).values()
        )
        starts = {self._to_utc(day): day for day in months}
        moments = sorted({*starts, scope.before or scope.start, scope.start, scope.end})
        first = scope.before or scope.start
        whole = Domain("date", ">=", min(first, moments[0])) & Domain(
            "date", "<", max(scope.end, moments[-1])
        )
        rest = scope.questions - timed
        counts = []
        for questions, period, is_timed in (
            (timed, whole, True),
            (rest, scope.period(), False),
        ):
            query = self._query(
                scope.domain & period & Domain("question_id", "in", questions.ids),
                scope.is_anonymous,
            )
            query.groupby = SQL("1, 2, 3, 4")
            counts.append(
                query.select(
                    SQL.identifier(query.table, "question_id"),
                    SQL(
                        "width_bucket(%s, %s::timestamp[])",
                        SQL.identifier(query.table, "date"),
                        moments,
                    )
                    if is_timed
                    else SQL("-1"),
                    SQL.identifier(query.table, "value"),
                    # Hardly ever asked for, and no part of the index.
                    SQL.identifier(query.table, "is_main")
                    if has_shared
                    else SQL("TRUE"),
                    SQL("count(*)"),
                )
            )
        cube = defaultdict(Counter)
        # Where in the list of moments each time bucket starts
        names = [
            self._name_moment(scope, starts, moments, index)
            for index in range(len(moments) + 1)
        ]
        names.append(["now"])  # at -1
        for question, bucket, value, is_main, count in self.env.execute_query(
            SQL(" UNION ALL ").join(counts)
        ):
            for name in names[bucket]:
                cube[question, name, is_main][value] += count
        return cube, months

    @api.model
    def _get_timed(self, scope, measures):
        """Questions whose course over time may be shown: those that `_choose` chooses from."""
        nothing = self.env["survey.question"]
        return nothing.union(
            *self._get_headlines(scope).values(),
            self._find_measure(scope, measures)
            or next(iter(measures.values()), nothing),
        )

    @api.model
    def _name_moment(self, scope, starts, moments, index):
        """Names of the times to which the bucket after the moment before `index` belongs."""
        if not index:
            return []
        moment = moments[index - 1]
        names = []
        if scope.start <= moment < scope.end:
            names.append("now")
        elif scope.before and scope.before <= moment < scope.start:
            names.append("before")
        if not scope.is_anonymous or scope.start <= moment < scope.end:
            months = [start for start in starts if start <= moment]
            if months and starts[max(months)] != max(starts.values()):
                names.append(starts[max(months)])
        return names

    @api.model
    def _sum(self, scope, cube, questions, *names):
        """How many chose each value, over these questions and times."""
        total = Counter()
        kinds = (True,) if self._is_shared(scope, questions) else (True, False)
        for key in product(questions.ids, names, kinds):
            total.update(cube.get(key, {}))
        return total

    @api.model
    def _get_measures(self, scope):
        """Questions that measure the same, over versions and surveys.

        :return: dict: questions by what makes them the same
        """
        measures = defaultdict(self.env["survey.question"].browse)
        for question in scope.questions:
            measures[self._get_identity(question)] |= question
        return dict(measures)

    @api.model
    def _get_identity(self, question):
        """What makes questions of several versions and surveys one: wording, metric, scale."""
        return (
            question.item_id.id or question.title,
            question.dimension_id.id,
            question.satisfaction_metric,
            question.scale_min,
            question.scale_max,
            self._get_direction(question),
        )

    @api.model
    def _get_headlines(self, scope):
        """The questions of each metric, by code; see `_is_shared` where there are several.

        What is asked with the other end as the good one is a score of its own.
        """
        usual, usual_of_survey = {}, {}
        headlines = defaultdict(self.env["survey.question"].browse)
        for question in scope.questions:
            metric = question.satisfaction_metric
            direction = self._get_direction(question)
            key = metric, question.survey_id
            if (
                metric in HEADLINES
                and usual_of_survey.setdefault(key, direction) == direction
            ):
                is_usual = usual.setdefault(metric, direction) == direction
                headlines[metric if is_usual else f"{metric}_{direction}"] |= question
        return dict(
            sorted(
                headlines.items(),
                key=lambda item: HEADLINES.index(item[1][0].satisfaction_metric),
            )
        )

    @api.model
    def _is_shared(self, scope, questions):
        """Whether several questions of one survey make up a metric's score.

        Then an answer counts once, with the first of them that was answered: its main score, as
        for its grade and for indicators.
        """
        return (
            len(questions) > len(questions.survey_id)
            and questions in self._get_headlines(scope).values()
        )

    @api.model
    def _get_score_domain(self, scope, questions):
        """Scores that count for these questions."""
        domain = Domain("question_id", "in", questions.ids)
        if self._is_shared(scope, questions):
            domain &= Domain("is_main", "=", True)
        return domain

    # ------------------------------------------------------------------
    # The scores
    # ------------------------------------------------------------------
    @api.model
    def _get_tiles(self, scope, cube, measures):
        """One tile per metric that was asked, with the change since the period before."""
        tiles = []
        for code, questions in self._get_headlines(scope).items():
            now = self._sum(scope, cube, questions, "now")
            before = self._sum(scope, cube, questions, "before")
            tiles.append(
                {
                    "code": code,
                    **self._describe_metric(questions),
                    "note": self._describe_shared(scope, questions),
                    **self._figure(scope, questions, now),
                    **self._compare(scope, questions, now, before),
                    "records": self._records(scope, questions, scope.period()),
                }
            )
        return [*tiles, *self._get_indexes(scope, cube, measures)]

    @api.model
    def _choose(self, scope, measures, tiles):
        """Questions whose details are shown: what was asked for, else the first tile's."""
        if questions := self._find_measure(scope, measures):
            return questions
        code = scope.filters["metric"]
        headlines = self._get_headlines(scope)
        if code not in headlines:
            answered = [t["code"] for t in tiles if t["n"] and t["code"] in headlines]
            code = next(iter(answered or headlines), False)
        scope.filters["metric"] = code
        if code:
            return headlines[code]
        return next(iter(measures.values()), None)

    @api.model
    def _find_measure(self, scope, measures):
        """The questions that were asked for by the id of one of them, if any."""
        code = scope.filters["metric"]
        if isinstance(code, str) and code[:1] == "q" and code[1:].isdigit():
            for questions in measures.values():
                if int(code[1:]) in questions.ids:
                    return questions
        return None

    @api.model
    def _records(self, scope, questions, *domains):
        """Domain of the scores behind a figure, within those of ``base``."""
        if scope.is_anonymous:
            return False
        return list(Domain.AND([self._get_score_domain(scope, questions), *domains]))

    @api.model
    def _get_distribution(self, scope, questions, cube):
        """How many gave each answer, best first."""
        counts = self._sum(scope, cube, questions, "now")
        n = counts.total()
        if n < self._get_minimum(scope):
            return []
        values = self._get_values(questions, counts)
        return [
            {
                "label": self._label_value(questions, value),
                "count": counts[value],
                "value": counts[value] / n,
                "n": n,
                "text": self._format_share(counts[value] / n),
                "tone": self._get_tone(questions, value),
                "records": self._records(
                    scope, questions, scope.period(), Domain("value", "=", value)
                ),
            }
            for value in reversed(values)
        ]

    @api.model
    def _get_trend(self, scope, questions, cube, months):
        """The score of each of the last months, this one included."""
        points = []
        if scope.is_anonymous:  # with the quarters beside them, months could be told
            return {"axis": self._get_axis(questions), "points": points}
        for first, last in list(zip(months, months[1:], strict=False))[-TREND_MONTHS:]:
            between = self._between(first, last)
            points.append(
                {
                    "name": format_date(self.env, first, date_format="LLL"),
                    "title": format_date(self.env, first, date_format="LLLL y"),
                    **self._figure(
                        scope, questions, self._sum(scope, cube, questions, first)
                    ),
                    "records": self._records(scope, questions, between),
                }
            )
        return {"axis": self._get_axis(questions), "points": points}

    @api.model
    def _get_quarters(self, scope, questions, cube, months):
        """The last quarters, each beside the one before and the same one a year before."""
        firsts = self._get_quarter_starts()
        counts = {
            first: self._sum(scope, cube, questions, *months[3 * index : 3 * index + 3])
            for index, first in enumerate(firsts)
        }
        rows = []
        for index in range(len(firsts) - 1, len(firsts) - 1 - QUARTERS, -1):
            first = firsts[index]
            now = counts[first]
            rows.append(
                {
                    "name": self._name_quarter(first),
                    **self._figure(scope, questions, now),
                    "since_before": self._compare(
                        scope, questions, now, counts[firsts[index - 1]]
                    ),
                    "since_year": self._compare(
                        scope, questions, now, counts[firsts[index - 4]]
                    ),
                    "records": self._records(
                        scope,
                        questions,
                        self._between(first, first + relativedelta(months=3)),
                    ),
                }
            )
        return rows

    @api.model
    def _name_quarter(self, day):
        return format_date(self.env, day, date_format="QQQ y")

    @api.model
    def _between(self, first, last):
        return Domain("date", ">=", self._to_utc(first)) & Domain(
            "date", "<", self._to_utc(last)
        )
