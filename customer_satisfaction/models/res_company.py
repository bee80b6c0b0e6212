from odoo import api, fields, models
from odoo.tools import ormcache


class ResCompany(models.Model):
    _inherit = "res.company"

    satisfaction_min_answers = fields.Integer(
        string="Answers needed for a rate",
        default=10,
        help="With fewer answers no satisfaction rate is shown: it would say next to "
        "nothing.",
    )
    satisfaction_min_seconds = fields.Float(
        string="Fastest answer (seconds per question)",
        digits=(4, 1),
        help="An answer that took less time is not counted, and shown as left out. 0: "
        "every answer counts. Unknown where everything is asked on one light page.",
    )
    satisfaction_stale_days = fields.Integer(
        string="Answers are stale after",
        default=30,
        help="Days between what the customer is asked about and the answer; later answers "
        "can be left out of the results.",
    )

    satisfaction_follow_up = fields.Boolean(
        string="Follow up low scores",
        help="A low answer becomes a feedback record with an owner and a deadline.",
    )
    satisfaction_follow_up_csat = fields.Integer(
        string="CSAT up to",
        default=2,
        help="Grades from 5 very satisfied to 1 very dissatisfied. 0: none.",
    )
    satisfaction_follow_up_nps = fields.Integer(
        string="NPS up to",
        default=6,
        help="Recommendations from 0 to 10; up to 6 are detractors. -1: none.",
    )
    satisfaction_follow_up_worst = fields.Boolean(
        string="Worst answer to any question",
        default=True,
        help="Very dissatisfied, full disagreement, greatest effort: the worst end of the "
        "scale of any question about the experience.",
    )
    satisfaction_follow_up_hours = fields.Float(
        string="First response to a low score (hours)",
        default=24,
        help="Elapsed hours within which the customer hears from you.",
    )
    satisfaction_follow_up_user_id = fields.Many2one(
        "res.users",
        string="Who follows up",
        help="When no handler of a complaint is concerned, or he left. Empty: the leader "
        "of the team.",
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
    satisfaction_min_group = fields.Integer(
        string="Smallest group shown of anonymous surveys",
        default=5,
        help="Anonymous answers are kept back until so many have come together; results of "
        "smaller groups are not shown, nor what they could be computed from.",
    )
    satisfaction_min_comments = fields.Integer(
        string="Answers needed for comments",
        default=8,
        help="Comments of an anonymous survey are shown from so many answers on: words can "
        "betray who wrote them.",
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
    _satisfaction_stale_days_positive = models.Constraint(
        "CHECK(satisfaction_stale_days > 0)",
        "An answer is stale after one day at the earliest.",
    )
    _satisfaction_groups_hide = models.Constraint(
        "CHECK(satisfaction_min_group BETWEEN 3 AND 100 "
        "AND satisfaction_min_comments BETWEEN satisfaction_min_group AND 200)",
        "Fewer than three people hide nobody. Enter 3 to 100, and for comments at least as "
        "many as for results, up to 200.",
    )
    _satisfaction_min_seconds_not_negative = models.Constraint(
        "CHECK(satisfaction_min_seconds >= 0)",
        "Seconds per question cannot be negative. Enter 0 to count every answer.",
    )
    _satisfaction_follow_up_hours_positive = models.Constraint(
        "CHECK(satisfaction_follow_up_hours > 0)",
        "The first response to a low score needs a time longer than zero hours.",
    )

    @api.model
    @ormcache()
    def _get_following_up_ids(self):
        """Companies that follow up low scores; asked with each answer that comes in."""
        # sudo: which companies do is no secret
        companies = self.sudo().search([("satisfaction_follow_up", "=", True)])
        return frozenset(companies.ids)

    def cache_invalidation_fields(self):
        return super().cache_invalidation_fields() | {"satisfaction_follow_up"}

    def _get_survey_tz(self):
        """Time zone of customers who have none of their own."""
        self.ensure_one()
        return self.resource_calendar_id.tz or self.partner_id.tz or "UTC"
