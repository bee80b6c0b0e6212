from odoo import api, fields, models
from odoo.exceptions import UserError

from .survey_question import SHAPE


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

    version = fields.Integer(
        default=1,
        readonly=True,
        copy=False,
        aggregator=None,
        help="Once answered, questions stay as they are; a change makes a new version.",
    )
    previous_version_id = fields.Many2one("survey.survey", readonly=True, copy=False)
    is_anonymous = fields.Boolean(
        string="Anonymous",
        help="Answers cannot be joined back to a person, by anybody.",
    )
    purpose = fields.Text(
        translate=True,
        help="Shown to who answers: what the answers are used for, and how long they are "
        "kept.",
    )
    low_comment = fields.Selection(
        [
            ("none", "Do not ask"),
            ("ask", "Ask what went wrong"),
            ("require", "Require a comment"),
        ],
        string="At a low score",
        default="ask",
        help="What happens to who chooses a low score and says nothing in the question "
        "for one's own words.",
    )
    interview_guide = fields.Html(
        string="Interview guide",
        translate=True,
        help="For colleagues who ask in person: how to begin, what to ask openly, how to "
        "end. Shown above the questions when a colleague enters an answer.",
    )

    is_light = fields.Boolean(
        string="Light page",
        compute="_compute_is_light",
        store=True,
        help="Our own page can ask everything; else the survey app's page does.",
    )

    _satisfaction_by_link = models.Constraint(
        "CHECK(is_satisfaction IS NOT TRUE OR (survey_type = 'survey' "
        "AND access_mode = 'token' AND users_login_required IS NOT TRUE "
        "AND is_time_limited IS NOT TRUE))",
        "A satisfaction survey is answered by invited people, through their link alone. "
        "Choose the type Survey and the access mode Invited people only, without login "
        "and time limit.",
    )

    def write(self, vals):
        res = super().write(vals)
        if vals.get("is_satisfaction"):
            # sudo: what was answered before it measured anything is scored by nobody in person
            self.env["survey.user_input"].sudo().search(
                [("survey_id", "in", self.ids), ("state", "=", "done")]
            )._store_satisfaction()
        return res

    def _get_metric_question(self, metric):
        """The question that measures `metric`, or an empty recordset."""
        self.ensure_one()
        return self.question_ids.filtered(lambda q: q.satisfaction_metric == metric)[:1]

    def _get_comment_question(self):
        """The question that is answered in the customer's own words, if there is one."""
        self.ensure_one()
        return self.question_ids.filtered(lambda q: q.question_type == "text_box")[:1]

    @api.depends(
        "is_satisfaction",
        "questions_selection",
        "question_and_page_ids.is_page",
        *(f"question_and_page_ids.{name}" for name in SHAPE),
    )
    def _compute_is_light(self):
        for survey in self:
            survey.is_light = (
                survey.is_satisfaction
                and survey.questions_selection == "all"
                and all(question._is_light() for question in survey.question_ids)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        # The database would delete the answers with it, and ask nobody.
        # sudo: whatever its company, an answer is kept
        self.env["survey.user_input"].sudo().search(
            [("survey_id", "in", self.ids), ("complaint_id", "!=", False)]
        ).sudo(self.env.su)._unlink_except_answered()

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
