from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
        domain=[("is_satisfaction", "=", True)],
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
        "closing: an e-mail to those who were not asked with the outcome.",
    )
    delay_hours = fields.Integer(
        string="Wait (hours)",
        default=24,
        help="From the closing of the complaint to the invitation.",
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
        "says so. 0: ask always.",
    )
    template_id = fields.Many2one(
        "mail.template",
        string="Invitation e-mail",
        ondelete="restrict",
        domain=[("model", "=", "survey.user_input")],
        default=lambda self: self.env.ref(
            "customer_satisfaction.mail_template_invitation", raise_if_not_found=False
        ),
    )
    invitation_ids = fields.One2many("customer.satisfaction.invitation", "plan_id")
    invitation_count = fields.Integer(compute="_compute_invitation_count")

    _delay_not_negative = models.Constraint(
        "CHECK(delay_hours >= 0 AND rest_days >= 0)",
        "Waiting time and rest period cannot be negative. Enter 0 for none.",
    )
    _template_when_sent = models.Constraint(
        "CHECK(trigger = 'complaint_outcome' OR template_id IS NOT NULL)",
        "Choose the e-mail in which the customer is asked.",
    )
    _validity_positive = models.Constraint(
        "CHECK(validity_days > 0)", "A link must be valid for at least one day."
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

        It counts as asked once a message with the link has gone out.
        """
        complaints._lock()  # two colleagues at once
        now = fields.Datetime.now()
        prepared = complaints._get_outcome_invitations()
        # A link that is about to be sent once more works once more.
        for invitation in prepared.filtered(lambda i: i.user_input_id._is_expired()):
            days = timedelta(days=invitation.plan_id.validity_days)
            invitation.user_input_id.deadline = now + days
        rows = self.env["customer.satisfaction.invitation"]
        vals_list = []
        for company, group in (
            (complaints - prepared.complaint_id).grouped("company_id").items()
        ):
            if plan := self._get_outcome_plan(company):
                # Planned before, when the plan asked after closing.
                known = rows.search(
                    [("plan_id", "=", plan.id), ("complaint_id", "in", group.ids)]
                ).filtered(lambda row: row.round == row.complaint_id.round)
                rows += known
                vals_list += [
                    plan._prepare_invitation_values(c)
                    for c in group - known.complaint_id
                ]
        rows += rows.create([{**vals, "send_at": now} for vals in vals_list])
        rows.write({"state": "prepared", "reason": False, "send_at": now})
        rows._create_answers(now)

    def _prepare_invitation_values(self, complaint):
        self.ensure_one()
        return {
            "plan_id": self.id,
            "complaint_id": complaint.id,
            "round": complaint.round,
            "company_id": complaint.company_id.id,
            "partner_id": complaint.partner_id.id,
        }

    @api.model
    def _plan_closed_complaints(self, complaints, trigger="complaint_closed"):
        """Plan one invitation per complaint, round and plan; twice is as good as once."""
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
