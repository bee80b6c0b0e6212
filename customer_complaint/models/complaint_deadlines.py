from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools import due_times
from ..tools.deadline_types import (
    FROM_COMPLETION,
    FROM_RECEIPT_ONLY,
    FROM_ROUND,
    ONCE_PER_ROUND,
    OUTLIVES_CLOSING,
)
from .customer_complaint_deadline import OWED
from .customer_complaint_stage import CLOSED_TYPES, STAGE_POSITION


class Schedule(NamedTuple):
    """What a new schedule makes of the ledger."""

    changed: dict  # row → start, limit and calendar as they will be, by field
    dropped: models.Model  # rows that are no longer owed
    opened: list  # values of rows that will be owed


class CustomerComplaint(models.Model):
    """Which deadlines a complaint owes, from when, and how they follow level and receipt."""

    _inherit = "customer.complaint"

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------
    @api.depends("company_id", "team_id", "received_at")
    def _compute_policy_id(self):
        Policy = self.env["customer.complaint.policy"]
        for complaint in self:
            # The policy a complaint was taken up under stays, whatever is changed later.
            # Before, its team may not be known yet.
            position = STAGE_POSITION.get(complaint.stage_type, 0)
            if not complaint.policy_id or position < STAGE_POSITION["assessed"]:
                complaint.policy_id = Policy.browse(complaint._choose_policies()[0])

    def _choose_policies(self):
        """Main policy and supplements that hold for the complaint as it is now."""
        self.ensure_one()
        policy = self.env["customer.complaint.policy"]
        company = self.company_id or self.env.company
        received_at = self.received_at or fields.Datetime.now()
        return policy._choose_ids(
            company.id,
            self.team_id.id,
            policy._get_day(company.id, received_at),
        )

    def _get_policies(self, anew=False):
        """The policy the complaint began under, and those that stand beside it now.

        :param bool anew: the policy that holds now, instead of the one it began under
        """
        self.ensure_one()
        main, supplements = self._choose_policies()
        # sudo: policies of other companies are not to be read, what they ask for is
        policy = self.policy_id.sudo()
        return policy.browse(filter(None, (main if anew else policy.id, *supplements)))

    def _get_limits(self, anew=False):
        """Limits that hold for the complaint at its level.

        :param bool anew: see `_get_policies`
        :return: tuple of `Limit`
        """
        self.ensure_one()
        policies = self._get_policies(anew)
        return policies._get_limits(policies._ids, self.level_rank)

    def _get_calendar(self):
        """Working hours for limits in working time: the team's, else the company's."""
        self.ensure_one()
        complaint = (
            self.sudo()
        )  # teams of other companies are not to be read, hours are
        return (
            complaint.team_id._get_calendar()
            or complaint.company_id.resource_calendar_id
        )

    def _get_calendar_for(self, unit):
        """Working hours for a limit in `unit`; empty for elapsed hours."""
        if unit == due_times.HOUR:
            return self.env["resource.calendar"].sudo()
        return self._get_calendar()

    def _get_round_start(self):
        """Where the limits of the current round count from: the receipt, later the reopening.

        An open complaint that was imported counts from the start of its work here.
        """
        self.ensure_one()
        return self.round_start_at or self.received_at

    def _get_starts(self):
        """From when each type of deadline counts in this round; what has not begun is absent."""
        self.ensure_one()
        round_start = self._get_round_start()
        starts = {
            # The law knows the receipt only.
            kind: self.received_at if kind in FROM_RECEIPT_ONLY else round_start
            for kind in FROM_ROUND
            if self.round == 1 or kind not in FROM_RECEIPT_ONLY
        }
        if self.completed_at:
            starts |= dict.fromkeys(FROM_COMPLETION, self.completed_at)
            if self._is_second_from_first():
                first = self.sudo().deadline_ids.filtered(
                    lambda d: d.deadline_type == "first_feedback"
                    and d.round == self.round
                )
                starts["second_feedback"] = first.done_at if first else self.outcome_at
        if not self.outcome_at:
            starts["next_update"] = self.told_at or round_start
        else:
            starts.pop("next_update")
        starts["stage"] = self.stage_since or round_start
        return starts

    def _is_second_from_first(self):
        """Whether the policy that limits the second feedback counts it from the first."""
        self.ensure_one()
        line_ids = [
            limit.line_id
            for limit in self._get_limits()
            if limit.deadline_type == "second_feedback"
        ]
        lines = self.env["customer.complaint.policy.line"].sudo().browse(line_ids)
        return lines.policy_id.second_from_first

    def _get_fulfilled(self):
        """Types of deadlines for which in this round nothing is left to do, limited or not."""
        self.ensure_one()
        done = {
            "first_response": self.told_at,
            "initial_handling": self.plan_told_at or self.outcome_at,
            "completion": self.completed_at,
            "result": self.outcome_at,
            "statutory": self.outcome_at,
            "first_feedback": self.outcome_at
            and self.completed_at
            and self.completed_at <= self.outcome_at,
        }
        return {deadline_type for deadline_type, is_done in done.items() if is_done}

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------
    def _start_deadlines(self):
        """Open what is owed from the beginning of the round."""
        complaints = self.filtered(lambda c: c.stage_type not in CLOSED_TYPES)
        complaints._open_owed((*FROM_ROUND, "stage"))

    def _open_owed(self, deadline_types, start_at=None):
        """Open rows of these types as far as a policy limits them and they have begun.

        What is owed in this round already is not opened again.

        :param datetime start_at: from when they count; by default as `_get_starts` says
        """
        vals_list = []
        for complaint in self:
            starts = complaint._get_starts()
            known = complaint._get_known_keys()
            for limit in complaint._get_limits():
                start = start_at or starts.get(limit.deadline_type)
                if (
                    start
                    and limit.deadline_type in deadline_types
                    and limit.key not in known
                    and complaint._is_limited_now(limit)
                ):
                    vals_list.append(complaint._prepare_deadline(limit, start))
        self._open_rows(vals_list)

    def _get_known_keys(self):
        """What a policy limits and this round has a row for; of those owed again and again, what
        runs."""
        self.ensure_one()
        return {
            row._get_limit_key()
            for row in self.sudo().deadline_ids
            if (row.state in OWED and row.deadline_type not in ONCE_PER_ROUND)
            or (row.round == self.round and row.deadline_type in ONCE_PER_ROUND)
        }

    def _is_limited_now(self, limit):
        """Whether a limit concerns the complaint where it stands; stage limits only there."""
        self.ensure_one()
        return not limit.stage_type or limit.stage_type == self.stage_type

    def _open_rows(self, vals_list):
        # sudo: the ledger is written by events only, nobody has rights to write it
        rows = self.env["customer.complaint.deadline"].sudo()
        if vals_list:
            rows = rows._open(vals_list)
        if paused := rows.filtered(lambda d: d.complaint_id.paused_at):
            paused._wait_or_run()
        self._sync_next_due()
        return rows

    def _prepare_deadline(self, limit, start_at):
        """Values of a row that counts `limit` from `start_at`."""
        self.ensure_one()
        calendar = self._get_calendar_for(limit.unit)
        clock = calendar._get_complaint_clock(self.company_id)
        stage = self.stage_id if limit.deadline_type == "stage" else None
        pauses = self._get_pauses(limit.deadline_type, stage)
        return {
            "complaint_id": self.id,
            "deadline_type": limit.deadline_type,
            "owed_to": "internal" if limit.deadline_type == "stage" else "customer",
            "round": self.round,
            "start_at": start_at,
            "due_at": due_times.replay(
                start_at, limit.amount, limit.unit, clock, pauses._get_spans()
            ),
            "amount": limit.amount,
            "unit": limit.unit,
            "calendar_id": calendar.id,
            "is_fallback": due_times.falls_back(
                start_at, limit.amount, limit.unit, clock
            ),
            "policy_line_id": limit.line_id,
            "stage_id": stage and stage.id,
            "rank": self.level_rank,
        }

    def _promise(self, due_at, text="", kept_by="telling", sent_late=False):
        """Open a commitment: what was promised to the customers and by when.

        :param str text: empty: news, in the language of each customer
        :param str kept_by: "telling": the next thing a customer is told keeps it;
            "deed": a colleague marks it as kept
        :param bool sent_late: the customer is told a date that may have passed: overdue
        :return: rows of the ledger
        """
        now = fields.Datetime.now()
        # Nobody means a date at the end of the calendar, and it has no working hours.
        is_absurd = due_at.year > now.year + 100
        if is_absurd or (due_at <= now and not sent_late):
            raise UserError(
                self.env._(
                    "Promise a time that lies in the future, within the next hundred "
                    "years. Choose another date."
                )
            )
        if not text and kept_by == "deed":
            raise UserError(self.env._("Say what is promised; the customer reads it."))
        return self._open_rows(
            [
                {
                    "complaint_id": complaint.id,
                    "deadline_type": "commitment",
                    "round": complaint.round,
                    "start_at": min(now, due_at),
                    "due_at": due_at,
                    "commitment": text or complaint._get_news_label(),
                    "kept_by": kept_by,
                    "rank": complaint.level_rank,
                }
                for complaint in self
            ]
        )

    # ------------------------------------------------------------------
    # Level and receipt
    # ------------------------------------------------------------------
    def _change_level(self, level, reason):
        """Grade the complaints anew; the reason stands in the history of their deadlines."""
        self.write({"level_id": level.id, "level_reason": reason})

    def _reschedule_deadlines(self, reason):
        """Level or policy changed: what runs counts anew from where it started.

        :param str reason: shown in the history
        """
        plan = self._plan_schedule()
        # sudo: see _open_rows
        shown = self.sudo().deadline_ids.filtered(
            lambda d: d.state in OWED and d._is_shown_to_customer()
        )
        told = {row: row.due_at for row in shown}
        self._apply_schedule(plan, reason)
        self._remind_of_later_dates(
            row
            for row, due in told.items()
            if row.state not in OWED or row.due_at > due
        )
        # A level may concern a step that was passed over before.
        self.sudo().deadline_ids._rearm()

    def _restart_deadlines(self, reason):
        """The receipt was corrected: the same limits count from there.

        :param str reason: shown in the history
        """
        changed = {}
        for complaint in self:
            starts = complaint._get_starts()
            # sudo: see _open_rows
            for row in complaint.sudo().deadline_ids._filter_counted():
                # The first stage is entered with the receipt.
                kinds = (*FROM_ROUND, "stage")
                if row.round == complaint.round and row.deadline_type in kinds:
                    start_at = starts.get(row.deadline_type) or row.start_at
                    changed[row] = {"start_at": start_at}
        Deadline = self.env["customer.complaint.deadline"].sudo()
        self._apply_schedule(Schedule(changed, Deadline, []), reason)

    def _plan_schedule(self, anew=False):
        """What the limits as they are now make of the ledger; nothing is written.

        A limit that is not known any more is no longer owed, one that was not known is owed from
        now on unless it was fulfilled already, and a date that a lead agreed stays.

        :param bool anew: by the policies that hold now, not by those the complaints began under;
            then what is overdue already stays as it is
        :return: `Schedule`
        """
        Deadline = self.env["customer.complaint.deadline"].sudo()  # see _open_rows
        changed, dropped, opened = {}, [], []
        now = fields.Datetime.now()
        for complaint in self:
            closed = complaint.stage_type in CLOSED_TYPES
            limits = {
                limit.key: limit
                for limit in complaint._get_limits(anew)
                if complaint._is_limited_now(limit)
                and (not closed or limit.deadline_type in (*OUTLIVES_CLOSING, "stage"))
            }
            fulfilled = complaint._get_fulfilled()
            starts = complaint._get_starts()
            rows = complaint.sudo().deadline_ids.filtered(
                lambda d, c=complaint: d.round == c.round
                and d.deadline_type != "commitment"
            )
            known = complaint._get_known_keys()
            for row in rows.filtered(
                lambda d, fulfilled=fulfilled: d.amount
                and not d.is_agreed
                and (
                    d.state in OWED
                    or (
                        d.state == "dropped"
                        and d.deadline_type in ONCE_PER_ROUND
                        and d.deadline_type not in fulfilled
                    )
                )
            ):
                if anew and row.state == "open" and row.due_at < now:
                    continue
                if not (limit := limits.get(row._get_limit_key())):
                    if row.deadline_type not in FROM_RECEIPT_ONLY:
                        dropped.append(row.id)
                    continue
                changed[row] = {
                    # What an earlier level had not asked for may be owed again. Its clock
                    # stood: a date that passed meanwhile was not missed.
                    "state": "paused" if row.state == "dropped" else row.state,
                    "start_at": row.start_at
                    if row.deadline_type == "next_reply"
                    else starts.get(row.deadline_type) or row.start_at,
                    "amount": limit.amount,
                    "unit": limit.unit,
                    "policy_line_id": limit.line_id,
                    "calendar_id": complaint._get_calendar_for(limit.unit),
                }
            opened += [
                complaint._prepare_deadline(limit, starts[limit.deadline_type])
                for key, limit in limits.items()
                if key not in known
                and starts.get(limit.deadline_type)
                and limit.deadline_type not in fulfilled
            ]
        dropped = Deadline.browse(dropped).filtered(lambda d: d.state in OWED)
        return Schedule(changed, dropped, opened)

    def _plan_hours(self, calendar):
        """What the working hours as they are now make of limits that follow `calendar`.

        The limits themselves stay; what is overdue already stays as it is.

        :return: `Schedule`
        """
        changed, now = {}, fields.Datetime.now()
        for complaint in self:
            current = complaint._get_calendar()
            # sudo: see _open_rows
            for row in complaint.sudo().deadline_ids._filter_counted():
                if (
                    row.unit != due_times.HOUR
                    and calendar in (row.calendar_id, current)
                    and (row.state == "paused" or row.due_at >= now)
                ):
                    changed[row] = {"calendar_id": current}
        return Schedule(changed, self.env["customer.complaint.deadline"].sudo(), [])

    def _apply_schedule(self, plan, reason):
        """Write what was planned; a changed due time arms every escalation step again.

        :param str reason: shown in the history
        """
        plan.dropped._drop(reason)
        self._open_rows(plan.opened)
        revived = plan.dropped.browse(
            row.id for row in plan.changed if row.state == "dropped"
        )
        # What was missed before it was dropped is not made good by that.
        revived.filtered("result").moved_overdue = True
        revived.write({"result": False, "set_at": fields.Datetime.now()})
        revived._log(
            "revived",
            fields.Datetime.now(),
            {row.id: {"reason": reason} for row in revived},
        )
        for row, values in plan.changed.items():
            vals = {
                fname: value.id if fname == "calendar_id" else value
                for fname, value in values.items()
                if value != (row[fname].id if fname == "policy_line_id" else row[fname])
            }
            if vals:
                row.write(vals)
        plan.dropped.concat(*plan.changed)._recompute(reason)

    def action_recompute(self):
        """Show what policies and hours as they are now would change for these complaints."""
        return self.env["customer.complaint.recompute"]._open(
            complaint_ids=[Command.set(self.ids)]
        )

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
                  FROM unnest(%(ids)s) AS given(id)
                  LEFT JOIN (
                        SELECT DISTINCT ON (complaint_id)
                               complaint_id, due_at, deadline_type
                          FROM customer_complaint_deadline
                         WHERE complaint_id = ANY(%(ids)s) AND state = 'open'
                      ORDER BY complaint_id, due_at, id
                       ) n ON n.complaint_id = given.id
                 WHERE c.id = given.id
                   AND (c.next_due_at, c.next_due_type)
                       IS DISTINCT FROM (n.due_at, n.deadline_type)
                """,
                ids=self.ids,
            )
        )
        self.invalidate_recordset(
            ["next_due_at", "next_due_type", "time_left", "urgency"], flush=False
        )
