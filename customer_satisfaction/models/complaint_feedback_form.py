from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.customer_complaint.models.customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """Feedback on screens and in mails: a form of its own, and what the step needs."""

    _inherit = "customer.complaint"

    feedback_obstacle = fields.Char(
        string="Needed now",
        compute="_compute_feedback_obstacle",
        groups="base.group_user",
        help="What the step still needs; empty: it can be finished.",
    )
    feedback_about_id = fields.Many2one(
        "customer.complaint",
        string="About the complaint",
        compute="_compute_feedback_about_id",
        groups="customer_complaint.group_complaint_user",
    )

    @api.depends(
        "feedback_step",
        "stage_type",
        "user_id",
        "cause",
        "feedback_measures",
        "feedback_measured_at",
        "feedback_result",
        "told_at",
        "email_from",
        "phone",
        "partner_id",
    )
    def _compute_feedback_obstacle(self):
        for feedback in self:
            feedback.feedback_obstacle = (
                feedback.record_type == "feedback"
                and feedback.stage_type not in CLOSED_TYPES
                and feedback._get_step_obstacle()
            )

    @api.depends("feedback_answer_id")
    @api.depends_context("uid")
    def _compute_feedback_about_id(self):
        """The complaint that was answered about; not the number of one that is not to be read."""
        # sudo: handlers do not read answers
        about = {c: c.sudo().feedback_answer_id.complaint_id.id for c in self}
        found = self.browse(filter(None, about.values()))._filtered_access("read")
        for feedback in self:
            feedback.feedback_about_id = found & found.browse(about[feedback])

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Who works on feedback learns the number of a complaint that he cannot open, no more.

        Links to it, for example from feedback that was merged into it, are named as superuser.
        """
        res = super()._compute_display_name()
        if (
            self.env.su
            and self.env.uid != SUPERUSER_ID
            and self.env.user.has_group("customer_satisfaction.group_satisfaction_user")
        ):
            for complaint in self - self.sudo(False)._filtered_access("read"):
                complaint.display_name = complaint.name
        return res

    def _is_feedback(self):
        return bool(self) and all(c.record_type == "feedback" for c in self)

    def get_formview_id(self, access_uid=None):
        """Feedback opens in its own form, wherever a link or a button leads to it."""
        user = self.env["res.users"].browse(access_uid) if access_uid else self.env.user
        if self._is_feedback() and user._is_internal():
            return self.env.ref(
                "customer_satisfaction.customer_complaint_view_form_feedback"
            ).id
        return super().get_formview_id(access_uid=access_uid)

    def action_open_feedback(self):
        """Open the form in which feedback is worked on."""
        self.ensure_one()
        return self.get_formview_action()

    def action_view_feedback_answer(self):
        """Open the low answer that this feedback follows up."""
        self.ensure_one()
        form = self.env.ref("customer_satisfaction.survey_user_input_view_form")
        return {
            "type": "ir.actions.act_window",
            "res_model": "survey.user_input",
            "res_id": self.feedback_answer_id.id,
            "views": [(form.id, "form")],
        }

    def _get_model_description(self, model_name):
        """The button in mails does not call feedback a complaint."""
        if self._is_feedback():
            return self.env._("Feedback")
        return super()._get_model_description(model_name)

    def _creation_message(self):
        """The history begins with where the record comes from."""
        if not self._is_follow_up():
            return super()._creation_message()
        # sudo: who makes it need not read answers
        answer = self.sudo().feedback_answer_id._in_staff_lang()
        return answer.env._(
            "A low score in the survey “%(survey)s” made this record, to be followed up.",
            survey=answer.survey_id.title,
        )
