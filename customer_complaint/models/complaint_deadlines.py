from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import due_times
from .customer_complaint_stage import CLOSED_TYPES

SOON_HOURS = 8


class CustomerComplaint(models.Model):
    """What starts, moves and stops the deadlines of a complaint, and how they are shown."""

    _inherit = "customer.complaint"

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------
    def _start_deadlines(self, start_at=None):
        """Open the rows of the current round.

        :param datetime start_at: where the limits count from; by default the receipt
        """
        policy = self.env["customer.complaint.policy"]
        vals_list = []
        for complaint in self:
            start = start_at or complaint.received_at
            for deadline_type, hours in policy._get_limits(
                complaint.company_id.id, complaint.level_rank
            ):
                vals_list.append(
                    {
                        "complaint_id": complaint.id,
                        "company_id": complaint.company_id.id,
                        "team_id": complaint.team_id.id,
                        "deadline_type": deadline_type,
                        "round": complaint.round,
                        "start_at": start,
                        "due_at": due_times.due_after(start, hours),
                        "rank": complaint.level_rank,
                    }
                )
        # sudo: the ledger is written by events only, nobody has rights to write it
        self.env["customer.complaint.deadline"].sudo()._open(vals_list)
        self._sync_next_due()

    def _meet_deadlines(self, deadline_types, at):
        """The obligations of these types were fulfilled at `at`.

        What happened before a round began does not count in that round.
        """
        # sudo: see _start_deadlines
        rows = self.sudo().deadline_ids.filtered(
            lambda d: d.deadline_type in deadline_types
            and d.state == "open"
            and d.start_at <= at
        )
        rows._meet(at)
        rows.complaint_id._sync_next_due()

    def _reschedule_deadlines(self):
        """Level or receipt changed: running limits count anew from the start of their round."""
        policy = self.env["customer.complaint.policy"]
        due_by_id = {}
        for complaint in self:
            limits = dict(
                policy._get_limits(complaint.company_id.id, complaint.level_rank)
            )
            # sudo: see _start_deadlines
            for deadline in complaint.sudo().deadline_ids:
                hours = limits.get(deadline.deadline_type)
                if deadline.state != "open" or not hours:
                    continue
                if deadline.round == 1:
                    deadline.start_at = complaint.received_at
                due_by_id[deadline.id] = due_times.due_after(deadline.start_at, hours)
        self.env["customer.complaint.deadline"].sudo().browse(due_by_id)._move(
            due_by_id, self.env._("Level or receipt time changed.")
        )
        # A level may concern a step that was passed over before.
        self.sudo().deadline_ids._rearm()

    def _sync_ledger_team(self):
        """Ledger rows carry the team, so that record rules and lists need no join."""
        for team, complaints in self.grouped("team_id").items():
            # sudo: see _start_deadlines
            complaints.sudo().deadline_ids.team_id = team

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

    # ------------------------------------------------------------------
    # Whom escalation tells
    # ------------------------------------------------------------------
    def _get_recipient(self, step):
        """User whom an escalation step tells; where one is missing, the next one up.

        :return: res.users, empty only when the company has no complaint manager either
        """
        self.ensure_one()
        complaint = self.sudo()
        climb = {
            "owner": lambda: complaint.user_id,
            "first_contact": lambda: complaint.first_contact_id,
            "leader": lambda: complaint.team_id.leader_id,
            "management": lambda: complaint.team_id._get_top_leader()
            if complaint.team_id
            else complaint.env["res.users"],
            "manager": complaint._get_managers,
        }
        if step.recipient == "user":
            candidates = [lambda: step.user_id, climb["manager"]]
        else:
            order = list(climb)
            candidates = [climb[key] for key in order[order.index(step.recipient) :]]
        for candidate in candidates:
            users = candidate().filtered(self._can_be_told)
            if users:
                return users[:1]
        return self.env["res.users"]

    @api.model
    def _can_be_told(self, user):
        return user.active and user.has_group(
            "customer_complaint.group_complaint_submitter"
        )

    def _get_managers(self):
        """Complaint managers of the complaint's company."""
        group = self.env.ref("customer_complaint.group_complaint_manager").sudo()
        return group.all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        ).sorted("id")
