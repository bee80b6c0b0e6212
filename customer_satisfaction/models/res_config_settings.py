from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    satisfaction_min_answers = fields.Integer(
        related="company_id.satisfaction_min_answers", readonly=False
    )
    satisfaction_follow_up = fields.Boolean(
        related="company_id.satisfaction_follow_up", readonly=False
    )
    satisfaction_follow_up_csat = fields.Integer(
        related="company_id.satisfaction_follow_up_csat", readonly=False
    )
    satisfaction_follow_up_nps = fields.Integer(
        related="company_id.satisfaction_follow_up_nps", readonly=False
    )
    satisfaction_follow_up_worst = fields.Boolean(
        related="company_id.satisfaction_follow_up_worst", readonly=False
    )
    satisfaction_follow_up_hours = fields.Float(
        related="company_id.satisfaction_follow_up_hours", readonly=False
    )
    satisfaction_follow_up_user_id = fields.Many2one(
        related="company_id.satisfaction_follow_up_user_id", readonly=False
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
    satisfaction_min_seconds = fields.Float(
        related="company_id.satisfaction_min_seconds", readonly=False
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
