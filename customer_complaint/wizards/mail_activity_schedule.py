from odoo import api, models


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    @api.depends("res_ids")
    def _compute_activity_user_id(self):
        res = super()._compute_activity_user_id()
        for scheduler in self:
            if scheduler.res_model != "customer.complaint":
                continue
            users = {
                complaint._get_duty_user(scheduler.activity_type_id)[1]
                for complaint in scheduler._get_applied_on_records()
            }
            if len(users) == 1 and (user := users.pop()):
                scheduler.activity_user_id = user
        return res
