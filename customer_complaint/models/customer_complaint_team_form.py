import secrets
from urllib.parse import urlencode

from odoo import fields, models


class CustomerComplaintTeam(models.Model):
    """The team's own address of the public form, also as QR code."""

    _inherit = "customer.complaint.team"

    form_token = fields.Char(
        compute="_compute_form_token",
        store=True,
        precompute=True,
        copy=False,
        groups="customer_complaint.group_complaint_manager",
        export_string_translation=False,
    )
    form_url = fields.Char(
        string="Address of the public form",
        compute="_compute_form_url",
        compute_sudo=True,
        groups="base.group_user",
        help="Empty while the public form is switched off in the settings.",
    )
    form_qr_url = fields.Char(
        string="QR code",
        compute="_compute_form_url",
        compute_sudo=True,
        groups="base.group_user",
    )

    _form_token_unique = models.UniqueIndex("(form_token)")

    def _new_form_token(self):
        """Part of an address that nobody guesses: teams cannot be listed by trying."""
        return secrets.token_urlsafe(9)

    def _compute_form_token(self):
        for team in self:
            team.form_token = team._new_form_token()

    def _compute_form_url(self):
        for team in self:
            company = team.company_id or self.env.company
            url = team.active and company.complaint_form and team.form_token
            team.form_url = url and f"{team.get_base_url()}/complaint/new/{url}"
            query = {"barcode_type": "QR", "value": team.form_url, "width": 240}
            team.form_qr_url = url and (
                f"/report/barcode/?{urlencode({**query, 'height': 240})}"
            )

    def action_renew_form_address(self):
        """Give the teams new addresses; the old ones, and printed QR codes, stop working."""
        self.check_access("write")
        for (
            team
        ) in self.sudo():  # the token is read by managers only, who may write teams
            team.form_token = team._new_form_token()
