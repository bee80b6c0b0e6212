from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._forget_complaint_intervals()
        return leaves

    def write(self, vals):
        if "resource_id" in vals:
            self.env.registry.clear_cache()
        self._forget_complaint_intervals()
        return super().write(vals)

    def unlink(self):
        self._forget_complaint_intervals()
        return super().unlink()

    def _forget_complaint_intervals(self):
        """Holidays move due times; an employee's time off is no reason to empty the cache."""
        if any(not leave.resource_id for leave in self):
            self.env.registry.clear_cache()
