from odoo import fields, models


class CustomerComplaintCreditUnlink(models.TransientModel):
    _name = "customer.complaint.credit.unlink"
    _description = "Unlink Credit Notes from Their Requests"

    allocation_ids = fields.Many2many(
        "customer.complaint.credit.allocation",
        "customer_complaint_credit_unlink_rel",
        required=True,
    )
    reason = fields.Char(required=True)

    def action_unlink(self):
        """Unlink the credit notes and tell the handlers why."""
        for wizard in self:
            wizard.allocation_ids.unlink_credit_note(wizard.reason)
        return {"type": "ir.actions.act_window_close"}
