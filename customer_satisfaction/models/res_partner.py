from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.satisfaction.rated.mixin"]

    def _get_satisfaction_link(self):
        return "partner_id"

    def _get_satisfaction_parts(self):
        """The contacts and all below them, which count for every one above them."""
        below = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        mine = {record._origin.id: record for record in self}
        parts = {}
        for contact in below:
            line = []
            above = (
                contact.sudo()
            )  # who stands above whom, whether he may be read or not
            while above:
                if above.id in mine:
                    line.append(mine[above.id])
                above = above.parent_id
            parts[contact] = self.browse().concat(*line)
        return parts
