import random
from ast import literal_eval
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# Days of the week on which invitations go out, Monday is 0.
WEEKDAYS = [
    ("0123456", "Every day"),
    ("01234", "Monday to Friday"),
    ("012345", "Monday to Saturday"),
    ("60123", "Sunday to Thursday"),
]


# The e-mail that fits what is asked about; anything else is asked as after an order.
TEMPLATES = {
    "complaint_outcome": "mail_template_invitation",
    "complaint_closed": "mail_template_invitation",
    "recovery": "mail_template_recovery",
}


class CustomerSatisfactionPlan(models.Model):
    """Whom to ask, after what, with which survey, and how often at most."""

    _name = "customer.satisfaction.plan"
    _description = "Survey Plan"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: the plan holds for all companies.",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("is_satisfaction", "=", True), ("next_version_ids", "=", False)],
    )
    trigger = fields.Selection(
        [
            ("complaint_outcome", "With the outcome message"),
            ("complaint_closed", "After a complaint is closed"),
            ("order_confirmed", "After an order is confirmed"),
            ("order_delivered", "After an order is delivered"),
            ("order_invoiced", "After an order is invoiced"),
            ("periodic", "At regular times"),
            ("manual", "When somebody says so"),
            ("recovery", "After feedback on a low score is closed"),
            ("document", "By the code on documents"),
        ],
        string="Ask",
        required=True,
        default="complaint_closed",
        help="With the outcome message: it carries the link, nothing else is sent. After "
        "closing: an e-mail to those who were not asked with the outcome. After an order "
        "is invoiced: with its first invoice that is not a down payment.",
    )
    delay_hours = fields.Integer(
        string="Wait (hours)",
        default=24,
        help="From the event, for example the closing of the complaint, to the invitation.",
    )
    validity_days = fields.Integer(
        string="Link valid (days)",
        default=30,
        help="After that the link no longer takes an answer.",
    )
    rest_days = fields.Integer(
        string="Survey rest period (days)",
        default=30,
        help="Who was asked by any plan within this time is not asked again; the log "
        "says so. 0: an exception, this plan asks always; the others wait after it.",
    )
    spare_complaining = fields.Boolean(
        string="Not while a complaint is open",
        default=True,
        help="A customer with an open complaint, or whose company has one, is not asked.",
    )
    sample_percent = fields.Float(
        string="Sample (%)",
        default=100.0,
        aggregator=None,
        help="Share of the customers that is asked, drawn by chance. The log says who was "
        "not in the sample.",
    )
    sample_seed = fields.Integer(
        default=lambda self: random.randrange(2**31),
        copy=False,
        aggregator=None,
        help="The same number draws the same customers again.",
    )
    window_from = fields.Float(
        string="Send from", aggregator=None, help="Hour of the customer's own day."
    )
    window_to = fields.Float(string="Send until", default=24.0, aggregator=None)
    window_days = fields.Selection(
        WEEKDAYS, string="Send on", required=True, default="0123456"
    )
    reminder_count = fields.Integer(
        string="Reminders",
        help="To those only who have not answered while their link works.",
    )
    reminder_days = fields.Integer(string="Days to a reminder", default=7)
    group_domain = fields.Char(
        string="Group",
        default="[('customer_rank', '>', 0)]",
        help="Customers who are asked at regular times, or all at once by hand.",
    )
    # Of plans that look for themselves whom to ask about.
    active_since = fields.Datetime(
        default=fields.Datetime.now,
        copy=False,
        readonly=True,
        help="What happened before, or while the plan slept, is not asked about.",
    )
    looked_until = fields.Datetime(copy=False, readonly=True)
    template_id = fields.Many2one(
        "mail.template",
        string="Invitation e-mail",
        ondelete="restrict",
        domain=[("model", "=", "survey.user_input")],
        compute="_compute_template_id",
        store=True,
        precompute=True,  # the database refuses a plan without
        readonly=False,
    )
    invitation_ids = fields.One2many("customer.satisfaction.invitation", "plan_id")
    invitation_count = fields.Integer(compute="_compute_invitation_count")

    _delay_not_negative = models.Constraint(
        "CHECK(delay_hours >= 0 AND rest_days >= 0)",
        "Waiting time and rest period cannot be negative. Enter 0 for none.",
    )
    _template_when_sent = models.Constraint(
        "CHECK(trigger IN ('complaint_outcome', 'document') OR template_id IS NOT NULL)",
        "Choose the e-mail in which the customer is asked.",
    )
    _reminders_not_negative = models.Constraint(
        "CHECK(reminder_count >= 0 AND reminder_days > 0)",
        "A reminder comes at least one day after the invitation. Enter 0 reminders for "
        "none.",
    )
    _sample_percent_range = models.Constraint(
        "CHECK(sample_percent >= 0 AND sample_percent <= 100)",
        "A sample is between 0 and 100 % of the customers.",
    )
    _window_range = models.Constraint(
        "CHECK(window_from >= 0 AND window_from < window_to AND window_to <= 24)",
        "The hours for sending run from 0 to 24, and they begin before they end.",
    )
    _company_when_periodic = models.Constraint(
        "CHECK(trigger != 'periodic' OR company_id IS NOT NULL)",
        "Choose the company that asks its customers at regular times.",
    )
    # Beyond that no calendar can count on.
    _ten_years = models.Constraint(
        "CHECK(validity_days <= 3650 AND rest_days <= 3650 AND reminder_days <= 3650 "
        "AND delay_hours <= 87600)",
        "No time of a plan is longer than ten years: 3650 days, 87600 hours.",
    )
    _validity_positive = models.Constraint(
        "CHECK(validity_days > 0)", "A link must be valid for at least one day."
    )

    @api.depends("trigger")
    def _compute_template_id(self):
        for plan in self:
            name = TEMPLATES.get(plan.trigger, "mail_template_order")
            plan.template_id = self.env.ref(
                f"customer_satisfaction.{name}", raise_if_not_found=False
            )

    @api.constrains("trigger", "survey_id", "active")
    def _check_outcome_survey(self):
        for plan in self.filtered(
            lambda p: p.active and p.trigger == "complaint_outcome"
        ):
            if not all(
                plan.survey_id._get_metric_question(metric)
                for metric in ("solved", "csat")
            ):
                raise ValidationError(
                    self.env._(
                        "%(survey)s cannot be asked with the outcome message: it needs a "
                        "question with the metric Outcome and one with the metric CSAT.",
                        survey=plan.survey_id.title,
                    )
                )

    @api.constrains("survey_id")
    def _check_survey(self):
        for plan in self:
            if not plan.survey_id.is_satisfaction:
                raise ValidationError(
                    self.env._(
                        "“%(survey)s” is no satisfaction survey. Choose one that is.",
                        survey=plan.survey_id.title,
                    )
                )
            if plan.survey_id.next_version_ids:
                raise ValidationError(
                    self.env._(
                        "“%(survey)s”, version %(version)s, has a newer version. Choose "
                        "the newest one: it goes on where this one stopped, and results "
                        "show both.",
                        survey=plan.survey_id.title,
                        version=plan.survey_id.version,
                    )
                )

    @api.constrains("trigger", "survey_id")
    def _check_document_survey(self):
        for plan in self.filtered(lambda p: p.trigger == "document"):
            if not plan.survey_id.is_light:
                raise ValidationError(
                    self.env._(
                        "%(survey)s cannot be asked by a code on documents: its questions "
                        "need the page of the survey app. Use questions with a scale, "
                        "choices or a text, all on one page.",
                        survey=plan.survey_id.title,
                    )
                )

    @api.constrains("group_domain")
    def _check_group_domain(self):
        for plan in self:
            try:
                # With the rights of who says it: constraints and the sender have all.
                partners = self.env["res.partner"].sudo(False)
                partners._search(plan._get_group_domain())
            except (SyntaxError, TypeError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "The group of %(plan)s cannot be understood. Choose it once more.",
                        plan=plan.name,
                    )
                ) from error

    def write(self, vals):
        if {"active", "trigger"} & vals.keys():
            vals = {**vals, "active_since": fields.Datetime.now()}
        return super().write(vals)

    def _compute_invitation_count(self):
        counts = dict(
            self.env["customer.satisfaction.invitation"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.invitation_count = counts.get(plan, 0)

    def action_view_invitations(self):
        """Open the log of these plans."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_satisfaction.customer_satisfaction_invitation_action"
        )
        action["domain"] = [("plan_id", "in", self.ids)]
        return action

    # ------------------------------------------------------------------
    # Whom and when
    # ------------------------------------------------------------------
    def _get_group_domain(self):
        """Contacts in the group of the plan, and of its company."""
        self.ensure_one()
        domain = Domain(literal_eval(self.group_domain or "[]"))
        if self.company_id:
            domain &= Domain("company_id", "in", (self.company_id.id, False))
        return domain

    def _get_opening(self, moment, zone):
        """First moment from `moment` on at which mail may go out to a customer.

        :param datetime moment: UTC
        :param str zone: name of the customer's time zone
        """
        self.ensure_one()
        if self.window_to - self.window_from >= 24 and len(self.window_days) == 7:
            return moment
        zone = pytz.timezone(zone)
        local = pytz.utc.localize(moment).astimezone(zone)
        for days in range(8):
            day = local.date() + timedelta(days=days)
            if str(day.weekday()) not in self.window_days:
                continue
            opens, closes = (
                zone.localize(datetime.combine(day, time()) + timedelta(hours=hours))
                for hours in (self.window_from, self.window_to)
            )
            if local < closes:
                opening = max(local, opens).astimezone(pytz.utc)
                return opening.replace(tzinfo=None)
        return moment

    # ------------------------------------------------------------------
    # After complaints
    # ------------------------------------------------------------------
    @api.model
    def _get_outcome_plan(self, company):
        """The plan that asks with the outcome message, the company's own before a shared one."""
        plans = self.search(
            [
                ("trigger", "=", "complaint_outcome"),
                ("company_id", "in", (company.id, False)),
                ("survey_id.active", "=", True),
            ]
        )
        return plans.filtered("company_id")[:1] or plans[:1]

    @api.model
    def _plan_outcomes(self, complaints):
        """Prepare the answer whose link the outcome message carries, one per round.

        Who may not be asked gets the message without; the reason is logged.
        """
        complaints._lock()  # two colleagues at once
        now = fields.Datetime.now()
        rows = complaints._get_outcome_invitations()
        asked = rows.filtered(lambda row: row.state in ("sent", "answered"))
        # A link that is about to be sent once more works once more.
        for invitation in asked.filtered(lambda i: i.user_input_id._is_expired()):
            days = timedelta(days=invitation.plan_id.validity_days)
            invitation.user_input_id.deadline = now + days
        open_rows = rows - asked
        living = open_rows.filtered(
            lambda row: row.plan_id.active and row.plan_id.survey_id.active
        )
        vals_list = []
        for company, group in (
            (complaints - asked.complaint_id - living.complaint_id)
            .grouped("company_id")
            .items()
        ):
            if plan := self._get_outcome_plan(company):
                vals_list += [plan._prepare_invitation_values(c) for c in group]
        open_rows += rows.create([{**vals, "send_at": now} for vals in vals_list])
        open_rows._prepare_outcomes(now)

    def _prepare_invitation_values(self, complaint):
        self.ensure_one()
        return {
            "plan_id": self.id,
            "complaint_id": complaint.id,
            "round": complaint.round,
            "company_id": complaint.company_id.id,
            "partner_id": complaint.partner_id.id,
            "commercial_partner_id": complaint.commercial_partner_id.id,
            "event_date": complaint.closed_at,
        }

    @api.model
    def _plan_closed_complaints(self, complaints, trigger="complaint_closed"):
        """Plan one invitation per complaint, round and plan; twice is as good as once.

        :param str trigger: of the plans that ask now
        """
        Invitation = self.env["customer.satisfaction.invitation"]
        known = {
            (row.plan_id, row.complaint_id, row.round)
            for row in Invitation.search([("complaint_id", "in", complaints.ids)])
        }
        vals_list = []
        for plan in self.search([("trigger", "=", trigger)]):
            vals_list += [
                {
                    **plan._prepare_invitation_values(complaint),
                    "send_at": complaint.closed_at + timedelta(hours=plan.delay_hours),
                }
                for complaint in complaints
                if plan.company_id in (complaint.company_id, plan.company_id.browse())
                and (plan, complaint, complaint.round) not in known
            ]
        Invitation.create(vals_list)._wake_sender()
