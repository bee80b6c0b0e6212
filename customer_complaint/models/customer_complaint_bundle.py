from odoo import api, fields, models

from .customer_complaint_level import LEVEL_SCALES


class CustomerComplaintBundle(models.Model):
    """Levels, policies and settings that fit together; the set-up wizard offers them."""

    _name = "customer.complaint.bundle"
    _description = "Complaint Set-up"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Char(translate=True, help="What it means, in one sentence.")
    sequence = fields.Integer(default=10)
    scale = fields.Selection(LEVEL_SCALES, string="Levels", required=True)
    policy_id = fields.Many2one(
        "customer.complaint.policy", string="Deadline policy", required=True
    )
    supplement_ids = fields.Many2many(
        "customer.complaint.policy",
        string="Beside it",
        context={"active_test": False},
    )
    category_set_id = fields.Many2one(
        "customer.complaint.category.set", string="Categories"
    )
    channel_ids = fields.Many2many(
        "customer.complaint.channel",
        string="Channels",
        context={"active_test": False},
        help="Empty: the bundle leaves the channels as they are.",
    )
    path_id = fields.Many2one(
        "customer.complaint.path", required=True, context={"active_test": False}
    )
    approval_amount = fields.Float(
        string="Approval of credit notes above",
        help="In the currency of the company. 0: no approval.",
    )

    @api.depends("name", "description")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for bundle in self:
            bundle.display_name = " – ".join(
                filter(None, [bundle.name, bundle.description])
            )
