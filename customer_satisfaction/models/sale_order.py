from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    satisfaction_answer_count = fields.Integer(
        compute="_compute_satisfaction_answer_count",
        groups="customer_satisfaction.group_satisfaction_user",
    )

    def _compute_satisfaction_answer_count(self):
        """Answers about the complaints of each order, one query for all orders."""
        # sudo: counted are answers, which the user may read; only their order is looked up
        complaints = (
            self.env["customer.complaint"]
            .sudo()
            .search_fetch([("order_id", "in", self.ids)], ["order_id"])
        )
        counts = self.env["survey.user_input"]._read_group(
            [("complaint_id", "in", complaints.ids), ("state", "=", "done")],
            ["complaint_id"],
            ["__count"],
        )
        self.satisfaction_answer_count = 0
        for complaint, count in counts:
            order_id = complaint.sudo().order_id.id
            self.browse(order_id).satisfaction_answer_count += count

    def action_view_satisfaction_answers(self):
        """Open the answers about the complaints of these orders."""
        complaints = (
            self.env["customer.complaint"].sudo().search([("order_id", "in", self.ids)])
        )
        return self.env["survey.user_input"]._get_satisfaction_action(
            [("complaint_id", "in", complaints.ids)]
        )
