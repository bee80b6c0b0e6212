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
            above = (
                contact.sudo()
            )  # who stands above whom, whether he may be read or not
            while above:
                if above.id in mine:
                    line.append(mine[above.id])
                above = above.parent_id
            parts[contact] = self.browse().concat(*line)
        return parts

    def _get_satisfaction_parts_sql(self, counts):
        below = self.with_context(active_test=False)._search(
            [("parent_id", "!=", False)]
        )
        return SQL(
            """
            WITH RECURSIVE line AS (
                %s
                UNION ALL
                SELECT below.parent_id, satisfied, n FROM line JOIN (%s) below
                    ON below.id = line.id
            )
            SELECT id, satisfied, n FROM line
            """,
            counts,
            below.select(
                SQL.identifier(below.table, "id"),
                SQL.identifier(below.table, "parent_id"),
            ),
        )
