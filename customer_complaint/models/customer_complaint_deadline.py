from datetime import timedelta

from babel.dates import format_datetime
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse, posix_to_ldml

from ..tools import due_times
from ..tools.deadline_types import DEADLINE_TYPES, FROM_ROUND, PAUSABLE, UNITS
from ..tools.record_types import IS_COMPLAINT

# What counts in the rate of deadlines met, once it fell due: still running is a miss then.
# So is what was missed before it was no longer owed.
JUDGED = (
    IS_COMPLAINT
    & Domain("owed_to", "=", "customer")
    & (
        Domain("state", "in", ("done", "open"))
        | Domain("result", "=", due_times.OVERDUE)
    )
)
# Owed still; of a paused one only the clock stands.
OWED = ("open", "paused")
# What keeps a commitment.
KEPT_BY = [
    ("telling", "Telling the customer more"),
    ("deed", "A deed that a colleague confirms"),
]


class CustomerComplaintDeadline(models.Model):
    """The ledger: one row per date owed, opened, moved and met by methods, never by hand.

    A due time follows from start, limit and the pauses of the complaint, unless it was agreed
    by hand or told to the customer as a commitment.
    """

    _name = "customer.complaint.deadline"
    _description = "Complaint Deadline"
    _inherit = [
        "customer.complaint.part.mixin",
        "customer.complaint.filter.mixin",
    ]
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
    user_id = fields.Many2one(
        related="complaint_id.user_id",
        string="Owner",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    first_contact_id = fields.Many2one(
        string="First contact",
        related="complaint_id.first_contact_id",
        store=True,
        precompute=True,
    )
    record_type = fields.Selection(
        related="complaint_id.record_type", store=True, precompute=True
    )
    owed_to = fields.Selection(
        [("customer", "Customer"), ("internal", "Colleague")],
        string="Owed to",
        required=True,
        default="customer",
        readonly=True,
    )
    deadline_type = fields.Selection(
        DEADLINE_TYPES, string="Deadline type", required=True, readonly=True
    )
    round = fields.Integer(required=True, default=1, readonly=True, aggregator=None)
    start_at = fields.Datetime(string="Start", required=True, readonly=True)
    due_at = fields.Datetime(string="Due", required=True, readonly=True)
    done_at = fields.Datetime(string="Done on", readonly=True)
    set_at = fields.Datetime(
        string="In force since",
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        help="Since when the due time is this one: a date that had passed when it was set was "
        "missed by nobody.",
    )
    state = fields.Selection(
        [
            ("open", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("dropped", "No longer owed"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    result = fields.Selection(
        [(due_times.ON_TIME, "On time"), (due_times.OVERDUE, "Overdue")],
        readonly=True,
    )

    # How the due time was computed: a later change of the policy leaves it alone.
    amount = fields.Float(
        string="Limit", readonly=True, aggregator=None, help="0: a date given by hand."
    )
    unit = fields.Selection(UNITS, readonly=True, default="hour")
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working hours",
        readonly=True,
        index="btree_not_null",
    )
    is_fallback = fields.Boolean(
        string="Counted as elapsed time",
        readonly=True,
        help="The limit counts working time, but there was none: check the working hours "
        "of the team or company.",
    )
    policy_line_id = fields.Many2one(
        "customer.complaint.policy.line",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    stage_id = fields.Many2one(
        "customer.complaint.stage", readonly=True, ondelete="set null"
    )
    commitment = fields.Text(
        string="Promised", readonly=True, help="What the customer was promised."
    )
    kept_by = fields.Selection(
        KEPT_BY, string="Kept by", readonly=True, help="What keeps a commitment."
    )

    moved_overdue = fields.Boolean(
        readonly=True, help="The date was moved after it had passed: counts as overdue."
    )
    is_agreed = fields.Boolean(
        readonly=True, help="The date was agreed by hand: nothing recomputes it."
    )
    is_late = fields.Boolean(
        string="Late", compute="_compute_is_late", search="_search_is_late"
    )
    event_ids = fields.One2many(
        "customer.complaint.deadline.event",
        "deadline_id",
        groups="customer_complaint.group_complaint_manager",
    )
    escalation_ids = fields.One2many(
        "customer.complaint.escalation",
        "deadline_id",
        groups="customer_complaint.group_complaint_user",
    )

    # For comparing channels and categories
    channel_id = fields.Many2one(related="complaint_id.channel_id")
    category_id = fields.Many2one(related="complaint_id.category_id")
    level_id = fields.Many2one(related="complaint_id.level_id")
    hours_taken = fields.Float(
        string="Hours taken",
        compute="_compute_hours_taken",
        store=True,
        aggregator="avg",
        help="Elapsed hours from the start until it was done; of those that are done.",
    )

    # Engine
    next_step_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True, aggregator=None)
    error = fields.Text(readonly=True)

    _once_per_round = models.UniqueIndex(
        "(complaint_id, deadline_type, round) WHERE deadline_type NOT IN "
        "('next_update', 'next_reply', 'stage', 'commitment')",
        "A complaint owes each deadline once per round.",
    )
    _one_running = models.UniqueIndex(
        "(complaint_id, deadline_type) WHERE state IN ('open', 'paused') "
        "AND deadline_type IN ('next_update', 'next_reply', 'stage')",
        "One deadline of this type runs already for the complaint.",
    )
    # All rows of a complaint.
    _complaint_idx = models.Index("(complaint_id, due_at)")
    # complaint_engine.py: _run_due_steps; cost follows the number due, not the number stored.
    _next_step_idx = models.Index("(next_step_at, id) WHERE next_step_at IS NOT NULL")
    # Default order, and what is late.
    _due_idx = models.Index("(due_at, id)")
    # customer_complaint_indicator.py: `_define_overdue`
    _open_due_idx = models.Index("(due_at) WHERE state = 'open'")
    # `_define_deadlines_met`, without reading the table
    _met_idx = models.Index(
        "(company_id, due_at) INCLUDE (state, owed_to, result, complaint_id, team_id, "
        "user_id, first_contact_id, record_type)"
    )
    # `_define_mean`
    _done_idx = models.Index(
        "(company_id, deadline_type, done_at) INCLUDE (start_at, owed_to, complaint_id, "
        "team_id, user_id, first_contact_id, record_type) WHERE state = 'done'"
    )

    @api.depends("start_at", "done_at")
    def _compute_hours_taken(self):
        for deadline in self:
            took = deadline.done_at and deadline.done_at - deadline.start_at
            deadline.hours_taken = took and took.total_seconds() / 3600

    @api.depends("state", "due_at", "result")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for deadline in self:
            deadline.is_late = (
                deadline.result == due_times.OVERDUE
                or deadline.state == "open"
                and deadline.due_at < now
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
        for deadline in self:
            deadline.display_name = (
                f"{deadline.complaint_id.name} · {deadline._get_label()}"
            )

    def _get_label(self):
        """What is owed, in the user's language."""
        self.ensure_one()
        labels = dict(self._fields["deadline_type"]._description_selection(self.env))
        return labels[self.deadline_type]

    def _get_limit_key(self):
        """What of a policy limits this row: see `Limit.key`."""
        self.ensure_one()
        return self.deadline_type, self.stage_id.stage_type

    def _began_before(self, at):
        """Whether what was done at `at` can have fulfilled this row.

        Clocks of two machines differ a little where it counts from the receipt; the talk in which
        something was promised is not what was promised.
        """
        self.ensure_one()
        if self.deadline_type == "commitment":
            return self.start_at < at
        tolerant = self.deadline_type in FROM_ROUND
        return self.start_at <= at + (
            due_times.CLOCK_TOLERANCE if tolerant else timedelta()
        )

    # ------------------------------------------------------------------
    # Due time
    # ------------------------------------------------------------------
    def _can_pause(self):
        """Whether this deadline stands still while the complaint waits."""
        self.ensure_one()
        return (
            self.deadline_type in PAUSABLE and bool(self.amount) and not self.is_agreed
        )

    def _get_pauses(self):
        """Pauses of the complaint that concern this row."""
        self.ensure_one()
        pauses = self.complaint_id._get_pauses(self.deadline_type, self.stage_id)
        return pauses if self._can_pause() else pauses.browse()

    def _get_running_pause(self):
        return self._get_pauses().filtered(lambda pause: not pause.end_at)

    def _get_clock(self):
        """Working time by which the row counts; None for elapsed time."""
        self.ensure_one()
        return (
            None
            if self.is_fallback
            else self.calendar_id._get_complaint_clock(self.company_id)
        )

    def _get_due(self, until=None, **changed):
        """Due time that start, limit and finished pauses give.

        :param until: what was waited after that moment does not count
        :param changed: start, limit or calendar as they would be, by field
        :return: tuple (due time, whether working time had to be counted as elapsed)
        """
        self.ensure_one()
        start_at, amount, unit, calendar = (
            changed.get(fname, self[fname])
            for fname in ("start_at", "amount", "unit", "calendar_id")
        )
        clock = calendar._get_complaint_clock(self.company_id)
        spans = self._get_pauses()._get_spans(until)
        due_at = due_times.replay(start_at, amount, unit, clock, spans)
        return due_at, due_times.falls_back(start_at, amount, unit, clock)

    def _get_due_after(self, pause, at):
        """Due time when `pause`, which may be empty, ends at `at`."""
        self.ensure_one()
        if not pause:
            return self.due_at
        paused_at = max(pause.start_at, self.start_at)
        return due_times.after_pause(
            self.due_at, paused_at, at, self.unit, self._get_clock()
        )

    def _get_due_when_done(self, at):
        """Due time that decides about an obligation fulfilled at `at`."""
        self.ensure_one()
        if any(pause.end_at and pause.end_at > at for pause in self._get_pauses()):
            return self._get_due(until=at)[0]  # done before, and logged afterwards
        return self._get_due_after(self._get_running_pause(), at)

    def _waits(self):
        """Whether the clock stands, with something left that the pause saves."""
        self.ensure_one()
        pause = self._get_running_pause()
        return bool(pause) and due_times.is_left(
            self.due_at,
            max(pause.start_at, self.start_at),
            self.unit,
            self._get_clock(),
        )

    def _recompute(self, reason=None):
        """Let limits, starts and pauses as they are now decide about due time and state.

        :param str reason: shown in the history when a date changes
        """
        rows = self._filter_counted()
        due_by_id = {}
        for row in rows:
            due_by_id[row.id], row.is_fallback = row._get_due()
        rows._move(due_by_id, reason)
        rows._wait_or_run()

    def _filter_counted(self):
        """Rows that are owed still by a limit, not by a date given by hand."""
        return self.filtered(lambda d: d.state in OWED and d.amount and not d.is_agreed)

    def _wait_or_run(self):
        """Let pauses as they are now decide whether the clock stands."""
        rows = self._filter_counted()
        for row in rows:
            state = "paused" if row._waits() else "open"
            if row.state != state:
                row.state = state
        rows.filtered(lambda d: d.state == "paused").next_step_at = False
        rows._rearm()
        rows.complaint_id._sync_next_due()

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
            rank = vals.pop("rank")
            if vals.get("state", "open") == "open":
                vals["next_step_at"] = step._get_first_time(
                    vals["deadline_type"],
                    rank,
                    vals["start_at"],
                    vals["due_at"],
                    self.env["customer.complaint"].browse(vals["complaint_id"]),
                )
        deadlines = self.create(vals_list)
        deadlines._wake_engine_for_steps()
        return deadlines

    def _meet(self, at):
        """The obligation was fulfilled at `at`; rows with a verdict keep it."""
        rows = self.filtered(lambda d: d.state in OWED)
        waited = {}
        for deadline in rows:
            done_at = max(at, deadline.start_at)
            old, due_at = deadline.due_at, deadline._get_due_when_done(done_at)
            if due_at != old:
                waited[deadline.id] = {"old_due_at": old, "new_due_at": due_at}
            deadline.write(
                {
                    "due_at": due_at,
                    "done_at": done_at,
                    "state": "done",
                    "result": due_times.OVERDUE
                    if deadline.moved_overdue
                    else due_times.verdict(due_at, at),
                    "next_step_at": False,
                }
            )
        rows.browse(waited)._log("moved", at, waited)
        rows._log("met", at)
        rows._clear_todos()
        return rows

    def _drop(self, reason=None):
        """What is owed still is owed no longer; rows with a verdict keep it.

        :param str reason: shown in the history, where it is not plain why
        """
        rows = self.filtered(lambda d: d.state in OWED)
        rows.filtered(lambda d: d._was_missed()).result = due_times.OVERDUE
        rows.write({"state": "dropped", "next_step_at": False})
        rows._log(
            "dropped",
            fields.Datetime.now(),
            {deadline.id: {"reason": reason} for deadline in rows},
        )
        rows._clear_todos()

    def _hand_to(self, complaint):
        """What was promised is owed by another complaint of the customer from now on."""
        left = self.complaint_id
        self.write({"complaint_id": complaint.id, "round": complaint.round})
        self.escalation_ids.complaint_id = complaint
        (left | complaint)._sync_next_due()

    def _revive(self, reason):
        """What counted as fulfilled is owed again, by the same limit.

        :param str reason: shown in the history
        """
        rows = self.filtered(lambda d: d.state == "done")
        now = fields.Datetime.now()
        rows.write({"state": "open", "done_at": False, "result": False, "set_at": now})
        rows._log("revived", now, {row.id: {"reason": reason} for row in rows})
        rows._recompute(reason)

    def _was_missed(self):
        """Whether the due time passed while it was in force and the clock ran."""
        self.ensure_one()
        return (
            self.state == "open" and self.set_at <= self.due_at < fields.Datetime.now()
        )

    def _log(self, kind, at, changes=None):
        """One event per row of the ledger: the history that nobody rewrites."""
        if not self:
            return
        # sudo: written by methods only
        self.env["customer.complaint.deadline.event"].sudo().create(
            [
                {
                    "deadline_id": deadline.id,
                    "company_id": deadline.company_id.id,
                    "kind": kind,
                    "at": at,
                    "user_id": self.env.uid,
                    **(changes or {}).get(deadline.id, {}),
                }
                for deadline in self
            ]
        )

    def _clear_todos(self):
        """Take back the to-dos that reminders and escalations of these rows gave."""
        if activities := self.sudo().escalation_ids.activity_id:
            activities.unlink()

    def _move(self, due_by_id, reason, notice=None):
        """Give rows a new due time; a changed due time arms every escalation step again.

        :param dict due_by_id: new due time by id of the row
        :param str reason: shown in the history of the complaint
        :param dict notice: values of the event that say what the customer was told about it
        """
        now = fields.Datetime.now()
        notes, changes = {}, {}
        moved = self.browse()
        for deadline in self:
            old, due_at = deadline.due_at, due_by_id[deadline.id]
            if deadline.state not in OWED or due_at == old:
                continue
            if due_at < deadline.start_at:
                raise UserError(
                    self.env._(
                        "A deadline cannot be due before it started. Choose a later "
                        "time."
                    )
                )
            if reason:
                notes.setdefault(deadline.complaint_id, []).append(
                    self.env._(
                        "%(deadline)s moved from %(old)s to %(new)s. %(reason)s",
                        deadline=deadline._get_label(),
                        old=self._format_moment(old),
                        new=self._format_moment(due_at),
                        reason=reason,
                    )
                )
            # Nobody makes good a date that has passed by moving it; a wrong level or receipt time
            # is put right.
            by_hand = notice is not None and deadline.state == "open" and old < now
            if due_at > old and (by_hand or deadline._was_missed()):
                deadline.moved_overdue = True
            changes[deadline.id] = {
                "reason": reason,
                "old_due_at": old,
                "new_due_at": due_at,
                **(notice or {}),
            }
            deadline.write({"due_at": due_at, "set_at": now})
            moved += deadline
        moved._log("moved", now, changes)
        moved._clear_todos()  # they name the date before
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
        """A moment within a sentence, as the user's language writes dates, in his time zone."""
        lang = get_lang(self.env)
        pattern = f"{lang.date_format} {lang.time_format}"
        locale = babel_locale_parse(lang.code)
        return format_datetime(
            fields.Datetime.context_timestamp(self, moment),
            posix_to_ldml(pattern, locale=locale).replace(":ss", ""),
            locale=locale,
        )

    def action_move(self):
        """Open the dialog that moves a due date with a reason."""
        self._check_may_move()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move the due date"),
            "res_model": "customer.complaint.move.deadline",
            "view_mode": "form",
            "target": "new",
            "context": {"default_deadline_id": self.id},
        }

    def action_keep(self):
        """Mark commitments as kept: what was promised is done.

        Other rows are left alone: the next thing that the customer is told keeps them.
        """
        rows = self.filtered(
            lambda d: d.deadline_type == "commitment" and d.kept_by == "deed"
        )
        rows.complaint_id.check_access("write")
        # sudo: the ledger is written by methods only; write access was checked
        rows.sudo()._meet(fields.Datetime.now())
        rows.complaint_id._sync_next_due()
        return True
