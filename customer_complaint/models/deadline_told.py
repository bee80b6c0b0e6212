from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import due_times


class CustomerComplaintDeadline(models.Model):
    """Dates a customer counts on: who may move them, and how his page tells of them."""

    _inherit = "customer.complaint.deadline"

    may_move = fields.Boolean(
        compute="_compute_may_move", export_string_translation=False
    )

    @api.depends("state", "deadline_type", "due_at", "user_id")
    @api.depends_context("uid")
    def _compute_may_move(self):
        for deadline in self:
            deadline.may_move = deadline.state == "open" and deadline._is_movable()

    def _is_movable(self):
        """Whether the current user may agree another date: leads, and owners what they promised.

        Whether he may write to the complaint is not asked here.
        """
        self.ensure_one()
        user = self.env.user
        if self.deadline_type == "statutory":
            return False
        return user.has_group("customer_complaint.group_complaint_lead") or (
            self.deadline_type == "commitment"
            and self.user_id == user
            and fields.Datetime.now() <= self.due_at
        )

    def _check_may_move(self):
        self.ensure_one()
        self.complaint_id.check_access("write")
        if self.deadline_type == "statutory":
            raise UserError(
                self.env._(
                    "A statutory deadline is set by law. Nobody can move its date."
                )
            )
        if self.state == "paused":
            raise UserError(
                self.env._(
                    "This deadline waits, and its date moves by itself when it goes on. "
                    "Resume it first."
                )
            )
        if self.state != "open":
            raise UserError(
                self.env._(
                    "This deadline is no longer running. Its date cannot be moved."
                )
            )
        if not self._is_movable():
            raise AccessError(
                self.env._(
                    "Only a team lead moves a date. What you promised yourself you can "
                    "move as long as it is not due."
                )
            )

    def _is_shown_to_customer(self):
        """Whether the customer counts on the date: it stands on his page."""
        self.ensure_one()
        return self.owed_to == "customer"

    def _get_customer_label(self):
        """What is owed, in words for the customer."""
        self.ensure_one()
        return {
            "first_response": self.env._("First answer"),
            "initial_handling": self.env._("How we handle it"),
            "completion": self.env._("Completion"),
            "result": self.env._("Outcome"),
            "first_feedback": self.env._("We tell you how it went"),
            "second_feedback": self.env._("We tell you again how it went"),
            "follow_up": self.env._("We ask whether all is well"),
            "next_update": self.env._("Next news"),
            "next_reply": self.env._("Answer to your message"),
            "statutory": self.env._("End of the period set by law"),
            "commitment": self.commitment,
        }.get(self.deadline_type) or self._get_label()

    def _get_told_state(self):
        """Where a date stands, for the customer: one word for the page to put into a sentence.

        :return: kept, kept_late, late, open, your_turn (waits for his answer) or waiting
        """
        self.ensure_one()
        complaint = self.complaint_id
        if self.state == "done":
            return "kept" if self.result == due_times.ON_TIME else "kept_late"
        if self.state == "paused":
            waits_for_him = complaint.pause_reason_id.until_customer_answers
            return "your_turn" if waits_for_him else "waiting"
        return "late" if self.due_at < fields.Datetime.now() else "open"

    def _get_move_told(self):
        """How the date moved back since the customer first saw it.

        :return: (date before, reason if he was told it), both False when it did not move back
        """
        self.ensure_one()
        moves = self.event_ids.filtered(lambda e: e.kind == "moved").sorted("id")
        first = moves[:1].old_due_at
        if not first or first >= self.due_at:
            return False, False
        told = moves.filtered("is_told")[-1:]
        return first, told.reason_id.name
