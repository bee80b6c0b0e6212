from odoo import api, fields, models


class CustomerComplaintNoteShareMixin(models.AbstractModel):
    """How much of a credit note somebody has; all else is read from the credit note.

    Whoever inherits it has a field `company_id` and a field `currency_id`, and says which other
    links share the note.
    """

    _name = "customer.complaint.note.share.mixin"
    _description = "Share of a Credit Note"
    _rec_name = "move_name"

    # Field of the credit note with all links of this kind.
    _links_of_note = None

    company_id = fields.Many2one("res.company")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    currency_id = fields.Many2one("res.currency")
    move_id = fields.Many2one(
        "account.move",
        string="Credit note",
        required=True,
        ondelete="cascade",
        index=True,
    )
    move_name = fields.Char(compute="_compute_move_name", string="Number")
    move_state = fields.Selection(related="move_id.state", store=True)
    payment_state = fields.Selection(related="move_id.payment_state", store=True)
    date = fields.Date(
        related="move_id.date", string="Accounting date", store=True, index=True
    )
    share = fields.Monetary(
        required=True,
        aggregator=None,
        help="Taxes included, as decided when the credit note was linked.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        aggregator=None,
        help="Taxes included: the share, but never more than the credit note is worth "
        "after what was reversed of it.",
    )
    amount_company = fields.Monetary(
        string="Amount in company currency",
        compute="_compute_amount",
        store=True,
        currency_field="company_currency_id",
    )

    @api.depends("move_id.name", "move_id.state")
    def _compute_move_name(self):
        for link in self:
            # sudo: complaint users see the number without rights on accounting
            name = link.sudo().move_id.name
            link.move_name = (
                name if name and name != "/" else self.env._("Draft credit note")
            )

    @api.depends(
        lambda self: (
            "share",
            "move_id.amount_total",
            "move_id.amount_total_signed",
            "move_id.reversal_move_ids.state",
            "move_id.reversal_move_ids.amount_total",
            *([f"move_id.{self._links_of_note}.share"] if self._links_of_note else ()),
        )
    )
    def _compute_amount(self):
        for link in self:
            move = link.move_id
            link.amount = move._get_complaint_part(link, move[self._links_of_note])
            link.amount_company = (
                abs(move.amount_total_signed) * link.amount / move.amount_total
                if move.amount_total
                else 0.0
            )

    @api.constrains("move_id")
    def _check_counted_once(self):
        self.move_id._check_not_booked_as_cost()
