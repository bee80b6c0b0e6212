from odoo import fields, models
from odoo.exceptions import UserError


class CustomerSatisfactionExclude(models.TransientModel):
    """Why answers do not count."""

    _name = "customer.satisfaction.exclude"
    _description = "Leave Answers Out"

    user_input_ids = fields.Many2many(
        "survey.user_input", string="Answers", required=True
    )
    exclusion = fields.Selection(
        [
            ("duplicate", "Answered twice"),
            ("straight", "Same answer everywhere"),
            ("fast", "Answered too fast"),
            ("other", "Other reason"),
        ],
        string="Left out because",
        required=True,
        default="other",
    )
    note = fields.Char(string="Reason", required=True)

    def action_apply(self):
        """Leave the answers out of all figures; how many and why is shown beside them."""
        for wizard in self:
            wizard.user_input_ids._check_may_exclude()
            if not wizard.note.strip():
                raise UserError(
                    self.env._(
                        "Say why: results show what was left out, and the reason."
                    )
                )
            wizard.user_input_ids._decide_exclusion(wizard.exclusion, wizard.note)
        return True
