import logging
from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

BATCH_SIZE = 200
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

    It looks only at rows whose `next_step_at` has come (a partial index), locks them, writes one
    log row per step and hands the log rows of a batch to the automation rules. A batch is one
    transaction: killed half-way, nothing has happened and the next run does it.
    """

    _inherit = "customer.complaint.deadline"

    @api.model
    def _cron_run_steps(self, now=None):
        """Do all steps due at `now` (default: this moment), batch by batch, a transaction each."""
        now = now or fields.Datetime.now()
        collisions = 0
        while collisions < MAX_COLLISIONS:
            try:
                locked = self._run_due_steps(now)
                left = self.sudo().search_count([("next_step_at", "<=", now)])
                if not locked:
                    break
                if not self.env["ir.cron"]._commit_progress(locked, remaining=left):
                    break  # out of time: the scheduler calls again for what remains
            except COLLISIONS:
                # Somebody else wrote the same rows meanwhile; the batch is undone and done again.
                self.env.cr.rollback()
                collisions += 1
        self._wake_engine(self._get_next_step_time())

    @api.model
    def _run_due_steps(self, now, limit=BATCH_SIZE):
        """Do the steps of at most `limit` rows due at `now`.

        One savepoint for the batch; only when that fails each row gets its own, so that a
        broken row is set aside and does not stop the others.

        :return: number of rows looked at, those set aside included
        """
        deadlines = (
            self.sudo()
            .search(
                [("next_step_at", "<=", now)], order="next_step_at, id", limit=5 * limit
            )
            .try_lock_for_update(limit=limit)
        )
        if not deadlines:
            return 0
        try:
            with self.env.cr.savepoint():
                deadlines._run_steps(now)
        except COLLISIONS:
            raise  # the transaction itself is lost; the caller starts it again
        except Exception:
            _logger.info("A batch of deadline steps failed; trying row by row.")
            for deadline in deadlines:
                deadline._run_steps_or_set_aside(now)
        return len(deadlines)

    def _run_steps_or_set_aside(self, now):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._run_steps(now)
        except COLLISIONS:
            raise
        except Exception as error:
            _logger.error(
                "Deadline %s is set aside: its escalation failed.",
                self.id,
                exc_info=True,
            )
            delay = min(FIRST_RETRY * 2 ** min(self.attempts, 20), LAST_RETRY)
            self.write(
                {
                    "attempts": self.attempts + 1,
                    "error": str(error) or type(error).__name__,
                    "next_step_at": now + delay,
                }
            )

    def _run_steps(self, now):
        """Log the steps due at `now`, run the automation rules on them, and plan the next look."""
        chain = self.env["customer.complaint.escalation.step"]._get_chain()
        Escalation = self.env["customer.complaint.escalation"]
        done = {
            (row.deadline_id.id, row.step_id.id, row.due_at)
            for row in Escalation.search_fetch(
                [("deadline_id", "in", self.ids)], ["deadline_id", "step_id", "due_at"]
            )
        }
        vals_list = []
        for deadline in self:
            planned = []
            if deadline.state == "open" and deadline.complaint_id.active:
                for step in chain._applies(
                    deadline.deadline_type, deadline.complaint_id.level_rank
                ):
                    step_at = step._time(deadline)
                    if (deadline.id, step.id, deadline.due_at) in done:
                        continue
                    if step_at > now:
                        planned.append(step_at)
                    elif step.timing != "before" or now < deadline.due_at:
                        # A reminder of something already late helps nobody: it is left out.
                        vals_list.append(
                            deadline._prepare_escalation_values(step, step_at)
                        )
            deadline.next_step_at = min(planned, default=False)
        Escalation.create(vals_list)._execute()
        self.filtered("error").write({"attempts": 0, "error": False})
        self.env.flush_all()

    def _prepare_escalation_values(self, step, step_at):
        """Hook: values of the log row of one step; invoked by `_run_steps`."""
        self.ensure_one()
        complaint = self.complaint_id
        return {
            "deadline_id": self.id,
            "complaint_id": complaint.id,
            "company_id": self.company_id.id,
            "step_id": step.id,
            "due_at": self.due_at,
            "step_at": step_at,
            "effect": step.effect,
            "from_user_id": complaint.user_id.id,
            "user_id": complaint._get_recipient(step).id,
            "reason": self._get_escalation_reason(step.timing),
        }

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
    def _get_next_step_time(self):
        return (
            self.sudo()
            .search([("next_step_at", "!=", False)], order="next_step_at, id", limit=1)
            .next_step_at
        )

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
