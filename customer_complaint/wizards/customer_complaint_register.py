import ast
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_list

from ..models.customer_complaint_stage import CLOSED_TYPES


class CustomerComplaintRegister(models.TransientModel):
    """What a register contains: a period, or what was selected in the list."""

    _name = "customer.complaint.register"
    _description = "Complaint Register"

    date_from = fields.Date(
        string="Received from",
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
    )
    date_to = fields.Date(string="Received until", help="This day included.")
    state = fields.Selection(
        [("all", "Open and closed"), ("open", "Open"), ("closed", "Closed")],
        required=True,
        default="all",
    )
    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        default=lambda self: self.env.companies,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    team_ids = fields.Many2many(
        "customer.complaint.team", string="Teams", help="Empty: all teams."
    )
    selection = fields.Char(
        readonly=True, help="Domain of what was selected; the period is ignored then."
    )
    complaint_count = fields.Integer(
        string="Complaints", compute="_compute_complaint_count"
    )

    @api.depends("date_from", "date_to", "state", "company_ids", "team_ids")
    def _compute_complaint_count(self):
        for register in self:
            register.complaint_count = self.env["customer.complaint"].search_count(
                register._get_domain()
            )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for register in self:
            if register.date_from and register.date_to:
                if register.date_from > register.date_to:
                    raise ValidationError(
                        self.env._(
                            "The period ends before it begins. Choose a later end."
                        )
                    )

    def _get_domain(self):
        """Complaints of the register; rights of the user come on top of it."""
        self.ensure_one()
        if self.selection:
            return Domain(ast.literal_eval(self.selection))
        # Putting a complaint away does not take it off the register.
        domain = Domain("active", "in", [True, False])
        if self.date_from:
            domain &= Domain("received_at", ">=", self._get_moment(self.date_from, 0))
        if self.date_to:
            domain &= Domain("received_at", "<", self._get_moment(self.date_to, 1))
        if self.state != "all":
            operator = "in" if self.state == "closed" else "not in"
            domain &= Domain("stage_type", operator, CLOSED_TYPES)
        if self.company_ids:
            domain &= Domain("company_id", "in", self.company_ids.ids)
        if self.team_ids:
            domain &= Domain("team_id", "in", self.team_ids.ids)
        return domain

    def _get_moment(self, day, later):
        """When a day begins on the user's clock, in UTC, `later` days later."""
        zone = pytz.timezone(self.env["customer.complaint"]._get_register_tz())
        try:
            local = datetime.combine(fields.Date.add(day, days=later), time.min)
            return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)
        except OverflowError:  # at an end of the calendar
            return datetime.combine(day, time.min)

    def _get_words(self):
        """The filters as the summary tells them, pairs of label and text."""
        self.ensure_one()
        if self.selection:
            return [(self.env._("Filter"), self.env._("Selected in the list"))]

        def day(value):
            return format_date(self.env, value) if value else "…"

        states = dict(self._fields["state"]._description_selection(self.env))
        return [
            (self.env._("Received"), f"{day(self.date_from)} – {day(self.date_to)}"),
            (self.env._("State"), states[self.state]),
            (
                self.env._("Companies"),
                format_list(self.env, self.company_ids.mapped("name"))
                or self.env._("All"),
            ),
            (
                self.env._("Teams"),
                format_list(self.env, self.team_ids.mapped("name"))
                or self.env._("All"),
            ),
        ]

    def action_download(self):
        """Check what can be said before, then let the browser fetch the file."""
        self.ensure_one()
        Complaint = self.env["customer.complaint"]
        Complaint._check_register_rights()
        domain = self._get_domain()
        if not Complaint.search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "No complaint that you may see matches. Choose a longer period, or "
                    "fewer filters."
                )
            )
        Complaint._check_register_size(domain)
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_complaint/register/{self.id}",
            "target": "download",
        }
