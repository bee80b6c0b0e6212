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
            ("products", "Products of an invoice"),
            ("amount", "An amount"),
            ("goodwill", "Goodwill"),
            ("existing", "Accounting has issued it already"),
        ],
        required=True,
        default="products",
    )
    reason = fields.Char(
        help="Accounting reads it, and it stands on the credit note. Nothing private here.",
    )
    line_ids = fields.One2many("customer.complaint.credit.ask.line", "ask_id")
    invoice_ids = fields.One2many("customer.complaint.credit.ask.invoice", "ask_id")
    number = fields.Char(string="Number of the credit note")
    has_invoices = fields.Boolean(compute="_compute_has_invoices")
    # Not proposed for an invoice: price reduction or compensation is a decision about VAT.
    goodwill_tax = fields.Selection(
        [
            ("price_reduction", "Price reduction: VAT is taken back as on the invoice"),
            ("compensation", "Compensation: no VAT, the price stays"),
        ],
        compute="_compute_goodwill_tax",
        store=True,
        readonly=False,
    )
    free_amount = fields.Monetary(
        string="Without an invoice",
        currency_field="free_currency_id",
        help="Goodwill that concerns no invoice: for the trouble, for a good relationship.",
    )
    free_currency_id = fields.Many2one(
        "res.currency", compute="_compute_free_currency_id"
    )
    order_effect = fields.Selection(
        [
            ("reopen", "The products are to be invoiced again"),
            ("keep", "The products stay invoiced"),
            ("usual", "As usual for each product"),
        ],
        compute="_compute_order_effect",
        store=True,
        readonly=False,
    )
    proposed_effect = fields.Char(
        compute="_compute_order_effect", store=True, export_string_translation=False
    )
    order_effect_note = fields.Char(compute="_compute_order_effect_note")
    approval_note = fields.Char(compute="_compute_approval_note")

    @api.depends("invoice_ids")
    def _compute_has_invoices(self):
        for ask in self:
            ask.has_invoices = bool(ask.invoice_ids)

    @api.depends("kind", "has_invoices")
    def _compute_goodwill_tax(self):
        """Without an invoice there is no price to reduce."""
        for ask in self:
            is_free = ask.kind == "goodwill" and not ask.has_invoices
            ask.goodwill_tax = "compensation" if is_free else ask.goodwill_tax

    @api.depends("complaint_id")
    def _compute_free_currency_id(self):
        for ask in self:
            ask.free_currency_id = self._get_free_currency(ask.complaint_id)

    @api.model
    def _get_free_currency(self, complaint):
        # sudo: currency only; handlers may not read orders
        complaint = complaint.sudo()
        return complaint.order_id.currency_id or complaint.company_id.currency_id

    @api.depends("kind", "line_ids.quantity")
    def _compute_order_effect(self):
        """As usual for the chosen products; what the user has chosen stays."""
        for ask in self:
            effects = {row.order_effect for row in ask._get_order_rows()}
            usual = "usual" if len(effects) > 1 else next(iter(effects), False)
            if not usual or ask.order_effect in (False, ask.proposed_effect):
                ask.order_effect = usual
            ask.proposed_effect = usual

    @api.depends("order_effect", "line_ids.quantity")
    def _compute_order_effect_note(self):
        for ask in self:
            rows = ask._get_order_rows()
            # Orders of which products are invoiced by delivery are told apart.
            sentences = [
                ask._get_order_effect_note(
                    ", ".join(dict.fromkeys(some.mapped("order_name"))),
                    ask.order_effect if ask.order_effect != "usual" else usual,
                    usual == "reopen",
                )
                for usual, some in rows.grouped("order_effect").items()
            ]
            ask.order_effect_note = (
                ask.order_effect and " ".join(dict.fromkeys(sentences)) or False
            )

    def _get_order_effect_note(self, orders, effect, delivered):
        """What an effect does to orders, in words.

        :param bool delivered: their products are invoiced by delivery
        """
        if effect == "reopen" and delivered:
            return self.env._(
                "%(orders)s: right when the products come back; with the return the order is "
                "in balance. Without a return they will be invoiced once more.",
                orders=orders,
            )
        if effect == "reopen":
            return self.env._(
                "%(orders)s: the order will be “to invoice” again for these products. Right "
                "when they are to be invoiced once more, for example corrected.",
                orders=orders,
            )
        if delivered:
            return self.env._(
                "%(orders)s: right when the customer keeps the products. If they come back, "
                "the order will show a second credit note to be made.",
                orders=orders,
            )
        return self.env._(
            "%(orders)s: the order stays as it is, and nobody is asked to invoice these "
            "products once more.",
            orders=orders,
        )

    @api.depends(
        "kind",
        "line_ids.quantity",
        "invoice_ids.amount",
        "free_amount",
    )
    def _compute_approval_note(self):
        """Who has to approve what is entered, before it is sent."""
        for ask in self:
            complaint = ask.complaint_id
            sums = {}
            for currency, amount in ask._get_asked_amounts():
                sums[currency] = sums.get(currency, 0) + amount
            sentences = []
            for currency, amount in sums.items():
                if currency.compare_amounts(amount, 0) > 0:
                    remedy_type = complaint._get_credit_remedy_type(ask.kind)
                    sentences += [
                        sentence
                        for _role, sentence in complaint._get_credit_approvals(
                            currency, amount, remedy_type
                        )
                    ]
            ask.approval_note = " ".join(dict.fromkeys(sentences)) or False

    def _get_order_rows(self):
        """Chosen products that stand in an order."""
        if self.kind != "products":
            return self.line_ids.browse()
        return self.line_ids.filtered(lambda row: row.quantity and row.order_name)

    def _get_asked_amounts(self):
        """Hook: what is entered: list of (currency, amount), taxes included."""
        self.ensure_one()
        if self.kind == "products":
            return [(row.currency_id, row.amount) for row in self.line_ids]
        if self.kind not in ("amount", "goodwill"):
            return []
        amounts = [(row.currency_id, row.amount) for row in self.invoice_ids]
        if self._asks_without_invoice():
            amounts.append((self.free_currency_id, self.free_amount))
        return amounts

    def _asks_without_invoice(self):
        return (
            self.kind == "goodwill"
            and self.goodwill_tax == "compensation"
            and self.free_amount
        )

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
                    "order_name": line["order"],
                    "order_effect": line["order_effect"],
                }
            )
            for invoice in invoices
            for line in invoice["lines"]
            if line["creditable_quantity"] > 0
        ]
        if not invoices:
            defaults["kind"] = "existing"
        remedy = self.env["customer.complaint.remedy"].browse(defaults.get("remedy_id"))
        self._propose_remedy(defaults, remedy, invoices)
        return defaults

    @api.model
    def _propose_remedy(self, defaults, remedy, invoices):
        """Start with what the remedy promises: goodwill or an amount, and how much."""
        if not remedy.amount:
            return
        if remedy.type_id.is_goodwill:
            defaults["kind"] = "goodwill"
        elif invoices and remedy.type_id != remedy.complaint_id._get_credit_remedy_type(
            "products"
        ):
            defaults["kind"] = "amount"
        if not invoices and remedy.type_id.is_goodwill:
            if self._get_free_currency(remedy.complaint_id) == remedy.currency_id:
                defaults["free_amount"] = remedy.amount_left
        if len(invoices) == 1 and invoices[0]["currency"] == remedy.currency_id.name:
            _create, _id, row = defaults["invoice_ids"][0]
            row["amount"] = min(remedy.amount_left, row["creditable"])

    @api.model
    def _get_currency(self, name):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", name)], limit=1)

    def action_ask(self):
        """Make the requests, one per invoice; or link what exists already."""
        self.ensure_one()
        complaint = self.complaint_id
        if self.kind == "existing":
            complaint.link_credit_note(
                self.number, self.reason, remedy_id=self.remedy_id.id
            )
            return {"type": "ir.actions.act_window_close"}
        wanted = self._get_wanted()
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

    def _get_wanted(self):
        """Hook: what `request_credit_note` is to ask for: dict of its arguments by invoice."""
        self.ensure_one()
        if self.kind == "products":
            return {
                key: {
                    "lines": {row.line_key: row.quantity for row in rows},
                    "order_effect": self.order_effect,
                }
                for key, rows in self.line_ids.filtered("quantity")
                .grouped("invoice_key")
                .items()
            }
        what = {}
        if self.kind == "goodwill":
            if not self.goodwill_tax:
                raise UserError(
                    self.env._(
                        "Choose whether the goodwill is a price reduction with VAT or a "
                        "compensation without. Ask accounting when in doubt."
                    )
                )
            what = {"goodwill_tax": self.goodwill_tax}
        wanted = {
            row.invoice_key: {"amount": row.amount, **what}
            for row in self.invoice_ids
            if row.amount
        }
        if self._asks_without_invoice():
            wanted[False] = {"amount": self.free_amount, **what}
        return wanted


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
    order_name = fields.Char(string="Order")
    order_effect = fields.Char(export_string_translation=False)

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
