from collections import Counter, defaultdict
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from .survey_user_input import SURVEY_METHODS

# Metrics with a score of their own, in the order in which they are shown.
HEADLINES = ("csat", "nps", "effort_7", "effort_5", "emotion", "solved")
# Their questions are rated on a scale and stand in the table of questions.
RATED = ("csat", "likert", "effort_7", "effort_5", "emotion", "acsi", "perception")
TREND_MONTHS = 12
QUARTERS = 5
COMMENTS = 6


class Scope(NamedTuple):
    """Which scored answers are looked at: what was asked for, checked and read once."""

    filters: dict
    domain: Domain  # of scores, of whatever date
    families: dict  # newest version of a survey -> all its versions
    questions: models.BaseModel  # those that measure something
    before: fields.Datetime | None
    start: fields.Datetime
    end: fields.Datetime
    is_anonymous: bool
    choices: list  # newest versions of all surveys that could be chosen
    shown: dict  # groups that may be shown, by question and breakdown; see `_get_shown`

    @property
    def surveys(self):
        """All versions of all chosen surveys."""
        empty = next(iter(self.families), None)
        return empty.concat(*self.families.values()) if self.families else []

    def period(self):
        """Domain of the scores of the period."""
        return Domain("date", ">=", self.start) & Domain("date", "<", self.end)


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
            * ``by``: how the score is broken down
            * ``scale``: the scale on which means are shown, "own", "5", "10", "50" or "100"
        :return: dict of ``filters`` (as applied), ``options`` (what can be chosen), ``tiles``,
            ``selected``, ``distribution``, ``trend``, ``quarters``, ``breakdown``,
            ``response``, ``questions``, ``comments``, ``excluded`` and ``base``
        :raises AccessError: for users who do not read answers
        :raises UserError: for an unknown filter
        """
        scope = self._read_scope(filters)
        cube, months = self._count(scope)
        measures = self._get_measures(scope)
        tiles = self._get_tiles(scope, cube, measures)
        selected = self._choose(scope, measures, tiles)
        return {
            **self._describe_scope(scope),
            "is_empty": not any(cube.values()),
            "tiles": tiles,
            "selected": selected and self._describe_measure(selected),
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
    # What is asked for
    # ------------------------------------------------------------------
    @api.model
    def _get_periods(self):
        return {
            "30_days": self.env._("30 days"),
            "quarter": self.env._("This quarter"),
            "last_quarter": self.env._("Last quarter"),
            "12_months": self.env._("12 months"),
            "all": self.env._("All"),
        }

    @api.model
    def _get_scales(self):
        return {
            "own": self.env._("as asked"),
            "5": self.env._("of 5"),
            "10": self.env._("of 10"),
            "50": self.env._("of 50"),
            "100": self.env._("of 100"),
        }

    @api.model
    def _read_scope(self, filters):
        """Check what is asked for and read the surveys and questions it is about."""
        self.env["customer.satisfaction.score"].check_access("read")
        filters = {
            "period": "12_months",
            "survey": False,
            "plan": False,
            "method": False,
            "is_fresh": False,
            "metric": False,
            "by": False,
            "scale": "own",
            **(filters or {}),
        }
        self._check_choice(filters["period"], self._get_periods())
        self._check_choice(filters["scale"], self._get_scales())
        families = self._get_families()
        choices = list(families)
        if filters["survey"]:
            families = {
                newest: versions
                for newest, versions in families.items()
                if filters["survey"] in versions.ids
            }
            filters["survey"] = next(iter(families)).id if families else False
        else:
            # Put together with others, anonymous answers could be told by subtraction.
            families = {
                newest: versions
                for newest, versions in families.items()
                if not newest.is_anonymous
            }
        is_anonymous = any(newest.is_anonymous for newest in families)
        if is_anonymous:
            # A narrow choice, or two that overlap, would tell single answers apart.
            filters.update(plan=False, method=False, is_fresh=False, period="12_months")
        before, start, end = self._get_moments(filters["period"])
        if is_anonymous:
            # The very quarters that are shown; no month that still grows.
            before = None
            start = self._to_utc(self._get_quarter_starts()[-QUARTERS])
            end = self._to_utc(self._get_today().replace(day=1))
        domain = Domain("is_counted", "=", True)
        domain &= Domain(
            "survey_id", "in", [s.id for family in families.values() for s in family]
        )
        if filters["plan"]:
            domain &= Domain("plan_id", "=", int(filters["plan"]))
        if filters["method"]:
            self._check_choice(filters["method"], dict(SURVEY_METHODS))
            domain &= Domain("survey_method", "=", filters["method"])
        if filters["is_fresh"]:
            domain &= Domain("user_input_id.is_stale", "=", False)
        return Scope(
            filters=filters,
            domain=domain,
            families=families,
            questions=self._search_questions(families),
            before=before,
            start=start,
            end=end,
            is_anonymous=is_anonymous,
            choices=choices,
            shown={},
        )

    @api.model
    def _check_choice(self, value, known):
        if value not in known:
            raise UserError(
                self.env._(
                    "There is no choice called %(value)s. Choose one of %(known)s.",
                    value=value,
                    known=", ".join(known),
                )
            )

    @api.model
    def _get_families(self):
        """Satisfaction surveys by their newest version."""
        surveys = (
            self.env["survey.survey"]
            .with_context(active_test=False)
            .search_fetch(
                [("is_satisfaction", "=", True)],
                ["title", "version", "previous_version_id", "is_anonymous", "active"],
                order="title, id",
            )
        )
        following = {s.previous_version_id: s for s in surveys if s.previous_version_id}
        families = defaultdict(surveys.browse)
        for survey in surveys:
            newest = survey
            while newest in following:
                newest = following[newest]
            families[newest] |= survey
        return dict(families)

    @api.model
    def _search_questions(self, families):
        surveys = self.env["survey.survey"].concat(*families.values())
        return self.env["survey.question"].search_fetch(
            [("survey_id", "in", surveys.ids), ("satisfaction_metric", "!=", False)],
            [
                "title",
                "sequence",
                "survey_id",
                "satisfaction_metric",
                "dimension_id",
                "item_id",
                "satisfaction_weight",
                "effort_direction",
                "pair_question_id",
                "scale_min",
                "scale_max",
            ],
            order="survey_id desc, sequence, id",
        )

    @api.model
    def _get_today(self):
        return fields.Date.context_today(self)

    @api.model
    def _to_utc(self, day):
        return self.env["customer.complaint.dashboard"]._to_utc(day)

    @api.model
    def _get_moments(self, period):
        """Beginning of the period before (None: there is none), of the period, and its end."""
        today = self._get_today()
        tomorrow = today + relativedelta(days=1)
        quarter = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
        three = relativedelta(months=3)
        before, start, end = {
            "30_days": (
                today - relativedelta(days=59),
                today - relativedelta(days=29),
                tomorrow,
            ),
            "quarter": (quarter - three, quarter, tomorrow),
            "last_quarter": (quarter - 2 * three, quarter - three, quarter),
            "12_months": (
                today + relativedelta(years=-2, days=1),
                today + relativedelta(years=-1, days=1),
                tomorrow,
            ),
            "all": (None, fields.Date.to_date("2000-01-01"), tomorrow),
        }[period]
        return before and self._to_utc(before), self._to_utc(start), self._to_utc(end)

    @api.model
    def _get_month_starts(self):
        """First days of the months that the trend and the quarters need, and the next one."""
        today = self._get_today()
        quarter = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
        first = quarter - relativedelta(months=3 * (QUARTERS + 3))
        days = [first]
        while days[-1] <= today:
            days.append(days[-1] + relativedelta(months=1))
        return days

    @api.model
    def _get_quarter_starts(self):
        return self._get_month_starts()[:-1:3]

    # ------------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------------
    @api.model
    def _query(self, domain):
        """Query on the scores of a domain that the user may read, still to be grouped."""
        scores = self.env["customer.satisfaction.score"]
        scores.flush_model()
        return scores._search(domain)

    @api.model
    def _count(self, scope):
        """Count all answers in one statement, by question, time and value.

        :return: ({(question id, "before" | "now" | first day of a month): Counter of values},
            first days of months)
        """
        months = self._get_month_starts()
        starts = {self._to_utc(day): day for day in months}
        moments = sorted({*starts, scope.before or scope.start, scope.start, scope.end})
        first = scope.before or scope.start
        query = self._query(
            scope.domain
            & Domain("date", ">=", min(first, moments[0]))
            & Domain("date", "<", max(scope.end, moments[-1]))
            & Domain("question_id", "in", scope.questions.ids)
        )
        query.groupby = SQL("1, 2, 3")
        cube = defaultdict(Counter)
        # Where in the list of moments each time bucket starts
        names = [
            self._name_moment(scope, starts, moments, index)
            for index in range(len(moments) + 1)
        ]
        for question, bucket, value, count in self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "question_id"),
                SQL(
                    "width_bucket(%s, %s::timestamp[])",
                    SQL.identifier(query.table, "date"),
                    moments,
                ),
                SQL.identifier(query.table, "value"),
                SQL("count(*)"),
            )
        ):
            for name in names[bucket]:
                cube[question, name][value] += count
        return cube, months

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
    def _sum(self, cube, questions, *names):
        """How many chose each value, over these questions and times."""
        total = Counter()
        for question in questions:
            for name in names:
                total.update(cube.get((question.id, name), {}))
        return total

    @api.model
    def _get_measures(self, scope):
        """Questions that measure the same, over versions and surveys.

        :return: dict: questions by what makes them the same
        """
        measures = defaultdict(self.env["survey.question"].browse)
        for question in scope.questions:
            key = (
                question.item_id.id or (question.title, question.dimension_id.id),
                question.satisfaction_metric,
                question.scale_min,
                question.scale_max,
            )
            measures[key] |= question
        return dict(measures)

    @api.model
    def _get_headlines(self, scope):
        """The question of each metric that counts: the first one of each survey."""
        headlines = defaultdict(self.env["survey.question"].browse)
        seen = set()
        for question in scope.questions:
            metric = question.satisfaction_metric
            if metric in HEADLINES and (metric, question.survey_id) not in seen:
                seen.add((metric, question.survey_id))
                headlines[metric] |= question
        return {m: headlines[m] for m in HEADLINES if m in headlines}

    # ------------------------------------------------------------------
    # The scores
    # ------------------------------------------------------------------
    @api.model
    def _get_tiles(self, scope, cube, measures):
        """One tile per metric that was asked, with the change since the period before."""
        tiles = []
        for metric, questions in self._get_headlines(scope).items():
            now = self._sum(cube, questions, "now")
            before = self._sum(cube, questions, "before")
            tiles.append(
                {
                    "code": metric,
                    **self._describe_metric(metric, questions),
                    **self._figure(scope, questions, now),
                    **self._compare(scope, questions, now, before),
                    "records": self._records(scope, questions, scope.period()),
                }
            )
        if index := self._get_index(scope, cube, measures):
            tiles.append(index)
        return tiles

    @api.model
    def _choose(self, scope, measures, tiles):
        """Questions whose details are shown: what was asked for, else the first tile's."""
        code = scope.filters["metric"]
        headlines = self._get_headlines(scope)
        if isinstance(code, str) and code[:1] == "q" and code[1:].isdigit():
            for questions in measures.values():
                if int(code[1:]) in questions.ids:
                    return questions
        if code not in headlines:
            answered = [t["code"] for t in tiles if t["n"] and t["code"] in headlines]
            code = next(iter(answered or headlines), False)
        scope.filters["metric"] = code
        if code:
            return headlines[code]
        return next(iter(measures.values()), None)

    @api.model
    def _records(self, scope, questions, *domains):
        """Domain of the scores behind a figure, within those of ``base``."""
        if scope.is_anonymous:
            return False
        return list(Domain.AND([Domain("question_id", "in", questions.ids), *domains]))

    @api.model
    def _get_distribution(self, scope, questions, cube):
        """How many gave each answer, best first."""
        counts = self._sum(cube, questions, "now")
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
                    **self._figure(scope, questions, self._sum(cube, questions, first)),
                    "records": self._records(scope, questions, between),
                }
            )
        return {"axis": self._get_axis(questions), "points": points}

    @api.model
    def _get_quarters(self, scope, questions, cube, months):
        """The last quarters, each beside the one before and the same one a year before."""
        firsts = self._get_quarter_starts()
        counts = {
            first: self._sum(cube, questions, *months[3 * index : 3 * index + 3])
            for index, first in enumerate(firsts)
        }
        rows = []
        for index in range(len(firsts) - 1, len(firsts) - 1 - QUARTERS, -1):
            first = firsts[index]
            now = counts[first]
            rows.append(
                {
                    "id": first,
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
        self._suppress(scope, questions, "quarter", rows)
        for row in rows:
            del row["id"]
        return rows

    @api.model
    def _name_quarter(self, day):
        return format_date(self.env, day, date_format="QQQ y")

    @api.model
    def _between(self, first, last):
        return Domain("date", ">=", self._to_utc(first)) & Domain(
            "date", "<", self._to_utc(last)
        )

    # ------------------------------------------------------------------
    # What can be chosen
    # ------------------------------------------------------------------
    @api.model
    def _describe_scope(self, scope):
        """What was asked for and what else could be, in words."""
        plans = self.env["customer.satisfaction.plan"].search_fetch(
            [], ["name"], order="name, id"
        )
        return {
            "filters": scope.filters,
            "base": False if scope.is_anonymous else list(scope.domain),
            "is_anonymous": scope.is_anonymous,
            "options": {
                "periods": self._get_periods(),
                "scales": self._get_scales(),
                "surveys": [
                    {"id": newest.id, "name": newest.title} for newest in scope.choices
                ],
                "plans": [{"id": plan.id, "name": plan.name} for plan in plans],
                "methods": self._get_methods(),
                "breakdowns": {
                    code: part.name
                    for code, part in self._get_breakdowns(scope).items()
                },
            },
        }

    @api.model
    def _get_methods(self):
        field = self.env["survey.user_input"]._fields["survey_method"]
        return dict(field._description_selection(self.env))
