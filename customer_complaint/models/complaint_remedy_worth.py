from odoo import api, fields, models


class CustomerComplaintRemedyType(models.Model):
    _inherit = "customer.complaint.remedy.type"

    def _gives_goods(self):
        """Whether the customer gets goods with it, which are worth something by themselves.

        A remedy whose type is yet to be chosen gives none.
        """
        return self.document in ("sale", "delivery")


class CustomerComplaintRemedy(models.Model):
    """What a remedy is worth where nobody enters an amount: limits and budget count it."""

    _inherit = "customer.complaint.remedy"

    worth = fields.Monetary(
        compute="_compute_worth",
        store=True,
        aggregator=None,
        currency_field="company_currency_id",
        help="Its amount; of goods, at least what they were sold for, else their sales "
        "price. With taxes, as it was when the remedy was proposed or changed.",
    )

    @api.depends("type_id", "product_id", "quantity", "amount_company")
    def _compute_worth(self):
        for remedy in self:
            remedy.worth = remedy._get_worth()

    def _get_worth(self):
        """What the customer gets, in the currency of the company."""
        self.ensure_one()
        if not self.type_id._gives_goods():
            return self.amount_company
        return max(self.amount_company, self._get_goods_worth())

    def _get_goods_worth(self):
        """What the goods were sold for, else their sales price, with taxes."""
        self.ensure_one()
        if not (self.product_id or self.complaint_id.line_ids.product_id):
            return 0.0
        company = self.company_id or self.env.company
        today = fields.Date.context_today(self)
        total = 0.0
        for product, quantity, uom, line in self._get_goods():
            if line.product_uom_qty and line.price_total > 0:
                unit, currency = line.product_uom_id, line.currency_id
                price = line.price_total / line.product_uom_qty
            else:
                product = product.with_company(company)
                unit, currency = product.uom_id, product.currency_id
                taxes = product.taxes_id._filter_taxes_by_company(company)
                price = taxes.compute_all(
                    product.lst_price, currency=currency, product=product
                )["total_included"]
            quantity = uom._compute_quantity(
                quantity, unit, round=False, raise_if_failure=False
            )
            total += currency._convert(
                price * quantity, company.currency_id, company, today
            )
        return total
