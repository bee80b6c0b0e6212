from odoo import models


class MailMessage(models.Model):
    """Who follows a complaint is told about it; that is no right to speak to the customer."""

    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        if operation == "create" and self.env.user._is_internal():
            forbidden |= (self - forbidden)._filter_not_for_user_to_write()
        return forbidden

    def _filter_not_for_user_to_write(self):
        """Messages about complaints that a colleague who does not work on them may not write.

        Observers write notes, and who was given a to-do says that it is done; what only notifies
        colleagues is nobody's word.
        """
        # sudo: what the messages are about decides about the right to write them
        messages = self.sudo().filtered(
            lambda m: m.model == "customer.complaint" and m.res_id
        )
        Complaint = self.env["customer.complaint"]
        complaints = Complaint.browse(set(messages.mapped("res_id"))).exists()
        others = (complaints - complaints._filter_told_by_user()).sudo()
        refused = self.browse()
        for message in messages:
            complaint = Complaint.sudo().browse(message.res_id)
            if complaint in others and (
                complaint._is_seen_by_customer(message)
                or (
                    message.message_type != "user_notification"
                    and not message.mail_activity_type_id
                    and self.env.user not in complaint.observer_ids
                )
            ):
                refused |= message.sudo(False)
        return refused

    def write(self, vals):
        res = super().write(vals)
        # A note does not become a message to the customer afterwards.
        if not self.env.su and {"subtype_id", "is_internal", "partner_ids"} & set(vals):
            if self.env.user._is_internal() and (
                refused := self._filter_not_for_user_to_write()
            ):
                raise refused._make_access_error("write")
        return res
