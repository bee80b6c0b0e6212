from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_complaint_deadline import KEPT_BY


class CustomerComplaintContact(models.Model):
    """A call, visit or other contact about a complaint that left no message of its own."""

    _name = "customer.complaint.contact"
    _description = "Complaint Contact"
    _order = "date desc, id desc"
    _rec_name = "summary"

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    date = fields.Datetime(
        string="When", required=True, default=lambda self: fields.Datetime.now()
    )
    channel_id = fields.Many2one(
        "customer.complaint.channel",
        string="Contact channel",
        required=True,
        default=lambda self: self._get_default_channel(),
    )
    channel_reason = fields.Char(
        string="Why this channel",
        help="The customer prefers another one.",
    )
    is_other_channel = fields.Boolean(
        compute="_compute_is_other_channel", export_string_translation=False
    )
    preferred_channel_id = fields.Many2one(related="complaint_id.preferred_channel_id")
    must_say_why = fields.Boolean(
        compute="_compute_is_other_channel", export_string_translation=False
    )
    counterpart = fields.Selection(
        [
            ("customer", "Customer"),
            ("internal", "Inside the company"),
            ("external", "Supplier or third party"),
        ],
        string="With",
        required=True,
        default="customer",
        help="Only contacts with the customer answer him and move deadlines.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        index="btree_not_null",
        help="Empty: the complainant, or nobody in particular.",
    )
    direction = fields.Selection(
        [("out", "We contacted them"), ("in", "They contacted us")],
        required=True,
        default="out",
    )
    reached = fields.Boolean(
        string="Spoke with them",
        default=True,
        help="Off: an attempt. Attempts count when a complaint is closed without reply.",
    )
    plan_told = fields.Boolean(
        string="Plan told",
        help="The customer was told how his complaint will be handled.",
    )
    outcome_told = fields.Boolean(
        string="Outcome told",
        help="The customer was told the outcome in this contact: completes the complaint.",
    )
    follow_up = fields.Boolean(
        string="Follow-up",
        help="A follow-up after completion: the customer was asked whether it is in order.",
    )
    summary = fields.Text(string="What was said", required=True)
    result = fields.Char(help="What came of it.")
    next_step = fields.Char(
        string="Next step", help="What happens next, and who does it."
    )
    commitment_at = fields.Datetime(
        string="Promised date",
        help="We come back, or it is done, by this time. It stands in the deadlines of the "
        "complaint and on the customer's page.",
    )
    kept_by = fields.Selection(
        KEPT_BY, string="Kept by", default="telling", required=True
    )
    commitment = fields.Char(
        string="What is promised",
        compute="_compute_commitment",
        store=True,
        readonly=False,
        precompute=True,
        help="In the customer's language: he reads it on his page.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Colleague",
        required=True,
        default=lambda self: self.env.user,
    )

    _outcome_needs_talk = models.Constraint(
        "CHECK(reached OR NOT (outcome_told OR plan_told OR follow_up "
        "OR commitment_at IS NOT NULL))",
        "Something can only be told or promised to somebody who was reached. Untick what "
        "was not told, or tick that you spoke with the customer.",
    )
    _only_customers_are_told = models.Constraint(
        "CHECK(counterpart = 'customer' OR NOT (outcome_told OR plan_told OR follow_up "
        "OR commitment_at IS NOT NULL))",
        "Plan, outcome and promises are told to the customer. Untick them, or choose the "
        "customer as the one you spoke with.",
    )
    _commitment_says_what = models.Constraint(
        "CHECK(commitment_at IS NULL OR commitment IS NOT NULL)",
        "Say what is promised; the customer reads it.",
    )

    @api.model
    def _get_default_channel(self):
        complaint = self.env["customer.complaint"].browse(
            self.env.context.get("default_complaint_id") or []
        )
        return (
            complaint and complaint._propose_reply_channel(by_hand=True)
        ) or complaint._get_default_channel()

    @api.depends("complaint_id", "channel_id", "counterpart", "direction")
    def _compute_is_other_channel(self):
        for contact in self:
            # Over which channel he contacts us is his affair.
            contact.is_other_channel = (
                contact.complaint_id
                and contact.counterpart == "customer"
                and contact.direction == "out"
                and contact.complaint_id._is_other_channel(contact.channel_id)
                and contact.company_id.sudo().complaint_guard != "off"
            )
            contact.must_say_why = (
                contact.is_other_channel
                and contact.company_id.sudo().complaint_guard == "refuse"
            )

    @api.depends("kept_by", "commitment_at", "complaint_id")
    def _compute_commitment(self):
        for contact in self:
            if contact.kept_by != "telling" or not contact.commitment_at:
                contact.commitment = contact.commitment
            elif not contact.commitment and contact.complaint_id:
                contact.commitment = contact.complaint_id._get_news_label()

    @api.constrains("date", "complaint_id")
    def _check_date(self):
        now = fields.Datetime.now()
        for contact in self:
            if contact.date > now:
                raise ValidationError(
                    self.env._(
                        "A contact cannot lie in the future. Enter when it took place; "
                        "plan a later one as an activity."
                    )
                )
            if contact.date < contact.complaint_id.received_at:
                raise ValidationError(
                    self.env._(
                        "A contact cannot be earlier than the receipt of "
                        "%(complaint)s. Correct one of both times.",
                        complaint=contact.complaint_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and not self.env.user.has_group(
            "customer_complaint.group_complaint_lead"
        ):
            # Nobody logs a talk in a colleague's name.
            vals_list = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        contacts = super().create(vals_list)
        if self.env["customer.complaint"]._is_history():
            return contacts
        for contact in contacts:
            if contact.must_say_why and not (contact.channel_reason or "").strip():
                raise UserError(
                    self.env._(
                        "The customer prefers %(channel)s. Say why you used another "
                        "channel.",
                        channel=contact.preferred_channel_id.name,
                    )
                )
        contacts.filtered(lambda c: c.counterpart == "customer")._tell_complaints()
        return contacts

    def _tell_complaints(self):
        """Let the complaints know what was said in these contacts, in the order of a talk."""
        heard = self.filtered(lambda c: c.reached and c.direction == "in")
        for at, said in heard.grouped("date").items():
            said.complaint_id._on_customer_said(at)
        answers = self.filtered(lambda c: c._is_telling())
        for (at, plan, outcome, follow_up), told in answers.grouped(
            lambda c: (c.date, c.plan_told, c.outcome_told, c.follow_up)
        ).items():
            told.complaint_id._on_customer_told(
                at, outcome=outcome, plan=plan, follow_up=follow_up
            )
        for channel, told in (
            answers.filtered("outcome_told").grouped("channel_id").items()
        ):
            told.complaint_id._add_outcome_channel(channel)
        # Afterwards, so that a talk does not keep what is promised in it.
        promises = self.filtered("commitment_at")
        for (due_at, text, kept_by), promised in promises.grouped(
            lambda c: (c.commitment_at, c.commitment, c.kept_by)
        ).items():
            promised.complaint_id._promise(due_at, text, kept_by)

    def _is_telling(self):
        """Whether the customer was told something: we called, or more than listened."""
        self.ensure_one()
        return self.reached and (
            self.direction == "out"
            or self.plan_told
            or self.outcome_told
            or self.follow_up
            or bool(self.commitment_at)
        )
