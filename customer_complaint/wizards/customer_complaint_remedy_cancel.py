from odoo import fields, models


class CustomerComplaintRemedyCancel(models.TransientModel):
    _name = "customer.complaint.remedy.cancel"
    _description = "Cancel Remedies"

    remedy_ids = fields.Many2many("customer.complaint.remedy", required=True)
    reason = fields.Char(required=True, help="Stays on file with the remedy.")

    def action_cancel(self):
        """Give the remedies up.

        :raises UserError: one is delivered, or accounting has a request for it
        """
        for wizard in self:
            wizard.remedy_ids.cancel(wizard.reason)
        return {"type": "ir.actions.act_window_close"}
