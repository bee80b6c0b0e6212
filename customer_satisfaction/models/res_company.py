from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    satisfaction_min_answers = fields.Integer(
        string="Answers needed for a rate",
        default=10,
        help="With fewer answers no satisfaction rate is shown: it would say next to "
        "nothing.",
    )

    _satisfaction_min_answers_positive = models.Constraint(
        "CHECK(satisfaction_min_answers > 0)",
        "A satisfaction rate needs at least one answer.",
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

    _satisfaction_groups_hide = models.Constraint(
        "CHECK(satisfaction_min_group BETWEEN 3 AND 100 "
        "AND satisfaction_min_comments BETWEEN satisfaction_min_group AND 200)",
        "Fewer than three people hide nobody. Enter 3 to 100, and for comments at least as "
        "many as for results, up to 200.",
    )
