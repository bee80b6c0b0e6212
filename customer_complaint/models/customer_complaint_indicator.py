from datetime import timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools import statistics
from ..tools.due_times import ON_TIME
from ..tools.measure import Figure, Measure, percent
from ..tools.record_types import IS_COMPLAINT
from .customer_complaint_deadline import JUDGED
from .customer_complaint_stage import CLOSED_TYPES

# Putting a complaint away does not change what happened.
# What was merged counts where it goes on.
ALSO_ARCHIVED = (
    IS_COMPLAINT
    & Domain("active", "in", [True, False])
    & Domain("merged_into_id", "=", False)
)
OPEN = IS_COMPLAINT & Domain("stage_type", "not in", CLOSED_TYPES)
SATISFIED_GRADES = ("4", "5")
# Units of which few cases say nothing, and those that are sums.
JUDGED_UNITS = ("share", "points")
MONEY_UNITS = ("money", "money_each")


class CustomerComplaintIndicator(models.Model):
    """The library of indicators: each is defined once, whoever shows it.

    A record says what the number means and when it may be trusted; the method `_define_<code>` says
    what is counted. Everything is counted with the rights of the user who asks.
    """

    _name = "customer.complaint.indicator"
    _description = "Complaint Indicator"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="Archived indicators are not shown on the dashboard."
    )
    formula = fields.Text(translate=True, help="How the number is made, in words.")
    counted = fields.Char(
        string="What is counted",
        translate=True,
        help="Plural noun beside the number of cases, such as answers.",
    )
    unit = fields.Selection(
        [
            ("count", "Count"),
            ("share", "Share"),
            ("points", "Points"),
            ("money", "Money"),
            ("money_each", "Money for each"),
            ("days", "Days"),
            ("hours", "Hours"),
        ],
        required=True,
        default="count",
        readonly=True,
    )
    direction = fields.Selection(
        [
            ("higher", "Higher is better"),
            ("lower", "Lower is better"),
            ("neither", "Neither"),
        ],
        required=True,
        default="neither",
    )
    minimum_n = fields.Integer(
        string="Cases needed",
        default=10,
        aggregator=None,
        help="A share of fewer cases is not shown: it would say nothing.",
    )
    maximum_margin = fields.Float(
        string="Uncertain above",
        default=0.1,
        digits=(4, 3),
        aggregator=None,
        help="A share whose 95 % interval reaches further than this to each side is "
        "called still uncertain.",
    )

    _code_unique = models.UniqueIndex("(code)", "An indicator is defined once.")
    _limits_possible = models.Constraint(
        "CHECK(minimum_n >= 2 AND maximum_margin > 0)",
        "A share needs at least two cases, and a margin above zero.",
    )

    # ------------------------------------------------------------------
    # Measuring
    # ------------------------------------------------------------------
    def _measure(self, scope, start, end):
        """Measure these indicators.

        :param Domain scope: whose records, on company_id, which every measured model has
        :param datetime start: beginning of the period, UTC, included
        :param datetime end: its end, excluded; compared with the equally long period before
        :return: Measure by indicator, None where the user may not read the records
        """
        figures = self._define(scope, start, end)
        return self._judge(figures, self._count(self._get_counted(figures)))

    def _define(self, scope, start, end):
        """Figure by indicator, None where the user may not read the records."""
        figures = {}
        for indicator in self:
            figure = getattr(self, f"_define_{indicator.code}")(scope, start, end)
            readable = figure and self.env[figure.model].has_access("read")
            figures[indicator] = figure if readable else None
        return figures

    @api.model
    def _get_counted(self, figures):
        """The figures that `_judge` needs the counts of."""
        return [figure for figure in figures.values() if figure and not figure.amount]

    @api.model
    def _judge(self, figures, counts):
        """Measure by indicator, from the counts of `_get_counted`."""
        counts = iter(counts)
        return {
            indicator: self._sum(figure)
            if figure and figure.amount
            else figure
            and (figure.judge_mean if figure.lasting else figure.judge)(*next(counts))
            for indicator, figure in figures.items()
        }

    @api.model
    def _count(self, figures):
        """Count figures of several models as this user may read them, in one statement.

        Each figure is planned by itself, so that each uses the index that fits.

        :return: list of tuples, the arguments of `Figure.judge`, or of `judge_mean` for a mean
        """
        if not figures:
            return []
        selects, widths = [], []
        for position, figure in enumerate(figures):
            model = self.env[figure.model]
            query = model._search(figure.compared())
            columns = self._get_columns(figure, model, query)
            widths.append(len(columns))
            selects.append(
                SQL(
                    "%s %s(%s)",
                    query.subselect(*columns),
                    SQL.identifier(f"figure_{position}"),
                    SQL(", ").join(
                        SQL.identifier(f"c{n}") for n in range(len(columns))
                    ),
                )
            )
        [row] = self.env.execute_query(SQL("SELECT * FROM %s", SQL(", ").join(selects)))
        values = iter(row)
        return [tuple(islice(values, width)) for width in widths]

    @api.model
    def _get_columns(self, figure, model, query):
        """What is counted of a figure: aggregates over the rows of `query`."""

        def where(aggregate, domain):
            condition = domain.optimize_full(model)._to_sql(model, query.table, query)
            return SQL("%s FILTER (WHERE %s)", aggregate, condition)

        count, is_now = SQL("count(*)"), figure.is_now()
        if figure.per:
            field = model._field_to_sql(query.table, figure.per, query)
            count = SQL("count(DISTINCT %s)", field)

        def both(domain):
            """In both periods; who is in both is a case of each."""
            if not figure.per:
                return where(count, domain)
            return SQL(
                "%s + %s", where(count, is_now & domain), where(count, ~is_now & domain)
            )

        if not figure.lasting:
            success = Domain.FALSE if figure.success is None else figure.success
            return [
                both(Domain.TRUE) if figure.per else count,
                *(both(success), where(count, is_now), where(count, is_now & success)),
                *(
                    column
                    for part in figure.parts
                    for column in (both(part), where(count, is_now & part))
                ),
            ]
        start, end = (
            model._field_to_sql(query.table, name, query) for name in figure.lasting
        )
        hours = SQL("(extract(epoch FROM %s - %s) / 3600)::float8", end, start)
        return [
            count,
            where(count, is_now),
            *(
                where(SQL("%s(%s)", function, hours), domain)
                for domain in (is_now, ~is_now)
                for function in (SQL("avg"), SQL("var_samp"))
            ),
        ]

    @api.model
    def _sum(self, figure):
        """Measure of money, each sum in the currency of its companies; one statement."""
        model = self.env[figure.model]
        query = model._search(figure.compared())
        company, amount = (
            model._field_to_sql(query.table, name, query)
            for name in ("company_id", figure.amount)
        )
        is_now = figure.is_now().optimize_full(model)
        is_now = is_now._to_sql(model, query.table, query)
        cases = SQL("count(*)")
        if figure.per:
            field = model._field_to_sql(query.table, figure.per, query)
            is_number = model._fields[figure.per].type in ("integer", "float")
            cases = SQL("sum(%s)" if is_number else "count(DISTINCT %s)", field)
        query.groupby = company
        # sudo: the currency of companies whose rows the user was just given
        companies = self.env["res.company"].sudo()
        # By currency: money and cases in this period, and in the one before.
        sums = {}
        for company_id, *row in self.env.execute_query(
            query.select(
                company,
                SQL("sum(%s) FILTER (WHERE %s)", amount, is_now),
                SQL("%s FILTER (WHERE %s)", cases, is_now),
                SQL("sum(%s) FILTER (WHERE NOT %s)", amount, is_now),
                SQL("%s FILTER (WHERE NOT %s)", cases, is_now),
            )
        ):
            currency = companies.browse(company_id).currency_id.sudo(False)
            known = sums.setdefault(currency, [None, 0, None, 0])
            for index, added in enumerate(row):
                if added is not None:
                    known[index] = (known[index] or 0) + added

        def each(money, cases):
            return (money / cases if cases else None) if figure.per else money

        now = {c: each(*known[:2]) for c, known in sums.items()}
        before = {c: each(*known[2:]) for c, known in sums.items()}
        amounts = {c: value for c, value in now.items() if value is not None}
        amounts_before = {c: value for c, value in before.items() if value is not None}
        n = sum(known[1] for known in sums.values())
        return Measure(
            figure.model,
            list(figure.records()),
            n=n,
            amounts=amounts,
            previous_amounts=amounts_before,
        )

    # ------------------------------------------------------------------
    # The definitions: one method per code
    # ------------------------------------------------------------------
    @api.model
    def _get_moments(self, start, end):
        """Beginning of the equally long period before, of the period, and its end."""
        return start - (end - start), start, end

    @api.model
    def _define_new(self, scope, start, end):
        return Figure(
            "customer.complaint",
            scope & ALSO_ARCHIVED,
            date="received_at",
            moments=self._get_moments(start, end),
        )

    @api.model
    def _define_open(self, scope, start, end):
        return Figure("customer.complaint", scope & OPEN)

    @api.model
    def _define_overdue(self, scope, start, end):
        """The stock of this moment; archiving an open complaint settles nothing."""
        return Figure(
            "customer.complaint.deadline",
            scope
            & IS_COMPLAINT
            & Domain("owed_to", "=", "customer")
            & Domain("state", "=", "open")
            & Domain("due_at", "<", fields.Datetime.now()),
        )

    @api.model
    def _define_deadlines_met(self, scope, start, end):
        """Dates that fell due in the period: running and late is a miss, the rest waits."""
        return Figure(
            "customer.complaint.deadline",
            scope & JUDGED,
            date="due_at",
            moments=self._get_moments(start, min(end, fields.Datetime.now())),
            success=Domain("result", "=", ON_TIME),
        )

    @api.model
    def _define_mean_handling(self, scope, start, end):
        return self._define_mean("completion", scope, start, end)

    @api.model
    def _define_mean_first_answer(self, scope, start, end):
        return self._define_mean("first_response", scope, start, end)

    @api.model
    def _define_mean(self, deadline_type, scope, start, end):
        """How long it took to fulfil deadlines of a type, of those fulfilled in the period.

        The target is for the mean over all of them; no complaint becomes late by it.
        """
        policy = self.env["customer.complaint.policy"]
        targets = {
            policy._get_mean_target(company_id, deadline_type)
            for company_id in self.env.companies.ids
        }
        return Figure(
            "customer.complaint.deadline",
            scope
            & IS_COMPLAINT
            & Domain("owed_to", "=", "customer")
            & Domain("deadline_type", "=", deadline_type)
            & Domain("state", "=", "done"),
            date="done_at",
            moments=self._get_moments(start, end),
            lasting=("start_at", "done_at"),
            # Companies with different targets have none in common.
            target=targets.pop() if len(targets) == 1 else None,
        )

    @api.model
    def _define_satisfaction(self, scope, start, end):
        return Figure(
            "customer.complaint.confirmation",
            scope & IS_COMPLAINT & Domain("is_last_grade", "=", True),
            date="date",
            moments=self._get_moments(start, end),
            success=Domain("grade", "in", SATISFIED_GRADES),
        )

    @api.model
    def _define_cost(self, scope, start, end):
        """What is booked, by accounting date: days of the user's calendar, without a clock."""
        first, last = (
            fields.Datetime.context_timestamp(self, moment).date()
            for moment in (start, end)
        )
        return Figure(
            "customer.complaint.cost.report",
            scope & Domain("basis", "=", "booked"),
            date="date",
            moments=self._get_moments(first, last + timedelta(days=1)),
            amount="amount_booked",
        )

    # ------------------------------------------------------------------
    # In plain words
    # ------------------------------------------------------------------
    def _describe(self, measure):
        """A measure as people read it; None: this user may not see it.

        :return: dict of `values` (texts; several only for money in several currencies),
            `certainty` (how sure it is), `change` (what it was before and whether the difference
            means anything), `trend` (up, down, same or False) and `tone` (better, worse or False;
            only for a change that is more than chance)
        """
        self.ensure_one()
        trend = tone = False
        if measure is None:
            return {
                "values": ["–"],
                "certainty": self.env._("Not for your access rights"),
                "change": "",
                "trend": trend,
                "tone": tone,
            }
        if self._is_comparable(measure):
            trend = (
                "up"
                if measure.value > measure.previous
                else "down"
                if measure.value < measure.previous
                else "same"
            )
            if measure.is_significant and self.direction != "neither":
                rises = "higher" if trend == "up" else "lower"
                tone = "better" if rises == self.direction else "worse"
        return {
            "values": self._format_values(measure),
            "certainty": self._describe_certainty(measure),
            "change": self._describe_change(measure),
            "trend": trend,
            "tone": tone,
        }

    def _is_enough(self, value, n):
        """Whether there are enough cases to show a value."""
        return value is not None and (
            self.unit not in JUDGED_UNITS or n >= self.minimum_n
        )

    def _is_comparable(self, measure):
        return self._is_enough(measure.value, measure.n) and self._is_enough(
            measure.previous, measure.previous_n
        )

    def _format_values(self, measure):
        if self.unit in MONEY_UNITS:
            return self._format_amounts(measure.amounts)
        if not self._is_enough(measure.value, measure.n):
            return ["–"]
        return [self._format_value(measure.value)]

    def _format_value(self, value):
        if self.unit == "share":
            return self.env._("%(percent)s %%", percent=percent(value))
        if self.unit == "points":
            return self._format_points(value)
        if self.unit == "hours":
            return self._format_hours(value)
        return self._format_number(value, digits=1 if self.unit == "days" else 0)

    def _format_number(self, value, digits=0):
        return formatLang(self.env, statistics.half_up(value, digits), digits=digits)

    def _format_points(self, points):
        """With its sign: points lie on both sides of zero."""
        sign = "+" if statistics.half_up(points) > 0 else ""
        return sign + self._format_number(points)

    def _format_hours(self, hours, like=None):
        """A length of time in the unit that suits it, with a decimal only where there is one.

        :param like: hours whose unit is taken, so that what is compared reads alike
        """
        in_minutes = (hours if like is None else like) < 2
        value = statistics.half_up(hours * 60 if in_minutes else hours, 1)
        number = self._format_number(value, digits=0 if value == int(value) else 1)
        if in_minutes:
            return self.env._("%(minutes)s min", minutes=number)
        return self.env._("%(hours)s h", hours=number)

    def _format_amounts(self, amounts):
        return [
            formatLang(self.env, amount, currency_obj=currency)
            for currency, amount in (amounts or {}).items()
        ] or ["–"]

    def _describe_certainty(self, measure):
        if self.unit in MONEY_UNITS:
            return (
                self.env._(
                    "%(counted)s: %(n)s",
                    counted=self.counted,
                    n=self._format_number(measure.n),
                )
                if measure.n
                else self.env._("Nothing booked in this period")
                if self.unit == "money"
                else self.env._("No %(counted)s in this period", counted=self.counted)
            )
        if self.unit not in (*JUDGED_UNITS, "hours"):
            return self.env._("Counted, not estimated")
        if not measure.n:
            return self.env._("No %(counted)s in this period", counted=self.counted)
        if self.unit == "hours":
            return self._describe_mean(measure)
        missing = self.minimum_n - measure.n
        if missing == 1:
            return self.env._("One more needed to say something")
        if missing > 1:
            return self.env._(
                "%(missing)s more %(counted)s needed",
                missing=missing,
                counted=self.counted,
            )
        if self.unit == "points":
            return self._describe_points(measure)
        values = {
            "n": self._format_number(measure.n),
            "counted": self.counted,
            "low": percent(measure.low),
            "high": percent(measure.high),
        }
        if measure.is_uncertain(self.maximum_margin):
            return self.env._(
                "%(n)s %(counted)s, still uncertain (%(low)s to %(high)s %%)", **values
            )
        return self.env._(
            "%(n)s %(counted)s, fairly sure (%(low)s to %(high)s %%)", **values
        )

    def _describe_points(self, measure):
        """As for a share, in points of 100."""
        values = {
            "n": self._format_number(measure.n),
            "counted": self.counted,
            "low": self._format_points(measure.low),
            "high": self._format_points(measure.high),
        }
        if measure.is_uncertain(100 * self.maximum_margin):
            return self.env._(
                "%(n)s %(counted)s, still uncertain (%(low)s to %(high)s)", **values
            )
        return self.env._(
            "%(n)s %(counted)s, fairly sure (%(low)s to %(high)s)", **values
        )

    def _describe_mean(self, measure):
        """How many cases a mean is of, where it lies with 95 %, and whether the target is met."""
        parts = [
            self.env._("One case, which says little")
            if measure.low is None
            else self.env._(
                "%(n)s %(counted)s, between %(low)s and %(high)s",
                n=self._format_number(measure.n),
                counted=self.counted,
                low=self._format_hours(measure.low, measure.value),
                high=self._format_hours(measure.high, measure.value),
            )
        ]
        if measure.target is not None:
            target = self._format_hours(measure.target)
            parts.append(
                self.env._("target %(target)s: met", target=target)
                if measure.value <= measure.target
                else self.env._("target %(target)s: not met", target=target)
            )
        return "; ".join(parts)

    def _describe_change(self, measure):
        if self.unit in MONEY_UNITS:
            if not measure.previous_amounts:
                return ""
            return self.env._(
                "Before: %(value)s",
                value=" · ".join(self._format_amounts(measure.previous_amounts)),
            )
        if not self._is_comparable(measure):
            return ""
        before = self._format_value(measure.previous)
        if measure.value == measure.previous:
            return self.env._("Before: %(value)s, no change", value=before)
        if measure.is_significant:
            return self.env._("Before: %(value)s, more than chance", value=before)
        return self.env._("Before: %(value)s, may be chance", value=before)
