from odoo import fields, models

from ..tools.deadline_types import FROM_COMPLETION
from ..tools.due_times import CLOCK_TOLERANCE
from .customer_complaint_deadline import OWED
from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """What stops deadlines and starts the next ones: one method per event."""

    _inherit = "customer.complaint"

    def _meet_deadlines(self, deadline_types, at):
        """The obligations of these types were fulfilled at `at`.

        What happened before a round began does not count in that round.
        """
        return self._meet_rows(lambda d: d.deadline_type in deadline_types, at)

    def _meet_rows(self, condition, at):
        # sudo: see _open_rows
        rows = self.sudo().deadline_ids.filtered(
            lambda d: d.state in OWED and d._began_before(at) and condition(d)
        )
        rows._meet(at)
        rows.complaint_id._sync_next_due()
        return rows

    def _drop_deadlines(self, deadline_types):
        """The obligations of these types are owed no longer."""
        # sudo: see _open_rows
        rows = self.sudo().deadline_ids.filtered(
            lambda d: d.deadline_type in deadline_types
        )
        rows._drop()
        rows.complaint_id._sync_next_due()

    def _on_customer_told(self, at, outcome=False, plan=False, follow_up=False):
        """Event: a colleague told the customers something at `at`, by message or in a talk.

        One telling may fulfil several deadlines.

        :param bool outcome: it was the outcome; then it completes the complaints as well
        :param bool plan: it was how the complaints will be handled
        :param bool follow_up: it was a follow-up after completion, with its result
        """
        complaints = self.sudo()  # whoever may answer the customer fulfils the deadline
        complaints._note_told(at, plan)
        kinds = {"first_response", "next_update", "next_reply"}
        if plan:
            kinds.add("initial_handling")
        if follow_up:
            kinds.add("follow_up")
        # The news that a date moves does not keep that very date.
        moved_ids = self.env.context.get("complaint_moved_ids") or ()
        complaints._meet_rows(
            lambda d: d.id not in moved_ids
            and (
                d.deadline_type in kinds
                or (d.deadline_type == "commitment" and d.kept_by == "telling")
            ),
            at,
        )
        if outcome:
            complaints._tell_outcome(at)
        else:
            complaints.filtered(lambda c: c.stage_type not in CLOSED_TYPES)._open_owed(
                ("next_update",)
            )

    def _note_told(self, at, plan):
        """Keep when the customers were told something: a level may ask for it later."""
        told = self.filtered(lambda c: at >= c._get_round_start() - CLOCK_TOLERANCE)
        told.filtered(lambda c: not c.told_at or c.told_at < at).told_at = at
        if plan:
            told.plan_told_at = at

    def _on_customer_said(self, at):
        """Event: the customer wrote or called at `at`; an answer is owed from then on.

        The oldest message without an answer counts, not the last reminder.
        """
        complaints = self.sudo()  # see _open_rows
        # First of all, so that two messages, or a pause, at once notice each other.
        complaints._lock()
        complaints.filtered(lambda c: not c.said_at or c.said_at < at).said_at = at
        complaints.flush_recordset(["said_at"])
        answered = complaints.filtered(
            lambda c: c.pause_reason_id.until_customer_answers and c.paused_at <= at
        )
        answered._resume_deadlines(at)
        answered._pause_by_stage(at)
        waiting = complaints.filtered(
            lambda c: c.stage_type not in CLOSED_TYPES
            and at >= (c.told_at or c._get_round_start() - CLOCK_TOLERANCE)
        )
        # An older message that was logged later.
        running = waiting.deadline_ids.filtered(
            lambda d: d.deadline_type == "next_reply"
            and d.state in OWED
            and d.start_at > at
            and not d.is_agreed
        )
        running.start_at = at
        running._recompute(self.env._("The customer had written before that."))
        waiting._open_owed(("next_reply",), start_at=at)

    def _complete(self, at):
        """Event: the solution was carried out at `at`; contact after completion is owed."""
        # sudo: a process field; see _open_rows
        complaints = self.sudo().filtered(lambda c: not c.completed_at)
        complaints.completed_at = at
        complaints._meet_deadlines(("completion",), at)
        complaints._open_owed(FROM_COMPLETION)

    def _on_stage_changed(self, left):
        """Event: the complaints left a stage; its limit ends and that of the new one begins.

        :param dict left: (stage, since when) by complaint
        """
        now = fields.Datetime.now()
        complaints = self.sudo()  # see _open_rows
        self.env["customer.complaint.stage.visit"].sudo().create(
            [
                {
                    "complaint_id": complaint.id,
                    "company_id": complaint.company_id.id,
                    "team_id": complaint.team_id.id,
                    "user_id": complaint.user_id.id,
                    "stage_id": stage.id,
                    "stage_type": stage.stage_type,
                    "start_at": min(since, now),
                    "end_at": now,
                    "hours": max((now - since).total_seconds(), 0) / 3600,
                }
                for complaint, (stage, since) in left.items()
            ]
        )
        complaints.stage_since = now
        complaints._meet_deadlines(("stage",), now)
        running = complaints.pause_ids.filtered(lambda p: p.stage_id and not p.end_at)
        running.filtered(
            lambda p: p.stage_id != p.complaint_id.stage_id
        ).complaint_id._resume_deadlines(now)
        complaints._pause_by_stage(now)
        complaints._open_owed(("stage",))
