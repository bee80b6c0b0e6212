from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerComplaintCategory(models.Model):
    _name = "customer.complaint.category"
    _description = "Complaint Category"
    _order = "sequence, id"
    _parent_store = True
    _rec_names_search = ["name", "code", "parent_id.name"]

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(help="Short code; part of the archive label of a complaint.")
    parent_id = fields.Many2one(
        "customer.complaint.category",
        string="Parent Category",
        index="btree_not_null",
        ondelete="restrict",
    )
    parent_path = fields.Char(index=True)
    canonical_class = fields.Selection(
        [
            ("product", "Product"),
            ("service", "Service"),
            ("delivery", "Delivery"),
            ("system", "System / technical"),
            ("policy", "Policy / process"),
            ("price", "Price / promotion"),
            ("suggestion", "Suggestion"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
        help="Class that reports compare, whatever the category is called.",
    )
    level_id = fields.Many2one(
        "customer.complaint.level",
        string="Proposed Level",
    )
    team_id = fields.Many2one("customer.complaint.team", string="Responsible Team")
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_path")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for category in self:
            path = [
                int(part) for part in (category.parent_path or "").split("/") if part
            ]
            names = self.browse(path).mapped("name") or [category.name or ""]
            category.display_name = " / ".join(names)

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._(
                    "A category cannot stand below itself. Choose another parent."
                )
            )
