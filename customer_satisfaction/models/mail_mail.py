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

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Mail programs offer to stop the surveys beside the sender's name."""
        emails = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        if stop_url := self._get_stop_url():
            for email in emails:
                email["headers"]["List-Unsubscribe"] = f"<{stop_url}>"
        return emails

    def _get_stop_url(self):
        """Hook: page on which the receiver of this survey mail opts out, or None."""
        if self.model != "survey.user_input" or not self.res_id:
            return None
        # sudo: whoever sends the mail sends its links
        answer = self.env["survey.user_input"].sudo().browse(self.res_id).exists()
        return answer._get_stop_url() if answer.is_satisfaction else None
