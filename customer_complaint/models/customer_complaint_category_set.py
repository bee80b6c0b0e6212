from odoo import fields, models


class CustomerComplaintCategorySet(models.Model):
    """Categories that belong together; one set is active, the set-up wizard changes it."""

    _name = "customer.complaint.category.set"
    _description = "Set of Complaint Categories"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(readonly=True, copy=False)
    sequence = fields.Integer(default=10)
    category_ids = fields.Many2many(
        "customer.complaint.category",
        string="Categories",
        context={"active_test": False},
    )
