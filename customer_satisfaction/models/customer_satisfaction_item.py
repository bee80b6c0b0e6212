from odoo import fields, models

# What an answer measures; the lists of the question bank and of surveys are one.
METRICS = [
    ("csat", "CSAT: satisfaction, five grades"),
    ("likert", "Agreement, 1 to 5"),
    ("nps", "NPS: recommendation, 0 to 10"),
    ("effort_5", "CES: effort, 1 to 5"),
    ("effort_7", "CES: was it easy, 1 to 7"),
    ("emotion", "Emotion score: remarks with grades"),
    ("acsi", "ACSI: one of three questions, 1 to 10"),
    ("importance", "Importance of a dimension, 1 to 5"),
    ("expectation", "Expectation, 1 to 7"),
    ("perception", "Perception, 1 to 7"),
    ("kano_functional", "Kano: what if it is there"),
    ("kano_dysfunctional", "Kano: what if it is missing"),
    ("solved", "Outcome: solved or not"),
]
# Lowest and highest value of each.
SCALES = {
    "csat": (1, 5),
    "likert": (1, 5),
    "nps": (0, 10),
    "effort_5": (1, 5),
    "effort_7": (1, 7),
    "emotion": (1, 5),
    "acsi": (1, 10),
    "importance": (1, 5),
    "expectation": (1, 7),
    "perception": (1, 7),
    "kano_functional": (1, 5),
    "kano_dysfunctional": (1, 5),
    "solved": (0, 1),
}


class CustomerSatisfactionItem(models.Model):
    """Question bank: one wording and one meaning, used by several surveys."""

    _name = "customer.satisfaction.item"
    _description = "Question of the Bank"
    _order = "sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    metric = fields.Selection(METRICS, help="Empty: free text.")
    dimension_id = fields.Many2one(
        "customer.satisfaction.dimension", index=True, ondelete="restrict"
    )
    is_reversed = fields.Boolean(
        string="Reversed",
        help="Agreement means something bad: the value is turned round before it counts.",
    )


class CustomerSatisfactionSection(models.Model):
    """A questionnaire section that can be loaded into a survey: a set of dimensions."""

    _name = "customer.satisfaction.section"
    _description = "Questionnaire Section"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    line_ids = fields.One2many(
        "customer.satisfaction.section.line", "section_id", string="Questions"
    )

    _code_unique = models.UniqueIndex("(code)", "This code is taken.")


class CustomerSatisfactionSectionLine(models.Model):
    _name = "customer.satisfaction.section.line"
    _description = "Question of a Questionnaire Section"
    _order = "section_id, sequence, id"

    section_id = fields.Many2one(
        "customer.satisfaction.section", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    item_id = fields.Many2one(
        "customer.satisfaction.item",
        string="Question",
        required=True,
        index=True,
        ondelete="restrict",
    )
    weight = fields.Float(
        default=1.0,
        aggregator=None,
        help="What it counts in an index, against the other questions.",
    )

    _weight_positive = models.Constraint(
        "CHECK(weight > 0)", "A weight must be greater than zero."
    )
