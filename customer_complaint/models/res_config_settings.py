from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_acknowledge = fields.Boolean(
        related="company_id.complaint_acknowledge", readonly=False
    )
    complaint_no_reply_attempts = fields.Integer(
        related="company_id.complaint_no_reply_attempts", readonly=False
    )
    complaint_no_reply_days = fields.Integer(
        related="company_id.complaint_no_reply_days", readonly=False
    )
    complaint_reopen_grade = fields.Integer(
        related="company_id.complaint_reopen_grade", readonly=False
    )
    complaint_pause = fields.Boolean(
        related="company_id.complaint_pause", readonly=False
    )
    complaint_credit_approval_amount = fields.Monetary(
        related="company_id.complaint_credit_approval_amount",
        currency_field="currency_id",
        readonly=False,
    )
