from odoo import fields, models


class CustomerComplaintServiceStep(models.Model):
    _name = "customer.complaint.service.step"
    _description = "Service Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
