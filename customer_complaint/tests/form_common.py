import re
import time
import uuid

from odoo.http import Request
from odoo.tests import HttpCase, new_test_user
from odoo.tools import SQL
from odoo.tools.misc import hash_sign

from ..controllers.public_form import SCOPE, TRAP
from .common import ComplaintCommon

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


class FormCase(ComplaintCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "complaint_form": True,
                "complaint_form_limit": 1000,
                "email": "help@example.com",
            }
        )
        cls.customer = new_test_user(
            cls.env,
            "t_portal",
            "base.group_portal",
            password="t_portal",
            partner_id=cls.partner.id,
            email=cls.partner.email,
        )
        cls.stranger = new_test_user(
            cls.env,
            "t_stranger",
            "base.group_portal",
            password="t_stranger",
            email="stranger@example.com",
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def stamp(self, key=None, seconds=60):
        """The signature of a form that was opened some time ago."""
        stamp = {"key": key or uuid.uuid4().hex, "at": time.time() - seconds}
        return hash_sign(self.env, SCOPE, stamp, expiration_hours=48)

    def form(self, **values):
        return {
            "csrf_token": Request.csrf_token(self),
            "stamp": self.stamp(),
            "description": "The door is cracked.",
            "name": "Ann Example",
            "email": "ann@example.com",
            TRAP: "",
            **values,
        }

    def send(self, url="/complaint/new", files=None, **values):
        page = self.url_open(url, data=self.form(**values), files=files)
        self.env.invalidate_all()
        return page

    def last(self):
        return self.env["customer.complaint"].search([], order="id desc", limit=1)

    def snapshot(self):
        """All that a request could have left behind, rate counting aside."""
        self.env.flush_all()
        tables = (
            "customer_complaint customer_complaint_line customer_complaint_deadline "
            "ir_attachment mail_message mail_mail res_partner"
        ).split()
        return [
            self.env.execute_query(
                SQL("SELECT count(*), max(id) FROM %s", SQL.identifier(table))
            )
            for table in tables
        ]

    def find_mails(self, complaint):
        """Mails that leave the company; colleagues are told as well."""
        mails = self.env["mail.mail"].search(
            [("model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        return mails.filtered(
            lambda m: m.email_to or any(m.recipient_ids.mapped("partner_share"))
        )

    def neutral(self, page):
        """The page without what differs for every sender: number, key, address."""
        return re.sub(r"CC/\d+/\d+|access_token=\w+|/my/complaints/\d+", "…", page.text)
