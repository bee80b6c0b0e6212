import json

from odoo.exceptions import UserError
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.complaint_public import MESSAGES_PER_HOUR
from .form_common import PNG, FormCase


@tagged("post_install", "-at_install")
class TestPublicFormPage(FormCase):
    """What the sender of a form sees and does with the key he got."""

    def test_key_of_the_form_opens_no_document_chatter_or_link_of_the_customer(self):
        self.send(email=self.partner.email, reference=self.order.name)
        complaint = self.last()
        key = complaint.form_key
        complaint.with_user(self.manager).message_post(
            body="See http://x.test/?access_token=" + complaint.access_token,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        url = f"/my/complaints/{complaint.id}"
        page = self.url_open(f"{url}?access_token={key}").text
        self.assertIn("See http://x.test/", page)
        self.assertNotIn(complaint.access_token, page)
        self.assertNotIn("o_portal_chatter", page)
        self.assertNotIn("/document/", page)
        sheet = self.url_open(f"{url}/document/customer_sheet?access_token={key}")
        self.assertEqual(sheet.status_code, 404)
        with mute_logger("odoo.http"):
            answer = self.url_open(
                "/mail/chatter_fetch",
                data=json.dumps(
                    {
                        "params": {
                            "thread_model": "customer.complaint",
                            "thread_id": complaint.id,
                            "token": key,
                        }
                    }
                ),
                headers={"Content-Type": "application/json"},
            ).json()
        self.assertIn("error", answer)
        # His own page shows everything.
        page = self.url_open(complaint.get_portal_url()).text
        self.assertIn("o_portal_chatter", page)
        for wrong in ("", "x", key[:-1], key + "0", "é", "%00"):
            page = self.url_open(f"{url}?access_token={wrong}")
            self.assertNotIn(complaint.name, page.text)

    def test_key_of_one_complaint_opens_no_other_and_links_change_with_the_customer(
        self,
    ):
        self.send()
        first = self.last()
        self.send()
        second = self.last()
        page = self.url_open(
            f"/my/complaints/{first.id}?access_token={second.form_key}"
        )
        self.assertNotIn(first.name, page.text)
        unopened = self.make_complaint()
        for key in ("", "False", "None"):
            page = self.url_open(f"/my/complaints/{unopened.id}?access_token={key}")
            self.assertNotIn(unopened.name, page.text)
        link = f"/my/complaints/{first.id}?access_token={first.form_key}"
        self.assertIn(first.name, self.url_open(link).text)
        first.partner_id = self.partner
        self.env.flush_all()
        self.assertNotIn(first.name, self.url_open(link).text, "somebody else's now")

    def test_who_only_sent_the_form_sees_nothing_of_the_customers_mailbox(self):
        self.send(email=self.partner.email, files=[("files", ("mine.png", PNG))])
        complaint = self.last()
        self.assertEqual(complaint.partner_id, self.partner)
        key = f"?access_token={complaint.form_key}"
        url = f"/my/complaints/{complaint.id}"
        complaint.message_post(
            body="My account is at the old bank.",
            author_id=self.partner.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            attachments=[("secret.png", PNG)],
        )
        complaint.message_post(
            body="From my second address.",
            author_id=False,
            email_from="ann.private@example.com",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        complaint.with_user(self.manager).message_post(
            body="We look into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.send(
            f"{url}/message", access_token=complaint.form_key, body="It is urgent."
        )
        page = self.url_open(url + key).text
        for words in ("We look into it.", "It is urgent.", "mine.png"):
            self.assertIn(words, page)
        for words in ("the old bank", "secret.png", "second address"):
            self.assertNotIn(words, page)
        files = complaint.message_ids.attachment_ids
        secret = files.filtered(lambda file: file.name == "secret.png")
        self.assertEqual(self.url_open(f"{url}/file/{secret.id}{key}").status_code, 404)
        page = self.url_open(complaint.get_portal_url()).text
        self.assertIn("secret.png", page, "it is the customer's own")

    def test_who_only_sent_the_form_does_not_write_in_the_customers_name(self):
        kept = self.make_complaint()
        self.send(email=self.partner.email, files=[("files", ("mine.png", PNG))])
        sent = self.last()
        self.assertEqual(sent.partner_id, self.partner)
        self.send(
            f"/my/complaints/{sent.id}/message",
            access_token=sent.form_key,
            body="Cancel it.",
        )
        messages = sent.sudo().form_message_ids
        self.assertEqual(len(messages), 2)
        sent._join(kept, "merged", None)
        self.assertLessEqual(messages, kept.message_ids)
        for message in messages:
            self.assertFalse(message.author_id)
            self.assertIn("nobody has checked who wrote it", message.body)
            self.assertIn("Ann Example", message.email_from)
        # Its key opens nothing more.
        sent.sudo().form_key = False
        thanks = self.url_open("/complaint/thanks")
        self.assertIn(sent.name, thanks.text)
        self.assertNotIn("/my/complaints/", thanks.text)

    def test_customer_writes_on_his_page_without_login_and_script(self):
        # C-88 C-90
        self.send()
        complaint = self.last()
        self.assertFalse(complaint.said_at)
        url = f"/my/complaints/{complaint.id}/message"
        page = self.send(
            url,
            files=[("files", ("more.png", PNG))],
            access_token=complaint.form_key,
            body="Any <b>news</b>?",
        )
        self.assertIn("Any &lt;b&gt;news&lt;/b&gt;?", page.text)
        self.assertIn("more.png", page.text)
        complaint.invalidate_recordset()
        self.assertTrue(complaint.said_at, "an answer is owed")
        message = complaint.message_ids.filtered(lambda m: "news" in (m.body or ""))
        self.assertIn("ann@example.com", message.email_from)
        self.assertNotIn("Ann Example", message.author_id.mapped("name"))
        before = self.snapshot()
        for values, words in (
            ({"body": " "}, "write a message"),
            ({"body": "x", "files": [("files", ("x.exe", b"MZ"))]}, "is not accepted"),
        ):
            page = self.send(url, access_token=complaint.form_key, **values)
            self.assertIn(words, page.text)
        self.send(url, access_token="forged", body="x")
        self.send(url, body="x")
        self.assertEqual(self.snapshot(), before)

    def test_messages_without_login_are_limited(self):
        complaint = self.make_complaint(partner_id=False, email_from="a@x.test")
        for _i in range(MESSAGES_PER_HOUR):
            complaint._say_on_page("Hello")
        with self.assertRefused(UserError, "many messages"):
            complaint._say_on_page("Hello")

    def test_sender_confirms_the_outcome_with_the_key_of_his_form(self):
        # C-90
        self.send()
        complaint = self.last()
        complaint.write({"demand": "A door", "category_id": self.category.id})
        complaint.user_id = self.handler
        self.tell_outcome(complaint.with_user(self.handler))
        self.env.flush_all()
        page = self.url_open(
            f"/my/complaints/{complaint.id}/confirm",
            data={
                "csrf_token": Request.csrf_token(self),
                "access_token": complaint.form_key,
                "solved": "solved",
                "grade": "5",
            },
        )
        self.assertIn("You told us that it is solved", page.text)
        self.assertIn(complaint.form_key, page.url)
        self.assertNotIn(complaint.access_token, page.url + page.text)
        complaint.invalidate_recordset()
        self.assertEqual(complaint.close_reason, "confirmed")
