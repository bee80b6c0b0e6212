from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        # sudo: who may post an invoice need not be allowed to plan surveys
        plans = self.env["customer.satisfaction.plan"].sudo()
        if plans.search_count([("trigger", "=", "order_invoiced")], limit=1):
            invoices = posted.sudo().filtered(lambda m: m.move_type == "out_invoice")
            plans._plan_orders(
                "order_invoiced", invoices.line_ids.sale_line_ids.order_id
            )
        return posted
