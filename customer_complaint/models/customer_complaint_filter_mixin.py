from odoo import fields, models


class CustomerComplaintFilterMixin(models.AbstractModel):
    """Lists of what belongs to complaints are filtered like those of complaints."""

    _name = "customer.complaint.filter.mixin"
    _description = "Filtered by Complaint"

    complaint_id = fields.Many2one("customer.complaint")
    level_id = fields.Many2one(
        related="complaint_id.level_id",
        groups="customer_complaint.group_complaint_user",
    )
    category_id = fields.Many2one(
        related="complaint_id.category_id",
        groups="customer_complaint.group_complaint_user",
    )
    channel_id = fields.Many2one(
        related="complaint_id.channel_id",
        groups="customer_complaint.group_complaint_user",
    )
