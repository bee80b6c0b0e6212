from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerSatisfactionDimension(models.Model):
    """What a question is about, such as speed or staff; questionnaires name it differently.

    Dimensions of different questionnaires that mean the same point to one canonical dimension, by
    which results are compared over questionnaires.
    """

    _name = "customer.satisfaction.dimension"
    _description = "Satisfaction Dimension"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    canonical_id = fields.Many2one(
        "customer.satisfaction.dimension",
        string="Compared as",
        index=True,
        ondelete="restrict",
        help="The dimension under which results of several questionnaires are compared. "
        "Empty: this one.",
    )
    indicator_ids = fields.Many2many(
        "customer.complaint.indicator",
        "customer_satisfaction_dimension_indicator_rel",
        string="Hard indicators",
        help="Counted figures that stand beside the opinions about this dimension.",
    )

    _code_unique = models.UniqueIndex("(code)", "This code is taken.")

    @api.constrains("canonical_id")
    def _check_canonical(self):
        """One step only, so that results need not follow a chain."""
        pointed = self.search([("canonical_id", "in", self.ids)])
        for dimension in self.filtered("canonical_id"):
            if dimension.canonical_id.canonical_id or dimension in pointed.canonical_id:
                raise ValidationError(
                    self.env._(
                        "%(dimension)s: choose a dimension that is compared under its "
                        "own name, and let no other one be compared as this one itself.",
                        dimension=dimension.name,
                    )
                )
