from odoo import models


class CustomerComplaintPartMixin(models.AbstractModel):
    """What belongs to one complaint, by a field `complaint_id`, and opens it."""

    _name = "customer.complaint.part.mixin"
    _description = "Part of a Complaint"

    def action_view_complaint(self):
        """Open the complaint that the record belongs to, for those who may read it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.complaint",
            "res_id": self.complaint_id.id,
            "view_mode": "form",
        }
