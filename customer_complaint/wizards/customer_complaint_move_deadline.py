from odoo import fields, models
from odoo.exceptions import UserError


class CustomerComplaintMoveDeadline(models.TransientModel):
    _name = "customer.complaint.move.deadline"
    _description = "Move a Complaint Deadline"

    deadline_id = fields.Many2one("customer.complaint.deadline", required=True)
    old_due_at = fields.Datetime(related="deadline_id.due_at", string="Due now")
    due_at = fields.Datetime(string="New due time", required=True)
    reason = fields.Text(required=True)

    def action_move(self):
        """Move the due time; a date that had passed already counts as overdue all the same."""
        now = fields.Datetime.now()
        for wizard in self:
            deadline = wizard.deadline_id
            deadline.complaint_id.check_access("write")
            if deadline.state != "open":
                raise UserError(
                    self.env._(
                        "This deadline is no longer running. Its date cannot be moved."
                    )
                )
            if wizard.due_at <= now:
                raise UserError(
                    self.env._("Choose a new due time that lies in the future.")
                )
            # sudo: write access on the complaint was checked; the ledger is written by methods only
            deadline = deadline.sudo()
            deadline._move({deadline.id: wizard.due_at}, wizard.reason)
            deadline.is_agreed = True
        return {"type": "ir.actions.act_window_close"}
