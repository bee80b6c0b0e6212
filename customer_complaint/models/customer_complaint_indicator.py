from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools import statistics
from ..tools.due_times import ON_TIME
from ..tools.measure import Figure, Measure, percent
from .customer_complaint_stage import CLOSED_TYPES

# Putting a complaint away does not change what happened.
ALSO_ARCHIVED = Domain("active", "in", [True, False])
OPEN = Domain("stage_type", "not in", CLOSED_TYPES)
SATISFIED_GRADES = ("4", "5")


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
            ("money", "Money"),
            ("days", "Days"),
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
        """Measure these indicators, one statement per model.

        :param Domain scope: whose records, on company_id, which every measured model has
        :param datetime start: beginning of the period, UTC, included
        :param datetime end: its end, excluded; compared with the equally long period before
        :return: Measure by indicator
        """
        figures = self._define(scope, start, end)
        return self._judge(figures, self._count(self._get_parts(figures)))

    def _define(self, scope, start, end):
        """What is to be counted for these indicators; parameters of `_measure`.

        :return: Figure by indicator, None where the user may not read the records
        """
        figures = {}
        for indicator in self:
            figure = getattr(self, f"_define_{indicator.code}")(scope, start, end)
            readable = figure and self.env[figure.model].has_access("read")
            figures[indicator] = figure if readable else None
        return figures

    @api.model
    def _get_parts(self, figures):
        """Pairs of model and domain that `_judge` needs the counts of."""
        return [
            (figure.model, part)
            for figure in figures.values()
            if figure
            for part in figure.parts()
        ]

    @api.model
    def _judge(self, figures, counts):
        """Measure by indicator, from the counts of `_get_parts`; None where there is no figure."""
        counts = iter(counts)
        return {
            indicator: self._sum(figure)
            if figure and figure.amount
            else figure and figure.judge([next(counts) for _part in figure.parts()])
            for indicator, figure in figures.items()
        }

    @api.model
    def _count(self, parts):
        """How many records this user finds with each domain: one statement per model.

        :param list parts: pairs of model name and Domain
        :return: list of counts, in the same order
        """
        counts = [0] * len(parts)
        positions = {}
        for position, (model_name, _domain) in enumerate(parts):
            positions.setdefault(model_name, []).append(position)
        for model_name, places in positions.items():
            model = self.env[model_name]
            domains = [
                self._leave_out_archived(model, parts[place][1]).optimize_full(model)
                for place in places
            ]
            query = model._search(Domain.OR(domains), active_test=False)
            if query.is_empty():
                continue
            columns = [
                SQL(
                    "count(*) FILTER (WHERE %s)",
                    domain._to_sql(model, query.table, query),
                )
                for domain in domains
            ]
            [row] = self.env.execute_query(query.select(*columns))
            for place, count in zip(places, row, strict=True):
                counts[place] = count
        return counts

    @api.model
    def _leave_out_archived(self, model, domain):
        """What a search does by itself, unless the domain speaks of archived records."""
        name = model._active_name
        if not name or any(
            leaf.field_expr == name for leaf in domain.iter_conditions()
        ):
            return domain
        return domain & Domain(name, "=", True)

    @api.model
    def _sum(self, figure):
        """Measure of money, each sum in the currency of its companies; one statement."""
        model = self.env[figure.model]
        query = model._search(figure.domain | figure.before)
        if query.is_empty():
            return Measure(figure.model, list(figure.domain), amounts={})
        amount, company = (
            model._field_to_sql(query.table, name, query)
            for name in (figure.amount, "company_id")
        )
        period, before = (
            domain.optimize_full(model)._to_sql(model, query.table, query)
            for domain in (figure.domain, figure.before)
        )
        query.groupby = company
        n, amounts, amounts_before = 0, {}, {}
        for company_id, count, *sums in self.env.execute_query(
            query.select(
                company,
                SQL("count(*) FILTER (WHERE %s)", period),
                SQL("sum(%s) FILTER (WHERE %s)", amount, period),
                SQL("sum(%s) FILTER (WHERE %s)", amount, before),
            )
        ):
            n += count
            currency = self.env["res.company"].browse(company_id).currency_id
            for known, added in zip((amounts, amounts_before), sums, strict=True):
                if added is not None:
                    known[currency] = known.get(currency, 0) + added
        return Measure(
            figure.model,
            list(figure.domain),
            n=n,
            amounts=amounts,
            previous_amounts=amounts_before,
        )

    @api.model
    def _get_periods(self, field_name, start, end):
        """Domains of a period and of the equally long one before it."""
        moments = (start - (end - start), start, end)
        before, period = (
            Domain(field_name, ">=", first) & Domain(field_name, "<", last)
            for first, last in zip(moments, moments[1:], strict=False)
        )
        return period, before

    # ------------------------------------------------------------------
    # The definitions: one method per code
    # ------------------------------------------------------------------
    @api.model
    def _define_new(self, scope, start, end):
        period, before = self._get_periods("received_at", start, end)
        scope &= ALSO_ARCHIVED
        return Figure("customer.complaint", scope & period, scope & before)

    @api.model
    def _define_open(self, scope, start, end):
        """The stock of this moment, whatever the period."""
        return Figure("customer.complaint", scope & OPEN)

    @api.model
    def _define_overdue(self, scope, start, end):
        """The stock of this moment, whatever the period."""
        return Figure(
            "customer.complaint.deadline",
            scope
            & Domain("owed_to", "=", "customer")
            & Domain("state", "=", "open")
            & Domain("due_at", "<", fields.Datetime.now())
            & Domain("complaint_id.active", "=", True),
        )

    @api.model
    def _define_deadlines_met(self, scope, start, end):
        """Dates that fell due in the period: running and late is a miss, the rest waits."""
        period, before = self._get_periods(
            "due_at", start, min(end, fields.Datetime.now())
        )
        scope &= Domain("owed_to", "=", "customer")
        scope &= Domain("state", "in", ("done", "open"))
        return Figure(
            "customer.complaint.deadline",
            scope & period,
            scope & before,
            success=Domain("result", "=", ON_TIME),
        )

    @api.model
    def _define_satisfaction(self, scope, start, end):
        period, before = self._get_periods("date", start, end)
        scope &= Domain("grade", "!=", False)
        return Figure(
            "customer.complaint.confirmation",
            scope & period,
            scope & before,
            success=Domain("grade", "in", SATISFIED_GRADES),
        )

    @api.model
    def _define_cost(self, scope, start, end):
        """Booked credit notes by accounting date: days of the user's calendar, without a clock."""
        if "customer.complaint.credit.allocation" not in self.env:
            return None
        first, last = (
            fields.Datetime.context_timestamp(self, moment).date()
            for moment in (start, end)
        )
        length = last - first + timedelta(days=1)
        scope &= Domain("move_state", "=", "posted")
        return Figure(
            "customer.complaint.credit.allocation",
            scope & Domain("date", ">=", first) & Domain("date", "<=", last),
            scope & Domain("date", ">=", first - length) & Domain("date", "<", first),
            amount="amount_company",
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
        if measure.previous is not None and self._is_enough(measure):
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

    def _is_enough(self, measure):
        """Whether there are enough cases to show the number."""
        return measure.value is not None and (
            self.unit != "share" or measure.n >= self.minimum_n
        )

    def _format_values(self, measure):
        if self.unit == "money":
            return self._format_amounts(measure.amounts)
        if not self._is_enough(measure):
            return ["–"]
        return [self._format_value(measure.value)]

    def _format_value(self, value):
        if self.unit == "share":
            return self.env._("%(percent)s %%", percent=percent(value))
        return self._format_number(value, digits=1 if self.unit == "days" else 0)

    def _format_number(self, value, digits=0):
        return formatLang(self.env, statistics.half_up(value, digits), digits=digits)

    def _format_amounts(self, amounts):
        return [
            formatLang(self.env, amount, currency_obj=currency)
            for currency, amount in (amounts or {}).items()
        ] or ["–"]

    def _describe_certainty(self, measure):
        if self.unit == "money":
            return (
                self.env._(
                    "%(counted)s: %(n)s",
                    counted=self.counted,
                    n=self._format_number(measure.n),
                )
                if measure.n
                else self.env._("Nothing booked in this period")
            )
        if self.unit != "share":
            return self.env._("Counted, not estimated")
        if not measure.n:
            return self.env._("No %(counted)s in this period", counted=self.counted)
        missing = self.minimum_n - measure.n
        if missing == 1:
            return self.env._("One more needed to say something")
        if missing > 1:
            return self.env._(
                "%(missing)s more %(counted)s needed",
                missing=missing,
                counted=self.counted,
            )
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

    def _describe_change(self, measure):
        if self.unit == "money":
            if not measure.previous_amounts:
                return ""
            return self.env._(
                "Before: %(value)s",
                value=" · ".join(self._format_amounts(measure.previous_amounts)),
            )
        if measure.previous is None or not self._is_enough(measure):
            return ""
        before = self._format_value(measure.previous)
        if measure.value == measure.previous:
            return self.env._("Before: %(value)s, no change", value=before)
        if measure.is_significant:
            return self.env._("Before: %(value)s, more than chance", value=before)
        return self.env._("Before: %(value)s, may be chance", value=before)
