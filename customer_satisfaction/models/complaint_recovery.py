from odoo import fields, models

RECOVERY = [
    ("open", "Not known yet"),
    ("recovered", "Recovered"),
    ("lost", "Lost"),
]


class CustomerComplaint(models.Model):
    """Feedback on a low score is closed: is the customer content now?"""

    _inherit = "customer.complaint"

    recovery = fields.Selection(
        RECOVERY,
        readonly=True,
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="What the customer says when asked again after the follow-up: content now, or "
        "low once more.",
    )

    def _get_process_fields(self):
        return super()._get_process_fields() | {"recovery"}

    def _after_close(self):
        res = super()._after_close()
        # sudo: who may close feedback need not be allowed to plan surveys
        closed = self.sudo().filtered(
            lambda c: c._is_follow_up() and not c._is_joined()
        )
        self.env["customer.satisfaction.plan"].sudo()._plan_recovery(closed)
        return res


class CustomerSatisfactionPlan(models.Model):
    _inherit = "customer.satisfaction.plan"

    def _plan_recovery(self, feedback):
        """Ask again, once per round, the customers of feedback that was closed."""
        self._plan_closed_complaints(feedback, trigger="recovery")
        asked = self.env["customer.satisfaction.invitation"].search(
            [
                ("complaint_id", "in", feedback.ids),
                ("plan_id.trigger", "=", "recovery"),
                ("state", "=", "planned"),
            ]
        )
        asked.complaint_id.recovery = "open"


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _confirm_outcome(self):
        """What the customer says after a follow-up judges it; it is not done a second time."""
        if not self.complaint_id._is_follow_up():
            return super()._confirm_outcome()
        self._judge_recovery()
        return None

    def _judge_recovery(self):
        self.ensure_one()
        feedback = self.complaint_id
        is_scored = self.csat_grade or self.nps_group or self.solved or self.score_ids
        if not is_scored or self.complaint_round != feedback.round:
            return
        verdict = "lost" if self._filter_low() else "recovered"
        is_news = feedback.recovery != verdict
        feedback.recovery = verdict
        answer = self._in_staff_lang()
        answer._note(
            answer.env._(
                "Asked again after the follow-up: %(answer)s",
                answer=answer._get_summary(),
            )
        )
        if is_news and verdict == "lost" and feedback.user_id:
            feedback.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=feedback.user_id.id,
                summary=answer.env._("The customer is still not satisfied"),
            )
