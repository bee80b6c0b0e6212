from odoo import fields, models
from odoo.exceptions import UserError

from ..models.customer_complaint_stage import CLOSED_TYPES


class CustomerComplaintReopen(models.TransientModel):
    _name = "customer.complaint.reopen"
    _description = "Reopen Complaints"

    complaint_ids = fields.Many2many("customer.complaint", required=True)
    reason = fields.Text(required=True)

    def action_reopen(self):
        """Reopen the chosen complaints, each in a new round."""
        for wizard in self:
            complaints = wizard.complaint_ids
            complaints.check_access("write")
            if any(c.stage_type not in CLOSED_TYPES for c in complaints):
                raise UserError(
                    self.env._(
                        "One of these complaints was reopened meanwhile. Close this "
                        "dialog and look at it again."
                    )
                )
            # sudo: write access was checked; the round is a process field
            complaints.sudo()._reopen(wizard.reason)
        return {"type": "ir.actions.act_window_close"}
