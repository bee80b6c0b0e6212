from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.customer_complaint.tools.measure import Figure, Measure

from ..tools import comparing, scores

PROMOTER_FROM, DETRACTOR_TO = 9, 6
# Of seven grades, those at the easy end; the question says which end that is.
EASY_FROM, EASY_TO = 5, 3
SCORE = "customer.satisfaction.score"
PURCHASE = "customer.satisfaction.purchase.report"


class NetFigure(Figure):
    """Points: the share of successes less the share of the first of `parts`."""

    def judge(self, both, good_both, n, good, bad_both, bad):
        """Measure in points, from the counts of all compared and of the period."""
        before, good_before, bad_before = both - n, good_both - good, bad_both - bad
        now = scores.net("nps", good, bad, n)
        previous = scores.net("nps", good_before, bad_before, before)
        # The test needs one value of each group.
        test = comparing.nps_difference(
            {9: good_before, 7: before - good_before - bad_before, 0: bad_before},
            {9: good, 7: n - good - bad, 0: bad},
        )
        return Measure(
            self.model,
            list(self.records()),
            value=now.value,
            n=n,
            low=now.low,
            high=now.high,
            previous=previous.value,
            previous_n=before,
            p=test.p,
        )


class CustomerComplaintIndicator(models.Model):
    """Figures beside the grades: what customers say, and what they then do."""

    _inherit = "customer.complaint.indicator"

    @api.model
    def _get_score_scope(self, scope, metric):
        # An answer of no company belongs to all, as for its record rule.
        scope |= Domain("company_id", "=", False)
        # Once per answer, however many of its questions measure this.
        scope &= Domain("is_counted", "=", True) & Domain("is_main", "=", True)
        # Also for whom figures are read as superuser: days and companies would tell too much.
        scope &= Domain("survey_id.is_anonymous", "!=", True)
        return scope & Domain("metric", "=", metric)

    @api.model
    def _define_nps(self, scope, start, end):
        return NetFigure(
            SCORE,
            self._get_score_scope(scope, "nps"),
            date="date",
            moments=self._get_moments(start, end),
            success=Domain("value", ">=", PROMOTER_FROM),
            parts=(Domain("value", "<=", DETRACTOR_TO),),
        )

    @api.model
    def _define_recommendation(self, scope, start, end):
        return Figure(
            SCORE,
            self._get_score_scope(scope, "nps"),
            date="date",
            moments=self._get_moments(start, end),
            success=Domain("value", ">=", PROMOTER_FROM),
        )

    @api.model
    def _define_effort(self, scope, start, end):
        is_low = Domain("effort_direction", "=", "lower")
        return Figure(
            SCORE,
            self._get_score_scope(scope, "effort_7"),
            date="date",
            moments=self._get_moments(start, end),
            success=(is_low & Domain("value", "<=", EASY_TO))
            | (~is_low & Domain("value", ">=", EASY_FROM)),
        )

    @api.model
    def _define_survey_response(self, scope, start, end):
        return Figure(
            "customer.satisfaction.invitation",
            scope & Domain("state", "in", ("sent", "answered")),
            date="sent_at",
            moments=self._get_moments(start, end),
            success=Domain("state", "=", "answered"),
        )

    @api.model
    def _define_repurchase(self, scope, start, end):
        return Figure(
            PURCHASE,
            scope,
            date="date_order",
            moments=self._get_moments(start, end),
            success=Domain("previous_order_date", "!=", False),
            per="commercial_partner_id",
        )

    @api.model
    def _define_churn(self, scope, start, end):
        """Of those who ordered in the same time a year before, who did not in the year after."""
        return Figure(
            PURCHASE,
            scope,
            date="lapse_date",
            moments=self._get_moments(start, min(end, fields.Datetime.now())),
            success=Domain("is_lapsed", "=", True),
            per="commercial_partner_id",
        )

    @api.model
    def _define_lifetime_value(self, scope, start, end):
        """Of those who ordered in the period: the last order there knows the sum so far."""
        moments = self._get_moments(start, end)

        def is_last_before(moment):
            date = "next_order_date"
            return Domain(date, "=", False) | Domain(date, ">=", moment)

        is_now = Domain("date_order", ">=", start)
        return Figure(
            PURCHASE,
            scope
            & ((is_now & is_last_before(end)) | (~is_now & is_last_before(start))),
            date="date_order",
            moments=moments,
            amount="value_so_far",
            per="commercial_partner_id",
        )

    @api.model
    def _define_acquisition_cost(self, scope, start, end):
        """Periods that end in the period, by days of the user's calendar."""
        first, last = (
            fields.Datetime.context_timestamp(self, moment).date()
            for moment in (start, end)
        )
        return Figure(
            "customer.satisfaction.cost",
            scope,
            date="date_to",
            moments=self._get_moments(first, last + timedelta(days=1)),
            amount="amount",
            per="new_customers",
        )
