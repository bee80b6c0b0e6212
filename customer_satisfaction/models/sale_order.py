from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    satisfaction_answer_count = fields.Integer(
        compute="_compute_satisfaction_answer_count",
        groups="customer_satisfaction.group_satisfaction_user",
    )

    def _compute_satisfaction_answer_count(self):
        counts = dict(
            self.env["survey.user_input"]._read_group(
                [("sale_order_id", "in", self.ids), ("state", "=", "done")],
                ["sale_order_id"],
                ["__count"],
            )
        )
        for order in self:
            order.satisfaction_answer_count = counts.get(order, 0)

    def action_view_satisfaction_answers(self):
        """Open the answers about these orders."""
        return self.env["survey.user_input"]._get_satisfaction_action(
            [("sale_order_id", "in", self.ids)]
        )
