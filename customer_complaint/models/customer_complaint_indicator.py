from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools import statistics
from ..tools.due_times import ON_TIME
from ..tools.measure import Measure, percent
from .customer_complaint_stage import CLOSED_TYPES

# Putting a complaint away does not change what happened.
ALSO_ARCHIVED = Domain("active", "in", [True, False])
OPEN = Domain("stage_type", "not in", CLOSED_TYPES)
SATISFIED_GRADES = ("4", "5")


class CustomerComplaintIndicator(models.Model):
    """The library of indicators: each is defined once, whoever shows it.

    A record says what the number means and when it may be trusted; the method `_measure_<code>`
    computes it. Everything is counted with the rights of the user who asks.
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
        """Measure these indicators.

        :param Domain scope: whose records, on company_id, which every measured model has
        :param datetime start: beginning of the period, UTC, included
        :param datetime end: its end, excluded; compared with the equally long period before
        :return: Measure by indicator
        """
        return {
            indicator: getattr(self, f"_measure_{indicator.code}")(scope, start, end)
            for indicator in self
        }

    @api.model
    def _count(self, model_name, *domains):
        """How many records of a model this user finds with each domain: one statement."""
        model = self.env[model_name]
        query = model._search(Domain.OR(domains))
        if query.is_empty():
            return (0,) * len(domains)
        columns = [
            SQL(
                "count(*) FILTER (WHERE %s)",
                domain.optimize_full(model)._to_sql(model, query.table, query),
            )
            for domain in domains
        ]
        return self.env.execute_query(query.select(*columns))[0]

    @api.model
    def _get_periods(self, field_name, start, end):
        """Domains of a period and of the equally long one before it."""
        moments = (start - (end - start), start, end)
        before, period = (
            Domain(field_name, ">=", first) & Domain(field_name, "<", last)
            for first, last in zip(moments, moments[1:], strict=False)
        )
        return period, before

    @api.model
    def _measure_share(self, model_name, cases, cases_before, success):
        """Measure of the share of `success` among cases, compared with the cases before."""
        n, good, n_before, good_before = self._count(
            model_name,
            cases,
            cases & success,
            cases_before,
            cases_before & success,
        )
        return self._prepare_share(
            model_name, list(cases), (good, n), (good_before, n_before)
        )

    @api.model
    def _prepare_share(self, model_name, domain, counts, counts_before):
        """Measure of a share, from (successes, cases) of the period and of the one before."""
        low, high = statistics.wilson(*counts) or (None, None)
        return Measure(
            model_name,
            domain,
            value=statistics.rate(*counts),
            n=counts[1],
            low=low,
            high=high,
            previous=statistics.rate(*counts_before),
            p=statistics.rate_test(*counts, *counts_before),
        )

    @api.model
    def _measure_new(self, scope, start, end):
        period, before = self._get_periods("received_at", start, end)
        domain = scope & ALSO_ARCHIVED & period
        count, previous = self._count(
            "customer.complaint", domain, scope & ALSO_ARCHIVED & before
        )
        return Measure(
            "customer.complaint",
            list(domain),
            value=count,
            n=count,
            previous=previous,
            p=statistics.count_test(count, previous),
        )

    @api.model
    def _measure_open(self, scope, start, end):
        """The stock of this moment, whatever the period."""
        domain = scope & OPEN
        (count,) = self._count("customer.complaint", domain)
        return Measure("customer.complaint", list(domain), value=count, n=count)

    @api.model
    def _measure_overdue(self, scope, start, end):
        """The stock of this moment, whatever the period."""
        domain = (
            scope
            & Domain("owed_to", "=", "customer")
            & Domain("state", "=", "open")
            & Domain("due_at", "<", fields.Datetime.now())
            & Domain("complaint_id.active", "=", True)
        )
        (count,) = self._count("customer.complaint.deadline", domain)
        return Measure(
            "customer.complaint.deadline", list(domain), value=count, n=count
        )

    @api.model
    def _measure_deadlines_met(self, scope, start, end):
        """Dates that fell due in the period: running and late is a miss, not yet due counts later."""
        owed = (
            scope
            & Domain("owed_to", "=", "customer")
            & Domain("state", "in", ("done", "open"))
        )
        end = min(end, fields.Datetime.now())
        period, before = self._get_periods("due_at", start, end)
        return self._measure_share(
            "customer.complaint.deadline",
            owed & period,
            owed & before,
            Domain("result", "=", ON_TIME),
        )

    @api.model
    def _measure_satisfaction(self, scope, start, end):
        graded = scope & Domain("grade", "!=", False)
        period, before = self._get_periods("date", start, end)
        return self._measure_share(
            "customer.complaint.confirmation",
            graded & period,
            graded & before,
            Domain("grade", "in", SATISFIED_GRADES),
        )

    @api.model
    def _measure_cost(self, scope, start, end):
        """Booked credit notes by accounting date, each sum in its company's own currency."""
        model_name = "customer.complaint.credit.allocation"
        if model_name not in self.env or not self.env[model_name].has_access("read"):
            return Measure(model_name, [], readable=False)
        # An accounting date is a day without a clock: the days of the user's calendar.
        first, last = (
            fields.Datetime.context_timestamp(self, moment).date()
            for moment in (start, end)
        )
        length = last - first + timedelta(days=1)
        booked = scope & Domain("move_state", "=", "posted")
        domain = booked & Domain("date", ">=", first) & Domain("date", "<=", last)
        before = (
            booked & Domain("date", ">=", first - length) & Domain("date", "<", first)
        )
        amounts, amounts_before, n = {}, {}, 0
        for company, date, amount, count in self.env[model_name]._read_group(
            domain | before,
            ["company_id", "date:day"],
            ["amount_company:sum", "__count"],
        ):
            sums = amounts if date >= first else amounts_before
            sums[company.currency_id] = sums.get(company.currency_id, 0) + amount
            n += count if date >= first else 0
        return Measure(
            model_name,
            list(domain),
            n=n,
            amounts=amounts,
            previous_amounts=amounts_before,
        )

    # ------------------------------------------------------------------
    # In plain words
    # ------------------------------------------------------------------
    def _describe(self, measure):
        """A measure as people read it.

        :return: dict of `values` (texts; several only for money in several currencies),
            `certainty` (how sure it is), `change` (what it was before and whether the difference
            means anything), `trend` (up, down, same or False) and `tone` (better, worse or False;
            only for a change that is more than chance)
        """
        self.ensure_one()
        trend = tone = False
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
        if not measure.readable:
            return self.env._("Not for your access rights")
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
