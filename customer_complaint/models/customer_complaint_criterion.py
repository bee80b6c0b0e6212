from odoo import fields, models

KINDS = [
    ("nature", "Nature"),
    ("scope", "Impact scope"),
    ("difficulty", "Handling difficulty"),
    ("severity", "Severity"),
    ("urgency", "Urgency"),
]


class CustomerComplaintCriterion(models.Model):
    """What makes a complaint more or less severe, and the level it calls for."""

    _name = "customer.complaint.criterion"
    _description = "Complaint Criterion"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "rank, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True, default="severity")
    rank = fields.Integer(
        string="Calls for level",
        required=True,
        default=3,
        aggregator=None,
        help="Rank of the level that is proposed; 1 is the most severe.",
    )
    active = fields.Boolean(default=True)

    _rank_positive = models.Constraint(
        "CHECK(rank >= 1)", "The rank of a level starts at 1, the most severe."
    )
