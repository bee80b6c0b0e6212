from odoo import models


class CustomerComplaintTeam(models.Model):
    _name = "customer.complaint.team"
    _inherit = ["customer.complaint.team", "customer.satisfaction.rated.mixin"]

    def _get_satisfaction_link(self):
        return "team_id"
