from odoo import fields, models
from odoo.exceptions import UserError

from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """Waiting: the time in which deadlines that may wait stand still."""

    _inherit = "customer.complaint"

    complaint_pause = fields.Boolean(
        related="company_id.complaint_pause", export_string_translation=False
    )

    def _pause_deadlines(self, at, reason=None, note=None):
        """From `at` on, deadlines that may wait stand still.

        :param reason: customer.complaint.deadline.reason; none when the stage pauses
        """
        complaints = self.sudo().filtered(lambda c: not c.paused_at)  # see _open_rows
        self.env["customer.complaint.pause"].sudo().create(
            [
                {
                    "complaint_id": complaint.id,
                    "start_at": at,
                    "reason_id": reason.id if reason else False,
                    "stage_id": False if reason else complaint.stage_id.id,
                    "note": note,
                    "user_id": self.env.uid,
                }
                for complaint in complaints
            ]
        )
        complaints.write(
            {"paused_at": at, "pause_reason_id": reason.id if reason else False}
        )
        complaints.deadline_ids._recompute()

    def _resume_deadlines(self, at):
        """What stood still goes on at `at`, with the time that was left."""
        complaints = self.sudo().filtered("paused_at")  # see _open_rows
        for pause in complaints.pause_ids.filtered(lambda p: not p.end_at):
            pause.write(
                {"end_at": max(at, pause.start_at), "end_user_id": self.env.uid}
            )
        complaints.write({"paused_at": False, "pause_reason_id": False})
        complaints.deadline_ids._recompute()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_pause(self):
        """Ask for the reason, then let the deadlines wait."""
        self._check_pausing()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause deadlines"),
            "res_model": "customer.complaint.start.pause",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_ids": self.ids},
        }

    def _check_pausing(self):
        """Refuse a pause by hand where the company has none, or where nothing runs."""
        self.check_access("write")
        if any(not c.company_id.complaint_pause for c in self):
            raise UserError(
                self.env._(
                    "Deadlines are not paused by hand here. A complaint manager can allow "
                    "it in the settings."
                )
            )
        for complaint in self:
            if complaint.stage_type in CLOSED_TYPES or complaint.paused_at:
                raise UserError(
                    self.env._(
                        "%(complaint)s is closed or waits already. Choose open ones "
                        "that do not wait.",
                        complaint=complaint.name,
                    )
                )

    def action_resume(self):
        """Let the deadlines go on, with the time that was left."""
        self.check_access("write")
        for complaint in self:
            if complaint.paused_at and not complaint.pause_reason_id:
                raise UserError(
                    self.env._(
                        "%(complaint)s waits because of its stage. Move it to the stage "
                        "in which work goes on.",
                        complaint=complaint.name,
                    )
                )
        self._resume_deadlines(fields.Datetime.now())
        return True
