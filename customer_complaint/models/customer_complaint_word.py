from typing import NamedTuple

from odoo import api, fields, models, tools

from ..tools.words import normalize, occurs


class Rule(NamedTuple):
    """What a word in a complaint proposes."""

    word: str
    shown: str
    category_id: int | bool
    criterion_id: int | bool


class CustomerComplaintWord(models.Model):
    """A word or phrase that proposes a category or a criterion where it occurs."""

    _name = "customer.complaint.word"
    _description = "Complaint Word"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(
        string="Word or phrase",
        required=True,
        help="As customers write it; upper and lower case make no difference.",
    )
    sequence = fields.Integer(default=10)
    lang_id = fields.Many2one(
        "res.lang",
        string="Language",
        context={"active_test": False},
        help="In which language it is written, so that it is found in the list.",
    )
    category_id = fields.Many2one(
        "customer.complaint.category", string="Proposes category", ondelete="cascade"
    )
    criterion_id = fields.Many2one(
        "customer.complaint.criterion", string="Proposes criterion", ondelete="cascade"
    )
    active = fields.Boolean(default=True)

    _proposes_something = models.Constraint(
        "CHECK(category_id IS NOT NULL OR criterion_id IS NOT NULL)",
        "Choose the category or the criterion that the word proposes.",
    )

    @api.model
    def _find(self, text):
        """Rules whose word occurs in `text`, in their order."""
        text = normalize(text)
        return [rule for rule in self._get_rules() if occurs(rule.word, text)]

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        return tuple(
            Rule(
                normalize(word.name),
                word.name,
                word.category_id.id,
                word.criterion_id.active and word.criterion_id.id,
            )
            for word in self.sudo().search([("active", "=", True)])
        )
