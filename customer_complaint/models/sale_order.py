from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "customer.complaint.origin.mixin"]

    def _get_complaint_link(self):
        return "order_id"

    def _prepare_complaint_values(self):
        self.ensure_one()
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "invoiced_partner_id": self.partner_invoice_id.id,
            "salesperson_id": self.user_id.id,
            "line_ids": [
                Command.create(line._prepare_complaint_line_values())
                for line in self.order_line
                if not line.display_type
                and not line.is_downpayment
                and line.product_uom_qty > 0
            ],
        }

    def action_open_complaint(self):
        self.ensure_one()
        if self.state != "sale":
            raise UserError(
                self.env._(
                    "%(order)s is not confirmed. A complaint can be opened from a "
                    "confirmed order; use the customer's page otherwise.",
                    order=self.name,
                )
            )
        return super().action_open_complaint()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_complaint_line_values(self):
        """Hook: what a complaint line takes over from an order line."""
        self.ensure_one()
        return {
            "order_line_id": self.id,
            "product_id": self.product_id.id,
            "name": self.product_id.display_name or self.name,
            "quantity": self.product_uom_qty,
            "uom_id": self.product_uom_id.id,
        }
