import re
import time
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..controllers.public_form import TRAP
from .form_common import PNG, FormCase


@tagged("post_install", "-at_install")
class TestPublicFormRefusals(FormCase):
    """What strangers and programs send to the form that is refused, limited or left out."""

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
        # Not "127", which a sum of figures and letters may contain.
        self.assertFalse(re.search(r"ann@|127\.0", "".join(rows.mapped("key"))))
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
