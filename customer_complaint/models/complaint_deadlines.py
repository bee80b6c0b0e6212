from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import due_times
from .customer_complaint import CLOCK_TOLERANCE
from .customer_complaint_stage import CLOSED_TYPES

SOON_HOURS = 8


class CustomerComplaint(models.Model):
    """What starts, moves and stops the deadlines of a complaint, and how they are shown."""

    _inherit = "customer.complaint"

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------
    def _get_round_start(self):
        """Where the limits of the current round count from: the receipt, later the reopening."""
        self.ensure_one()
        return self.received_at if self.round == 1 else self.round_start_at

    def _get_limits(self):
        """Hours by deadline type for the complaint's level."""
        self.ensure_one()
        policy = self.env["customer.complaint.policy"]
        return dict(policy._get_limits(self.company_id.id, self.level_rank))

    def _start_deadlines(self):
        """Open the rows of the current round."""
        self._open_deadlines({complaint: complaint._get_limits() for complaint in self})

    def _open_deadlines(self, limits):
        """Open a row per limit, counted from the start of the round.

        :param dict limits: hours by deadline type, by complaint
        """
        # sudo: the ledger is written by events only, nobody has rights to write it
        self.env["customer.complaint.deadline"].sudo()._open(
            [
                {
                    "complaint_id": complaint.id,
                    "deadline_type": deadline_type,
                    "round": complaint.round,
                    "start_at": complaint._get_round_start(),
                    "due_at": due_times.due_after(complaint._get_round_start(), hours),
                    "rank": complaint.level_rank,
                }
                for complaint, hours_by_type in limits.items()
                for deadline_type, hours in hours_by_type.items()
            ]
        )
        self._sync_next_due()

    def _meet_deadlines(self, deadline_types, at):
        """The obligations of these types were fulfilled at `at`.

        What happened before a round began does not count in that round.
        """
        # sudo: see _open_deadlines
        rows = self.sudo().deadline_ids.filtered(
            lambda d: d.deadline_type in deadline_types
            and d.state == "open"
            and d.start_at <= at + CLOCK_TOLERANCE
        )
        rows._meet(at)
        rows.complaint_id._sync_next_due()

    def _reschedule_deadlines(self):
        """Level or receipt changed: what runs counts anew from the start of its round.

        A limit that the new level does not know is no longer owed, one that the old level did not
        know is owed from now on, and a date that a lead agreed stays.
        """
        missing, due_by_id = {}, {}
        Deadline = self.env["customer.complaint.deadline"].sudo()  # see _open_deadlines
        dropped = Deadline
        for complaint in self.filtered(lambda c: c.stage_type not in CLOSED_TYPES):
            limits = complaint._get_limits()
            start = complaint._get_round_start()
            rows = complaint.sudo().deadline_ids.filtered(
                lambda d, c=complaint: d.round == c.round
            )
            known = set(rows.mapped("deadline_type"))
            missing[complaint] = {
                kind: hours for kind, hours in limits.items() if kind not in known
            }
            for row in rows.filtered(lambda d: d.state == "open" and not d.is_agreed):
                if row.deadline_type in limits:
                    row.start_at = start
                    hours = limits[row.deadline_type]
                    due_by_id[row.id] = due_times.due_after(start, hours)
                else:
                    dropped += row
        dropped._drop()
        self._open_deadlines(missing)
        Deadline.browse(due_by_id)._move(
            due_by_id, self.env._("Level or receipt time changed.")
        )
        # A level may concern a step that was passed over before.
        self.sudo().deadline_ids._rearm()

    def _change_level(self, level, reason):
        """Give the complaints another level, which moves their deadlines."""
        self.sudo().level_id = level

    def _sync_next_due(self):
        """Copy the earliest running due time onto the complaint, one statement for all."""
        if not self:
            return
        self.env["customer.complaint.deadline"].flush_model()
        self.flush_recordset(["next_due_at", "next_due_type"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_complaint c
                   SET next_due_at = n.due_at, next_due_type = n.deadline_type
                  FROM unnest(%s) AS given(id)
                  LEFT JOIN LATERAL (
                        SELECT due_at, deadline_type
                          FROM customer_complaint_deadline
                         WHERE complaint_id = given.id AND state = 'open'
                      ORDER BY due_at, id LIMIT 1
                       ) n ON TRUE
                 WHERE c.id = given.id
                   AND (c.next_due_at, c.next_due_type)
                       IS DISTINCT FROM (n.due_at, n.deadline_type)
                """,
                self.ids,
            )
        )
        self.invalidate_recordset(["next_due_at", "next_due_type"], flush=False)

    # ------------------------------------------------------------------
    # Display
    # ------------------------------------------------------------------
    @api.depends("next_due_at", "next_due_type", "stage_type")
    @api.depends_context("lang")
    def _compute_time_left(self):
        now = fields.Datetime.now()
        labels = dict(self._fields["next_due_type"]._description_selection(self.env))
        for complaint in self:
            due_at = complaint.next_due_at
            if not due_at or complaint.stage_type in CLOSED_TYPES:
                complaint.time_left, complaint.urgency = False, "none"
                continue
            seconds = (due_at - now).total_seconds()
            complaint.urgency = (
                "late"
                if seconds < 0
                else "soon"
                if seconds <= SOON_HOURS * 3600
                else "planned"
            )
            label = labels[complaint.next_due_type]
            length = self._format_length(seconds)
            complaint.time_left = (
                self.env._(
                    "%(deadline)s late by %(length)s", deadline=label, length=length
                )
                if seconds < 0
                else self.env._(
                    "%(deadline)s in %(length)s", deadline=label, length=length
                )
            )

    @api.model
    def _format_length(self, seconds):
        """Two largest units of a length of time, in words of the user's language."""
        days, hours, minutes = due_times.split_duration(seconds)
        if days:
            return self.env._("%(days)s d %(hours)s h", days=days, hours=hours)
        if hours:
            return self.env._(
                "%(hours)s h %(minutes)s min", hours=hours, minutes=minutes
            )
        return self.env._("%(minutes)s min", minutes=minutes)
