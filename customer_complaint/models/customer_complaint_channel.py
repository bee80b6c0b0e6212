from odoo import api, fields, models, tools


class CustomerComplaintChannel(models.Model):
    _name = "customer.complaint.channel"
    _description = "Complaint Channel"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(index=True)
    sequence = fields.Integer(default=10)
    source_group = fields.Selection(
        [
            ("internal", "Internal"),
            ("external", "External"),
            ("customer", "Customer's own feedback"),
            ("third_party", "Third-party transfer"),
        ],
        required=True,
        default="internal",
    )
    suited_for = fields.Char(
        translate=True, help="What this channel is good for, shown when replying."
    )
    active = fields.Boolean(default=True)

    @api.model
    @tools.ormcache()
    def _get_default_id(self):
        return self.sudo().search([("active", "=", True)], limit=1).id
