import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Hours after which managers are warned, and after which nothing goes out any more.
UNCHECKED_HOURS = "customer_complaint.unchecked_hours", 2
STANDSTILL_HOURS = "customer_complaint.standstill_hours", 12
# A run is noted at most this often, so that engines do not wait for each other.
NOTE_EVERY = timedelta(minutes=1)
# The mail queue runs every hour.
MAIL_PATIENCE = timedelta(hours=2)


class CustomerComplaintHealth(models.Model):
    """Whether deadlines are watched at all: one record, written by the engine."""

    _name = "customer.complaint.health"
    _description = "Deadline Health"

    name = fields.Char(default="Deadline health", readonly=True, translate=True)
    last_run_at = fields.Datetime(string="Deadlines last checked on", readonly=True)
    held_at = fields.Datetime(
        string="Held since",
        readonly=True,
        help="After a standstill nothing goes out until a manager releases it.",
    )
    released_at = fields.Datetime(string="Last released on", readonly=True)
    released_by_id = fields.Many2one(
        "res.users", string="Last released by", readonly=True
    )
    next_run_at = fields.Datetime(
        string="Next check planned for", compute="_compute_next_run_at"
    )
    is_neutralized = fields.Boolean(compute="_compute_is_neutralized")
    alerts = fields.Text(compute="_compute_alerts")
    waiting_count = fields.Integer(
        string="Deadlines with a step that waits", compute="_compute_counts"
    )
    failed_count = fields.Integer(
        string="Deadlines whose escalation failed", compute="_compute_counts"
    )
    unsent_count = fields.Integer(
        string="E-mails not sent",
        compute="_compute_counts",
        help="E-mails about complaints that failed or have been waiting for hours.",
    )
    empty_calendar_ids = fields.Many2many(
        "resource.calendar",
        string="Working times without hours",
        compute="_compute_empty_calendar_ids",
        help="Limits in working time run around the clock where the team or company has "
        "such a calendar.",
    )

    # ------------------------------------------------------------------
    # Asked by whatever sends
    # ------------------------------------------------------------------
    @api.model
    def _is_neutralized(self):
        """Whether this is a copy of the database on which nothing may be sent."""
        parameters = self.env["ir.config_parameter"].sudo()
        return bool(parameters.get_param("database.is_neutralized"))

    @api.model
    def _may_send(self, now):
        """Whether deadlines may tell anybody at `now`.

        Not on a neutralized copy; and after a standstill nothing goes out by itself: a flood of
        late messages, or those of an old backup, would do harm. A manager releases it.
        """
        if self._is_neutralized():
            return False
        health = self._get()
        if health.held_at:
            return False
        if now - (health.last_run_at or health.create_date) <= self._get_hours(
            STANDSTILL_HOURS
        ):
            return True
        if not self.sudo()._count_waiting(now):
            return True
        health.held_at = now
        _logger.info("Deadlines stood still: nothing goes out until it is released.")
        return False

    @api.model
    def _note_run(self, now):
        """Note that deadlines are being checked; engines at once do not get in each other's way."""
        noted_at = self._get().last_run_at
        if noted_at and noted_at > now - NOTE_EVERY:
            return
        self.flush_model(["last_run_at"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_complaint_health SET last_run_at = %(now)s
                 WHERE id IN (
                       SELECT id FROM customer_complaint_health
                        WHERE last_run_at IS NULL OR last_run_at < %(before)s
                          FOR NO KEY UPDATE SKIP LOCKED)
                """,
                now=now,
                before=now - NOTE_EVERY,
            )
        )
        self.invalidate_model(["last_run_at"], flush=False)

    @api.model
    def _get(self):
        return self.env["customer.complaint"]._get_shipped("health", self._name)

    @api.model
    def _get_hours(self, setting):
        """Length of time of a setting; what makes no sense counts as the default."""
        key, default = setting
        value = self.env["ir.config_parameter"].sudo().get_param(key)
        try:
            hours = float(value or default)
        except ValueError:
            hours = default
        return timedelta(hours=hours if hours > 0 else default)

    @api.model
    def _count_waiting(self, now, scope=Domain.TRUE):
        """How much the engine finds to do at `now`: steps, and pauses that are over."""
        pauses = self.env["customer.complaint.pause"]
        return self.env["customer.complaint.deadline"].search_count(
            scope & Domain("next_step_at", "<=", now)
        ) + pauses.search_count(scope & pauses._get_expired(now))

    # ------------------------------------------------------------------
    # What managers see
    # ------------------------------------------------------------------
    @api.model
    def _get_alerts(self):
        """What managers must know about the deadlines of their companies; others get nothing.

        :return: list of dict with the sentence as ``text`` and the ``action`` that shows more
        """
        if not self.env.user.has_group("customer_complaint.group_complaint_manager"):
            return []
        now = fields.Datetime.now()
        deadlines = self.env["customer.complaint.deadline"]
        scope = Domain("company_id", "in", self.env.companies.ids)
        format_length = self.env["customer.complaint"]._format_length
        page = "customer_complaint.customer_complaint_health_action"
        alerts = []
        health = self._get()
        [(oldest, count)] = deadlines._read_group(
            scope & Domain("next_step_at", "<=", now),
            [],
            ["next_step_at:min", "__count"],
        )
        waited = count and now - max(oldest, health.last_run_at or oldest)
        if health.held_at:
            alerts.append(
                {
                    "text": self.env._(
                        "Deadlines stood still, so nothing goes out: %(count)s deadlines "
                        "wait. Look at them and release them.",
                        count=self._count_waiting(now, scope),
                    ),
                    "action": page,
                }
            )
        elif count and waited > self._get_hours(UNCHECKED_HOURS):
            alerts.append(
                {
                    "text": self.env._(
                        "Deadlines have not been checked for %(length)s: %(count)s wait, "
                        "and nobody is reminded. Ask the administrator whether scheduled "
                        "actions run on this server.",
                        length=format_length(waited.total_seconds()),
                        count=count,
                    ),
                    "action": page,
                }
            )
        if failed := deadlines.search_count(scope & self._get_failed()):
            alerts.append(
                {
                    "text": self.env._(
                        "Failed escalations: %(count)s. Look at the error "
                        "and have the automation rule repaired.",
                        count=failed,
                    ),
                    "action": "customer_complaint.customer_complaint_deadline_action_failed",
                }
            )
        return alerts

    @api.model
    def _get_failed(self):
        """Running rows that the engine set aside, or on which somebody's rule failed."""
        return Domain("state", "=", "open") & Domain("error", "!=", False)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_alerts(self):
        self.alerts = "\n".join(alert["text"] for alert in self._get_alerts())

    def _compute_is_neutralized(self):
        self.is_neutralized = self._is_neutralized()

    def _compute_next_run_at(self):
        # sudo: managers need not see the scheduled actions to know when this one runs
        cron = self.env["customer.complaint"]._get_shipped(
            "ir_cron_run_deadline_steps", "ir.cron"
        )
        trigger = (
            self.env["ir.cron.trigger"]
            .sudo()
            .search([("cron_id", "=", cron.id)], order="call_at", limit=1)
        )
        planned = [cron.nextcall, trigger.call_at] if cron.active else []
        self.next_run_at = min(filter(None, planned), default=False)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        now = fields.Datetime.now()
        deadlines = self.env["customer.complaint.deadline"]
        self.waiting_count = self._count_waiting(now)
        self.failed_count = deadlines.search_count(self._get_failed())
        # sudo: only their number is told
        self.unsent_count = (
            self.env["mail.mail"].sudo().search_count(self._get_unsent(now))
        )

    @api.model
    def _get_unsent(self, now):
        return Domain("model", "=like", "customer.complaint%") & (
            Domain("state", "=", "exception")
            | Domain("state", "=", "outgoing")
            & Domain("create_date", "<", now - MAIL_PATIENCE)
        )

    @api.depends_context("allowed_company_ids")
    def _compute_empty_calendar_ids(self):
        companies = self.env.companies
        # sudo: calendars of all teams of these companies count, whoever looks
        teams = (
            self.env["customer.complaint.team"]
            .sudo()
            .search(
                [("active", "=", True), ("company_id", "in", [*companies.ids, False])]
            )
        )
        calendars = companies.sudo().resource_calendar_id
        self.empty_calendar_ids = (calendars | teams.calendar_id).filtered(
            lambda calendar: calendar._get_complaint_clock() is None
        )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_release(self):
        """Let everything that waits since a standstill go out.

        :raises AccessError: for users who are not complaint managers
        """
        if not self.env.user.has_group("customer_complaint.group_complaint_manager"):
            raise AccessError(
                self.env._(
                    "Only a complaint manager releases what waits after a standstill. "
                    "Ask one to look at it."
                )
            )
        now = fields.Datetime.now()
        # sudo: only the engine and this method write the record; the group was checked
        self.sudo().write(
            {
                "held_at": False,
                "last_run_at": now,
                "released_at": now,
                "released_by_id": self.env.uid,
            }
        )
        _logger.info("Deadlines released by %s.", self.env.user.login)
        self.env["customer.complaint.deadline"]._wake_engine(now)
        return True

    def action_show_failed(self):
        """Open the deadlines whose escalation failed, with the error."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_deadline_action_failed"
        )

    def action_show_unsent(self):
        """Open the e-mails about complaints that were not sent."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("E-mails not sent"),
            "res_model": "mail.mail",
            "view_mode": "list,form",
            "domain": list(self._get_unsent(fields.Datetime.now())),
        }
