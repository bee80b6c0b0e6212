from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    satisfaction_min_answers = fields.Integer(
        related="company_id.satisfaction_min_answers", readonly=False
    )
    satisfaction_min_group = fields.Integer(
        related="company_id.satisfaction_min_group", readonly=False
    )
    satisfaction_min_comments = fields.Integer(
        related="company_id.satisfaction_min_comments", readonly=False
    )
    satisfaction_stale_days = fields.Integer(
        related="company_id.satisfaction_stale_days", readonly=False
    )
