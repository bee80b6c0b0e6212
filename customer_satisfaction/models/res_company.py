from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    satisfaction_min_answers = fields.Integer(
        string="Answers needed for a rate",
        default=10,
        help="With fewer answers no satisfaction rate is shown: it would say next to "
        "nothing.",
    )
    satisfaction_min_group = fields.Integer(
        string="Smallest group of an anonymous survey",
        default=5,
        help="Figures of fewer people are not shown, nor what would give them away.",
    )
    satisfaction_min_comments = fields.Integer(
        string="Comments of an anonymous survey from",
        default=8,
        help="With fewer comments none is shown.",
    )
    satisfaction_stale_days = fields.Integer(
        string="Answers are stale after",
        default=30,
        help="Days between what the customer is asked about and the answer; later answers "
        "can be left out of the results.",
    )

    _satisfaction_min_answers_positive = models.Constraint(
        "CHECK(satisfaction_min_answers > 0)",
        "A satisfaction rate needs at least one answer.",
    )
    _satisfaction_stale_days_positive = models.Constraint(
        "CHECK(satisfaction_stale_days > 0)",
        "An answer is stale after one day at the earliest.",
    )
