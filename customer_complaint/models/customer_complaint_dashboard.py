from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..tools.measure import Figure, percent
from ..tools.record_types import IS_COMPLAINT
from .complaint_remedy_approval import TO_APPROVE
from .customer_complaint_indicator import ALSO_ARCHIVED, OPEN
from .customer_complaint_stage import CLOSED_TYPES

# Fields of an indicator that the dashboard reads.
SHOWN = [
    "name",
    "code",
    "formula",
    "counted",
    "unit",
    "direction",
    "minimum_n",
    "maximum_margin",
]
LATE_LIST = 8
PARETO_BARS = 8
TREND_MONTHS = 12


class CustomerComplaintDashboard(models.AbstractModel):
    """What a manager looks at every morning: the indicators, and what to do.

    Everything is read with the rights of the user who asks, so each number opens exactly the
    records that were counted. The number of statements does not depend on the number of records.
    """

    _name = "customer.complaint.dashboard"
    _description = "Complaint Dashboard"

    @api.model
    @api.readonly
    def get_dashboard(self, period="30_days"):
        """Figures of the complaints that the user may see in his active companies.

        A number comes with the ``model`` and ``domain`` of the records that were counted.
        Which companies count is said by ``allowed_company_ids`` in the context.

        :param str period: "30_days", "month" (this month), "quarter" (this quarter) or
            "12_months", each until now
        :return: dict of

            * ``period``, ``start`` and ``end`` (UTC)
            * ``is_empty``: there is no complaint at all
            * ``alerts``: for managers, what is wrong with the deadlines: dicts with the sentence
              as ``text`` and the ``action`` that shows more
            * ``tiles``: a dict per indicator: ``code``, ``name``, ``formula``, ``values``
              (texts), ``certainty``, ``change``, ``trend``, ``tone``, ``n``, the raw ``value``
              (count, or a fraction) with ``low`` and ``high`` (95 %), ``model``, ``domain``
            * ``todo``: work waiting: ``name``, ``count``, ``model``, ``domain``
            * ``late``: the complaints that are late the longest
            * ``pareto``: complaints of the period by category, most frequent first; ``costs``:
              the same by money, False when it cannot be told
            * ``trend``: received and closed by month
        Whoever holds the role "Figures only" and reads no complaint gets the numbers of his
        companies without anything that leads to a person.

        :raises AccessError: for users who do not handle complaints
        :raises UserError: for an unknown period
        """
        self.env["customer.complaint.indicator"].check_access("read")
        # Checked against the user's own companies here, before anything is counted as superuser.
        scope = Domain("company_id", "in", self.env.companies.ids)
        user = self.env.user
        if user.has_group("customer_complaint.group_complaint_figures") and not (
            self.env["customer.complaint"].has_access("read")
        ):
            # sudo: counts only, and `_without_records` takes away what leads further
            return self._without_records(self.sudo()._get_figures(scope, period))
        return self._get_figures(scope, period)

    @api.model
    def _without_records(self, figures):
        """The numbers alone: no list, no work to do, nothing to open."""
        for part in (*figures["tiles"], *figures["pareto"], *figures["trend"]):
            part["model"] = False
            part.update({key: [] for key in part if key.endswith("domain")})
        return {**figures, "alerts": [], "todo": False, "late": [], "costs": False}

    @api.model
    def _get_figures(self, scope, period):
        """See `get_dashboard`; counted with the rights of the environment."""
        indicators = self.env["customer.complaint.indicator"]
        now = fields.Datetime.now()
        start = self._get_start(period, now)
        indicators = indicators.search_fetch([("active", "=", True)], SHOWN)
        figures = indicators._define(scope, start, now)
        work = self._get_work(scope, now)
        # Counted together, in one statement.
        counts = indicators._count(
            [figure for _name, figure in work] + indicators._get_counted(figures)
        )
        measures = indicators._judge(figures, counts[len(work) :])
        trend = self._get_trend(scope, now)
        self._fetch_categories()
        return {
            "period": period,
            "start": start,
            "end": now,
            "is_empty": self._is_empty(scope, trend),
            "alerts": self.env["customer.complaint.health"]._get_alerts(),
            "tiles": [
                self._prepare_tile(indicator, measure)
                for indicator, measure in measures.items()
            ],
            "todo": [
                {
                    "name": name,
                    "count": count,
                    "model": figure.model,
                    "domain": list(figure.records()),
                }
                for (name, figure), (count, *_) in zip(work, counts, strict=False)
                if count
            ],
            "late": self._get_late(scope, now),
            "pareto": self._get_pareto(scope, start, now),
            "costs": self._get_costs(measures),
            "trend": trend,
        }

    @api.model
    def _get_start(self, period, now):
        """First moment of a period that ends now: midnight in the user's time zone, as UTC."""
        today = fields.Datetime.context_timestamp(self, now).date()
        days = {
            "30_days": lambda: today - timedelta(days=29),
            "month": lambda: today.replace(day=1),
            "quarter": lambda: today.replace(
                day=1, month=(today.month - 1) // 3 * 3 + 1
            ),
            "12_months": lambda: today + relativedelta(years=-1, days=1),
        }
        if period not in days:
            raise UserError(
                self.env._(
                    "There is no period called %(period)s. Choose one of %(known)s.",
                    period=period,
                    known=", ".join(days),
                )
            )
        return self._to_utc(days[period]())

    @api.model
    def _to_utc(self, day):
        """Moment at which a day of the user's calendar begins, naive UTC."""
        local = self.env.tz.localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _is_empty(self, scope, trend):
        if any(month["received"] or month["closed"] for month in trend):
            return False
        return not self.env["customer.complaint"].search_count(
            scope & ALSO_ARCHIVED, limit=1
        )

    @api.model
    def _prepare_tile(self, indicator, measure):
        """Hook: an indicator with its measure, as the screen and callers get it."""
        return {
            "code": indicator.code,
            "name": indicator.name,
            "formula": indicator.formula,
            **indicator._describe(measure),
            "value": measure and measure.value,
            "n": measure.n if measure else 0,
            "low": measure and measure.low,
            "high": measure and measure.high,
            "model": measure and measure.model,
            "domain": measure.domain if measure else [],
        }

    # ------------------------------------------------------------------
    # What to do
    # ------------------------------------------------------------------
    @api.model
    def _get_work(self, scope, now):
        """Hook: kinds of work that may wait, as (name, Figure), for those who may see it."""
        open_ = scope & OPEN
        work = [
            (name, Figure("customer.complaint", open_ & domain))
            for name, domain in (
                (self.env._("Late"), Domain("next_due_at", "<", now)),
                (self.env._("Without owner"), Domain("user_id", "=", False)),
                (
                    self.env._("Outcome told, customer has not answered"),
                    Domain("outcome_at", "!=", False),
                ),
            )
        ]
        unanswered = (
            scope
            & ~IS_COMPLAINT
            & Domain("stage_type", "not in", CLOSED_TYPES)
            & Domain("told_at", "=", False)
        )
        work.append(
            (
                self.env._("Suggestions and feedback to answer"),
                Figure("customer.complaint", unanswered),
            )
        )
        requests = [(self.env._("Credit notes to issue"), "to_do")]
        if self.env.user.has_group("customer_complaint.group_complaint_lead"):
            requests.append((self.env._("Credit notes to approve"), "to_approve"))
        work += [
            (
                name,
                Figure(
                    "customer.complaint.credit.request",
                    scope & Domain("state", "=", state),
                ),
            )
            for name, state in requests
        ]
        if self.env.user.has_group("customer_complaint.group_complaint_lead"):
            remedies = Figure("customer.complaint.remedy", scope & TO_APPROVE)
            work.append((self.env._("Remedies to approve"), remedies))
        return work

    @api.model
    def _get_late(self, scope, now):
        complaints = self.env["customer.complaint"].search_fetch(
            scope & OPEN & Domain("next_due_at", "<", now),
            [
                "name",
                "title",
                "partner_name",
                "user_id",
                "level_rank",
                "next_due_at",
                "next_due_type",
                "stage_type",
            ],
            order="next_due_at, id",
            limit=LATE_LIST,
        )
        return [
            {
                "id": complaint.id,
                "name": complaint.name,
                "title": complaint.title,
                "customer": complaint.partner_name,
                "owner": complaint.user_id.display_name,
                "late": complaint.time_left,
            }
            for complaint in complaints
        ]

    # ------------------------------------------------------------------
    # Where they come from, and when
    # ------------------------------------------------------------------
    @api.model
    def _get_pareto(self, scope, start, now):
        """Complaints received in the period by category, as bars."""
        domain = (
            scope
            & ALSO_ARCHIVED
            & Domain("received_at", ">=", start)
            & Domain("received_at", "<", now)
        )
        groups = self.env["customer.complaint"]._read_group(
            domain, ["category_id"], ["__count"]
        )
        return self._prepare_bars("customer.complaint", domain, "category_id", groups)

    @api.model
    def _get_costs(self, measures):
        """Booked cost by category; False when there is none or in several currencies."""
        for indicator, measure in measures.items():
            if indicator.code == "cost" and measure and len(measure.amounts) == 1:
                (currency,) = measure.amounts
                path = "category_id"
                groups = self.env[measure.model]._read_group(
                    measure.domain, [path], ["amount_booked:sum"]
                )
                bars = self._prepare_bars(measure.model, measure.domain, path, groups)
                for bar in bars:
                    bar["text"] = indicator._format_amounts({currency: bar["value"]})[0]
                return bars
        return False

    @api.model
    def _prepare_bars(self, model, domain, path, groups):
        """Bars of a Pareto chart: the largest categories, then all others as one."""
        groups = sorted(groups, key=lambda group: -group[1])
        total = sum(value for _category, value in groups)
        bars, running = [], 0
        shown = groups if len(groups) <= PARETO_BARS else groups[: PARETO_BARS - 1]
        parts = [
            (
                category.display_name or self.env._("No category"),
                value,
                Domain(path, "=", category.id),
            )
            for category, value in shown
        ]
        if others := groups[len(shown) :]:
            parts.append(
                (
                    self.env._("%(count)s others", count=len(others)),
                    sum(value for _category, value in others),
                    Domain(path, "in", [category.id for category, _value in others]),
                )
            )
        largest = max((value for _name, value, _part in parts), default=0)
        for name, value, part in parts:
            running += value
            bars.append(
                {
                    "name": name,
                    "value": value,
                    "text": self.env["customer.complaint.indicator"]._format_number(
                        value
                    ),
                    "width": percent(value / largest) if largest else 0,
                    "running": percent(running / total) if total else 0,
                    "is_rest": False,
                    "model": model,
                    "domain": list(Domain(domain) & part),
                }
            )
        if others:
            bars[-1]["is_rest"] = True
        return bars

    @api.model
    def _fetch_categories(self):
        """Read what the names of all categories need, those of their parents too, at once."""
        categories = self.env["customer.complaint.category"]
        categories.with_context(active_test=False).search_fetch(
            [("id", "!=", False)], ["name", "parent_path"]
        )

    @api.model
    def _get_trend(self, scope, now):
        """Complaints received and closed in each of the last months, this one included."""
        today = fields.Datetime.context_timestamp(self, now).date()
        firsts = [
            today.replace(day=1) - relativedelta(months=months)
            for months in range(TREND_MONTHS - 1, -2, -1)
        ]
        limits = [self._to_utc(day) for day in firsts]
        dates = ("received_at", "closed_at")
        scope &= ALSO_ARCHIVED

        def between(date, first, last):
            return scope & Domain(date, ">=", first) & Domain(date, "<", last)

        received, closed = (
            {
                month.date(): count
                for month, count in self.env["customer.complaint"]._read_group(
                    between(date, limits[0], limits[-1]), [f"{date}:month"], ["__count"]
                )
            }
            for date in dates
        )
        return [
            {
                "name": format_date(self.env, day, date_format="LLL"),
                "title": format_date(self.env, day, date_format="LLLL y"),
                "received": received.get(day, 0),
                "closed": closed.get(day, 0),
                "model": "customer.complaint",
                **{
                    f"{date.removesuffix('_at')}_domain": list(
                        between(date, first, last)
                    )
                    for date in dates
                },
            }
            for day, first, last in zip(firsts, limits, limits[1:], strict=False)
        ]
