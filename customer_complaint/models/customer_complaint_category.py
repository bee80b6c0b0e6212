from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerComplaintCategory(models.Model):
    _name = "customer.complaint.category"
    _description = "Complaint Category"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    # The responsible person, who need not be a manager, says what he found.
    _mail_post_access = "read"
    _order = "sequence, id"
    _parent_store = True
    _rec_names_search = ["name", "code", "parent_id.name"]

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(help="Short code; part of the archive label of a complaint.")
    parent_id = fields.Many2one(
        "customer.complaint.category",
        string="Parent category",
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
        string="Canonical class",
        required=True,
        default="other",
        help="Class that reports compare, whatever the category is called.",
    )
    level_id = fields.Many2one(
        "customer.complaint.level",
        string="Proposed level",
    )
    team_id = fields.Many2one("customer.complaint.team", string="Responsible team")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible person",
        domain="[('share', '=', False)]",
        tracking=True,
        help="Owns new complaints of the category as soon as nothing is missing, and is "
        "reminded once a year to review the categories.",
    )
    set_ids = fields.Many2many(
        "customer.complaint.category.set",
        string="Sets",
        help="The set-up wizard changes from one set to another. Your own categories "
        "belong to none.",
    )
    active = fields.Boolean(default=True)

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        categories._plan_review()
        return categories

    def write(self, vals):
        res = super().write(vals)
        if vals.get("user_id"):
            self._plan_review()
        return res

    def _plan_review(self):
        """Remind each responsible person once a year, however many categories he has.

        Done, the activity plans the next one by itself: see its type.
        """
        review = self.env.ref("customer_complaint.activity_category_review", False)
        owners = self.user_id
        if not review or not owners:
            return
        # sudo: whoever names a responsible person need not see his activities
        planned = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("activity_type_id", "=", review.id),
                    ("user_id", "in", owners.ids),
                ]
            )
            .user_id
        )
        for owner in owners - planned:
            self.filtered(lambda c, u=owner: c.user_id == u)[:1].activity_schedule(
                activity_type_id=review.id,
                date_deadline=fields.Date.context_today(self) + relativedelta(years=1),
                user_id=owner.id,
            )

    @api.depends("name", "parent_path")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for category in self:
            path = [
                int(part) for part in (category.parent_path or "").split("/") if part
            ]
            names = self.browse(path).mapped("name") or [category.name or ""]
            category.display_name = " / ".join(names)

    def _get_in_use(self):
        """This category, or an active one of the same canonical class; empty: there is none."""
        self.ensure_one()
        return (
            self
            if self.active
            else self.search([("canonical_class", "=", self.canonical_class)], limit=1)
        )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._(
                    "A category cannot stand below itself. Choose another parent."
                )
            )
