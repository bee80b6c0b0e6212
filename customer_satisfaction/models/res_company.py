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
