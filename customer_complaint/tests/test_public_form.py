import json
import re
import time
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..controllers.public_form import TRAP
from ..models.complaint_public import MESSAGES_PER_HOUR
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

    def test_what_is_missing_is_said_at_once_and_nothing_is_lost(self):
        before = self.snapshot()
        page = self.send(description=" ", name="", email="ann@", demand="A <b>door</b>")
        self.assertEqual(page.status_code, 422)
        for words in (
            "Nothing has been sent yet",
            "tell us what happened",
            "enter your name",
            "no complete e-mail address",
            "A &lt;b&gt;door&lt;/b&gt;",
            'value="ann@"',
        ):
            self.assertIn(words, page.text)
        for values, words in (
            ({"email": "a@x.test, b@x.test"}, "no complete e-mail"),
            ({"email": "a@x.test\nBcc: b@x.test"}, "no complete e-mail"),
            ({"name": "Win at www.example.com"}, "without a web address"),
            ({"name": "x" * 101}, "at most 100 characters"),
            ({"description": "x" * 10_001}, "at most 10000 characters"),
            ({"reference": "x" * 101}, "at most 100 characters"),
        ):
            with self.subTest(**{k: v[:30] for k, v in values.items()}):
                page = self.send(**values)
                self.assertEqual(page.status_code, 422)
                self.assertIn(words, page.text)
        self.assertEqual(self.snapshot(), before)

    def test_our_mail_carries_no_link_of_a_stranger(self):
        self.send(description="Cheap at http://spam.example/x now\nand more")
        complaint = self.last()
        self.assertEqual(complaint.title, "Cheap at … now")
        self.assertIn("http://spam.example/x", complaint.description)
        mail = self.find_mails(complaint)
        self.assertNotIn("spam.example", mail.body_html + mail.subject)

    def test_bare_domains_are_no_links_and_names_stay_names(self):
        self.send(
            name="Dr.Smith evil.com/x",
            description="Go to evil.com/x or шоп.рф or sub.evil.co.uk,it broke.Soon 2.5 kg",
        )
        complaint = self.last()
        self.assertEqual(complaint.partner_name, "Dr. Smith evil. com/x")
        self.assertEqual(
            complaint.title,
            "Go to evil. com/x or шоп. рф or sub. evil. co. uk,it broke. Soon 2.5 kg",
        )
        mail = self.find_mails(complaint)
        self.assertNotIn("evil.com", mail.body_html + mail.subject)

    def test_links_are_found_in_a_time_that_grows_with_the_text(self):
        text = "x" * 200_000
        start = time.process_time()
        title = self.env["customer.complaint"]._get_title_without_links(text)
        self.assertLess(time.process_time() - start, 1)
        self.assertEqual(len(title), 80)
        link = self.env["customer.complaint"]._get_title_without_links
        self.assertEqual(link("a (http://x.test/y) b"), "a … b")

    def test_who_only_sent_the_form_sees_nothing_of_the_customers_mailbox(self):
        self.send(email=self.partner.email, files=[("files", ("mine.png", PNG))])
        complaint = self.last()
        self.assertEqual(complaint.partner_id, self.partner)
        key = f"?access_token={complaint.form_key}"
        url = f"/my/complaints/{complaint.id}"
        complaint.message_post(
            body="My account is 4711.",
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
        for words in ("4711", "secret.png", "second address"):
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

    def test_too_many_huge_and_dangerous_files_are_refused_with_a_sentence(self):
        before = self.snapshot()
        big = b"0" * (10 * 1024 * 1024 + 1)
        for files, words in (
            ([("x.exe", b"MZ")], "is not accepted"),
            ([("photo.png", b"MZ\x90\x00")], "is not accepted"),
            ([("page.html", b"<script>")], "is not accepted"),
            ([("x.svg", b"<svg/>")], "is not accepted"),
            ([("film.mp4", big)], "larger than 10 MB"),
            ([(f"{i}.png", PNG) for i in range(6)], "at most 5 files"),
        ):
            with self.subTest(name=files[0][0]):
                page = self.send(files=[("files", file) for file in files])
                self.assertEqual(page.status_code, 422)
                self.assertIn(words, page.text)
                self.assertIn("choose your files again", page.text)
        self.assertEqual(self.snapshot(), before)

    @mute_logger("odoo.http")
    def test_a_request_that_is_far_too_large_is_cut_off(self):
        from ..controllers import public_form

        before = self.snapshot()
        routing = public_form.ComplaintForm.form_send.original_routing
        self.assertEqual(routing["max_content_length"], 51 * 1024 * 1024)
        page = self.send(
            files=[("files", (f"{i}.png", b"0" * 11 * 1024 * 1024)) for i in range(5)]
        )
        self.assertEqual(page.status_code, 413)
        self.assertEqual(self.snapshot(), before)

    def test_programs_are_asked_to_send_it_once_more(self):
        before = self.snapshot()
        for values, words in (
            ({TRAP: "http://spam.example"}, "stays empty"),
            ({"stamp": self.stamp(seconds=0)}, "very quick"),
            ({"stamp": "forged"}, "open for very long"),
            ({"stamp": ""}, "open for very long"),
            ({"stamp": "é\ud7ff"}, "open for very long"),
            ({"stamp": self.stamp()[:-2] + "xx"}, "open for very long"),
        ):
            with self.subTest(values):
                page = self.send(**values)
                self.assertEqual(page.status_code, 422)
                self.assertIn(words, page.text)
                self.assertIn("The door is cracked.", page.text, "nothing is lost")
                self.assertNotIn("spam.example", page.text)
        self.assertEqual(self.snapshot(), before)
        stamp = re.search(r'name="stamp" value="([^"]+)"', page.text)[1]
        later = time.time() + 10
        with patch("odoo.addons.customer_complaint.controllers.public_form.time") as t:
            t.time = lambda: later
            self.assertEqual(self.send(stamp=stamp).status_code, 200)

    def test_the_same_form_twice_opens_one_complaint(self):
        form = self.form(email="twice@example.com")
        pages = {self.url_open("/complaint/new", data=form).text for _i in range(3)}
        self.assertEqual(len(pages), 1)
        domain = [("email_from", "=", "twice@example.com")]
        self.assertEqual(self.env["customer.complaint"].search_count(domain), 1)

    def test_get_head_and_options_write_nothing(self):
        form = self.form()
        query = "&".join(f"{k}={v}" for k, v in form.items())
        complaint = self.make_complaint()
        urls = (
            f"/complaint/new?{query}",
            f"/complaint/new/{self.team.form_token}?{query}",
            "/complaint/thanks",
            f"{complaint.get_portal_url()}&{query}",
            f"/my/orders/{self.order.id}/complaint?{query}",
        )
        before = self.snapshot()
        for url in urls:
            for method in ("GET", "HEAD"):
                self.url_open(url, method=method)
                self.assertEqual(self.snapshot(), before, url)
        message = f"/my/complaints/{complaint.id}/message"
        for url in (*urls, message, "/my/complaints/new"):
            page = self.url_open(
                url, data=form, method="OPTIONS", allow_redirects=False
            )
            # A page that may be looked at may answer; what only takes forms refuses.
            allowed = (200, 204, 303, 405) if url in urls else (204, 303, 405)
            self.assertIn(page.status_code, allowed, url)
            self.assertEqual(self.snapshot(), before, url)
        self.assertEqual(self.url_open(message).status_code, 405)

    @mute_logger("odoo.http")
    def test_post_without_or_with_a_forged_csrf_token_is_refused(self):
        complaint = self.make_complaint()
        forms = (
            "/complaint/new",
            f"/complaint/new/{self.team.form_token}",
            f"/my/orders/{self.order.id}/complaint",
        )
        order_token = self.order._portal_ensure_token()
        before = self.snapshot()
        for url in forms:
            for token in ("", "forged", "é", "éo9999999999"):
                page = self.send(url, csrf_token=token, access_token=order_token)
                self.assertEqual(page.status_code, 422)
                self.assertIn("open for very long", page.text)
                self.assertIn("The door is cracked.", page.text, "nothing is lost")
        for token in ("", "forged"):
            page = self.send(
                f"/my/complaints/{complaint.id}/message",
                csrf_token=token,
                access_token=complaint.access_token,
            )
            self.assertEqual(page.status_code, 400)
        self.assertEqual(self.snapshot(), before)

    def test_captcha_is_offered_by_the_page_and_what_it_refuses_is_not_lost(self):
        http = self.env.registry["ir.http"]
        get_info = http.get_frontend_session_info
        keys = {"recaptcha_public_key": "k-1", "turnstile_site_key": "k-2"}

        def verify(refusal=None):
            return patch.object(
                http, "_verify_request_recaptcha_token", side_effect=refusal
            )

        with verify(UserError("Captcha")) as check:
            self.assertEqual(self.send().status_code, 200, "no key, nothing to ask for")
            check.assert_not_called()
        with patch.object(
            http, "get_frontend_session_info", lambda self: {**get_info(self), **keys}
        ):
            page = self.url_open("/complaint/new")
            for words in (
                "https://www.recaptcha.net/recaptcha/api.js?render=k-1",
                'name="recaptcha_token_response"',
                'data-key="k-1"',
                'data-sitekey="k-2"',
                'data-response-field-name="turnstile_captcha"',
            ):
                self.assertIn(words, page.text)
            policy = page.headers["Content-Security-Policy"]
            self.assertIn("script-src 'self' https://www.recaptcha.net", policy)
            self.assertIn("https://challenges.cloudflare.com", policy)
            before = self.snapshot()
            with verify(UserError("Captcha")) as check:
                page = self.send()
                check.assert_called_once_with("complaint")
            self.assertEqual(page.status_code, 422)
            self.assertIn("that a person sends this", page.text)
            self.assertIn("The door is cracked.", page.text)
            self.assertEqual(self.snapshot(), before)
            with verify():
                self.assertEqual(self.send().status_code, 200)

    def test_who_sends_too_many_is_asked_to_wait_and_forgotten_after_an_hour(self):
        self.company.complaint_form_limit = 2
        for _i in range(2):
            self.assertEqual(self.send().status_code, 200)
        before = self.snapshot()
        page = self.send()
        self.assertEqual(page.status_code, 429)
        self.assertIn("come back", page.text)
        self.assertIn("help@example.com", page.text)
        self.assertIn("The door is cracked.", page.text, "nothing is lost")
        self.assertEqual(self.snapshot(), before)
        Hit = self.env["customer.complaint.form.hit"]
        rows = Hit.search([])
        self.assertFalse(re.search("ann|127", "".join(rows.mapped("key"))))
        self.env.cr.execute(
            SQL("UPDATE customer_complaint_form_hit SET since = since - interval '2h'")
        )
        self.assertEqual(self.send().status_code, 200)

    def test_one_e_mail_address_gets_no_flood_of_acknowledgements(self):
        self.company.complaint_form_limit = 2
        answers = []
        for index in range(3):
            with patch(
                "odoo.addons.customer_complaint.models.customer_complaint_form_hit."
                "CustomerComplaintFormHit._get_network",
                lambda self, address, index=index: f"10.0.0.{index}",
            ):
                answers.append(self.send(email="Victim@example.com").status_code)
        self.assertEqual(answers, [200, 200, 429])

    def test_addresses_are_counted_by_connection(self):
        Hit = self.env["customer.complaint.form.hit"]
        self.assertEqual(Hit._get_network("192.0.2.7"), "192.0.2.7")
        self.assertEqual(
            Hit._get_network("2001:db8::1"), Hit._get_network("2001:db8::ffff:1")
        )
        for broken in (None, "", "x", "1.2.3.4.5"):
            self.assertEqual(Hit._get_network(broken), "unknown")
        self.assertEqual([Hit._count("address", "a") for _i in range(3)], [1, 2, 3])
        self.assertEqual(Hit._count("email", "a"), 1)

    def test_users_cannot_read_or_reset_what_is_counted(self):
        Hit = self.env["customer.complaint.form.hit"]
        Hit._count("address", "a")
        for user in (self.manager, self.customer):
            with self.assertRaises(AccessError):
                Hit.with_user(user).search([]).unlink()
                Hit.with_user(user).search([]).read(["key"])

    def test_the_visitor_chooses_only_what_the_form_asks_for(self):
        self.send(
            user_id=self.handler.id,
            partner_id=self.partner.id,
            company_id="99",
            team_id=self.other_team.id,
            order_id=self.order.id,
            stage_id=self.env.ref("customer_complaint.stage_closed").id,
            level_id=self.levels[0].id,
            received_at="2020-01-01",
            anonymous="1",
            **{"lines": "1", f"line{self.order.order_line[0].id}": "on"},
        )
        complaint = self.last()
        self.assertFalse(
            complaint.user_id or complaint.partner_id or complaint.order_id
        )
        self.assertEqual(complaint.company_id, self.company)
        self.assertEqual(complaint.team_id, self.team)
        self.assertEqual(complaint.stage_type, "received")
        self.assertNotEqual(complaint.level_id, self.levels[0])
        self.assertGreater(complaint.received_at, datetime(2025, 1, 1))
        self.assertFalse(complaint.line_ids)
        self.assertEqual(complaint.partner_name, "Ann Example", "no setting, no secret")

    def test_form_follows_the_language_that_the_visitor_chose(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        page = self.url_open("/complaint/new?lang=zh_CN")
        self.assertIn('lang="zh-CN"', page.text)
        self.assertIn('name="lang" value="zh_CN"', page.text)
        for wrong in ("xx_XX", "../../etc", "%00"):
            page = self.url_open(f"/complaint/new?lang={wrong}")
            self.assertIn('lang="en-US"', page.text)

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
