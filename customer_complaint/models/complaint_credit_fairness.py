from typing import NamedTuple

from odoo import api, fields, models

from .customer_complaint_cost import STAFF


class Together(NamedTuple):
    """What a dialog asks for on several invoices at once; no context of a caller is one."""

    amount: float
    invoice_ids: list


class CustomerComplaintCreditRequest(models.Model):
    """How a request compares with similar complaints and with the goodwill budget of the team."""

    _inherit = "customer.complaint.credit.request"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    amount_company = fields.Monetary(
        string="Amount in company currency",
        compute="_compute_amount_company",
        store=True,
        currency_field="company_currency_id",
        help="Taxes included, at the rate of the day of the request.",
    )
    requested_on = fields.Date(
        string="Day of the request",
        compute="_compute_amount_company",
        store=True,
        help="As the calendar of whoever asked showed it; counts in the goodwill budget.",
    )
    deviation = fields.Char(
        string="Compared with others",
        readonly=True,
        groups=STAFF,
        help="How it was far off from what similar complaints received, when it was asked.",
    )
    deviation_reason = fields.Char(
        string="Why so much more or less",
        readonly=True,
        groups=STAFF,
        help="The approver reads it.",
    )
    is_over_budget = fields.Boolean(
        string="Above the goodwill budget",
        readonly=True,
        help="A manager has to approve it.",
    )

    @api.depends("amount", "currency_id")
    def _compute_amount_company(self):
        for request in self:
            in_zone = request.with_context(tz=request.user_id.tz or self.env.user.tz)
            moment = request.create_date or fields.Datetime.now()
            day = fields.Datetime.context_timestamp(in_zone, moment).date()
            request.requested_on = day
            request.amount_company = request.currency_id._convert(
                request.amount,
                request.company_id.currency_id,
                request.company_id,
                day,
            )

    def _compare(self, reason):
        """Keep how a new request is far off, with the reason; without one it is refused."""
        self.ensure_one()
        complaint = self.complaint_id
        asked = complaint._get_counted_requests()
        amount, invoices = complaint._get_counted_amount(), asked.invoice_id
        # Asked for on several invoices at once, the sum is judged: see the dialog.
        together = self.env.context.get("complaint_asked_together")
        if isinstance(together, Together):
            amount = max(amount, together.amount)
            invoices |= complaint._get_creditable_invoices().filtered(
                lambda invoice: invoice.id in together.invoice_ids
            )
        deviation = complaint._describe_deviation(
            complaint._get_comparison(), amount, invoices
        )
        if deviation:
            complaint._check_deviation(deviation, reason)
            self.write({"deviation": deviation, "deviation_reason": reason})

    # ------------------------------------------------------------------
    # Goodwill budget
    # ------------------------------------------------------------------
    def _check_budget(self):
        """Goodwill beyond what the team may give waits for a manager."""
        self.ensure_one()
        if not self.remedy_id.type_id.is_goodwill or self.state == "cancelled":
            return
        over = self.env["customer.complaint.budget"]._get_excess(
            self.complaint_id, self.requested_on
        )
        if not over:
            return
        self._withdraw_to_do()
        self.write(
            {
                "is_over_budget": True,
                "needs_approval": True,
                "approver_role": "manager",
            }
        )
        self._message_log(body=over)
        self._ask_for_approval()
