from odoo import api, fields, models, tools


class CustomerComplaintLevel(models.Model):
    _name = "customer.complaint.level"
    _description = "Complaint Level"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "rank, id"

    name = fields.Char(required=True, translate=True)
    rank = fields.Integer(
        required=True,
        default=3,
        help="1 is the most severe level and has the shortest limits.",
    )
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", help="Empty: the level is used by all companies."
    )
    active = fields.Boolean(default=True)

    _rank_positive = models.Constraint(
        "CHECK(rank >= 1)", "The rank of a level starts at 1, the most severe."
    )
    _rank_unique = models.UniqueIndex(
        "(rank, COALESCE(company_id, 0)) WHERE active",
        "Two active levels cannot have the same rank. Archive one of them or change "
        "its rank.",
    )

    @api.depends("name", "rank")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for level in self:
            level.display_name = self.env._(
                "Level %(rank)s · %(name)s", rank=level.rank, name=level.name
            )

    def _get_next_above(self, company):
        """The next more severe level that `company` uses; empty for the most severe one."""
        return self.sudo().search(
            [("company_id", "in", [company.id, False]), ("rank", "<", self.rank)],
            order="rank desc, id",
            limit=1,
        )

    @api.model
    def _get_default(self, company):
        """Least severe level of `company`: what a complaint has until somebody grades it."""
        return self.browse(self._get_default_id(company.id))

    @api.model
    @tools.ormcache("company_id")
    def _get_default_id(self, company_id):
        return (
            self.sudo()
            .search(
                [("company_id", "in", [company_id, False])],
                order="rank desc, id",
                limit=1,
            )
            .id
        )
