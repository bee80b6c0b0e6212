from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_complaint_stage import STILL_TO_DO

# Shipped scales of levels; the set-up wizard activates one of them. One rank means the same in all:
# 1 is the most severe.
LEVEL_SCALES = [
    ("urgent_important_general", "Urgent, important, general"),
    ("numeric", "Level 1, 2, 3"),
    ("urgent_major_general", "Urgent, major, general"),
    ("urgent_serious_general", "Urgent, serious, general"),
    ("complex_general", "Complex, general"),
    ("problem", "Urgent, important, general problem"),
]


class CustomerComplaintLevel(models.Model):
    _name = "customer.complaint.level"
    _description = "Complaint Level"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "rank, id"

    name = fields.Char(required=True, translate=True)
    rank = fields.Integer(
        required=True,
        default=3,
        aggregator=None,
        help="1 is the most severe level and has the shortest limits.",
    )
    scale = fields.Selection(
        LEVEL_SCALES,
        readonly=True,
        copy=False,
        help="Shipped scale the level belongs to; your own levels have none. The set-up "
        "wizard changes the scale.",
    )
    color = fields.Integer(aggregator=None)
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

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # What users make is their own, also where the list is grouped by scale.
            vals_list = [{**vals, "scale": False} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        self._check_unused({f: vals[f] for f in ("rank", "scale") if f in vals})
        return super().write(vals)

    def _check_unused(self, vals):
        """Rank and scale stay while open complaints have the level: deadlines follow it."""
        changed = self.filtered(
            lambda level: any((level[f] or False) != vals[f] for f in vals)
        )
        if not changed:
            return
        # sudo: complaints of all teams and companies; only their number is told
        complaints = (
            self.env["customer.complaint"].sudo().with_context(active_test=False)
        )
        for level, count in complaints._read_group(
            Domain("level_id", "in", changed.ids) & STILL_TO_DO,
            ["level_id"],
            ["__count"],
        ):
            raise UserError(
                self.env._(
                    "%(level)s is used by %(count)s open complaints. Create another "
                    "level or use the set-up wizard.",
                    level=level.display_name,
                    count=count,
                )
            )

    @api.depends("name", "rank")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for level in self:
            number = self.env._("Level %(rank)s", rank=level.rank)
            # A level that is called by its number is not told twice.
            level.display_name = (
                number
                if level.name in (number, f"Level {level.rank}")
                else self.env._(
                    "Level %(rank)s · %(name)s", rank=level.rank, name=level.name
                )
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
                [("company_id", "in", [company_id, False]), ("active", "=", True)],
                order="rank desc, id",
                limit=1,
            )
            .id
        )

    def _get_active(self, company):
        """This level, or the active one in its place: of the same rank, else the nearest."""
        self.ensure_one()
        return self if self.active else self._get_nearest(company, self.rank)

    @api.model
    def _get_nearest(self, company, rank):
        """Active level of `company` with a rank, else with the nearest one."""
        return self.browse(self._get_nearest_id(company.id, rank))

    @api.model
    @tools.ormcache("company_id", "rank")
    def _get_nearest_id(self, company_id, rank):
        levels = self.sudo().search(
            [("company_id", "in", [company_id, False]), ("active", "=", True)]
        )
        return levels.sorted(
            lambda level: (abs(level.rank - rank), level.rank, not level.company_id)
        )[:1].id
