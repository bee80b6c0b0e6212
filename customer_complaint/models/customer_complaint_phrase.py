from odoo import api, fields, models, tools


class CustomerComplaintPhrase(models.Model):
    """A phrase that only holds the customer off: a message needs more than it."""

    _name = "customer.complaint.phrase"
    _description = "Holding Phrase"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "lang, id"

    # Not translated: what is looked for depends on what is written, not on who reads it.
    name = fields.Char(string="Phrase", required=True)
    lang = fields.Selection(
        [("en", "English"), ("zh", "Chinese"), ("other", "Another language")],
        string="Language",
        required=True,
        default="en",
    )
    active = fields.Boolean(default=True)

    @api.model
    @tools.ormcache()
    def _get_phrases(self):
        """All phrases in use: a message is looked through whatever its language."""
        return tuple(self.sudo().search([("active", "=", True)]).mapped("name"))
