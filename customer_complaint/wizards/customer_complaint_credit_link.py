from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintCreditLink(models.TransientModel):
    """Accounting ties a credit note to a request, from either side; or to a complaint's number."""

    _name = "customer.complaint.credit.link"
    _description = "Link a Credit Note to a Complaint"

    move_id = fields.Many2one("account.move", string="Credit note", required=True)
    request_id = fields.Many2one(
        "customer.complaint.credit.request", string="Credit note request"
    )
    complaint_name = fields.Char(
        string="or complaint number",
        help="When nobody requested it: the request is made behind the credit note.",
    )
    partner_id = fields.Many2one(
        related="request_id.commercial_partner_id", string="Invoiced customer"
    )
    move_partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Credited customer"
    )
    currency_id = fields.Many2one(related="request_id.currency_id")
    company_id = fields.Many2one("res.company", compute="_compute_company_id")

    @api.depends("request_id", "move_id")
    def _compute_company_id(self):
        for link in self:
            link.company_id = link.request_id.company_id or link.move_id.company_id

    def action_link(self):
        """Link; refuses what does not fit and says why."""
        self.ensure_one()
        if self.request_id:
            self.request_id.link_credit_note(self.move_id.id)
        else:
            self.move_id.link_to_complaint(self.complaint_name)
        return {"type": "ir.actions.act_window_close"}

    @api.constrains("request_id", "complaint_name")
    def _check_target(self):
        for link in self:
            if bool(link.request_id) == bool((link.complaint_name or "").strip()):
                raise UserError(
                    self.env._(
                        "Choose a waiting request, or enter the number of the complaint."
                    )
                )
