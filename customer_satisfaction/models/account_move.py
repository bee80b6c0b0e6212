from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        # sudo: who may post an invoice need not be allowed to plan surveys
        plans = self.env["customer.satisfaction.plan"].sudo()
        if plans.search_count([("trigger", "=", "order_invoiced")], limit=1):
            plans._plan_orders("order_invoiced", posted.sudo()._get_orders_invoiced())
        return posted

    def _get_orders_invoiced(self):
        """Orders of which these invoices charge more than a down payment."""
        invoices = self.filtered(lambda move: move.move_type == "out_invoice")
        sold = invoices.invoice_line_ids.sale_line_ids.filtered(
            lambda line: not (line.is_downpayment or line.display_type)
        )
        return sold.order_id
