from odoo import api, fields, models


class CustomerComplaintStartPause(models.TransientModel):
    """Let the deadlines of complaints wait, with a reason."""

    _name = "customer.complaint.start.pause"
    _description = "Pause Complaint Deadlines"

    complaint_ids = fields.Many2many("customer.complaint", required=True)
    reason_id = fields.Many2one(
        "customer.complaint.deadline.reason",
        required=True,
        domain=[("used_for", "=", "pause")],
    )
    until_customer_answers = fields.Boolean(related="reason_id.until_customer_answers")
    note = fields.Text()

    @api.constrains("reason_id")
    def _check_reason(self):
        self.reason_id._check_used_for("pause")

    def action_pause(self):
        """Pause from now on; each complaint waits until it is resumed."""
        now = fields.Datetime.now()
        for wizard in self:
            wizard.complaint_ids._check_pausing()
            wizard._check_reason()  # what it is used for may have changed since
            wizard.complaint_ids._pause_deadlines(now, wizard.reason_id, wizard.note)
        return {"type": "ir.actions.act_window_close"}
