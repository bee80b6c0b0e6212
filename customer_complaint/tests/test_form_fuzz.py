import random
import re

from odoo.tests import tagged

from .form_common import PNG, FormCase

SAMPLE = 150
ALL = 10_000
ODD = (
    "",
    " \t\r\n",
    "\0",
    "a\0b",
    "%s %(x)s {0} {{7*7}} ${7*7}",
    "<script>alert(1)</script>",
    "<t t-out='request.env'/>",
    "' OR 1=1; --",
    "\\",
    "../../../etc/passwd",
    "\u202e\u200b\ufeff\u2028",
    "𠜎𡃁👩‍👩‍👧‍👦",
    "裂缝",
    "\x1b[31m",
    "é" * 300,
    "x" * 20_000,
    "9" * 400,
    "-1",
    "1e999",
    "nan",
    "None",
    "[]",
    '{"a":' * 50,
    "a@b",
    "a@b.c",
    '"<x>"@y.z',
    "a@b.c\r\nBcc: d@e.f",
    "http://x.test",
    "S00001",
    "%",
    "_",
)
NAMES = (
    "description",
    "demand",
    "reference",
    "name",
    "email",
    "stamp",
    "lang",
    "anonymous",
    "homepage",
    "access_token",
    "team_token",
    "line1",
    "quantity1",
    "line99999999999",
    "partner_id",
    "kwargs",
    "files",
)
FILES = (
    "crack.png",
    "",
    ".",
    "..png",
    "a" * 300 + ".jpg",
    "裂缝.heic",
    "x\0.png",
    "x.png\r\nX: y",
    "../../x.pdf",
    "C:\\x\\y.png",
    "x.exe",
    "con.png.",
)


class Fuzz(FormCase):
    """Whatever a form is sent, the answer is a page, and a complaint is whole or not there."""

    def odd(self, dice):
        kind = dice.random()
        if kind < 0.6:
            return dice.choice(ODD)
        if kind < 0.8:
            return "".join(
                chr(dice.randrange(0xD7FF)) for _i in range(dice.randrange(60))
            )
        return dice.randbytes(dice.randrange(60))

    def one(self, dice):
        """Values, files, address and headers of one request."""
        values = self.form(email=f"f{dice.randrange(10**9)}@example.com")
        for _i in range(dice.randrange(4)):
            values[dice.choice(NAMES)] = self.odd(dice)
        if dice.random() < 0.2:
            values.pop(dice.choice(list(values)))
        # Without it, Odoo itself refuses.
        values["csrf_token"] = self.form()["csrf_token"]
        files = None
        if dice.random() < 0.4:
            raw = dice.choice(
                (PNG, b"", b"MZ", b"\xff\xd8\xff" * 50, dice.randbytes(99))
            )
            files = [
                (dice.choice(("files", "files", "description", "x")), (name, raw))
                for name in dice.choices(FILES, k=dice.randrange(1, 7))
                if name
            ] or None
        url = dice.choice(
            (
                "/complaint/new",
                "/complaint/new",
                f"/complaint/new/{self.team.form_token}",
                f"/my/orders/{self.order.id}/complaint?access_token={self.token}",
                f"/my/complaints/{self.opened.id}/message",
            )
        )
        if url.endswith("/message"):
            values.update(access_token=self.opened.form_key, body=self.odd(dice))
        return url, values, files

    def fuzz(self, count):
        self.token = self.order._portal_ensure_token()
        self.send()
        self.opened = self.last()
        last = self.opened.id
        for index in range(count):
            dice = random.Random(index)
            url, values, files = self.one(dice)
            page = self.url_open(url, data=values, files=files, allow_redirects=False)
            with self.subTest(index=index):
                self.assertLess(page.status_code, 500, f"{url} {values!r:.500}")
            if index % 25 == 24:
                self.env.invalidate_all()
                self.env.cr.execute("DELETE FROM customer_complaint_form_hit")
        self.env.invalidate_all()
        opened = self.env["customer.complaint"].search([("id", ">", last)])
        self.assertTrue(opened)
        for complaint in opened:
            self.assertTrue(complaint.description and complaint.title)
            self.assertTrue(complaint.partner_id or complaint.email_from)
            self.assertTrue(re.fullmatch(r"CC/\d{4}/\d+", complaint.name))
            self.assertTrue(complaint.deadline_ids)
            self.assertTrue(complaint.form_key)
        messages = (opened | self.opened).message_ids
        loose = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "customer.complaint"),
                ("res_id", "in", (opened | self.opened).ids),
                ("id", "not in", messages.attachment_ids.ids),
            ]
        )
        self.assertFalse(loose, "no file without its message")


@tagged("post_install", "-at_install")
class TestFormFuzz(Fuzz):
    def test_a_sample_of_hostile_forms_leaves_no_error_and_no_half_record(self):
        # C-05 X-22
        self.fuzz(SAMPLE)


@tagged("post_install", "-at_install", "full")
class TestFormFuzzAll(Fuzz):
    def test_ten_thousand_hostile_forms_leave_no_error_and_no_half_record(self):
        self.fuzz(ALL)
