from odoo import models
from odoo.tools import SQL


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
            above = contact.sudo()  # sudo: only who stands above whom
            while above:
                if above.id in mine:
                    line.append(mine[above.id])
                above = above.parent_id
            parts[contact] = self.browse().concat(*line)
        return parts

    def _get_satisfaction_parts_sql(self, counts):
        # As above: of contacts that may be read, whoever stands between.
        readable = self.with_context(active_test=False)._search([])
        return SQL(
            """
            WITH RECURSIVE line AS (
                SELECT id, satisfied, n FROM (%s) answered WHERE id IN %s
                UNION ALL
                SELECT contact.parent_id, satisfied, n FROM line
                JOIN res_partner contact ON contact.id = line.id
                WHERE contact.parent_id IS NOT NULL
            )
            SELECT id, satisfied, n FROM line
            """,
            counts,
            readable.subselect(),
        )
