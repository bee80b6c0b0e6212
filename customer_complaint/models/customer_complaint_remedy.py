from odoo import api, fields, models

# Requests of these states reached the books.
BOOKED = ("posted", "paid")


class CustomerComplaintRemedy(models.Model):
    """One thing that is done for the customer; what it costs and whether he has it is read.

    Money comes from its credit note requests, goods from the linked document.
    """

    _name = "customer.complaint.remedy"
    _description = "Remedy"
    _inherit = ["customer.complaint.part.mixin"]
    _order = "solution_id, sequence, id"

    solution_id = fields.Many2one(
        "customer.complaint.solution", required=True, ondelete="cascade", index=True
    )
    complaint_id = fields.Many2one(
        related="solution_id.complaint_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    type_id = fields.Many2one(
        "customer.complaint.remedy.type", required=True, ondelete="restrict", index=True
    )
    proof = fields.Selection(related="type_id.proof")
    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    amount = fields.Monetary(aggregator=None, help="Taxes included.")
    product_id = fields.Many2one("product.product", index="btree_not_null")
    quantity = fields.Float(default=1.0, digits="Product Unit")
    user_id = fields.Many2one("res.users", string="Responsible", index="btree_not_null")
    date_due = fields.Date(string="Until")
    date_from = fields.Date(string="Entitled from")
    date_to = fields.Date(string="Entitled until")
    credit_request_ids = fields.One2many(
        "customer.complaint.credit.request", "remedy_id", string="Credit note requests"
    )
    document_model = fields.Char(readonly=True, copy=False)
    document_id = fields.Many2oneReference(
        model_field="document_model", readonly=True, copy=False, string="Document"
    )
    document_name = fields.Char(string="Document number", readonly=True, copy=False)
    delivered_at = fields.Datetime(string="Delivered on", readonly=True, copy=False)
    delivered_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    delivery_note = fields.Char(string="Proof", readonly=True, copy=False)
    cancel_reason = fields.Char(string="Why cancelled", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("to_approve", "To approve"),
            ("requested", "Requested"),
            ("booked", "Booked"),
            ("paid", "Paid"),
            ("delivered", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    is_open = fields.Boolean(
        compute="_compute_state",
        store=True,
        help="Promised with the chosen solution, and not delivered as its type asks for.",
    )

    @api.depends("type_id")
    def _compute_name(self):
        for remedy in self:
            remedy.name = remedy.name or remedy.type_id.name

    @api.depends("complaint_id")
    def _compute_currency_id(self):
        for remedy in self:
            remedy.currency_id = (
                remedy.currency_id
                or remedy.complaint_id.company_id.currency_id
                or self.env.company.currency_id
            )

    @api.depends(
        "type_id.proof",
        "solution_id.state",
        "cancel_reason",
        "delivered_at",
        "amount",
        "credit_request_ids.state",
        "credit_request_ids.amount",
    )
    def _compute_state(self):
        for remedy in self:
            remedy.state = remedy._get_state()
            remedy.is_open = (
                remedy.solution_id.state == "chosen" and not remedy._is_delivered()
            )

    def _get_state(self):
        self.ensure_one()
        if self.cancel_reason or self.solution_id.state == "dropped":
            return "cancelled"
        if self.delivered_at:
            return "delivered"
        states = set(self.credit_request_ids.mapped("state")) - {"cancelled"}
        if not states:
            return "proposed"
        if "to_approve" in states:
            return "to_approve"
        if states - set(BOOKED):
            return "requested"
        return "paid" if states == {"paid"} else "booked"

    def _is_delivered(self):
        """Whether the customer has it, or is not to get it any more."""
        self.ensure_one()
        done = {"delivered", "cancelled"}
        if self.type_id.proof == "credit":
            done |= {"booked", "paid"}
        elif self.type_id.proof == "paid":
            done.add("paid")
        return self.state in done
