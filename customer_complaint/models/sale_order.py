from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

REMEDY = "customer.complaint.remedy"


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "customer.complaint.origin.mixin"]

    remedied_complaints = fields.Char(
        compute="_compute_remedied_complaints",
        help="Numbers of the complaints for which this order was made.",
    )

    def get_formview_id(self, access_uid=None):
        """Handlers who do not sell see a form without what only accounting may read."""
        user = self.env["res.users"].browse(access_uid) if access_uid else self.env.user
        if user.has_group("customer_complaint.group_complaint_user") and not self.env[
            "account.move.line"
        ].with_user(user).has_access("read"):
            return self.env.ref("customer_complaint.view_order_form_handler").id
        return super().get_formview_id(access_uid=access_uid)

    def _compute_remedied_complaints(self):
        remedies = self._get_complaint_remedies().grouped("document_id")
        for order in self:
            complaints = remedies.get(order.id, order.env[REMEDY]).complaint_id
            order.remedied_complaints = ", ".join(complaints.mapped("name")) or False

    def _get_complaint_remedies(self):
        """Remedies of complaints that these orders carry out."""
        # sudo: whoever reads the order learns the number that stands in its origin, no more
        return (
            self.env[REMEDY]
            .sudo()
            .search(
                [("document_model", "=", self._name), ("document_id", "in", self.ids)]
            )
        )

    def _is_complaint_order_delivered(self):
        """Whether the customer has all of the order that can be delivered."""
        self.ensure_one()
        goods = self.order_line.filtered(
            lambda line: line.product_id
            and not line.is_downpayment
            and not line._is_delivery()  # what sending it costs is never delivered
        )
        return (
            self.state == "sale"
            and bool(goods)
            and all(
                line.product_uom_id.compare(line.qty_delivered, line.product_uom_qty)
                >= 0
                for line in goods
            )
        )

    def _get_complaint_delivery_date(self):
        """When the last of it was delivered, where inventory knows that, else this moment."""
        self.ensure_one()
        dates = []
        if "picking_ids" in self._fields:
            done = self.picking_ids.filtered(lambda p: p.state == "done")
            dates = done.mapped("date_done")
        return max(dates, default=fields.Datetime.now())

    def write(self, vals):
        res = super().write(vals)
        if "state" in vals:
            self._get_complaint_remedies()._sync_documents()
        return res

    def action_view_remedied_complaints(self):
        """Open the complaints for which the order was made, for those who may read them."""
        complaints = self._get_complaint_remedies().complaint_id
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_action"
        )
        action["context"] = {}
        if len(complaints) == 1:
            action.update({"views": [(False, "form")], "res_id": complaints.id})
        else:
            action["domain"] = [("id", "in", complaints.ids)]
        return action

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

    def write(self, vals):
        """Where nothing but the salesperson knows what was delivered, he enters it here."""
        res = super().write(vals)
        if {"qty_delivered", "product_uom_qty"} & vals.keys():
            self.order_id._get_complaint_remedies()._sync_documents()
        return res

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
