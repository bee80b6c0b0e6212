from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "customer.satisfaction.rated.mixin"]

    def _get_satisfaction_link(self):
        return "sale_order_id"
