from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "customer.satisfaction.rated.mixin"]

    satisfaction_delivered_at = fields.Datetime(
        string="Delivered on",
        compute="_compute_satisfaction_delivered_at",
        store=True,
        copy=False,
        index="btree_not_null",
        help="When the customer had all of the order: survey plans ask after that.",
    )

    def _auto_init(self):
        # What was delivered before is nobody's question: the column comes empty.
        if not column_exists(self.env.cr, self._table, "satisfaction_delivered_at"):
            create_column(
                self.env.cr, self._table, "satisfaction_delivered_at", "timestamp"
            )
        return super()._auto_init()

    @api.depends("state", "order_line.qty_delivered", "order_line.product_uom_qty")
    def _compute_satisfaction_delivered_at(self):
        now = fields.Datetime.now()
        for order in self:
            order.satisfaction_delivered_at = (
                order._is_complaint_order_delivered()
                and (order.satisfaction_delivered_at or now)
            )

    def _action_confirm(self):
        res = super()._action_confirm()
        # sudo: who may confirm an order need not be allowed to plan surveys
        self.env["customer.satisfaction.plan"].sudo()._plan_orders(
            "order_confirmed", self
        )
        return res

    def _get_satisfaction_link(self):
        return "sale_order_id"
