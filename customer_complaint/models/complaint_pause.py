from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.deadline_types import PAUSABLE
from .customer_complaint_stage import CLOSED_TYPES

# Complaints that are resumed in one transaction.
PACKAGE = 200


class CustomerComplaint(models.Model):
    """Waiting: the time in which deadlines that may wait stand still."""

    _inherit = "customer.complaint"

    complaint_pause = fields.Boolean(
        related="company_id.complaint_pause", export_string_translation=False
    )

    def _get_pauses(self, deadline_type, stage):
        """Pauses that concern a deadline.

        :param stage: of a stage limit, which does not wait for the stage itself
        """
        pauses = self.sudo().pause_ids  # only managers read them one by one
        if deadline_type not in PAUSABLE:
            return pauses.browse()
        # Unfiltered they are read together with those of the other complaints.
        return pauses.filtered(lambda p: p.stage_id != stage) if stage else pauses

    def _pause_by_stage(self, at):
        """Let the deadlines of complaints wait from `at` on whose stage says so."""
        self.filtered(
            lambda c: c.stage_id.pauses_deadlines and not c.paused_at
        )._pause_deadlines(at)

    def _pause_deadlines(self, at, reason=None, note=None):
        """From `at` on, deadlines that may wait stand still.

        :param reason: customer.complaint.deadline.reason; none when the stage pauses
        """
        complaints = self.sudo().filtered(lambda c: not c.paused_at)  # see _open_rows
        if not complaints:
            return
        # One that ended in this transaction is to be out of the way.
        self.env["customer.complaint.pause"].flush_model(["end_at"])
        self.env["customer.complaint.pause"].sudo().create(
            [
                {
                    "complaint_id": complaint.id,
                    "start_at": at,
                    "reason_id": reason.id if reason else False,
                    "stage_id": False if reason else complaint.stage_id.id,
                    "note": note,
                    "latest_at": reason
                    and reason.max_days
                    and at + timedelta(days=reason.max_days),
                    "user_id": self.env.uid,
                }
                for complaint in complaints
            ]
        )
        complaints.write(
            {"paused_at": at, "pause_reason_id": reason.id if reason else False}
        )
        complaints.deadline_ids._wait_or_run()
        if reason and reason.max_days:
            self.env["customer.complaint.deadline"]._wake_engine(
                at + timedelta(days=reason.max_days)
            )

    @api.model
    def _lock_expired_pauses(self, now, failed):
        """A package of complaints that have waited for as long as they may, locked.

        What a colleague works on at this moment follows the next time.

        :param failed: ids of complaints to leave out
        """
        # sudo: done by the engine, whose complaints they are does not matter
        pauses = self.env["customer.complaint.pause"].sudo()
        expired = pauses.search(
            pauses._get_expired(now) & Domain("complaint_id", "not in", list(failed))
        )
        return expired.complaint_id.try_lock_for_update(limit=PACKAGE)

    def _end_expired_pauses(self):
        """Let go on what has waited for as long as it may; the deadline engine asks for it."""
        for latest_at, group in self.grouped(
            lambda c: c.pause_ids.filtered(lambda p: not p.end_at).latest_at
        ).items():
            group._resume_deadlines(latest_at)
            group._pause_by_stage(latest_at)

    def _resume_deadlines(self, at):
        """What stood still goes on at `at`, with the time that was left."""
        complaints = self.sudo().filtered("paused_at")  # see _open_rows
        if not complaints:
            return
        waited = complaints.deadline_ids.filtered(lambda d: d.state == "paused")
        # From the date told on, and not from the start: working hours may have changed meanwhile.
        due_by_id = {
            row.id: row._get_due_after(row._get_running_pause(), at) for row in waited
        }
        pauses = complaints.pause_ids.filtered(lambda p: not p.end_at)
        for pause in pauses:
            pause.write(
                {"end_at": max(at, pause.start_at), "end_user_id": self.env.uid}
            )
        pauses.flush_recordset()  # the next pause may begin in the same transaction
        complaints.write({"paused_at": False, "pause_reason_id": False})
        waited._move(due_by_id, None)
        complaints.deadline_ids._wait_or_run()

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
            if (
                complaint.paused_at
                and complaint.stage_id.pauses_deadlines
                and not (complaint.pause_reason_id)
            ):
                raise UserError(
                    self.env._(
                        "%(complaint)s waits because of its stage. Move it to the stage "
                        "in which work goes on.",
                        complaint=complaint.name,
                    )
                )
        now = fields.Datetime.now()
        self._resume_deadlines(now)
        self._pause_by_stage(now)
        return True
