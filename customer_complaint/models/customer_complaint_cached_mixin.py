from odoo import api, models


class CustomerComplaintCachedMixin(models.AbstractModel):
    """Configuration that every new complaint reads: cached, and the cache emptied on change."""

    _name = "customer.complaint.cached.mixin"
    _description = "Cached Complaint Configuration"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
