from odoo import fields, models


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

    _satisfaction_min_answers_positive = models.Constraint(
        "CHECK(satisfaction_min_answers > 0)",
        "A satisfaction rate needs at least one answer.",
    )
    _satisfaction_min_seconds_not_negative = models.Constraint(
        "CHECK(satisfaction_min_seconds >= 0)",
        "Seconds per question cannot be negative. Enter 0 to count every answer.",
    )
