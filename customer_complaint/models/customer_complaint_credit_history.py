from odoo import fields, models


class CustomerComplaintCreditHistory(models.Model):
    """How a credit note stood for a request until it changed; written by the books only.

    What is linked now says how things are. A list as of an earlier date needs to know how they
    were: posted and since reset to draft, linked and since unlinked, deleted.
    """

    _name = "customer.complaint.credit.history"
    _description = "Earlier State of a Complaint's Credit Note"
    _order = "id desc"
    _rec_name = "move_name"

    request_id = fields.Many2one(
        "customer.complaint.credit.request",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    currency_id = fields.Many2one(related="request_id.currency_id")
    move_id = fields.Many2one(
        "account.move",
        string="Credit note",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    move_name = fields.Char(string="Number", readonly=True)
    move_state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted"), ("cancel", "Cancelled")],
        string="State",
        required=True,
        readonly=True,
    )
    date = fields.Date(string="Accounting date", readonly=True)
    amount = fields.Monetary(readonly=True, aggregator=None, help="Taxes included.")
    reversed_amount = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="What had been reversed of it by the end of this state.",
    )
    since = fields.Datetime(required=True, readonly=True)
    until = fields.Datetime(required=True, readonly=True)
    reason = fields.Char(string="Why unlinked", readonly=True)
    user_id = fields.Many2one("res.users", string="Changed by", readonly=True)
