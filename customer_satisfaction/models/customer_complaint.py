from odoo import fields, models


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    satisfaction_answer_count = fields.Integer(
        compute="_compute_satisfaction_answer_count",
        groups="customer_satisfaction.group_satisfaction_user",
    )

    def _compute_satisfaction_answer_count(self):
        counts = dict(
            self.env["survey.user_input"]._read_group(
                [("complaint_id", "in", self.ids), ("state", "=", "done")],
                ["complaint_id"],
                ["__count"],
            )
        )
        for complaint in self:
            complaint.satisfaction_answer_count = counts.get(complaint, 0)

    def action_view_satisfaction_answers(self):
        """Open the customers' answers about these complaints."""
        return self.env["survey.user_input"]._get_satisfaction_action(
            [("complaint_id", "in", self.ids)]
        )

    def _after_close(self):
        res = super()._after_close()
        # sudo: who may close a complaint need not be allowed to plan surveys
        self.env["customer.satisfaction.plan"].sudo()._plan_closed_complaints(
            self.sudo()
        )
        return res
