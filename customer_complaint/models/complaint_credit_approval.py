from odoo import fields, models

# Type of the remedy that a request delivers, by its kind.
REMEDY_TYPES = {
    "products": "remedy_type_refund",
    "amount": "remedy_type_partial_refund",
    "goodwill": "remedy_type_goodwill",
}


class CustomerComplaint(models.Model):
    """Who has to approve money for a customer: the company's amount, and finer limits."""

    _inherit = "customer.complaint"

    def _get_credit_remedy_type(self, kind):
        """Type of remedy that a request of this kind delivers; another of money if deleted."""
        name = "customer.complaint.remedy.type"
        found = self._get_shipped(REMEDY_TYPES[kind], name).exists()
        return found or found.search([("proof", "in", ("credit", "paid"))], limit=1)

    def _get_credit_approvals(self, currency, amount, remedy_type):
        """Hook: who has to approve that so much more is asked for, and why.

        All that is asked for the complaint counts: a sum is not split to pass a limit.

        :return: list of (role, sentence), one for each limit it is above; empty: nobody
        """
        self.ensure_one()
        # sudo: limits and requests decide, also those that the user may not read
        complaint = self.sudo()
        company = complaint.company_id
        more = [(remedy_type, currency, amount)]
        approvals = []
        limit = company.complaint_credit_approval_amount
        if limit > 0 and complaint._is_above(limit, more + complaint._get_requested()):
            approvals.append(
                (
                    "lead",
                    self.env._(
                        "Above %(amount)s a team lead approves.",
                        amount=company.currency_id.format(limit),
                    ),
                )
            )
        limits = complaint.env["customer.complaint.credit.limit"]._find(
            complaint, remedy_type
        )
        return approvals + complaint._get_limit_approvals(limits, more)

    def _get_limit_approvals(self, limits, more=()):
        """Who has to approve because of these limits, see `_get_credit_approvals`.

        :param more: parts that are about to be asked for, see `_get_requested`
        """
        parts = [*more, *self._get_requested(), *self._get_promised()]
        return [
            (limit.approver_role, limit._get_sentence())
            for limit in limits
            if self._is_above(
                limit.amount,
                [
                    part
                    for part in parts
                    if not limit.remedy_type_id or part[0] == limit.remedy_type_id
                ],
            )
        ]

    def _get_requested(self):
        """What accounting was asked for: list of (type of remedy, currency, amount)."""
        return [
            (request._get_remedy_type(), request.currency_id, request.amount)
            for request in (self | self.merged_ids).credit_request_ids
            if request.state != "cancelled" and not request.is_afterwards
        ]

    def _get_promised(self):
        """What is given without a credit note once it is promised, see `_get_requested`."""
        return [
            (remedy.type_id, remedy.company_currency_id, remedy.worth)
            for remedy in (self | self.merged_ids).remedy_ids
            if remedy.worth
            and not remedy.type_id._is_credit()
            and (remedy.is_open or remedy.delivered_at)
        ]

    def _is_above(self, limit, parts):
        """Whether parts, see `_get_requested`, are more than so much of the company's money."""
        company = self.company_id
        today = fields.Date.context_today(self)
        total = sum(
            currency._convert(amount, company.currency_id, company, today)
            for _type, currency, amount in parts
        )
        return company.currency_id.compare_amounts(total, limit) > 0

    def _get_approver_role(self, approvals):
        """The strictest role of those that have to approve."""
        return "manager" if "manager" in dict(approvals) else "lead"
