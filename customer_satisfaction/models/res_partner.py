from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    satisfaction_answer_count = fields.Integer(
        compute="_compute_satisfaction",
        groups="customer_satisfaction.group_satisfaction_user",
    )
    satisfaction_csat = fields.Char(
        string="CSAT",
        compute="_compute_satisfaction",
        groups="customer_satisfaction.group_satisfaction_user",
        help="Share of satisfied answers, with the number of answers and the 95 % interval.",
    )

    def _compute_satisfaction(self):
        """Answers of the contact and of all contacts below it, two queries for all partners."""
        below = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        Answer = self.env["survey.user_input"]
        domain = [("partner_id", "in", below.ids)]
        answered = Answer._read_group(
            [
                *domain,
                ("is_satisfaction", "=", True),
                ("state", "=", "done"),
                ("test_entry", "=", False),
            ],
            ["partner_id"],
            ["__count"],
        )
        csat = Answer._get_csat_counts_by("partner_id", domain)
        totals = {partner.id: [0, 0, 0] for partner in self}
        for partner, count in answered:
            satisfied, n = csat.get(partner, (0, 0))
            while partner:
                if total := totals.get(partner.id):
                    for index, value in enumerate((count, satisfied, n)):
                        total[index] += value
                partner = partner.parent_id
        for partner in self:
            count, satisfied, n = totals[partner.id]
            partner.satisfaction_answer_count = count
            partner.satisfaction_csat = Answer._get_csat_text(satisfied, n)

    def action_view_satisfaction_answers(self):
        """Open the answers of the contact and of the contacts below it."""
        return self.env["survey.user_input"]._get_satisfaction_action(
            [("partner_id", "child_of", self.ids), ("test_entry", "=", False)]
        )
