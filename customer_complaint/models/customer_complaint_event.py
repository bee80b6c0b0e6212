from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintEvent(models.Model):
    """A change of what a complaint is judged by; written once, never changed."""

    _name = "customer.complaint.event"
    _description = "Complaint Audit Trail"
    _order = "id"
    _rec_name = "label"

    complaint_id = fields.Many2one(
        "customer.complaint",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Datetime(string="When", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True)
    field_name = fields.Char(required=True, readonly=True)
    label = fields.Char(string="What", compute="_compute_label")
    old = fields.Char(string="Old value", readonly=True)
    new = fields.Char(string="New value", readonly=True)
    reason = fields.Char(readonly=True)

    @api.depends("field_name")
    @api.depends_context("lang")
    def _compute_label(self):
        labels = self.env["customer.complaint"].fields_get(
            self.mapped("field_name"), ["string"]
        )
        for event in self:
            event.label = labels.get(event.field_name, {}).get(
                "string", event.field_name
            )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The audit trail is not changed afterwards."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The audit trail is not deleted."))
