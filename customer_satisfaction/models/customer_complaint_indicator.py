from odoo import api, models
from odoo.fields import Domain

from odoo.addons.customer_complaint.tools.measure import Figure

from .satisfaction_rate import SATISFIED_FROM


class CustomerComplaintIndicator(models.Model):
    """Satisfaction is read from the survey answers, wherever they were asked for."""

    _inherit = "customer.complaint.indicator"

    @api.model
    def _define_satisfaction(self, scope, start, end):
        model_name = "survey.user_input"
        if not self.env[model_name].has_access("read"):
            # Without rights on answers the confirmations of one's own complaints remain.
            return super()._define_satisfaction(scope, start, end)
        # An answer of no company belongs to all, as for its record rule.
        scope |= Domain("company_id", "=", False)
        scope &= Domain("is_satisfaction", "=", True)
        scope &= Domain("state", "=", "done") & Domain("test_entry", "=", False)
        scope &= Domain("csat_grade", ">", 0) & Domain("exclusion", "=", False)
        # Also for whom figures are read as superuser, see `_get_score_scope`.
        scope &= Domain("survey_id.is_anonymous", "!=", True)
        return Figure(
            model_name,
            scope,
            date="end_datetime",
            moments=self._get_moments(start, end),
            success=Domain("csat_grade", ">=", SATISFIED_FROM),
        )
