from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class CustomerComplaintRemedy(models.Model):
    """Replacement by a sales order, free or as it was charged."""

    _inherit = "customer.complaint.remedy"

    def _get_goods(self):
        """What the customer is to get: the product of the remedy, else those of the complaint.

        :return: list of (product, quantity, unit of measure, order line), not empty
        """
        self.ensure_one()
        # sudo: the order line gives the price that was charged, see the callers' checks
        complaint = self.complaint_id.sudo()
        lines = complaint.line_ids.filtered("product_id")
        if product := self.product_id:
            line = lines.filtered(lambda line: line.product_id == product)[:1]
            line = line.order_line_id or complaint.order_id.order_line.filtered(
                lambda line: line.product_id == product
            )
            return [(product, self.quantity or 1.0, product.uom_id, line[:1])]
        if not lines:
            raise UserError(
                self.env._(
                    "%(remedy)s names no product, and the complaint has none either. "
                    "Enter the product first.",
                    remedy=self.name,
                )
            )
        return [
            (
                line.product_id,
                line.quantity or 1.0,
                line.uom_id or line.product_id.uom_id,
                line.order_line_id,
            )
            for line in lines
        ]

    def _create_replacement_order(self, charged):
        """Draft order; whoever may not sell makes it for the salesperson, who confirms it."""
        values = self._prepare_replacement_order(charged)
        orders = self.env["sale.order"].with_company(self.company_id)
        may_sell = orders.has_access("create")
        if not may_sell:
            # sudo: write access on the complaint was checked; a draft of the values above only,
            # which is confirmed by sales
            orders = orders.sudo()
        order = orders.create(values)
        if not may_sell and order.user_id:
            order.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=order.user_id.id,
                summary=order.with_context(lang=order.user_id.lang).env._(
                    "Check and confirm: %(remedy)s for %(complaint)s",
                    remedy=self.name,
                    complaint=order.origin,
                ),
            )
        return order

    def _prepare_replacement_order(self, charged):
        """Hook: values of the order that replaces what the customer complains about."""
        self.ensure_one()
        complaint = self.complaint_id.sudo()  # write access was checked
        if not complaint.partner_id:
            raise UserError(
                self.env._(
                    "%(complaint)s names no customer an order could be made out to. Choose "
                    "the customer first.",
                    complaint=complaint.name,
                )
            )
        sold = complaint.order_id
        invoiced = complaint._get_invoiced_partner()
        # Prices, currency and terms are those of whoever was invoiced then, no one else's.
        charged_then = charged and (
            sold.partner_invoice_id.commercial_partner_id
            == invoiced.commercial_partner_id
        )
        seller = (
            complaint.salesperson_id or sold.user_id or complaint.partner_id.user_id
        )
        if not seller and self.env["sale.order"].has_access("create"):
            seller = self.env.user
        values = {
            "partner_id": complaint.partner_id.id,
            "company_id": complaint.company_id.id,
            "origin": complaint.name,
            "user_id": seller.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "product_uom_id": uom.id,
                        **self._prepare_replacement_price(
                            line if charged_then else line.browse(), uom, charged
                        ),
                    }
                )
                for product, quantity, uom, line in self._get_goods()
            ],
        }
        if charged:
            values["partner_invoice_id"] = invoiced.id
        if charged_then:
            values["pricelist_id"] = sold.pricelist_id.id
            values["payment_term_id"] = sold.payment_term_id.id
            values["fiscal_position_id"] = sold.fiscal_position_id.id
        return values

    def _prepare_replacement_price(self, line, uom, charged):
        """Free, or as it was charged; by the price list when it was not in the order."""
        if not charged:
            return {"price_unit": 0.0, "discount": 0.0}
        if not line:
            return {}
        return {
            "price_unit": line.product_uom_id._compute_price(line.price_unit, uom),
            "discount": line.discount,
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }
