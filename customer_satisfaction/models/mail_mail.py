from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _filter_about_complaints(self):
        """Invitations to answer about a complaint as well."""
        invitations = self.filtered(lambda mail: mail.model == "survey.user_input")
        answers = (
            self.env["survey.user_input"].sudo().browse(invitations.mapped("res_id"))
        )
        asked = answers.exists().filtered("complaint_id")
        return super()._filter_about_complaints() | invitations.filtered(
            lambda mail: mail.res_id in asked.ids
        )
