from odoo import api, fields, models

from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """Whether the customer waits for us: he wrote last, also after the complaint was closed."""

    _inherit = "customer.complaint"

    late_reply_at = fields.Datetime(
        string="Wrote after closing",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The customer wrote after the complaint was closed, and nobody has said yet "
        "what follows from it.",
    )
    is_answered = fields.Boolean(
        string="Customer has written",
        compute="_compute_is_answered",
        store=True,
        precompute=True,
        groups="base.group_user",
        help="The customer wrote last; nobody has answered since.",
    )

    @api.depends("said_at", "told_at", "stage_type", "late_reply_at")
    def _compute_is_answered(self):
        for complaint in self:
            said_at, told_at = complaint.said_at, complaint.told_at
            if complaint.stage_type in CLOSED_TYPES:
                complaint.is_answered = bool(complaint.late_reply_at)
            else:
                complaint.is_answered = bool(
                    said_at and (not told_at or told_at < said_at)
                )

    def _on_customer_said(self, at):
        """A closed complaint asks whether it is to be reopened, one put away whether it goes on."""
        res = super()._on_customer_said(at)
        complaints = self.sudo()  # a process field, whoever wrote
        complaints.filtered(
            lambda c: c.stage_type in CLOSED_TYPES and not c.late_reply_at
        )._ask_about_late_reply(at)
        complaints.filtered(lambda c: c._is_put_away())._ask_about_archived()
        return res

    def _ask_about_archived(self):
        """Nobody is reminded of what was put away, so the owner, or the next one up, is told."""
        for complaint, user in self._for_owners():
            complaint._give_todo_once(
                user,
                complaint.env._("The customer wrote to an archived complaint"),
                complaint.env._(
                    "Please read the message. If something is to be done, take the "
                    "complaint out of the archive: until then nobody is reminded of "
                    "its deadlines."
                ),
            )

    def _ask_about_late_reply(self, at):
        """Give whoever answers for the closed complaints, or the next one up, a to-do."""
        self.late_reply_at = at
        for complaint, user in self._for_owners():
            complaint.activity_schedule(
                "customer_complaint.mail_activity_type_late_reply",
                user_id=user.id,
                summary=complaint.env._("The customer wrote after closing"),
                note=complaint.env._(
                    "Please read the message and decide with What follows: reopen, open "
                    "a new complaint, or nothing more to do."
                ),
            )

    def _settle_late_reply(self, feedback):
        """It is decided what follows from what the customer wrote after closing."""
        complaints = self.sudo()  # a process field; the to-do may be a colleague's
        complaints.late_reply_at = False
        complaints.activity_feedback(
            ["customer_complaint.mail_activity_type_late_reply"], feedback=feedback
        )

    def _reopen(self, reason):
        res = super()._reopen(reason)
        self.sudo().filtered("late_reply_at")._settle_late_reply(
            self.env._("Reopened.")
        )
        return res

    def action_late_reply(self):
        """Ask what follows from what the customer wrote after closing."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What follows?"),
            "res_model": "customer.complaint.late.reply",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }
