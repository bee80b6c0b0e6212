from odoo import fields, models


class CustomerComplaintCreditCancel(models.TransientModel):
    _name = "customer.complaint.credit.cancel"
    _description = "Cancel Credit Note Requests"

    request_ids = fields.Many2many(
        "customer.complaint.credit.request",
        "customer_complaint_credit_cancel_rel",
        required=True,
    )
    reason = fields.Char(required=True)

    def action_cancel(self):
        """Cancel the requests and tell the handlers why."""
        for wizard in self:
            wizard.request_ids.check_access("read")
            wizard.request_ids._cancel(wizard.reason)
        return {"type": "ir.actions.act_window_close"}
