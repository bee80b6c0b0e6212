from datetime import timedelta

from odoo import fields, models

from ..tools import due_times

# What is written down later than this after it happened says so in the history.
AT_ONCE = timedelta(hours=1)


class CustomerComplaintDeadlineEvent(models.Model):
    """What happened to a deadline after it began; written once, never changed."""

    _name = "customer.complaint.deadline.event"
    _description = "Complaint Deadline Event"
    _order = "at, id"
    _rec_name = "kind"

    deadline_id = fields.Many2one(
        "customer.complaint.deadline",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("moved", "Moved"),
            ("met", "Met"),
            ("dropped", "No longer owed"),
            ("revived", "Owed again"),
        ],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(string="When", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    reason = fields.Text(readonly=True)
    reason_id = fields.Many2one(
        "customer.complaint.deadline.reason",
        string="Reason told",
        readonly=True,
        ondelete="restrict",
    )
    is_told = fields.Boolean(
        string="Customer told",
        readonly=True,
        help="The customer was told about the new date and its reason.",
    )
    old_due_at = fields.Datetime(string="Due before", readonly=True)
    new_due_at = fields.Datetime(string="Due after", readonly=True)

    def _get_sentence(self, label):
        """What happened, in the user's language.

        :param str label: what the deadline is called
        """
        self.ensure_one()
        who, deadline = self.user_id.sudo().name, self.deadline_id
        if self.kind == "met":
            late = deadline.result == due_times.OVERDUE
            sentence = (
                self.env._("%(deadline)s done, overdue (%(who)s).")
                if late
                else self.env._("%(deadline)s done on time (%(who)s).")
            ) % {"deadline": label, "who": who}
            if self.create_date <= self.at + AT_ONCE:
                return sentence
            recorded = self.env._(
                "Recorded on %(moment)s.",
                moment=deadline._format_moment(self.create_date),
            )
            return f"{sentence} {recorded}"
        if self.kind == "revived":
            return self.env._(
                "%(deadline)s is owed again. %(reason)s",
                deadline=label,
                reason=self.reason or "",
            ).strip()
        if self.kind == "dropped":
            return self.env._(
                "%(deadline)s is no longer owed. %(reason)s",
                deadline=label,
                reason=self.reason or "",
            ).strip()
        return self.env._(
            "%(deadline)s moved from %(old)s to %(new)s (%(who)s). %(reason)s",
            deadline=label,
            old=deadline._format_moment(self.old_due_at),
            new=deadline._format_moment(self.new_due_at),
            who=who,
            reason=self.reason or self.env._("It had waited."),
        )
