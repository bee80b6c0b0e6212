from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    satisfaction_min_answers = fields.Integer(
        string="Answers needed for a rate",
        default=10,
        help="With fewer answers no satisfaction rate is shown: it would say next to "
        "nothing.",
    )

    satisfaction_company_contacts = fields.Integer(
        string="Contacts asked per company",
        default=3,
        help="So many contacts of one customer's company are asked within the rest period "
        "of a plan. 0: no limit.",
    )
    satisfaction_max_reminders = fields.Integer(
        string="Reminders at most",
        default=2,
        help="No plan reminds a customer more often, whatever it says.",
    )
    satisfaction_dormant_days = fields.Integer(
        string="Dormant after (days)",
        default=365,
        help="Customers without an order for so long are dormant, for plans that ask by "
        "stage of the customer's life.",
    )

    _satisfaction_asking_not_negative = models.Constraint(
        "CHECK(satisfaction_company_contacts >= 0 AND satisfaction_max_reminders >= 0 "
        "AND satisfaction_dormant_days > 0)",
        "Contacts and reminders cannot be negative, and a customer is dormant after one "
        "day at the earliest.",
    )
    _satisfaction_min_answers_positive = models.Constraint(
        "CHECK(satisfaction_min_answers > 0)",
        "A satisfaction rate needs at least one answer.",
    )

    def _get_survey_tz(self):
        """Time zone of customers who have none of their own."""
        self.ensure_one()
        return self.resource_calendar_id.tz or self.partner_id.tz or "UTC"
