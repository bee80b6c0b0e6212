from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
        default=lambda self: self.env["customer.complaint"]._get_default_channel(),
    )
    direction = fields.Selection(
        [("out", "We contacted the customer"), ("in", "The customer contacted us")],
        required=True,
        default="out",
    )
    reached = fields.Boolean(
        string="Spoke with the customer",
        default=True,
        help="Off: an attempt. Attempts count when a complaint is closed without reply.",
    )
    outcome_told = fields.Boolean(
        help="The customer was told the outcome in this contact: completes the complaint."
    )
    summary = fields.Text(string="What was said", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Colleague",
        required=True,
        default=lambda self: self.env.user,
    )

    _outcome_needs_talk = models.Constraint(
        "CHECK(reached OR NOT outcome_told)",
        "An outcome can only be told to somebody who was reached. Untick one of both.",
    )

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
        answers = contacts.filtered(
            lambda c: c.outcome_told or (c.reached and c.direction == "out")
        )
        for (at, outcome), told in answers.grouped(
            lambda c: (c.date, c.outcome_told)
        ).items():
            told.complaint_id._on_customer_told(at, outcome=outcome)
        for channel, told in (
            answers.filtered("outcome_told").grouped("channel_id").items()
        ):
            told.complaint_id._add_outcome_channel(channel)
        return contacts
