import io
import uuid
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from PIL import Image

from odoo import fields
from odoo.tools import mute_logger

from .common import ComplaintCommon

# Core writes down each letter it routes or drops.
GATEWAY_LOGS = (
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.customer_complaint.models.mail_thread",
    "odoo.addons.customer_complaint.models.complaint_gateway",
)


class MailGatewayCommon(ComplaintCommon):
    """Letters as bytes through `message_process`, as a mail server hands them over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domains = cls.env["mail.alias.domain"]
        cls.domain = domains.create({"name": "complaint-test.example"})
        cls.company.alias_domain_id = cls.domain
        cls.company.complaint_acknowledge = True
        cls.team.write({"alias_name": "desk", "alias_domain_id": cls.domain.id})
        cls.address = "desk@complaint-test.example"
        cls.now = fields.Datetime.now()

    def letter(self, body="The door is cracked.", **values):
        """Bytes of a plain letter.

        :param values: subject, sender, to, cc, received_at (UTC), message_id, reply_to_id,
            headers (dict), html, files (list of name, bytes, main type, sub type)
        """
        message = EmailMessage(policy=SMTP)
        received_at = values.get("received_at", self.now - timedelta(hours=1))
        stamp = format_datetime(received_at)
        message["Received"] = f"from mx.example (mx.example [192.0.2.1]); {stamp}"
        message["Received"] = (
            "from home.example by mx.example; Mon, 3 Mar 2025 09:00:00 +0000"
        )
        message["Message-ID"] = values.get(
            "message_id", f"<{uuid.uuid4()}@customer.example>"
        )
        message["From"] = values.get("sender", "Test Customer <t.customer@example.com>")
        message["To"] = values.get("to", self.address)
        for name, key in (("Cc", "cc"), ("In-Reply-To", "reply_to_id")):
            if values.get(key):
                message[name] = values[key]
        if values.get("reply_to_id"):
            message["References"] = values["reply_to_id"]
        message["Subject"] = values.get("subject", "Cracked door")
        for name, value in values.get("headers", {}).items():
            message[name] = value
        message.set_content(body)
        if values.get("html"):
            message.add_alternative(values["html"], subtype="html")
        for name, content, maintype, subtype in values.get("files", ()):
            message.add_attachment(
                content, maintype=maintype, subtype=subtype, filename=name
            )
        return message.as_bytes()

    def process(self, raw):
        """The complaint that takes the letter in; empty when none does."""
        with mute_logger(*GATEWAY_LOGS):
            thread_id = self.env["mail.thread"].message_process(None, raw)
        return self.env["customer.complaint"].browse(thread_id or [])

    def receive(self, *args, **values):
        return self.process(self.letter(*args, **values))

    def answered(self, **values):
        """A complaint by mail that the handler owns and has answered."""
        complaint = self.receive(**values)
        complaint.write(
            {
                "demand": "A new door",
                "category_id": self.category.id,
                "user_id": self.handler.id,
            }
        )
        complaint.with_user(self.handler).message_post(
            body="We look into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        complaint.told_at = self.now - timedelta(minutes=50)
        return complaint

    def count(self):
        return self.env["customer.complaint"].search_count([])

    def sent(self, complaint, message_type="email_outgoing"):
        """Mails that went out by themselves about a complaint."""
        mails = self.env["mail.mail"].search(
            [("model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        return mails.filtered(lambda mail: mail.message_type == message_type)

    def picture(self, width, height, noise=False, kind="PNG"):
        """Bytes of a picture; with noise it is as large as a photo."""
        image = Image.effect_noise((width, height), 90 if noise else 1)
        stream = io.BytesIO()
        image.convert("RGB").save(stream, kind)
        return stream.getvalue()
