from odoo import api, fields, models

from ..models.complaint_credit_fairness import Together


class CustomerComplaintCreditAsk(models.TransientModel):
    """What was given already, and what others received, while the amount is chosen."""

    _inherit = "customer.complaint.credit.ask"

    fairness = fields.Html(compute="_compute_fairness", sanitize=False)
    deviation = fields.Char(compute="_compute_fairness")
    deviation_reason = fields.Char(
        string="Why so much more or less",
        help="Far more or less than similar complaints received needs a reason. The "
        "approver reads it.",
    )

    @api.depends(
        "complaint_id",
        "kind",
        "line_ids.quantity",
        "invoice_ids.amount",
        "free_amount",
        "goodwill_tax",
    )
    def _compute_fairness(self):
        for ask in self:
            complaint = ask.complaint_id._origin
            if not complaint or ask.kind == "existing":
                ask.fairness = ask.deviation = False
                continue
            complaint._check_credit_rights()
            amount, invoices = ask._get_asked()
            fairness = complaint._get_fairness(
                amount, invoices, amount if ask.kind == "goodwill" else 0.0
            )
            ask.deviation = bool(amount) and fairness["deviation"]
            ask.fairness = complaint._render_fairness(fairness)

    def _get_asked(self):
        """What is asked for in the currency of the company, and on which invoices."""
        self.ensure_one()
        complaint = self.complaint_id._origin
        company = complaint.company_id
        rows = self.line_ids if self.kind == "products" else self.invoice_ids
        rows = rows.filtered("amount")
        today = fields.Date.context_today(self)
        amount = sum(
            currency._convert(amount, company.currency_id, company, today)
            for currency, amount in self._get_asked_amounts()
            if amount
        )
        # The numbers of invoices come back from the screen: only those of the complaint count.
        keys = set(rows.mapped("invoice_key"))
        invoices = complaint._get_creditable_invoices()
        return amount, invoices.filtered(lambda invoice: invoice.id in keys)

    def action_ask(self):
        """Make the requests; what they come to together is judged, not each by itself."""
        self.ensure_one()
        if self.kind == "existing":
            return super().action_ask()
        complaint = self.complaint_id
        complaint._check_credit_rights()
        complaint._check_deviation(self.deviation, self.deviation_reason)
        amount, invoices = self._get_asked()
        together = Together(complaint._get_counted_amount() + amount, invoices.ids)
        return super(
            CustomerComplaintCreditAsk,
            self.with_context(complaint_asked_together=together),
        ).action_ask()
