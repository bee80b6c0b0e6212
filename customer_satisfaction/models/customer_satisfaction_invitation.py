import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, mute_logger

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100

# Who is asked by exception (`rest_from` is the moment itself) meets others who rest, and no
# second exception: a range of its own. All others have the endless one.
EXCEPTION = (
    "int4range(CASE WHEN rest_from = sent_at THEN id END, "
    "CASE WHEN rest_from = sent_at THEN id END, '[]')"
)


class CustomerSatisfactionInvitation(models.Model):
    """Queue and log of who is asked: a row per plan and event, one reason for each not asked.

    Whether to ask is decided in one place and at one time: when the row is due. Planning only
    notes that a customer should be asked. See satisfaction_decision.py.
    """

    _name = "customer.satisfaction.invitation"
    _description = "Survey Invitation"
    _order = "send_at desc, id desc"
    _rec_name = "partner_id"

    plan_id = fields.Many2one(
        "customer.satisfaction.plan",
        string="Survey plan",
        required=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    complaint_id = fields.Many2one("customer.complaint", index="btree_not_null")
    round = fields.Integer(default=1, required=True, aggregator=None)
    order_id = fields.Many2one(
        "sale.order", string="Sales order", index="btree_not_null"
    )
    period = fields.Char(
        help="Of a plan at regular times: the first day of the period. Of one by hand: the "
        "moment when somebody said so."
    )
    event_date = fields.Datetime(
        string="Event on", help="When what the customer is asked about happened."
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null"
    )
    commercial_partner_id = fields.Many2one("res.partner", string="Company of customer")
    email_normalized = fields.Char(string="E-mail")
    send_at = fields.Datetime(string="Planned for", required=True)
    sent_at = fields.Datetime(string="Sent on")
    # Who is asked, and since when he should have had his peace: see `_person_rests`. A plain
    # number, because merging contacts must not trip over it; 0 is nobody in particular.
    person_id = fields.Integer(aggregator=None)
    rest_from = fields.Datetime()
    remind_at = fields.Datetime(string="Next reminder")
    reminder_count = fields.Integer(string="Reminders", readonly=True)
    answered_at = fields.Datetime(string="Answered on")
    state = fields.Selection(
        [
            ("prepared", "Prepared"),
            ("planned", "Planned"),
            ("sent", "Sent"),
            ("answered", "Answered"),
            ("skipped", "Not asked"),
        ],
        string="Status",
        required=True,
        default="planned",
    )
    reason = fields.Selection(
        [
            ("no_email", "No usable e-mail address"),
            ("opted_out", "Does not want to be asked"),
            ("asked", "Asked or answered already about this"),
            ("rest_period", "Asked already within the rest period"),
            ("company_rest", "Enough colleagues were asked within the rest period"),
            ("complaint_open", "A complaint of the customer is open"),
            ("reopened", "Complaint was reopened"),
            ("cancelled", "Order was cancelled"),
            ("not_sampled", "Not in the sample"),
            ("not_in_group", "No longer in the group that is asked"),
            ("closed", "Plan or survey is closed"),
            ("failed", "Sending failed"),
        ],
        string="Why not asked",
    )
    error = fields.Text()
    # Restricted: an answer that was asked for cannot be made to disappear.
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Answer",
        ondelete="restrict",
        index="btree_not_null",
    )

    _event_unique = models.UniqueIndex(
        "(plan_id, complaint_id, round) WHERE complaint_id IS NOT NULL",
        "A plan asks once about each round of a complaint.",
    )
    _order_unique = models.UniqueIndex(
        "(plan_id, order_id) WHERE order_id IS NOT NULL",
        "A plan asks once about each order.",
    )
    _period_unique = models.UniqueIndex(
        "(plan_id, person_id, period) WHERE period IS NOT NULL",
        "A plan asks each customer once in a period.",
    )
    # Whatever two processes decide at once: nobody is asked twice within the rest period of
    # the later plan. Ranges need no extension of the database.
    _person_rests = models.Constraint(
        "EXCLUDE USING gist (int4range(person_id, person_id, '[]') WITH &&, "
        f"tsrange(rest_from, sent_at, '[]') WITH &&, {EXCEPTION} WITH &&) "
        "WHERE (person_id > 0 AND rest_from <= sent_at)",
        "This customer was asked already within the rest period.",
    )
    _address_rests = models.Constraint(
        "EXCLUDE USING gist (int8range(hashtextextended(email_normalized, 0), "
        "hashtextextended(email_normalized, 0), '[]') WITH &&, "
        f"tsrange(rest_from, sent_at, '[]') WITH &&, {EXCEPTION} WITH &&) "
        "WHERE (email_normalized IS NOT NULL AND rest_from <= sent_at)",
        "Somebody with this address was asked already within the rest period.",
    )
    _reason_when_skipped = models.Constraint(
        "CHECK((state = 'skipped') = (reason IS NOT NULL))",
        "Exactly those who are not asked have a reason.",
    )
    # The sender's queue: `_send_due`, `_remind_due`
    _due_idx = models.Index("(send_at, id) WHERE state = 'planned'")
    _remind_idx = models.Index("(remind_at, id) WHERE remind_at IS NOT NULL")
    # Rest period: `_get_last_asked`
    _email_sent_idx = models.Index(
        "(email_normalized, sent_at) WHERE sent_at IS NOT NULL"
    )
    _partner_sent_idx = models.Index("(partner_id, sent_at) WHERE sent_at IS NOT NULL")
    _company_sent_idx = models.Index(
        "(commercial_partner_id, sent_at) WHERE sent_at IS NOT NULL"
    )

    def _plan_again(self, now):
        """Let the sender look once more at those of these whose event is still the last one."""
        rows = self.filtered(
            lambda row: not row.complaint_id or row.round == row.complaint_id.round
        )
        rows.write(
            {"state": "planned", "reason": False, "error": False, "send_at": now}
        )
        rows._wake_sender()

    # ------------------------------------------------------------------
    # The sender
    # ------------------------------------------------------------------
    def _wake_sender(self):
        """Make the sender run when the first of these is due."""
        if self:
            self._wake_sender_at(min(self.mapped("send_at")))

    @api.model
    def _wake_sender_at(self, moment):
        cron = self.env.ref("customer_satisfaction.ir_cron_send_invitations")
        cron.sudo()._trigger(at=moment)

    @api.model
    def _cron_send(self, now=None):
        """Send what is due at `now` (default: this moment), batch by batch, a transaction each."""
        now = now or fields.Datetime.now()
        for step, domain in (
            (self._send_due, self._get_due_domain(now)),
            (self._remind_due, self._get_remind_domain(now)),
        ):
            # A transaction of its own: what another sender did before is seen.
            self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
            while done := step(now):
                remaining = self.search_count(domain)
                if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                    return

    @api.model
    def _get_due_domain(self, now):
        return [("state", "=", "planned"), ("send_at", "<=", now)]

    @api.model
    def _send_due(self, now, limit=BATCH_SIZE):
        """Ask at most `limit` customers who are due at `now`, oldest first.

        :return: number of rows decided; 0 also when another process is sending
        """
        due = self._take(self._get_due_domain(now), "send_at, id", limit)
        due._run_batch("_send", now)
        return len(due)

    @api.model
    def _take(self, domain, order, limit):
        """Rows to work on, locked. One process at a time: rest periods hold between rows."""
        if self.env["customer.complaint.health"]._is_neutralized():
            return self.browse()  # nobody is asked from a copy of the database
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s))", self._name)
        )
        if not self.env.cr.fetchone()[0]:
            return self.browse()
        return self.search(domain, order=order, limit=limit).try_lock_for_update()

    def _run_batch(self, step, now):
        """Run a step for all; only when that fails for each alone: a broken one stops nobody."""
        try:
            with self.env.cr.savepoint():
                getattr(self, step)(now)
        except psycopg2.OperationalError:
            raise  # the transaction itself is lost; the cron starts it again
        except Exception:
            _logger.info("A batch of survey invitations failed; trying one by one.")
            for invitation in self:
                invitation._run_alone(step, now)

    def _run_alone(self, step, now):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                getattr(self, step)(now)
        except psycopg2.OperationalError:
            raise
        except psycopg2.errors.ExclusionViolation:
            # Somebody else asked at the same moment.
            self._set_aside("rest_period")
        except psycopg2.errors.UniqueViolation:
            # Two contacts with a row each were merged meanwhile.
            self._set_aside("asked")
        except Exception as error:
            _logger.error("Survey invitation %s failed.", self.id, exc_info=True)
            self._set_aside("failed", str(error) or type(error).__name__)

    def _set_aside(self, reason, error=False):
        """What could not be done is not tried in every run again."""
        self.ensure_one()
        if self.state == "planned":
            self.write({"state": "skipped", "reason": reason, "error": error})
        else:
            self.write({"remind_at": False, "error": error})

    def _send(self, now):
        """Decide for each row: ask, ask later, or log the one reason why not."""
        self._refresh_contacts()
        self._postpone(now, "send_at")._decide(now)._ask(now)

    def _decide(self, now):
        """Log the one reason of each of these who is not asked at `now`; the others."""
        to_ask = self.browse()
        skipped = {}
        for invitation, reason in zip(self, self._get_reasons(now), strict=True):
            if reason:
                skipped.setdefault(reason, []).append(invitation.id)
            else:
                to_ask += invitation
        for reason, ids in skipped.items():
            self.browse(ids).write({"state": "skipped", "reason": reason})
        return to_ask

    def _postpone(self, now, field):
        """Move those whose customer sleeps at `now` to the next opening; the others."""
        openings = {}
        for invitation in self:
            zone = invitation.partner_id.tz or invitation.company_id._get_survey_tz()
            opening = invitation.plan_id._get_opening(now, zone)
            if opening > now:
                openings.setdefault(opening, []).append(invitation.id)
        waiting = self.browse()
        for opening, ids in openings.items():
            waiting += self.browse(ids)
            self.browse(ids).write({field: opening})
            self._wake_sender_at(opening)
        return self - waiting

    def _ask(self, now):
        """Create the answers to be filled, each with its link, and queue the e-mails.

        Hook: invoked once for all rows of a batch that are asked.
        """
        self.state = "sent"
        self._claim(now)
        for invitation in self:
            invitation.remind_at = invitation._get_next_reminder(now)
        self._create_answers(now)
        self._queue_mails()

    def _claim(self, now):
        """Note who is asked at `now`, and since when he should have had his peace.

        :raises psycopg2.errors.ExclusionViolation: he had not
        """
        resting = self.filtered("plan_id.rest_days")
        resting._write_claim(now)
        exceptions = self - resting
        if not exceptions:
            return
        exceptions.flush_recordset()
        try:
            # Only these: what else is on its way is not to be written before its time.
            # A refusal is expected here, and no error of anybody.
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                exceptions._write_claim(now)
        except psycopg2.errors.ExclusionViolation:
            # Somebody asked in this very second: they are asked after him.
            exceptions.invalidate_recordset(flush=False)
            later = max(now, fields.Datetime.now()) + timedelta(seconds=1)
            exceptions._write_claim(later)

    def _write_claim(self, now):
        for plan, rows in self.grouped("plan_id").items():
            rest_from = now - timedelta(days=plan.rest_days)
            rows.write({"sent_at": now, "rest_from": rest_from})
        for invitation in self:
            invitation.person_id = invitation.partner_id.id
        self.flush_recordset()  # here the database refuses a second one

    def _queue_mails(self):
        """Queue the e-mails with the links; the context says whether they remind."""
        for template, rows in self.grouped(lambda i: i.plan_id.template_id).items():
            template.send_mail_batch(rows.user_input_id.ids)

    def _create_answers(self, now):
        """Give each its empty answer with its link, or the event's answer that is there.

        Hook: an anonymous survey knows no answer of a row.
        """
        Answer = self.env["survey.user_input"]
        about = self.filtered("complaint_id")
        others = self - about
        vals_list = [row._prepare_user_input_values(now) for row in about]
        answers = Answer._get_or_create_round_answers(vals_list)
        new_list = [row._prepare_user_input_values(now) for row in others]
        # Nobody follows or reads the creation of an empty answer.
        answers += Answer.with_context(tracking_disable=True).create(new_list)
        for invitation, answer, vals in zip(
            about + others, answers, vals_list + new_list, strict=True
        ):
            invitation.user_input_id = answer
            if not answer.deadline or answer.deadline < vals["deadline"]:
                answer.deadline = vals["deadline"]
            if answer.state == "done":
                invitation.write(
                    {"state": "answered", "answered_at": answer.end_datetime}
                )

    def _prepare_user_input_values(self, now):
        """Hook: values of the answer a customer is asked for; invoked by `_create_answers`."""
        self.ensure_one()
        Answer = self.env["survey.user_input"]
        survey = self.plan_id.survey_id
        if self.complaint_id:
            values = {
                **Answer._prepare_satisfaction_values(self.complaint_id, survey),
                "complaint_round": self.round,
            }
        else:
            values = {
                **Answer._prepare_customer_values(
                    self.partner_id, survey, self.company_id
                ),
                "sale_order_id": self.order_id.id,
            }
        return {
            **values,
            "plan_id": self.plan_id.id,
            "event_date": self.event_date,
            "deadline": now + timedelta(days=self.plan_id.validity_days),
        }

    # ------------------------------------------------------------------
    # With the outcome message
    # ------------------------------------------------------------------
    def _prepare_outcomes(self, now):
        """Decide who may be asked with the outcome message; each of these gets his answer.

        They count as asked once a message with the link has gone out.
        """
        self._refresh_contacts()
        self.send_at = now
        to_ask = self._decide(now)
        to_ask.write({"state": "prepared", "reason": False})
        to_ask._create_answers(now)

    def _filter_asking(self):
        """Those whose link an outcome message may carry at this moment.

        Whoever was asked may be sent his link again, as long as he wants to be asked.
        """
        rows = self.filtered("user_input_id")
        unwanted = rows._get_unwanted_addresses()
        prepared = rows.filtered(lambda row: row.state == "prepared")
        reasons = prepared._get_reasons(fields.Datetime.now()) if prepared else []
        may_be_asked = dict(zip(prepared, reasons, strict=True))
        return rows.filtered(
            lambda row: (
                row.state != "skipped"
                and row.email_normalized not in unwanted
                and not may_be_asked.get(row)
            )
        )

    def _mark_asked(self):
        """The message with the link has gone out: from now on the customer has been asked.

        :raises psycopg2.errors.ExclusionViolation: somebody else asked him meanwhile
        """
        now = fields.Datetime.now()
        for invitation in self:
            # Sent once more, the link works longer.
            days = timedelta(days=invitation.plan_id.validity_days)
            invitation.user_input_id.deadline = now + days
        first = self.filtered(lambda row: not row.sent_at)
        for invitation in first.filtered(lambda row: row.state == "prepared"):
            invitation.user_input_id.handler_id = invitation.complaint_id.user_id
            invitation.user_input_id.event_date = now
            invitation.state = "sent"
        first._refresh_contacts()
        first.event_date = now
        first._claim(now)
