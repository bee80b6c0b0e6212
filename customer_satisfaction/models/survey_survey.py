from odoo import api, fields, models
from odoo.exceptions import UserError


class SurveySurvey(models.Model):
    """A core survey with a flag, so that everything the survey app can do stays available."""

    _inherit = "survey.survey"

    is_satisfaction = fields.Boolean(
        string="Satisfaction survey",
        index="btree_not_null",
        help="Asked by survey plans, answered through a personal link only; wrong "
        "values are refused and the scores are kept with the answer.",
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Empty: the survey can be used by all companies.",
    )

    _satisfaction_by_link = models.Constraint(
        "CHECK(is_satisfaction IS NOT TRUE OR (survey_type = 'survey' "
        "AND access_mode = 'token' AND users_login_required IS NOT TRUE "
        "AND is_time_limited IS NOT TRUE))",
        "A satisfaction survey is answered by invited people, through their link alone. "
        "Choose the type Survey and the access mode Invited people only, without login "
        "and time limit.",
    )

    @api.onchange("is_satisfaction")
    def _onchange_is_satisfaction(self):
        if self.is_satisfaction:
            self.survey_type = "survey"
            self.access_mode = "token"
            self.users_login_required = False
            self.is_time_limited = False

    def action_end_session(self):
        """Ending a live session closes every answer of the survey: not those still awaited."""
        if any(survey.is_satisfaction for survey in self.sudo()):
            raise UserError(
                self.env._(
                    "A satisfaction survey has no live session. Its answers arrive one by "
                    "one, until each link expires."
                )
            )
        return super().action_end_session()
