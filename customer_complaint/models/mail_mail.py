from odoo import models


class MailMail(models.Model):
    """A neutralized copy of the database sends nothing about complaints, whoever asks for it."""

    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        held = self.browse()
        if self.env["customer.complaint.health"]._is_neutralized():
            held = self._filter_about_complaints()
            held.write({"state": "cancel"})
        return super(MailMail, self - held).send(*args, **kwargs)

    def _filter_about_complaints(self):
        """Hook: the e-mails that our own buttons, jobs and rules wrote."""
        return self.filtered(
            lambda mail: (mail.model or "").startswith("customer.complaint")
        )
