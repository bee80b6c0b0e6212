from odoo import api, fields, models

from .complaint_remedy_approval import WORTH
from .customer_complaint_cost import STAFF


class CustomerComplaintRemedy(models.Model):
    """What no credit note gives, like a coupon, is compared with similar complaints as well."""

    _inherit = "customer.complaint.remedy"

    deviation = fields.Char(
        string="Compared with others",
        readonly=True,
        copy=False,
        groups=STAFF,
        help="How it was far off from what similar complaints received, when it was "
        "promised.",
    )
    deviation_reason = fields.Char(
        string="Why so much more or less",
        groups=STAFF,
        help="Far more or less than similar complaints received needs a reason. The "
        "approver reads it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        remedies = super().create(vals_list)
        if not self.env.su:
            remedies.filtered(lambda r: r.solution_state == "chosen")._compare()
        return remedies

    def write(self, vals):
        res = super().write(vals)
        if WORTH & vals.keys() and not self.env.su:
            self.filtered(lambda r: r.solution_state == "chosen")._compare()
        return res

    def _compare(self):
        """Keep how what is promised is far off, with the reason; without one it is refused.

        Of credit notes their requests are compared, see `complaint_credit_fairness`.
        """
        # sudo: written by methods only; the callers have checked the rights
        remedies = self.sudo().filtered(
            lambda r: (
                r.amount
                and not r.type_id._is_credit()
                and r.state not in ("delivered", "cancelled")
            )
        )
        for solution, group in remedies.grouped("solution_id").items():
            complaint = solution.complaint_id
            deviation = complaint._describe_deviation(
                complaint._get_comparison(),
                complaint._get_counted_amount() + solution._get_amount_promised(),
                complaint._get_counted_requests().invoice_id,
            )
            reasons = [r.deviation_reason for r in solution.remedy_ids]
            complaint._check_deviation(deviation, any(reasons))
            group.deviation = deviation


class CustomerComplaintSolution(models.Model):
    _inherit = "customer.complaint.solution"

    def _get_amount_promised(self):
        """What is promised and neither requested nor delivered, in the company's currency."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        company = self.complaint_id.company_id
        return sum(
            remedy.currency_id._convert(
                remedy.amount_left if remedy.type_id._is_credit() else remedy.amount,
                company.currency_id,
                company,
                today,
            )
            for remedy in self.remedy_ids
            if remedy.state not in ("delivered", "cancelled")
        )

    def action_offer(self):
        self._check_staff()
        self.remedy_ids._compare()
        return super().action_offer()

    def _choose(self):
        # The customer accepts what a colleague has compared before it was offered.
        if not self.env.su:
            self.remedy_ids._compare()
        return super()._choose()
