from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CustomerComplaintCreditAsk(models.TransientModel):
    """What a handler sees of the invoices: enough to ask, without accounting rights."""

    _name = "customer.complaint.credit.ask"
    _description = "Request a Credit Note"

    complaint_id = fields.Many2one("customer.complaint", required=True)
    remedy_id = fields.Many2one("customer.complaint.remedy")
    kind = fields.Selection(
        [
            ("lines", "Products of an invoice"),
            ("amount", "An amount"),
            ("existing", "Accounting has issued it already"),
        ],
        required=True,
        default="lines",
    )
    reason = fields.Char(
        help="Accounting reads it, and it stands on the credit note. Nothing private here.",
    )
    line_ids = fields.One2many("customer.complaint.credit.ask.line", "ask_id")
    invoice_ids = fields.One2many("customer.complaint.credit.ask.invoice", "ask_id")
    number = fields.Char(string="Number of the credit note")
    has_invoices = fields.Boolean(compute="_compute_has_invoices")

    @api.depends("invoice_ids")
    def _compute_has_invoices(self):
        for ask in self:
            ask.has_invoices = bool(ask.invoice_ids)

    @api.model
    def default_get(self, fields_list):
        """Offer the invoices of the complaint with what can still be credited."""
        defaults = super().default_get(fields_list)
        complaint = self.env["customer.complaint"].browse(defaults.get("complaint_id"))
        if not complaint:
            return defaults
        invoices = complaint.get_creditable_invoices()
        defaults["invoice_ids"] = [
            Command.create(
                {
                    "invoice_key": invoice["id"],
                    "name": invoice["name"],
                    "date": invoice["date"],
                    "currency_id": self._get_currency(invoice["currency"]).id,
                    "total": invoice["total"],
                    "creditable": invoice["creditable"],
                }
            )
            for invoice in invoices
        ]
        defaults["line_ids"] = [
            Command.create(
                {
                    "invoice_key": invoice["id"],
                    "line_key": line["id"],
                    "invoice_name": invoice["name"],
                    "name": line["name"],
                    "currency_id": self._get_currency(invoice["currency"]).id,
                    "invoiced": line["quantity"],
                    "creditable": line["creditable_quantity"],
                    "invoiced_amount": line["amount"],
                }
            )
            for invoice in invoices
            for line in invoice["lines"]
            if line["creditable_quantity"] > 0
        ]
        if not invoices:
            defaults["kind"] = "existing"
        return defaults

    @api.model
    def _get_currency(self, name):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", name)], limit=1)

    def action_ask(self):
        """Make the requests, one per invoice; or link what exists already."""
        self.ensure_one()
        complaint = self.complaint_id
        if self.kind == "existing":
            complaint.link_credit_note(self.number, self.reason)
            return {"type": "ir.actions.act_window_close"}
        if self.kind == "amount":
            wanted = {
                row.invoice_key: {"amount": row.amount}
                for row in self.invoice_ids
                if row.amount
            }
        else:
            wanted = {
                key: {"lines": {row.line_key: row.quantity for row in rows}}
                for key, rows in self.line_ids.filtered("quantity")
                .grouped("invoice_key")
                .items()
            }
        if not wanted:
            raise UserError(
                self.env._(
                    "Nothing is asked for yet. Enter a quantity or an amount to be credited."
                )
            )
        for invoice_id, what in wanted.items():
            complaint.request_credit_note(
                invoice_id,
                self.reason,
                remedy_id=self.remedy_id.id,
                deviation_reason=self.deviation_reason,
                **what,
            )
        return {"type": "ir.actions.act_window_close"}


class CustomerComplaintCreditAskLine(models.TransientModel):
    _name = "customer.complaint.credit.ask.line"
    _description = "Product to Credit"

    ask_id = fields.Many2one(
        "customer.complaint.credit.ask", required=True, ondelete="cascade"
    )
    # Plain numbers: whoever asks may not read the documents of accounting.
    invoice_key = fields.Integer(required=True)
    line_key = fields.Integer(required=True)
    invoice_name = fields.Char(string="Invoice")
    name = fields.Char(string="Product")
    currency_id = fields.Many2one("res.currency")
    invoiced = fields.Float(digits="Product Unit")
    creditable = fields.Float(string="Can be credited", digits="Product Unit")
    invoiced_amount = fields.Monetary()
    quantity = fields.Float(string="Credit now", digits="Product Unit")
    amount = fields.Monetary(compute="_compute_amount", help="Taxes included.")

    @api.depends("quantity")
    def _compute_amount(self):
        for row in self:
            share = row.quantity / row.invoiced if row.invoiced else 0
            row.amount = row.invoiced_amount * share


class CustomerComplaintCreditAskInvoice(models.TransientModel):
    _name = "customer.complaint.credit.ask.invoice"
    _description = "Invoice to Credit"

    ask_id = fields.Many2one(
        "customer.complaint.credit.ask", required=True, ondelete="cascade"
    )
    invoice_key = fields.Integer(required=True)
    name = fields.Char(string="Invoice")
    date = fields.Date(string="Invoiced on")
    currency_id = fields.Many2one("res.currency")
    total = fields.Monetary(string="Invoiced")
    creditable = fields.Monetary(string="Can be credited")
    amount = fields.Monetary(string="Credit now", help="Taxes included.")
