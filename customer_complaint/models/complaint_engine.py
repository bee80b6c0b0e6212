import logging
from datetime import timedelta
from operator import itemgetter

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ..tools.halves import LOST, in_halves

_logger = logging.getLogger(__name__)

# As many as Odoo's cache reads at once: what a batch costs as such counts least.
BATCH_SIZE = 1000
# A row that failed is tried again after 10 minutes, then 20, 40 ... up to a day.
FIRST_RETRY = timedelta(minutes=10)
LAST_RETRY = timedelta(days=1)
# What another transaction can do to ours; each time the batch is started again.
COLLISIONS = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
)
MAX_COLLISIONS = 5


class CustomerComplaintDeadline(models.Model):
    """The engine that makes due escalation steps happen.

    It looks only at rows whose `next_step_at` has come (a partial index), locks them, writes
    log rows for each step and hands those of a batch to the automation rules. A batch is one
    transaction: killed half-way, nothing has happened and the next run does it.
    """

    _inherit = "customer.complaint.deadline"

    @api.model
    def _cron_run_steps(self, now=None):
        """Do all steps due at `now` (default: this moment), batch by batch, a transaction each."""
        now = now or fields.Datetime.now()
        health = self.env["customer.complaint.health"]
        collisions = 0
        next_at = None
        # Complaints whose pause could not be ended: not again in this run.
        failed = set()
        while collisions < MAX_COLLISIONS:
            try:
                may_send = health._may_send(now)
                health._note_run(now)
                if not may_send:
                    return
                next_at, paused = self._look_for_work(now)
                due = next_at and next_at <= now
                ended = self._end_expired_pauses(now, failed) if paused else 0
                locked = self._run_due_steps(now) if due else 0
                if not (ended or locked):
                    break
                left = health.sudo()._count_waiting(now) - len(failed)
                if not self.env["ir.cron"]._commit_progress(
                    ended + locked, remaining=max(left, 0)
                ):
                    break  # out of time: the scheduler calls again for what remains
            except COLLISIONS:
                # Somebody else wrote the same rows meanwhile; the batch is undone and done again.
                self.env.cr.rollback()
                collisions += 1
        self._wake_engine(next_at)

    @api.model
    def _look_for_work(self, now):
        """What waits, in one statement, as most runs find nothing to do.

        :return: time of the earliest step, if any, and whether a pause has to end
        """
        self.flush_model(["next_step_at"])
        self.env["customer.complaint.pause"].flush_model(["end_at", "latest_at"])
        [found] = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT min(next_step_at) FROM customer_complaint_deadline
                         WHERE next_step_at IS NOT NULL),
                       EXISTS (SELECT FROM customer_complaint_pause
                                WHERE end_at IS NULL AND latest_at <= %s)
                """,
                now,
            )
        )
        return found

    @api.model
    def _end_expired_pauses(self, now, failed=None):
        """Let go on, in packages, what has waited for as long as it may.

        :param set failed: ids of complaints to leave out; those that fail now are added
        :return: number of complaints looked at
        """
        failed = set() if failed is None else failed

        def give_up(complaint, error):
            failed.add(complaint.id)
            _logger.error(
                "The pause of complaint %s could not be ended.",
                complaint.id,
                exc_info=error,
            )

        complaints = self.env["customer.complaint"]._lock_expired_pauses(now, failed)
        in_halves(complaints, lambda c: c._end_expired_pauses(), give_up)
        return len(complaints)

    @api.model
    def _run_due_steps(self, now, limit=BATCH_SIZE):
        """Do the steps of at most `limit` rows due at `now`.

        :return: number of rows looked at, those set aside included
        """
        deadlines = self._lock_due(now, limit)
        deadlines._run_safely(now)
        return len(deadlines)

    @api.model
    def _lock_due(self, now, limit):
        """Lock the rows that are due longest, with their complaints.

        What a colleague or another engine holds is passed over: it delays only itself.
        """
        self.flush_model(["next_step_at"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.id
                  FROM customer_complaint_deadline d
                  JOIN customer_complaint c ON c.id = d.complaint_id
                 WHERE d.next_step_at <= %s
              ORDER BY d.next_step_at, d.id
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                now,
                limit,
            )
        )
        return self.sudo().browse(id_ for (id_,) in rows)

    def _run_safely(self, now):
        """Do the steps; a row that is broken is found and does not stop the others."""
        in_halves(
            self,
            lambda rows: rows._run_steps(now),
            lambda row, error: row._run_alone(now, error),
        )

    def _run_alone(self, now, error):
        """Do the steps of a row that failed one by one, without the automation rules of others.

        What works happens although somebody's rule is broken; the error stays to be seen. A step
        of which nothing works is undone and tried again later, with the row set aside.
        """
        self.ensure_one()
        attempts = self.attempts
        own_error = None
        alone = self.with_context(complaint_own_rules=True)
        try:
            with self.env.cr.savepoint():
                orders = alone._take_due_steps(now)
        except LOST:
            raise
        except Exception as exception:
            orders, own_error = [], exception
        escalation = alone.env["customer.complaint.escalation"]
        for _step, vals_list in groupby(orders, key=itemgetter("step_id")):
            try:
                with self.env.cr.savepoint():
                    escalation.create(vals_list)._execute()
                    alone.env.flush_all()
            except LOST:
                raise
            except Exception as exception:
                own_error = exception
        self.flush_recordset(["next_step_at"])
        if own_error:
            _logger.error(
                "Deadline %s is set aside: its escalation failed.",
                self.id,
                exc_info=own_error,
            )
            again = now + min(FIRST_RETRY * 2 ** min(attempts, 20), LAST_RETRY)
            self._plan({self.id: again}, attempts + 1, own_error)
        else:
            _logger.error(
                "An automation rule failed on the escalation of deadline %s.",
                self.id,
                exc_info=error,
            )
            self._plan({self.id: self.next_step_at}, 0, error)

    def _plan(self, times, attempts=0, error=None):
        """Note when to look at rows again: plain SQL, which no automation rule can stop.

        :param dict times: next moment, falsy for none, by id of the row
        """
        self.flush_recordset(["next_step_at", "attempts", "error"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_complaint_deadline d
                   SET next_step_at = planned.at, attempts = %s, error = %s
                  FROM unnest(%s, %s::timestamp[]) AS planned(id, at)
                 WHERE d.id = planned.id
                """,
                attempts,
                error and (str(error) or type(error).__name__),
                list(times),
                [at or None for at in times.values()],
            )
        )
        self.invalidate_recordset(["next_step_at", "attempts", "error"], flush=False)

    def _run_steps(self, now):
        """Log the steps due at `now`, run the automation rules on them, and plan the next look."""
        orders = self._take_due_steps(now)
        self.env["customer.complaint.escalation"].create(orders)._execute()
        self.env.flush_all()

    def _take_due_steps(self, now):
        """Values of the log rows of all steps due at `now`; the next look is planned."""
        done = self._get_done_steps()
        vals_list, plan = [], {}
        for deadline in self:
            planned = []
            if deadline.state == "open" and not deadline.complaint_id._is_put_away():
                for step, step_at in deadline._get_step_times():
                    if (deadline.id, step.id, deadline.due_at) in done:
                        continue
                    if step_at > now:
                        planned.append(step_at)
                    elif step.timing != "before" or now < deadline.due_at:
                        # A reminder of something already late helps nobody: it is left out.
                        vals_list += deadline._prepare_escalation_values(step, step_at)
            plan[deadline.id] = min(planned, default=None)
        # First, so that what the effects change may plan anew.
        self._plan(plan)
        return vals_list

    def _get_done_steps(self):
        """(row, step, due time) of what has happened; once is enough, whoever was told."""
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT deadline_id, step_id, due_at FROM customer_complaint_escalation
                     WHERE deadline_id IN %s
                    """,
                    tuple(self.ids),
                )
            )
        )

    def _get_step_times(self):
        """When each step of the chain takes effect for this row, as (ChainStep, moment)."""
        self.ensure_one()
        return self.env["customer.complaint.escalation.step"]._get_times(
            self.complaint_id,
            self.deadline_type,
            self.complaint_id.level_rank,
            self.start_at,
            self.due_at,
        )

    def _prepare_escalation_values(self, step, step_at):
        """Hook: values of the log rows of one step, a row per person told.

        :param ChainStep step: the step that is due
        """
        self.ensure_one()
        complaint = self.complaint_id
        record = self.env["customer.complaint.escalation.step"].browse(step.id)
        common = {
            "deadline_id": self.id,
            "complaint_id": complaint.id,
            "company_id": self.company_id.id,
            "step_id": step.id,
            "due_at": self.due_at,
            "step_at": step_at,
            "effect": record.effect,
            "from_user_id": complaint.user_id.id,
            "reason": self._get_escalation_reason(step.timing),
        }
        told = complaint._get_recipients(record)
        return [
            {**common, "position": position, "user_id": user.id}
            for position, user in enumerate(told or [told])
        ]

    def _get_escalation_reason(self, timing):
        """Sentence that says why a step was due, in the language of the context."""
        self.ensure_one()
        labels = dict(self._fields["deadline_type"]._description_selection(self.env))
        texts = {
            "start": self.env._("%(deadline)s runs until %(due)s."),
            "before": self.env._("%(deadline)s is due on %(due)s."),
            "after": self.env._("%(deadline)s was due on %(due)s."),
        }
        return texts[timing] % {
            "deadline": labels[self.deadline_type],
            "due": self._format_moment(self.due_at),
        }

    @api.model
    def _look_again(self):
        """The chain of steps changed: let the engine look at everything that runs."""
        self.flush_model(["next_step_at", "state"])
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_complaint_deadline SET next_step_at = %s WHERE state = 'open'",
                now,
            )
        )
        self.invalidate_model(["next_step_at"])
        self._wake_engine(now)

    def _wake_engine_for_steps(self):
        """Make the engine run at the earliest step of these rows."""
        self._wake_engine(min(filter(None, self.mapped("next_step_at")), default=False))

    @api.model
    def _wake_engine(self, at):
        """Make the engine run at `at`, unless a run is planned between now and then."""
        if not at:
            return
        cron = self.env["customer.complaint"]._get_shipped(
            "ir_cron_run_deadline_steps", "ir.cron"
        )
        if not cron:
            return
        at = max(at, fields.Datetime.now()).replace(second=0, microsecond=0)
        at += timedelta(minutes=1)  # triggers have a precision of one minute
        planned = (
            self.env["ir.cron.trigger"]
            .sudo()
            .search_count(
                [
                    ("cron_id", "=", cron.id),
                    ("call_at", ">", fields.Datetime.now()),
                    ("call_at", "<=", at),
                ],
                limit=1,
            )
        )
        if not planned:
            cron._trigger(at=at)
