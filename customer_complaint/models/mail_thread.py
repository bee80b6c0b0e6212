import logging

from odoo import api, fields, models

from ..tools import mail_reading

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """On its way to a complaint an e-mail is read once more; all others pass untouched."""

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Also read a letter in a charset that does not exist: better than to lose it."""
        try:
            return super().message_parse(message, save_original=save_original)
        except LookupError:
            if not mail_reading.repair_charsets(message):
                raise
            return super().message_parse(message, save_original=save_original)

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Also find the complaint a reply belongs to when the reply does not say so itself."""
        Complaint = self.env["customer.complaint"]
        if message_dict.get("is_bounce"):
            about = message_dict.get("bounced_message")
            if (
                about
                and about.model == Complaint._name
                and mail_reading.is_good_news(message)
            ):
                _logger.info(
                    "Report %s says nothing failed.", message_dict["message_id"]
                )
                return []
        # Odoo sends back what is written to its common reply address without saying to what.
        elif (
            not message_dict.get("parent_id")
            and (complaint := Complaint._find_by_subject(message_dict))
            and self._detect_write_to_catchall(message_dict)
        ):
            complaint._note_of_colleague(message_dict)
            return [(Complaint._name, complaint.id, None, self.env.uid, None)]
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        return Complaint._revise_mail_routes(message, message_dict, routes)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        if any(route[0] == "customer.complaint" for route in routes or ()):
            letter = mail_reading.read_letter(message, fields.Datetime.now())
            for key, value in message_dict.items():
                if isinstance(value, str):
                    message_dict[key] = type(value)(mail_reading.clean_text(value))
            if letter.written_by == "responder":
                # Kept as a note: nobody said anything, and nobody is told about it.
                message_dict["is_internal"] = True
                message_dict.pop("parent_id", None)
            self = self.with_context(complaint_letter=letter)
        return super()._message_route_process(message, message_dict, routes)
