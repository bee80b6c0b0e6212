import re
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .form_common import PNG, FormCase


@tagged("post_install", "-at_install")
class TestPublicForm(FormCase):
    """The form without a login, as a stranger uses it."""

    def test_form_opens_a_registered_complaint_with_channel_and_receipt_time(self):
        # C-05 X-22
        page = self.url_open("/complaint/new")
        self.assertEqual(page.status_code, 200)
        self.assertTrue(page.text.startswith("<!DOCTYPE html>"))
        self.assertNotIn("<script", page.text)
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertIn('name="viewport"', page.text)
        before = datetime.now().replace(microsecond=0)
        thanks = self.send(demand="A new door.")
        self.assertTrue(thanks.url.endswith("/complaint/thanks"))
        complaint = self.last()
        self.assertIn(complaint.name, thanks.text)
        self.assertIn("at the latest", thanks.text)
        self.assertEqual(
            complaint.channel_id,
            self.env.ref("customer_complaint.channel_web_form"),
        )
        self.assertGreaterEqual(complaint.received_at, before)
        self.assertEqual(complaint.partner_name, "Ann Example")
        self.assertEqual(complaint.email_from, "ann@example.com")
        self.assertEqual(complaint.demand, "A new door.")
        self.assertEqual(complaint.title, "The door is cracked.")
        self.assertFalse(complaint.partner_id)
        self.assertTrue(self.row(complaint, "first_response").due_at)
        mail = self.find_mails(complaint)
        self.assertEqual(len(mail), 1, "acknowledged once")
        self.assertIn("ann@example.com", mail.email_to)
        link = re.search(r'class="button" href="([^"]+)"', thanks.text)[1]
        page = self.url_open(link)
        self.assertIn(complaint.name, page.text)
        self.assertIn("The door is cracked.", page.text)

    def test_form_that_is_switched_off_and_unknown_addresses_look_alike(self):
        #
        off = self.env["res.company"].create({"name": "Shy Ltd"})
        closed = self.env["customer.complaint.team"].create(
            {"name": "Theirs", "company_id": off.id}
        )
        gone = self.team.copy({"active": False})
        urls = [f"/complaint/new/{t.form_token}" for t in (closed, gone)]
        urls += ["/complaint/new/guess", "/complaint/new/%00", "/complaint/new/' OR 1"]
        before = self.snapshot()
        pages = set()
        for url in urls:
            for page in (self.url_open(url), self.send(url)):
                self.assertEqual(page.status_code, 404, url)
                pages.add(page.text)
        self.company.complaint_form = False
        for page in (self.url_open("/complaint/new"), self.send()):
            self.assertEqual(page.status_code, 404)
            pages.add(page.text)
        self.assertEqual(len(pages), 1, "nothing tells one from the other")
        self.assertEqual(self.snapshot(), before)

    def test_team_has_an_address_of_its_own_with_a_qr_code(self):
        team = self.other_team.with_user(self.handler)
        self.assertIn("data:image/svg+xml;base64,", team.form_qr)
        url = team.form_url
        self.send(url)
        self.assertEqual(self.last().team_id, team)
        with self.assertRaises(AccessError):
            team.action_renew_form_address()
        team.with_user(self.manager).action_renew_form_address()
        self.assertEqual(self.url_open(url).status_code, 404)
        self.assertNotEqual(team.form_url, url)
        self.company.complaint_form = False
        team.invalidate_recordset()
        self.assertFalse(team.form_url or team.form_qr)

    def test_team_of_another_company_opens_the_complaint_there(self):
        other = self.env["res.company"].create(
            {"name": "Other Ltd", "complaint_form": True}
        )
        team = self.env["customer.complaint.team"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        self.partner.company_id = self.company
        page = self.send(
            f"/complaint/new/{team.form_token}",
            email=self.partner.email,
            reference=self.order.name,
        )
        complaint = self.last()
        self.assertIn("Other Ltd", page.text)
        self.assertEqual((complaint.company_id, complaint.team_id), (other, team))
        self.assertFalse(complaint.partner_id, "a customer of the first company only")
        self.assertFalse(complaint.order_id)

    def test_order_is_found_only_together_with_the_e_mail_of_its_customer(self):
        # C-05
        reference = f"my order {self.order.name.lower()}, from May"
        self.send(email="T.Customer@Example.com", reference=reference)
        found = self.last()
        self.assertEqual(found.order_id, self.order)
        self.assertEqual(found.partner_id, self.partner)
        self.assertEqual(found.salesperson_id, self.seller)
        self.assertEqual(found.order_reference, reference)
        for values in (
            {"email": "other@example.com", "reference": self.order.name},
            {"email": self.partner.email, "reference": "S99999"},
            {"email": self.partner.email, "reference": "%"},
        ):
            with self.subTest(**values):
                self.send(**values)
                self.assertFalse(self.last().order_id)
                self.assertFalse(self.last().line_ids)
        foreign = self.order.copy({"partner_id": self.stranger.partner_id.id})
        foreign.action_confirm()
        self.send(email=self.partner.email, reference=foreign.name)
        self.assertFalse(self.last().order_id)
        self.assertEqual(self.last().partner_id, self.partner)

    def test_invoice_number_finds_invoice_and_order_of_the_customer(self):
        self.order.order_line.filtered("product_id").qty_delivered = 2
        invoice = self.order._create_invoices()
        invoice.action_post()
        self.send(email=self.partner.email, reference=invoice.name)
        complaint = self.last()
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.invoiced_partner_id, invoice.partner_id)
        self.send(email="other@example.com", reference=invoice.name)
        self.assertFalse(self.last().order_id or self.last().invoiced_partner_id)

    def test_nothing_tells_a_stranger_what_we_know(self):
        # C-88
        self.partner.name = "Secret Customer"
        self.product.name = "Secret cabinet"
        self.order.invalidate_recordset()
        known = {"email": self.partner.email, "reference": self.order.name}
        pages, follows = set(), set()
        for values in (
            known,
            {**known, "reference": "S99999"},
            {**known, "email": "t.customers@example.com"},
            {**known, "email": "nobody@example.com"},
        ):
            with self.freeze():
                thanks = self.send(**{"name": "Ann", **values})
                complaint = self.last()
                link = f"/my/complaints/{complaint.id}?access_token="
                page = self.url_open(link + complaint.form_key)
            pages.add(self.neutral(thanks))
            text = self.neutral(page).replace(values["reference"], "…")
            text = text.replace(complaint.form_key, "…")
            follows.add(re.sub(r'csrf_token[^>]+|"\w{40}o\d+"', "", text))
            for secret in (
                "Secret",
                self.partner.phone,
                self.order.access_token or "?!",
            ):
                self.assertNotIn(secret, page.text)
            self.assertNotIn(complaint.access_token, page.text + thanks.text)
        self.assertEqual(len(pages), 1)
        self.assertEqual(len(follows), 1, "the page for the link tells nothing, either")

    def freeze(self):
        return patch("odoo.fields.Datetime.now", lambda: datetime(2026, 5, 4, 9, 0, 0))

    def test_colleagues_are_told_that_nobody_checked_who_wrote(self):
        self.send(email=self.partner.email, reference="S99999")
        notes = self.last().message_ids.filtered("is_internal") or (
            self.last().message_ids
        )
        text = "".join(str(body) for body in notes.mapped("body"))
        self.assertIn("Nobody has checked who wrote it", text)
        self.assertIn("S99999", text)
        self.assertIn("No document of this e-mail address", text)
        page = self.url_open(
            f"/my/complaints/{self.last().id}?access_token={self.last().form_key}"
        )
        self.assertNotIn("Nobody has checked", page.text)

    def test_photos_come_along_and_are_seen_only_with_the_complaint(self):
        # C-15 peers: files of the portal
        files = [
            ("files", ("crack.png", PNG)),
            ("files", ("C:\\fakepath\\../裂缝\x01.heic", b"heic")),
        ]
        self.send(files=files)
        complaint = self.last()
        message = complaint.message_ids.filtered("attachment_ids")
        self.assertEqual(
            sorted(message.attachment_ids.mapped("name")), ["crack.png", "裂缝.heic"]
        )
        self.assertFalse(self.row(complaint, "next_reply"))
        self.assertFalse(complaint.said_at, "it is the complaint itself")
        key = f"?access_token={complaint.form_key}"
        url = f"/my/complaints/{complaint.id}/file/"
        photo = message.attachment_ids.filtered(lambda a: a.name == "crack.png")
        shown = self.url_open(f"{url}{photo.id}{key}")
        self.assertEqual(shown.content, PNG)
        self.assertEqual(shown.headers["X-Content-Type-Options"], "nosniff")
        foreign = self.env["ir.attachment"].create(
            {
                "name": "internal.txt",
                "raw": b"secret",
                "res_model": "customer.complaint",
                "res_id": complaint.id,
            }
        )
        self.assertEqual(self.url_open(f"{url}{foreign.id}{key}").status_code, 404)
        self.assertNotIn(b"PNG", self.url_open(f"{url}{photo.id}").content)
        page = self.url_open(f"/my/complaints/{complaint.id}{key}").text
        self.assertIn("crack.png", page)
        self.assertNotIn("internal.txt", page)

    def test_form_follows_the_language_that_the_visitor_chose(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        page = self.url_open("/complaint/new?lang=zh_CN")
        self.assertIn('lang="zh-CN"', page.text)
        self.assertIn('name="lang" value="zh_CN"', page.text)
        for wrong in ("xx_XX", "../../etc", "%00"):
            page = self.url_open(f"/complaint/new?lang={wrong}")
            self.assertIn('lang="en-US"', page.text)

    def test_thanks_are_for_the_browser_that_sent_the_form(self):
        page = self.url_open("/complaint/thanks")
        self.assertTrue(page.url.endswith("/complaint/new"))

    def test_anonymous_needs_the_setting(self):  # C-12
        page = self.url_open("/complaint/new").text
        self.assertNotIn('name="anonymous"', page)
        before = self.snapshot()
        page = self.send(anonymous="on", name="", email="")
        self.assertEqual(page.status_code, 422)
        self.assertEqual(self.snapshot(), before)

    def test_anonymous_complaint_keeps_nothing_that_tells_who_it_was(self):  # C-12
        self.company.complaint_allow_anonymous = True
        self.assertIn('name="anonymous"', self.url_open("/complaint/new").text)
        thanks = self.send(
            anonymous="on", email=self.partner.email, reference=self.order.name
        )
        complaint = self.last()
        self.assertTrue(complaint.is_anonymous)
        known = complaint.partner_name or complaint.email_from or complaint.order_id
        self.assertFalse(known or complaint.order_reference or complaint.partner_id)
        self.assertIn(complaint.form_key, thanks.text)
        self.assertFalse(self.find_mails(complaint))
        url = f"/my/complaints/{complaint.id}"
        page = self.send(
            f"{url}/message", access_token=complaint.form_key, body="Any news?"
        )
        self.assertIn("Any news?", page.text)
        complaint.invalidate_recordset()
        self.assertTrue(complaint.said_at)
        self.assertNotIn("ann@", "".join(complaint.message_ids.mapped("email_from")))
