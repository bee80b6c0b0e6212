from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    satisfaction_min_answers = fields.Integer(
        related="company_id.satisfaction_min_answers", readonly=False
    )
    satisfaction_company_contacts = fields.Integer(
        related="company_id.satisfaction_company_contacts", readonly=False
    )
    satisfaction_max_reminders = fields.Integer(
        related="company_id.satisfaction_max_reminders", readonly=False
    )
    satisfaction_dormant_days = fields.Integer(
        related="company_id.satisfaction_dormant_days", readonly=False
    )
