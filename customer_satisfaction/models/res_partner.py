from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    satisfaction_answer_count = fields.Integer(
        compute="_compute_satisfaction_answer_count",
        groups="customer_satisfaction.group_satisfaction_user",
    )

    def _compute_satisfaction_answer_count(self):
        """Answers of the contact and of all contacts below it, one query for all partners."""
        self.satisfaction_answer_count = 0
        below = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        counts = self.env["survey.user_input"]._read_group(
            [
                ("partner_id", "in", below.ids),
                ("is_satisfaction", "=", True),
                ("state", "=", "done"),
                ("test_entry", "=", False),
            ],
            ["partner_id"],
            ["__count"],
        )
        wanted = set(self._ids)
        for partner, count in counts:
            while partner:
                if partner.id in wanted:
                    self.browse(partner.id).satisfaction_answer_count += count
                partner = partner.parent_id

    def action_view_satisfaction_answers(self):
        """Open the answers of the contact and of the contacts below it."""
        return self.env["survey.user_input"]._get_satisfaction_action(
            [("partner_id", "child_of", self.ids), ("test_entry", "=", False)]
        )
