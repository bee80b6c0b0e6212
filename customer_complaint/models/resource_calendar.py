from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_complaint_clock(self):
        return None
