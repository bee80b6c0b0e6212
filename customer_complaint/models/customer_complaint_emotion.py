from odoo import fields, models


class CustomerComplaintEmotion(models.Model):
    _name = "customer.complaint.emotion"
    _description = "Customer Emotion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
