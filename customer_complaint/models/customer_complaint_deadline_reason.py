from odoo import fields, models
from odoo.exceptions import ValidationError


class CustomerComplaintDeadlineReason(models.Model):
    """Why deadlines wait or a date is moved: a list to choose from."""

    _name = "customer.complaint.deadline.reason"
    _description = "Reason to Pause or Move a Deadline"
    _order = "used_for, sequence, id"

    name = fields.Char(required=True, translate=True)
    used_for = fields.Selection(
        [
            ("move", "Moving a date"),
            ("pause", "Pausing"),
        ],
        string="Used for",
        required=True,
        default="move",
    )
    until_customer_answers = fields.Boolean(
        string="Until customer answers",
        help="The pause ends by itself when the customer writes or calls.",
    )
    max_days = fields.Integer(
        string="Days at most",
        default=14,
        help="After so many days a pause ends by itself. 0: never.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _max_days_positive = models.Constraint(
        "CHECK(max_days >= 0)", "A pause cannot last a negative number of days."
    )

    def _check_used_for(self, used_for):
        """Refuse reasons that are for something else than "move" or "pause"."""
        for reason in self:
            if reason.used_for != used_for:
                raise ValidationError(
                    self.env._(
                        "“%(reason)s” is a reason for something else. Choose one from the "
                        "list.",
                        reason=reason.name,
                    )
                )
