from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools.record_types import IS_COMPLAINT


class SaleOrder(models.Model):
    _inherit = "sale.order"

    complaint_count = fields.Integer(
        compute="_compute_complaint_count",
        groups="customer_complaint.group_complaint_submitter",
    )

    def _compute_complaint_count(self):
        counts = dict(
            self.env["customer.complaint"]._read_group(
                Domain("order_id", "in", self.ids) & IS_COMPLAINT,
                ["order_id"],
                ["__count"],
            )
        )
        for order in self:
            order.complaint_count = counts.get(order, 0)

    def _prepare_complaint_values(self):
        """Hook: what a complaint takes over; invoked by the form's defaults and by create."""
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
        """Open the form of a new complaint with all that the order knows."""
        self.ensure_one()
        if self.state != "sale":
            raise UserError(
                self.env._(
                    "%(order)s is not confirmed. A complaint can be opened from a "
                    "confirmed order; use the customer's page otherwise.",
                    order=self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New complaint"),
            "res_model": "customer.complaint",
            "view_mode": "form",
            "context": {"default_order_id": self.id},
        }

    def action_view_complaints(self):
        """Open the complaints about these orders."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_action"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        action["context"] = {"search_default_complaints": 1}
        if len(self) == 1:
            action["context"]["default_order_id"] = self.id
        return action


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
