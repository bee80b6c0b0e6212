from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import due_times
from .customer_complaint_policy import DEADLINE_TYPES

# What counts in the rate of deadlines met, once it fell due: still running is a miss then.
JUDGED = Domain("owed_to", "=", "customer") & Domain("state", "in", ("done", "open"))


class CustomerComplaintDeadline(models.Model):
    """The ledger: one row per date owed, opened, moved and met by methods, never by hand."""

    _name = "customer.complaint.deadline"
    _description = "Complaint Deadline"
    _inherit = ["customer.complaint.part.mixin"]
    _order = "due_at, id"
    _rec_name = "deadline_type"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, ondelete="cascade"
    )
    # Columns of its own, so that rules, lists and rates need no join.
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True, index=True
    )
    team_id = fields.Many2one(
        related="complaint_id.team_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    user_id = fields.Many2one(related="complaint_id.user_id", string="Owner")
    owed_to = fields.Selection(
        [("customer", "Customer"), ("internal", "Colleague")],
        required=True,
        default="customer",
        readonly=True,
    )
    deadline_type = fields.Selection(DEADLINE_TYPES, required=True, readonly=True)
    round = fields.Integer(required=True, default=1, readonly=True, aggregator=None)
    start_at = fields.Datetime(string="Start", required=True, readonly=True)
    due_at = fields.Datetime(string="Due", required=True, readonly=True)
    done_at = fields.Datetime(string="Done on", readonly=True)
    state = fields.Selection(
        [("open", "Running"), ("done", "Done"), ("dropped", "No longer owed")],
        required=True,
        default="open",
        readonly=True,
    )
    result = fields.Selection(
        [(due_times.ON_TIME, "On time"), (due_times.OVERDUE, "Overdue")],
        readonly=True,
    )
    moved_overdue = fields.Boolean(
        readonly=True, help="The date was moved after it had passed: counts as overdue."
    )
    is_agreed = fields.Boolean(
        readonly=True, help="The date was agreed by hand: a change of level keeps it."
    )
    is_late = fields.Boolean(
        string="Late", compute="_compute_is_late", search="_search_is_late"
    )
    escalation_ids = fields.One2many(
        "customer.complaint.escalation",
        "deadline_id",
        groups="customer_complaint.group_complaint_user",
    )

    # Engine
    next_step_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True, aggregator=None)
    error = fields.Text(readonly=True)

    _once_per_round = models.UniqueIndex(
        "(complaint_id, deadline_type, round)",
        "A complaint owes each deadline once per round.",
    )
    # complaint_engine.py: _run_due_steps; cost follows the number due, not the number stored.
    _next_step_idx = models.Index("(next_step_at, id) WHERE next_step_at IS NOT NULL")
    # Default order, and what is late.
    _due_idx = models.Index("(due_at, id)")
    # customer_complaint_indicator.py: `_define_overdue`
    _open_due_idx = models.Index("(due_at) WHERE state = 'open'")
    # `_define_deadlines_met`, without reading the table
    _met_idx = models.Index(
        "(company_id, due_at) INCLUDE (state, owed_to, result, complaint_id)"
    )

    @api.depends("state", "due_at", "result")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for deadline in self:
            deadline.is_late = (
                deadline.result == due_times.OVERDUE
                if deadline.state == "done"
                else deadline.state == "open" and deadline.due_at < now
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            "|",
            "&",
            ("state", "=", "open"),
            ("due_at", "<", fields.Datetime.now()),
            ("result", "=", due_times.OVERDUE),
        ]

    @api.depends("deadline_type", "complaint_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["deadline_type"]._description_selection(self.env))
        for deadline in self:
            deadline.display_name = (
                f"{deadline.complaint_id.name} · {labels[deadline.deadline_type]}"
            )

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------
    def _open(self, vals_list):
        """Create open rows and arm their first escalation step.

        :param list vals_list: complaint_id, deadline_type, round, start_at, due_at, and the
            level's rank, which is not stored
        """
        step = self.env["customer.complaint.escalation.step"]
        for vals in vals_list:
            vals["next_step_at"] = step._get_first_time(
                vals["deadline_type"],
                vals.pop("rank"),
                vals["start_at"],
                vals["due_at"],
                self.env["customer.complaint"].browse(vals["complaint_id"]),
            )
        deadlines = self.create(vals_list)
        deadlines._wake_engine_for_steps()
        return deadlines

    def _meet(self, at):
        """The obligation was fulfilled at `at`; rows that are not running keep their verdict."""
        rows = self.filtered(lambda d: d.state == "open")
        for deadline in rows:
            late = deadline.moved_overdue
            deadline.write(
                {
                    "done_at": max(at, deadline.start_at),
                    "state": "done",
                    "result": due_times.OVERDUE
                    if late
                    else due_times.verdict(deadline.due_at, at),
                    "next_step_at": False,
                }
            )
        rows._clear_todos()

    def _drop(self):
        """What still runs is no longer owed; rows with a verdict keep it."""
        rows = self.filtered(lambda d: d.state == "open")
        rows.write({"state": "dropped", "next_step_at": False})
        rows._clear_todos()

    def _clear_todos(self):
        """Take back the to-dos that reminders and escalations of these rows gave."""
        self.sudo().escalation_ids.activity_id.unlink()

    def _move(self, due_by_id, reason):
        """Give rows a new due time; a changed due time arms every escalation step again.

        :param dict due_by_id: new due time by id of the row
        :param str reason: shown in the history of the complaint
        """
        labels = dict(self._fields["deadline_type"]._description_selection(self.env))
        now = fields.Datetime.now()
        notes = {}
        moved = self.browse()
        for deadline in self:
            due_at = due_by_id[deadline.id]
            if deadline.state != "open" or due_at == deadline.due_at:
                continue
            if due_at < deadline.start_at:
                raise UserError(
                    self.env._(
                        "A deadline cannot be due before it started. Choose a later "
                        "time."
                    )
                )
            notes.setdefault(deadline.complaint_id, []).append(
                self.env._(
                    "%(deadline)s moved from %(old)s to %(new)s. %(reason)s",
                    deadline=labels[deadline.deadline_type],
                    old=self._format_moment(deadline.due_at),
                    new=self._format_moment(due_at),
                    reason=reason or "",
                )
            )
            # Nobody makes good a date that has passed by moving it.
            if deadline.due_at < now and due_at > deadline.due_at:
                deadline.moved_overdue = True
            deadline.due_at = due_at
            moved += deadline
        if notes:
            moved.complaint_id._message_log_batch(
                bodies={
                    complaint.id: Markup("<br/>").join(lines)
                    for complaint, lines in notes.items()
                }
            )
        moved.complaint_id._sync_next_due()
        moved._rearm()
        return moved

    def _rearm(self):
        """Let the engine look again at running rows whose circumstances changed."""
        step = self.env["customer.complaint.escalation.step"]
        rows = self.filtered(lambda d: d.state == "open")
        for deadline in rows:
            deadline.next_step_at = step._get_first_time(
                deadline.deadline_type,
                deadline.complaint_id.level_rank,
                deadline.start_at,
                deadline.due_at,
                deadline.complaint_id,
            )
        rows._wake_engine_for_steps()

    def _format_moment(self, moment):
        return fields.Datetime.context_timestamp(self, moment).strftime(
            "%Y-%m-%d %H:%M"
        )

    def action_move(self):
        """Open the dialog that moves a due date with a reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move the due date"),
            "res_model": "customer.complaint.move.deadline",
            "view_mode": "form",
            "target": "new",
            "context": {"default_deadline_id": self.id},
        }
