import base64
import secrets

from markupsafe import Markup
from reportlab.graphics.barcode import createBarcodeDrawing

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
    form_qr = fields.Html(
        string="QR code",
        compute="_compute_form_url",
        compute_sudo=True,
        sanitize=False,  # an image of our own making
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
            team.form_qr = team.form_url and team._draw_form_qr()

    def _draw_form_qr(self):
        """The address as an image that can be saved and printed in any size."""
        self.ensure_one()
        drawing = createBarcodeDrawing(
            "QR", value=self.form_url, width=240, height=240, barLevel="M"
        )
        image = base64.b64encode(drawing.asString("svg").encode()).decode()
        return Markup(
            '<a href="{src}" download="{name}.svg"><img src="{src}" width="160" '
            'height="160" alt="{url}"/></a>'
        ).format(
            src=f"data:image/svg+xml;base64,{image}",
            name=self.env._("Complaint form"),
            url=self.form_url,
        )

    def action_renew_form_address(self):
        """Give the teams new addresses; the old ones, and printed QR codes, stop working."""
        self.check_access("write")
        # sudo: the token is read by managers only, who may write teams
        for team in self.sudo():
            team.form_token = team._new_form_token()
        return True
