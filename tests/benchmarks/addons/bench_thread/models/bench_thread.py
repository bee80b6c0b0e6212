from odoo import fields, models


class BenchThread(models.Model):
    """Four fields and a chatter: what any record that people talk about costs at least."""

    _name = "bench.thread"
    _description = "Minimal Thread"
    _inherit = ["mail.thread"]

    name = fields.Char()
    description = fields.Text()
    partner_id = fields.Many2one("res.partner")
    category_id = fields.Many2one("res.partner.category")
