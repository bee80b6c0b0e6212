import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import email_normalize

from odoo.addons.customer_complaint.models.customer_complaint_stage import CLOSED_TYPES

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100


class CustomerSatisfactionInvitation(models.Model):
    """Queue and log of who is asked: a row per plan and event, one reason for each not asked.

    Whether to ask is decided in one place and at one time: when the row is due. Planning only
    notes that a customer should be asked.
    """

    _name = "customer.satisfaction.invitation"
    _description = "Survey Invitation"
    _order = "send_at desc, id desc"
    _rec_name = "complaint_id"

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
        help="Of a plan at regular times: the period for which the customer is asked."
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null"
    )
    email_normalized = fields.Char(string="E-mail")
    send_at = fields.Datetime(string="Planned for", required=True)
    sent_at = fields.Datetime(string="Sent on")
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
            ("opted_out", "Does not want e-mails"),
            ("asked", "Asked or answered already about this complaint"),
            ("rest_period", "Asked already within the rest period"),
            ("reopened", "Complaint was reopened"),
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
    _reason_when_skipped = models.Constraint(
        "CHECK((state = 'skipped') = (reason IS NOT NULL))",
        "Exactly those who are not asked have a reason.",
    )
    # The sender's queue: `_send_due`
    _due_idx = models.Index("(send_at, id) WHERE state = 'planned'")
    # Rest period: `_get_last_asked`
    _email_sent_idx = models.Index(
        "(email_normalized, sent_at) WHERE sent_at IS NOT NULL"
    )
    _partner_sent_idx = models.Index("(partner_id, sent_at) WHERE sent_at IS NOT NULL")

    # ------------------------------------------------------------------
    # The sender
    # ------------------------------------------------------------------
    def _wake_sender(self):
        """Make the sender run when the first of these is due."""
        if not self:
            return
        cron = self.env.ref("customer_satisfaction.ir_cron_send_invitations")
        cron.sudo()._trigger(at=min(self.mapped("send_at")))

    @api.model
    def _cron_send(self, now=None):
        """Send what is due at `now` (default: this moment), batch by batch, a transaction each."""
        now = now or fields.Datetime.now()
        while done := self._send_due(now):
            remaining = self.search_count(self._get_due_domain(now))
            if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                return

    @api.model
    def _get_due_domain(self, now):
        return [("state", "=", "planned"), ("send_at", "<=", now)]

    @api.model
    def _send_due(self, now, limit=BATCH_SIZE):
        """Ask at most `limit` customers who are due at `now`, oldest first.

        Only when a batch fails is each row tried alone, so that a broken one stops nobody else.

        :return: number of rows decided
        """
        if self.env["customer.complaint.health"]._is_neutralized():
            return 0  # nobody is asked from a copy of the database
        due = self.search(
            self._get_due_domain(now), order="send_at, id", limit=limit
        ).try_lock_for_update()
        try:
            with self.env.cr.savepoint():
                due._send(now)
        except psycopg2.OperationalError:
            raise  # the transaction itself is lost; the cron starts it again
        except Exception:
            _logger.info("A batch of survey invitations failed; trying one by one.")
            for invitation in due:
                invitation._send_or_set_aside(now)
        return len(due)

    def _send_or_set_aside(self, now):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._send(now)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.error("Survey invitation %s failed.", self.id, exc_info=True)
            self.write(
                {
                    "state": "skipped",
                    "reason": "failed",
                    "error": str(error) or type(error).__name__,
                }
            )

    def _send(self, now):
        """Decide for each row: ask, or log the one reason why not."""
        for invitation in self:
            # Contact and address may have changed since it was planned.
            complaint = invitation.complaint_id
            invitation.partner_id = complaint.partner_id
            invitation.email_normalized = email_normalize(complaint.email_from)
        opted_out = set(
            self.env["mail.blacklist"]
            .search([("email", "in", self.mapped("email_normalized"))])
            .mapped("email")
        )
        last_asked = self._get_last_asked(now)
        asked_about = self._get_complaints_asked_about()
        to_ask = self.browse()
        for invitation in self:
            reason = invitation._get_reason_not_to_ask(
                now, opted_out, last_asked, asked_about
            )
            if reason:
                invitation.write({"state": "skipped", "reason": reason})
            else:
                to_ask += invitation
                asked_about += invitation.complaint_id
                last_asked.update(dict.fromkeys(invitation._get_person_keys(), now))
        to_ask._ask(now)

    def _get_reason_not_to_ask(self, now, opted_out, last_asked, asked_about):
        """First reason that applies, or None.

        :param set opted_out: e-mail addresses that want no mail
        :param dict last_asked: moment of the last invitation by person key
        :param asked_about: complaints about which somebody was asked, or has answered
        """
        self.ensure_one()
        plan = self.plan_id
        if not (plan.active and plan.survey_id.active):
            return "closed"
        complaint = self.complaint_id
        if complaint.stage_type not in CLOSED_TYPES or complaint.round != self.round:
            return "reopened"
        if complaint in asked_about:
            return "asked"
        if not self.email_normalized:
            return "no_email"
        if self.email_normalized in opted_out:
            return "opted_out"
        rested_since = now - timedelta(days=plan.rest_days)
        if any(
            last_asked.get(key) and last_asked[key] > rested_since
            for key in self._get_person_keys()
        ):
            return "rest_period"
        return None

    def _get_person_keys(self):
        """What makes two invitations go to the same person: the contact or the address."""
        self.ensure_one()
        keys = [("email", self.email_normalized), ("partner", self.partner_id.id)]
        return [key for key in keys if key[1]]

    def _get_last_asked(self, now):
        """When each person was last asked by any plan, within the longest rest period."""
        longest = max(self.plan_id.mapped("rest_days"), default=0)
        groups = self._read_group(
            [
                ("sent_at", ">", now - timedelta(days=longest)),
                "|",
                ("email_normalized", "in", self.mapped("email_normalized")),
                ("partner_id", "in", self.partner_id.ids),
            ],
            ["email_normalized", "partner_id"],
            ["sent_at:max"],
        )
        last_asked = {}
        for email, partner, sent_at in groups:
            for key in (("email", email), ("partner", partner.id)):
                last_asked[key] = max(last_asked.get(key, sent_at), sent_at)
        return last_asked

    def _get_complaints_asked_about(self):
        """Those of these complaints about which the customer was asked or has answered."""
        complaint_ids = self.complaint_id.ids
        asked = self.search(
            [
                ("complaint_id", "in", complaint_ids),
                ("state", "in", ("sent", "answered")),
            ]
        )
        answered = self.env["survey.user_input"].search(
            [("complaint_id", "in", complaint_ids), ("state", "=", "done")]
        )
        return asked.complaint_id | answered.complaint_id

    def _ask(self, now):
        """Create the answers to be filled, each with its link, and queue the e-mails."""
        self.write({"state": "sent", "sent_at": now})
        self._create_answers(now)
        self._queue_mails()

    def _queue_mails(self):
        """Queue the e-mail of each plan; the answers are there."""
        for template, rows in self.grouped(lambda i: i.plan_id.template_id).items():
            template.send_mail_batch(rows.user_input_id.ids)

    def _create_answers(self, now):
        """Give each its empty answer with its link, or the round's answer that is there."""
        vals_list = [row._prepare_user_input_values(now) for row in self]
        answers = self.env["survey.user_input"]._get_or_create_round_answers(vals_list)
        for invitation, answer, vals in zip(self, answers, vals_list, strict=True):
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
        return {
            **self.env["survey.user_input"]._prepare_satisfaction_values(
                self.complaint_id, self.plan_id.survey_id
            ),
            "plan_id": self.plan_id.id,
            "complaint_round": self.round,
            "deadline": now + timedelta(days=self.plan_id.validity_days),
        }

    # ------------------------------------------------------------------
    # With the outcome message
    # ------------------------------------------------------------------
    def _mark_asked(self):
        """The message with the link has gone out: from now on the customer has been asked."""
        now = fields.Datetime.now()
        for invitation in self:
            complaint = invitation.complaint_id
            answer = invitation.user_input_id
            # Sent once more, the link works longer.
            answer.deadline = now + timedelta(days=invitation.plan_id.validity_days)
            if not invitation.sent_at:
                if invitation.state == "prepared":
                    answer.handler_id = complaint.user_id
                    invitation.state = "sent"
                invitation.write(
                    {
                        "sent_at": now,
                        "partner_id": complaint.partner_id.id,
                        "email_normalized": email_normalize(complaint.email_from),
                    }
                )
