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
        today = fields.Date.context_today(self)
        asked = [(remedy_type, currency, amount)] + [
            (request._get_remedy_type(), request.currency_id, request.amount)
            for request in (complaint | complaint.merged_ids).credit_request_ids
            if request.state != "cancelled" and not request.is_afterwards
        ]

        def is_above(limit, only=None):
            total = sum(
                currency._convert(part, company.currency_id, company, today)
                for part_type, currency, part in asked
                if not only or part_type == only
            )
            return company.currency_id.compare_amounts(total, limit) > 0

        approvals = []
        amount_of_company = company.complaint_credit_approval_amount
        if amount_of_company > 0 and is_above(amount_of_company):
            approvals.append(
                (
                    "lead",
                    self.env._(
                        "Above %(amount)s a team lead approves.",
                        amount=company.currency_id.format(amount_of_company),
                    ),
                )
            )
        limits = complaint.env["customer.complaint.credit.limit"].search(
            [
                ("company_id", "=", company.id),
                ("remedy_type_id", "in", [False, *remedy_type.ids]),
                ("level_id", "in", [False, *complaint.level_id.ids]),
            ]
        )
        approvals += [
            (limit.approver_role, limit._get_sentence())
            for limit in limits
            if is_above(limit.amount, limit.remedy_type_id)
        ]
        return approvals

    def _get_approver_role(self, approvals):
        """The strictest role of those that have to approve."""
        return "manager" if "manager" in dict(approvals) else "lead"
