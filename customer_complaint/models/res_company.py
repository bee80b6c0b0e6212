from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_acknowledge = fields.Boolean(
        string="Acknowledge new complaints", default=True
    )
    complaint_tell_in_hours = fields.Boolean(
        string="Tell staff in working hours",
        default=True,
        help="Reminders and escalations wait for the next working moment, except for the "
        "most severe level.",
    )
    complaint_allow_anonymous = fields.Boolean(
        string="Take anonymous complaints",
        help="Complaints may be entered without a name and a way to answer; nothing about "
        "who complains is kept.",
    )
    complaint_tier_counts = fields.Boolean(
        string="Preferred customers first",
        default=True,
        help="Complaints of preferred customers stand first in lists, and a level above is "
        "proposed for them. Off: all customers are treated alike.",
    )
    complaint_repeat_days = fields.Integer(
        string="Days in which a complaint counts as a repeat", default=365
    )
    complaint_no_reply_attempts = fields.Integer(
        string="Attempts before closing without reply", default=2
    )
    complaint_no_reply_days = fields.Integer(
        string="Days before closing without reply", default=7
    )
    complaint_reopen_grade = fields.Integer(
        string="Reopen up to grade",
        default=2,
        help="A satisfaction grade up to this one sends a complaint back to evaluation, "
        "even when the customer calls it solved. 0: never.",
    )
    complaint_pause = fields.Boolean(
        string="Allow pausing deadlines",
        help="Colleagues may let deadlines wait, with a reason. Statutory limits and dates "
        "told to the customer never wait.",
    )
    complaint_first_contact = fields.Boolean(
        string="First contact is a task",
        help="Each new complaint gives its first contact the task to reach the customer.",
    )
    complaint_guard = fields.Selection(
        [
            ("off", "Off"),
            ("warn", "Warn"),
            ("refuse", "Refuse"),
        ],
        string="Empty messages and other channels",
        default="warn",
        help="What happens when a message to a customer is nothing but a holding phrase, "
        "lacks what news must contain, or leaves over a channel he does not prefer.",
    )
    complaint_credit_approval_amount = fields.Monetary(
        string="Approval of credit notes above",
        default=500.0,
        help="Requests above this amount wait for a team lead who did not ask for them. "
        "0: never.",
    )

    complaint_goodwill_account_id = fields.Many2one(
        "account.account",
        string="Account of goodwill compensation",
        check_company=True,
        domain="[('internal_group', 'in', ('income', 'expense'))]",
        help="Draft credit notes of compensations without VAT name it. Empty: the account "
        "that the journal proposes.",
    )
    complaint_fair_minimum = fields.Integer(
        string="Similar complaints needed",
        default=5,
        help="What similar complaints received is shown when at least so many received "
        "something. Fewer than 5 would tell what a single customer got.",
    )
    complaint_fair_factor = fields.Float(
        string="Far off beyond",
        default=2.0,
        help="A request needs a reason when it is above the middle half of what similar "
        "complaints received times this factor, or below it divided by the factor. 0: "
        "never.",
    )
    complaint_fair_by_product = fields.Boolean(
        string="Same product category only",
        help="Similar are only complaints about a product of the same category.",
    )

    # The public form
    complaint_form = fields.Boolean(
        string="Public complaint form",
        help="Whoever has the address opens a complaint without a login.",
    )
    complaint_form_policy = fields.Html(
        string="Text below the public form",
        translate=True,
        help="For example how you handle complaints and personal data.",
    )
    complaint_form_limit = fields.Integer(
        string="Public forms per hour",
        default=10,
        help="How many complaints one internet connection, or one e-mail address, may open "
        "within an hour.",
    )
    complaint_further_steps = fields.Text(
        string="Further steps",
        translate=True,
        help="What else a customer can do who does not agree: a second look by somebody "
        "else, an arbitration board, an authority. One per line; stands in the outcome "
        "message and on the customer's page.",
    )

    _complaint_form_limit_positive = models.Constraint(
        "CHECK(complaint_form_limit > 0)",
        "At least one complaint per hour must be possible. Switch the public form off "
        "instead.",
    )
    _complaint_credit_approval_positive = models.Constraint(
        "CHECK(complaint_credit_approval_amount >= 0)",
        "The amount above which credit notes are approved cannot be negative. Enter 0 "
        "for no approval.",
    )
    _complaint_fair_minimum_enough = models.Constraint(
        "CHECK(complaint_fair_minimum >= 5)",
        "At least 5 similar complaints are needed, so that nobody learns what a single "
        "customer received.",
    )
    _complaint_fair_factor_range = models.Constraint(
        "CHECK(complaint_fair_factor = 0 OR complaint_fair_factor >= 1)",
        "The factor for what is far off is 1 or more. Enter 0 to require no reasons.",
    )
    _complaint_repeat_days_positive = models.Constraint(
        "CHECK(complaint_repeat_days >= 0)",
        "Days in which a complaint counts as a repeat cannot be negative. 0: none does.",
    )
    _complaint_no_reply_positive = models.Constraint(
        "CHECK(complaint_no_reply_attempts >= 0 AND complaint_no_reply_days >= 0)",
        "Attempts and days before closing without reply cannot be negative.",
    )
    _complaint_reopen_grade_range = models.Constraint(
        "CHECK(complaint_reopen_grade BETWEEN 0 AND 4)",
        "Grades run from 1 to 5; the highest one cannot reopen a complaint. Choose 0 "
        "to 4.",
    )

    def write(self, vals):
        # Saving the settings writes every field; only another value matters.
        telling = self.mapped("complaint_tell_in_hours")
        turned = self.filtered(
            lambda c: c.complaint_tier_counts
            != vals.get("complaint_tier_counts", c.complaint_tier_counts)
        )
        res = super().write(vals)
        if turned:
            turned._order_complaints_anew()
        if {"complaint_tell_in_hours", "resource_calendar_id"} & vals.keys():
            # Cached: customer_complaint_escalation_step.py, _get_telling_calendar_id
            self.env.registry.clear_cache()
        if "complaint_tell_in_hours" in vals and telling != self.mapped(
            "complaint_tell_in_hours"
        ):
            self.env["customer.complaint.deadline"]._look_again()
        return res

    def _order_complaints_anew(self):
        """The rule about preferred customers changed: their complaints get another place."""
        Complaint = (
            self.env["customer.complaint"].sudo().with_context(active_test=False)
        )
        self.env.add_to_compute(
            Complaint._fields["queue_rank"],
            Complaint.search(
                [
                    ("company_id", "in", self.ids),
                    ("commercial_partner_id.complaint_tier", "=", "vip"),
                ]
            ),
        )
