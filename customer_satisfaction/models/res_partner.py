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
        parts = {}
        for contact in below:
            line = above = contact
            while above := above.parent_id:
                line |= above
            parts[contact] = self & line
        return parts
