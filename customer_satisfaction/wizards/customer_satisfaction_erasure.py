from odoo import fields, models


class CustomerSatisfactionErasure(models.TransientModel):
    """Asks once more before a person is taken out of the survey answers."""

    _name = "customer.satisfaction.erasure"
    _description = "Erase a Person from Survey Answers"

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, readonly=True
    )

    def action_erase(self):
        """Take the person out of all survey answers; the scores stay. Cannot be undone."""
        self.ensure_one()
        given = self.partner_id._erase_satisfaction()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Taken out of %(n)s survey answers; their grades are still counted.",
                    n=given,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
