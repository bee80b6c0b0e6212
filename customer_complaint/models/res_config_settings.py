from odoo import fields, models

from .customer_complaint_health import STANDSTILL_HOURS, UNCHECKED_HOURS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_complaint_managers_decide = fields.Boolean(
        string="Managers decide about rules",
        implied_group="customer_complaint.group_complaint_committee",
        group="customer_complaint.group_complaint_manager",
        help="Off: only the complaint committee changes levels, limits, escalation, "
        "requirements and bundles.",
    )
    complaint_acknowledge = fields.Boolean(
        related="company_id.complaint_acknowledge", readonly=False
    )
    complaint_tell_in_hours = fields.Boolean(
        related="company_id.complaint_tell_in_hours", readonly=False
    )
    complaint_unchecked_hours = fields.Float(
        string="Hours until deadlines count as unchecked",
        config_parameter=UNCHECKED_HOURS[0],
        default=UNCHECKED_HOURS[1],
    )
    complaint_standstill_hours = fields.Float(
        string="Hours of standstill after which nothing goes out",
        config_parameter=STANDSTILL_HOURS[0],
        default=STANDSTILL_HOURS[1],
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
    complaint_allow_anonymous = fields.Boolean(
        related="company_id.complaint_allow_anonymous", readonly=False
    )
    complaint_tier_counts = fields.Boolean(
        related="company_id.complaint_tier_counts", readonly=False
    )
    complaint_repeat_days = fields.Integer(
        related="company_id.complaint_repeat_days", readonly=False
    )
    complaint_first_contact = fields.Boolean(
        related="company_id.complaint_first_contact", readonly=False
    )
    complaint_guard = fields.Selection(
        related="company_id.complaint_guard", readonly=False
    )
    complaint_goodwill_account_id = fields.Many2one(
        related="company_id.complaint_goodwill_account_id", readonly=False
    )
    complaint_credit_approval_amount = fields.Monetary(
        related="company_id.complaint_credit_approval_amount",
        currency_field="currency_id",
        readonly=False,
    )
    complaint_fair_minimum = fields.Integer(
        related="company_id.complaint_fair_minimum", readonly=False
    )
    complaint_fair_factor = fields.Float(
        related="company_id.complaint_fair_factor", readonly=False
    )
    complaint_fair_by_product = fields.Boolean(
        related="company_id.complaint_fair_by_product", readonly=False
    )
    complaint_form = fields.Boolean(related="company_id.complaint_form", readonly=False)
    complaint_form_policy = fields.Html(
        related="company_id.complaint_form_policy", readonly=False
    )
    complaint_form_limit = fields.Integer(
        related="company_id.complaint_form_limit", readonly=False
    )
    complaint_further_steps = fields.Text(
        related="company_id.complaint_further_steps", readonly=False
    )
