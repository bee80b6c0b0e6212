from odoo import api, fields, models


class CustomerComplaintCostBook(models.TransientModel):
    """Accounting names the journal item that holds one or several costs of complaints."""

    _name = "customer.complaint.cost.book"
    _description = "Book Costs of Complaints"

    cost_ids = fields.Many2many(
        "customer.complaint.cost", string="Costs", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    estimated = fields.Monetary(
        compute="_compute_company_id", currency_field="company_currency_id"
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal item", required=True
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        currency_field="company_currency_id",
        help="How much of the journal item, signed like its balance. Several costs divide "
        "it by their estimates.",
    )

    @api.depends("cost_ids")
    def _compute_company_id(self):
        for booking in self:
            booking.company_id = booking.cost_ids.company_id[:1]
            booking.estimated = sum(booking.cost_ids.mapped("estimated"))

    @api.depends("move_line_id")
    def _compute_amount(self):
        for booking in self:
            item = booking.move_line_id
            booking.amount = item and item._get_complaint_free_balance()

    def action_book(self):
        """Book; refuses what does not fit and says why."""
        self.ensure_one()
        self.cost_ids.link_journal_item(self.move_line_id.id, self.amount)
        return {"type": "ir.actions.act_window_close"}
