from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.deadline_types import FROM_RECEIPT_ONLY, OUTLIVES_CLOSING
from ..tools.due_times import CLOCK_TOLERANCE
from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """Outcome, confirmation by the customer, closing and reopening."""

    _inherit = "customer.complaint"

    def action_send_outcome(self):
        """Open the composer with the outcome message, which asks "solved? how satisfied?"."""
        for complaint in self:
            if not complaint._is_given("decision"):
                raise UserError(
                    self.env._(
                        "%(complaint)s has no decision with a reason yet. Decide first; "
                        "the outcome message tells the customer.",
                        complaint=complaint.name,
                    )
                )
        return self._get_composer("customer_complaint.mail_template_outcome", "outcome")

    def _tell_outcome(self, at):
        """Event: the customer was told the outcome at `at`; the work is complete with it."""
        for complaint in self:
            if not complaint._is_given("decision"):
                raise UserError(
                    self.env._(
                        "Decide %(complaint)s, with a reason, before telling the outcome.",
                        complaint=complaint.name,
                    )
                )
            if at < complaint._get_round_start() - CLOCK_TOLERANCE:
                raise UserError(
                    self.env._(
                        "%(complaint)s was opened again after that. The outcome of this "
                        "round cannot be told before it began: correct the time.",
                        complaint=complaint.name,
                    )
                )
        self._complete(at)
        told_before = self.filtered("outcome_at")
        first = self._meet_deadlines(("first_feedback",), at).complaint_id
        # What is the first feedback is not the second one as well.
        (told_before - first)._meet_deadlines(("second_feedback",), at)
        # Completion too: told again after one that was logged before the row began.
        kinds = ("initial_handling", "completion", "result", "statutory")
        self._meet_deadlines(kinds, at)
        self._drop_deadlines(("next_update",))
        # An outcome logged later may have been told before the last one.
        self.filtered(lambda c: not c.outcome_at or c.outcome_at < at).outcome_at = at
        self._open_owed(("second_feedback",))
        self.filtered(lambda c: c.stage_type not in CLOSED_TYPES)._move_to_type(
            "feedback"
        )

    def _add_outcome_channel(self, channel):
        """Event: the outcome of this round was told over `channel` as well."""
        # sudo: a process field
        self.sudo().outcome_channel_ids = [Command.link(channel.id)]

    def _count_channels_left(self):
        """Over how many more channels the policies want the outcome told; 0 or less: none."""
        self.ensure_one()
        needed = max(self._get_policies().mapped("outcome_channels"), default=1)
        # One channel is what "outcome" asks for, however it was told.
        return needed - len(self.sudo().outcome_channel_ids) if needed > 1 else 0

    # ------------------------------------------------------------------
    # Confirmation
    # ------------------------------------------------------------------
    def action_confirm(self):
        """Open the dialog that records what the customer says to the outcome."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does the customer say?"),
            "res_model": "customer.complaint.confirmation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def _is_confirmed(self):
        """Whether this round has a confirmation that allows closing."""
        self.ensure_one()
        # sudo: whoever closes it need not read what the customer said
        answers = self.sudo().confirmation_ids
        last = answers.filtered(lambda c: c.round == self.round).sorted("id")[-1:]
        return bool(last) and last._allows_closing()

    def _check_no_reply(self):
        """Closing without a reply needs logged attempts and time to answer, both by setting."""
        self.ensure_one()
        company = self.company_id
        attempts = len(
            self.contact_ids.filtered(
                lambda c: c.counterpart == "customer"
                and c.direction == "out"
                and not c.reached
                and c.date >= self.outcome_at
            )
        )
        if attempts < company.complaint_no_reply_attempts:
            raise UserError(
                self.env._(
                    "%(complaint)s: %(done)s of %(needed)s attempts to reach the customer "
                    "are logged since the outcome was told. Log each attempt with Log "
                    "contact before closing without a reply.",
                    complaint=self.name,
                    done=attempts,
                    needed=company.complaint_no_reply_attempts,
                )
            )
        earliest = self.outcome_at + timedelta(days=company.complaint_no_reply_days)
        if fields.Datetime.now() < earliest:
            raise UserError(
                self.env._(
                    "%(complaint)s can be closed without a reply from %(day)s on: the "
                    "customer has %(days)s days to answer.",
                    complaint=self.name,
                    day=fields.Date.to_string(earliest),
                    days=company.complaint_no_reply_days,
                )
            )

    def _close(self, reason):
        """Close; the confirmation that allows it was recorded before."""
        self._finish(reason)
        self.filtered(lambda c: c.stage_type not in CLOSED_TYPES)._move_to_type(
            "closed"
        )

    def _finish(self, reason):
        """What closing means, whether by confirmation or by a stage that nothing guards."""
        newly = self.filtered(lambda c: not c.closed_at)
        # sudo: closing date, reason and ledger are set by the process, not by users
        complaints = self.sudo()
        complaints.close_reason = reason
        newly.sudo().closed_at = fields.Datetime.now()
        complaints._resume_deadlines(fields.Datetime.now())
        # What was promised beyond the closing is owed still, nothing else is; the limit of a
        # stage ends when the complaint leaves it.
        complaints.deadline_ids.filtered(
            lambda d: d.deadline_type not in (*OUTLIVES_CLOSING, "stage")
        )._drop()
        self._sync_next_due()
        if newly:
            newly._after_close()

    def _after_close(self):
        """Hook: the complaints were closed; invoked by `_finish`."""

    # ------------------------------------------------------------------
    # Reopening
    # ------------------------------------------------------------------
    def action_reopen(self):
        """Ask for the reason, then reopen in a new round."""
        if any(c.stage_type not in CLOSED_TYPES for c in self):
            raise UserError(
                self.env._(
                    "Only closed complaints can be reopened. Choose closed ones."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reopen"),
            "res_model": "customer.complaint.reopen",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_ids": self.ids},
        }

    def _reopen(self, reason):
        """Start a new round: re-evaluation, new first response and completion from now.

        Deadlines and confirmations of earlier rounds keep their verdict.
        """
        now = fields.Datetime.now()
        complaints = self.with_context(complaint_reopen=True)
        self._resume_deadlines(now)
        self._meet_deadlines(("stage",), now)
        # sudo: see _open_rows; what the old round still owed is owed by the new one
        self.sudo().deadline_ids.filtered(
            lambda d: d.deadline_type not in ("commitment", *FROM_RECEIPT_ONLY)
        )._drop()
        # sudo: work nobody sees is work nobody does, whoever reopens it
        self.sudo().filtered(lambda c: not c.active).action_unarchive()
        for round_number, group in complaints.grouped("round").items():
            group.write(
                {
                    "round": round_number + 1,
                    "round_start_at": now,
                    "decision": False,
                    "decision_reason": False,
                    "outcome_at": False,
                    "outcome_channel_ids": [Command.clear()],
                    "completed_at": False,
                    "told_at": False,
                    "plan_told_at": False,
                    "closed_at": False,
                    "close_reason": False,
                }
            )
        complaints._move_to_type("assessed")
        self._pause_by_stage(now)
        self._start_deadlines()
        self._message_log_batch(
            bodies={
                complaint.id: self.env._(
                    "Reopened, round %(round)s. %(reason)s",
                    round=complaint.round,
                    reason=reason,
                )
                for complaint in self
            }
        )
