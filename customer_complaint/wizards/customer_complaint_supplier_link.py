from odoo import api, fields, models


class CustomerComplaintSupplierLink(models.TransientModel):
    """Accounting ties a vendor credit note to a supplier claim, from either side."""

    _name = "customer.complaint.supplier.link"
    _description = "Link a Vendor Credit Note to a Supplier Claim"

    claim_id = fields.Many2one("customer.complaint.supplier.claim", required=True)
    move_id = fields.Many2one(
        "account.move", string="Vendor credit note", required=True
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_known")
    company_id = fields.Many2one("res.company", compute="_compute_known")
    partner_id = fields.Many2one("res.partner", compute="_compute_known")
    open_amount = fields.Monetary(related="claim_id.open_amount", string="Expected")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="How much of the credit note pays this claim, taxes included.",
    )

    @api.depends("claim_id", "move_id")
    def _compute_known(self):
        for link in self:
            known = link.claim_id or link.move_id
            link.currency_id = known.currency_id
            link.company_id = known.company_id
            link.partner_id = known.commercial_partner_id

    @api.depends("claim_id", "move_id")
    def _compute_amount(self):
        for link in self:
            link.amount = bool(link.claim_id and link.move_id) and max(
                min(link.move_id._get_claim_free_amount(), link.claim_id.open_amount), 0
            )

    def action_link(self):
        """Link; refuses what does not fit and says why."""
        self.ensure_one()
        self.claim_id.link_refund(self.move_id.id, self.amount)
        return {"type": "ir.actions.act_window_close"}


class CustomerComplaintSupplierClose(models.TransientModel):
    """Why nothing more is to be got from a supplier."""

    _name = "customer.complaint.supplier.close"
    _description = "Give up a Supplier Claim"

    claim_ids = fields.Many2many(
        "customer.complaint.supplier.claim",
        relation="customer_complaint_supplier_close_rel",
        required=True,
    )
    reason = fields.Char(required=True)

    def action_close(self):
        """Give the claims up."""
        self.claim_ids.close(self.reason)
        return {"type": "ir.actions.act_window_close"}
