import json
import re
from datetime import datetime, timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import RECEIPT, ComplaintCommon


@tagged("post_install", "-at_install")
class TestPortal(ComplaintCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = new_test_user(
            cls.env,
            "t_portal",
            "base.group_portal",
            password="t_portal",
            partner_id=cls.partner.id,
        )
        cls.stranger = new_test_user(
            cls.env, "t_stranger", "base.group_portal", password="t_stranger"
        )
        cls.complaint = cls.make_owned(title="Door cracked")
        cls.url = f"/my/complaints/{cls.complaint.id}"
        cls.token = cls.complaint.access_token

    def csrf(self):
        return Request.csrf_token(self)

    def post_confirmation(self, url=None, **data):
        data.setdefault("csrf_token", self.csrf())
        return self.url_open(
            (url or self.url) + "/confirm", data=data, allow_redirects=False
        )

    def test_a_customer_searches_his_complaints_in_any_order(self):
        other = self.make_owned()
        mine = self.env["customer.complaint"].with_user(self.customer)
        self.assertEqual(mine.search([]).ids[:2], [other.id, self.complaint.id])
        self.assertEqual(mine.search([], order="id").ids[-1], other.id)
        self.assertFalse(mine.with_user(self.stranger).search([]))

    def test_what_a_visitor_answers_is_told_colleagues_by_the_system(self):
        self.authenticate(None, None)
        self.tell_outcome(self.complaint)
        answered = self.post_confirmation(
            access_token=self.token, solved="solved", grade="5"
        )
        self.assertEqual(answered.status_code, 303)
        self.complaint.invalidate_recordset()
        self.assertEqual(self.complaint.close_reason, "confirmed")
        moved = self.complaint.sudo().message_ids.filtered(
            lambda m: "Closed"
            in str(m.sudo().tracking_value_ids.mapped("new_value_char"))
        )
        self.assertEqual(moved.author_id, self.env.ref("base.partner_root"))

    def test_the_link_of_the_acknowledgement_opens_the_page_without_login(self):
        #
        page = self.url_open(self.complaint.get_portal_url())
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.complaint.name, page.text)
        self.assertIn("Door cracked", page.text)
        self.assertIn(self.handler.name, page.text)
        self.assertIn("First answer", page.text)

    def test_the_customer_lists_and_opens_his_own_only(self):
        colleague = self.partner.create(
            {"name": "Other firm", "email": "o@example.com"}
        )
        foreign = self.make_complaint(partner_id=colleague.id)
        self.authenticate("t_portal", "t_portal")
        listing = self.url_open("/my/complaints").text
        self.assertIn(self.complaint.name, listing)
        self.assertNotIn(foreign.name, listing)
        self.assertEqual(self.url_open(self.url).status_code, 200)
        refused = self.url_open(f"/my/complaints/{foreign.id}")
        self.assertTrue(refused.url.endswith("/my"), refused.url)
        self.assertNotIn(foreign.name, refused.text)

    def test_forged_foreign_and_missing_tokens_look_all_the_same(self):
        other = self.make_complaint()
        answers = set()
        for url in (
            self.url,
            f"{self.url}?access_token=",
            f"{self.url}?access_token=forged",
            f"{self.url}?access_token=%C3%A9%00",
            f"{self.url}?access_token={other.access_token}",
            "/my/complaints/2147483647?access_token=forged",
        ):
            answer = self.url_open(url)
            self.assertNotIn(self.complaint.name, answer.text)
            answers.add(urlsplit(answer.url).path.removeprefix("/en"))
        self.assertEqual(answers, {"/web/login"})

    def test_another_customer_cannot_use_the_page_nor_confirm(self):
        self.tell_outcome(self.complaint)
        self.authenticate("t_stranger", "t_stranger")
        self.assertNotIn(self.complaint.name, self.url_open(self.url).text)
        self.post_confirmation(solved="solved", grade="5")
        self.post_confirmation(solved="solved", grade="5", access_token="forged")
        self.assertFalse(self.complaint.confirmation_ids)

    def promise(self, text="A new door", **values):
        due_at = values.pop("due_at", datetime.now() + timedelta(days=2))
        return self.complaint.sudo()._promise(due_at, text, kept_by="deed")

    def test_the_customer_sees_what_he_was_promised_and_how_it_went(self):
        # C-45 C-89 X-25
        kept, late = self.promise("A kept thing"), self.promise("A late thing")
        self.promise("Still to come")
        kept.action_keep()
        page = self.url_open(self.complaint.get_portal_url()).text
        for words in ("A kept thing", "Kept", "Still to come", "until"):
            self.assertIn(words, page)
        late.start_at = late.due_at = RECEIPT
        page = self.url_open(self.complaint.get_portal_url()).text
        self.assertIn("late, was expected by", page)
        late.action_keep()
        self.complaint.sudo()._meet_deadlines(("first_response", "completion"), RECEIPT)
        page = self.url_open(self.complaint.get_portal_url()).text
        self.assertIn("Done, later than we said", page)
        self.assertNotIn("late, was expected by", page)

    def test_a_moved_date_says_so_and_why_as_far_as_the_customer_was_told(self):
        # C-44 X-25
        row = self.promise()
        reason = self.env.ref("customer_complaint.reason_move_supply")
        values = {"reason_id": reason.id, "is_told": False}
        moved_to = row.due_at + timedelta(days=1)
        row._move({row.id: moved_to}, "Internal words", values)
        page = self.url_open(self.complaint.get_portal_url()).text
        self.assertIn("Moved, was", page)
        self.assertNotIn(reason.name, page)
        values["is_told"] = True
        row._move({row.id: moved_to + timedelta(days=1)}, "Internal words", values)
        page = self.url_open(self.complaint.get_portal_url()).text
        self.assertIn(reason.name, page)
        self.assertNotIn("Internal words", page)

    def test_a_paused_complaint_says_for_whom_it_waits(self):
        #
        complaint = self.make_owned(received_at=datetime.now(), title="New one")
        waiting = self.env.ref("customer_complaint.reason_pause_customer")
        complaint._pause_deadlines(datetime.now(), waiting)
        page = self.url_open(complaint.get_portal_url()).text
        self.assertIn("waiting for your answer", page)
        complaint._resume_deadlines(datetime.now())
        supplier = self.env.ref("customer_complaint.reason_pause_supplier")
        complaint._pause_deadlines(datetime.now(), supplier)
        page = self.url_open(complaint.get_portal_url()).text
        self.assertIn("on hold", page)
        self.assertNotIn(supplier.name, page)

    def test_the_list_says_what_to_expect_next_and_hides_internal_limits(self):
        # C-45 X-25
        complaint = self.make_owned(received_at=datetime.now())
        self.assertEqual(
            complaint.sudo()._get_next_expected().deadline_type, "first_response"
        )
        row = self.row(complaint, "first_response")
        row.owed_to = "internal"
        complaint.invalidate_recordset()
        self.assertEqual(
            complaint.sudo()._get_next_expected().deadline_type, "completion"
        )
        self.authenticate("t_portal", "t_portal")
        self.assertIn("Expected by", self.url_open("/my/complaints").text)

    def test_a_colleague_answers_on_the_page_with_a_promised_date(self):
        # C-89
        self.handler.write({"password": "t_handler", "tz": "Asia/Shanghai"})
        self.authenticate("t_handler", "t_handler")
        self.assertIn("Asia/Shanghai", self.url_open(self.url).text)
        answer = {"csrf_token": self.csrf(), "body": "We <look> into it."}
        url = f"{self.url}/answer"
        extremes = ("0001-01-01T00:00", "0999-01-01T00:00", "9999-12-31T23:59")
        for due_at in ("", "tomorrow", "2020-01-01T10:00", *extremes):
            page = self.url_open(url, data={**answer, "due_at": due_at})
            self.assertIn("alert-danger", page.text)
            self.assertIn("We &lt;look&gt; into it.", page.text, "nothing is lost")
        self.assertEqual(self.row(self.complaint, "first_response").state, "open")
        due_at = (datetime.now() + timedelta(days=3)).replace(microsecond=0, second=0)
        data = {**answer, "due_at": f"{due_at:%Y-%m-%dT%H:%M}"}
        self.url_open(url, data=data)
        self.complaint.invalidate_recordset()
        row = self.row(self.complaint, "commitment")
        self.assertEqual(row.due_at, due_at - timedelta(hours=8))
        self.assertEqual((row.commitment, row.state), ("Next news", "open"))
        self.assertEqual(self.row(self.complaint, "first_response").state, "done")
        self.assertEqual(self.complaint.message_ids[0].author_id.user_ids, self.handler)

    def test_nobody_else_answers_in_our_name_on_the_page(self):
        self.colleague.password = "t_colleague"
        due_at = f"{datetime.now() + timedelta(days=3):%Y-%m-%dT%H:%M}"
        for login in (None, "t_portal", "t_stranger", "t_colleague"):
            self.authenticate(login, login)
            page = self.url_open(self.complaint.get_portal_url()).text
            self.assertNotIn("/answer", page)
            self.url_open(
                f"{self.url}/answer",
                data={
                    "csrf_token": self.csrf(),
                    "access_token": self.token,
                    "body": "x",
                    "due_at": due_at,
                },
            )
        self.assertFalse(self.row(self.complaint, "commitment"))
        self.assertEqual(self.url_open(f"{self.url}/answer").status_code, 405)
        page = self.url_open(f"{self.url}/answer", method="OPTIONS")
        self.assertEqual(page.status_code, 405)

    def test_get_and_head_change_nothing(self):
        self.tell_outcome(self.complaint)
        self.env.flush_all()
        before = self.complaint.write_date
        path = f"{self.url}/confirm?access_token={self.token}&solved=solved&grade=5"
        self.assertEqual(self.url_open(path).status_code, 405)
        self.assertEqual(self.url_open(path, method="HEAD").status_code, 405)
        # Odoo checks no CSRF token for OPTIONS.
        data = {"access_token": self.token, "solved": "solved", "grade": "5"}
        for url, body in ((path, None), (f"{self.url}/confirm", data)):
            page = self.url_open(url, data=body, method="OPTIONS")
            self.assertEqual(page.status_code, 405)
        self.url_open(f"{self.complaint.get_portal_url()}&solved=solved&grade=5")
        self.complaint.invalidate_recordset()
        self.assertFalse(self.complaint.confirmation_ids)
        self.assertEqual(self.complaint.write_date, before)

    def test_a_post_without_or_with_a_foreign_csrf_token_keeps_what_was_written(self):
        self.tell_outcome(self.complaint)
        self.authenticate(None, None)
        for token in ("", "forged", "ü"):
            answer = self.post_confirmation(
                access_token=self.token,
                solved="solved",
                grade="5",
                comment="Well <done>",
                csrf_token=token,
            )
            self.assertEqual(answer.status_code, 400)
            self.assertIn("send it again", answer.text)
            self.assertIn("Well &lt;done&gt;</textarea>", answer.text)
            self.assertRegex(answer.text, r'value="5"\s+checked')
            answer = self.url_open(
                f"{self.url}/message",
                data={
                    "access_token": self.token,
                    "body": "Any news?",
                    "csrf_token": token,
                },
            )
            self.assertEqual(answer.status_code, 400)
            self.assertIn("send it again", answer.text)
        self.assertFalse(self.complaint.confirmation_ids)
        self.assertFalse(self.complaint.said_at)

    def test_the_page_names_the_products_of_the_complaint(self):
        self.complaint.line_ids = [
            Command.create({"name": "Cabinet door", "quantity": 2})
        ]
        page = self.url_open(self.complaint.get_portal_url()).text
        self.assertIn("Cabinet door", page)

    def test_this_solves_it_closes_and_not_solved_yet_reopens(self):
        # C-118 C-119 C-123
        self.tell_outcome(self.complaint)
        self.authenticate(None, None)
        answer = self.post_confirmation(
            access_token=self.token, solved="not_solved", comment="Still cracked"
        )
        self.assertEqual(answer.status_code, 303)
        self.complaint.invalidate_recordset()
        self.assertEqual(
            (self.complaint.round, self.complaint.stage_type), (2, "assessed")
        )
        self.tell_outcome(self.complaint)
        for _click in range(2):
            self.post_confirmation(access_token=self.token, solved="solved", grade="4")
        self.complaint.invalidate_recordset()
        self.assertEqual(self.complaint.stage_type, "closed")
        self.assertEqual(
            self.complaint.confirmation_ids.mapped("source"), ["portal", "portal"]
        )
        self.assertFalse(self.complaint.confirmation_ids.user_id)

    def test_wrong_answers_get_one_clear_sentence_and_change_nothing(self):
        self.tell_outcome(self.complaint)
        self.authenticate(None, None)
        cases = {
            ("solved", ""): "how satisfied you are",
            ("solved", "9"): "one of the five grades",
            ("solved", "DROP TABLE"): "one of the five grades",
            ("perhaps", "5"): "whether it is solved",
            ("no_answer", ""): "whether it is solved",
        }
        for (solved, grade), message in cases.items():
            with self.subTest(solved=solved, grade=grade):
                answer = self.post_confirmation(
                    access_token=self.token, solved=solved, grade=grade
                )
                self.assertEqual(answer.status_code, 200)
                self.assertIn(message, answer.text)
        self.assertFalse(self.complaint.confirmation_ids)

    def test_a_colleague_cannot_confirm_in_the_customers_name(self):
        self.tell_outcome(self.complaint)
        self.handler.password = "t_handler"
        self.authenticate(self.handler.login, "t_handler")
        page = self.url_open(self.url)
        self.assertIn(self.complaint.name, page.text)
        self.assertNotIn("/confirm", page.text)
        for token in ({}, {"access_token": self.token}):
            answer = self.post_confirmation(solved="solved", grade="5", **token)
            self.assertIn("Use Record confirmation", answer.text)
        self.assertFalse(self.complaint.confirmation_ids)

    def test_what_colleagues_left_out_does_not_stop_the_customers_answer(self):
        self.tell_outcome(self.complaint)
        self.complaint.write({"user_id": False, "demand": False})
        self.authenticate(None, None)
        answer = self.post_confirmation(
            access_token=self.token, solved="solved", grade="5", comment="Fine\0."
        )
        self.assertEqual(answer.status_code, 303)
        self.complaint.invalidate_recordset()
        self.assertEqual(self.complaint.stage_type, "closed")
        self.assertEqual(self.complaint.confirmation_ids.comment, "Fine.")

    def test_what_only_colleagues_understand_is_not_said_to_the_customer(self):
        self.tell_outcome(self.complaint)
        self.authenticate(None, None)
        refusal = UserError("For colleagues only.")
        with patch.object(type(self.complaint), "_close", side_effect=refusal):
            answer = self.post_confirmation(
                access_token=self.token, solved="solved", grade="5"
            )
        self.assertIn("write us a message below", answer.text)
        self.assertNotIn("For colleagues only", answer.text)
        self.assertFalse(self.complaint.confirmation_ids)

    def test_confirming_before_the_outcome_is_refused(self):
        self.authenticate(None, None)
        answer = self.post_confirmation(
            access_token=self.token, solved="solved", grade="5"
        )
        self.assertIn("not sent you an outcome", answer.text)
        self.assertFalse(self.complaint.confirmation_ids)

    def test_what_the_customer_writes_is_shown_as_text(self):
        attack = "<script>alert(1)</script>"
        complaint = self.make_complaint(title=attack, description=attack, demand=attack)
        page = self.url_open(complaint.get_portal_url()).text
        self.assertNotIn(attack, page)
        self.assertIn("&lt;script&gt;alert(1)", page)

    def test_internal_facts_stay_internal(self):
        angry = self.env.ref("customer_complaint.emotion_angry")
        self.complaint.sudo().emotion_id = angry
        self.complaint.message_post(body="Between us", subtype_xmlid="mail.mt_note")
        page = self.url_open(self.complaint.get_portal_url()).text
        self.assertNotIn("Between us", page)
        self.assertNotIn(angry.name, page)
        as_customer = self.complaint.with_user(self.customer)
        self.assertTrue(as_customer.read(["name", "title", "stage_id"]))
        for field in (
            "emotion_id",
            "decision",
            "decision_reason",
            "close_reason",
            "first_contact_id",
            "next_action",
        ):
            with self.subTest(field=field), self.assertRaises(AccessError):
                as_customer.read([field])

    def test_the_customer_writes_a_message_that_is_no_answer_of_ours(self):
        self.authenticate("t_portal", "t_portal")
        answer = self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "customer.complaint",
                "thread_id": self.complaint.id,
                "post_data": {
                    "body": "Any news?",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
            },
        )
        self.assertTrue(answer)
        self.assertIn("Any news?", "".join(self.complaint.message_ids.mapped("body")))
        self.assertEqual(self.row(self.complaint, "first_response").state, "open")

    def upload(self, name, content, **extra):
        return self.url_open(
            "/mail/attachment/upload",
            data={
                "csrf_token": self.csrf(),
                "thread_model": "customer.complaint",
                "thread_id": self.complaint.id,
                "is_pending": "true",
                **extra,
            },
            files={"ufile": (name, content)},
        )

    def test_a_photo_is_accepted_and_programs_or_huge_files_are_not(self):
        self.authenticate("t_portal", "t_portal")
        png = b"\x89PNG\r\n\x1a\n" + b"0" * 100
        accepted = self.upload("crack.png", png)
        self.assertIn("attachment_id", json.loads(accepted.text)["data"])
        before = self.env["ir.attachment"].sudo().search_count([])
        for name, content, message in (
            ("run.exe", b"hello", "is not accepted"),
            ("photo.png", b"MZ\x90\x00" + b"0" * 50, "is not accepted"),
            ("page.HTML", b"<html>", "is not accepted"),
            ("vector.svg", b"<svg/>", "is not accepted"),
            ("run.exe. ", b"hello", "is not accepted"),
            ("applet.jnlp", b"hello", "is not accepted"),
            ("no_extension", b"hello", "is not accepted"),
            ("film.mp4", b"0" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
        ):
            with self.subTest(name=name):
                answer = self.upload(name, content)
                self.assertIn(message, json.loads(answer.text)["error"])
        self.assertEqual(self.env["ir.attachment"].sudo().search_count([]), before)

    def test_a_program_uploaded_elsewhere_cannot_be_posted_here(self):
        program = self.env["ir.attachment"].create(
            {"name": "run.exe", "raw": b"MZ1", "res_model": "mail.compose.message"}
        )
        with self.assertRefused(UserError, "is not accepted"):
            self.complaint.with_user(self.customer).message_post(
                body="Look",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachment_ids=program.ids,
            )

    def test_an_employee_without_complaints_is_led_home(self):
        self.employee.password = "t_employee"
        self.authenticate("t_employee", "t_employee")
        self.assertTrue(self.url_open("/my/complaints").url.endswith("/my"))

    @mute_logger("odoo.http")
    def test_a_stranger_cannot_upload_to_a_complaint(self):
        self.authenticate("t_stranger", "t_stranger")
        before = self.env["ir.attachment"].sudo().search_count([])
        self.assertEqual(self.upload("crack.png", b"x").status_code, 404)
        self.assertEqual(self.env["ir.attachment"].sudo().search_count([]), before)

    def listed(self, query=""):
        """Numbers of the complaints that the customer's list shows, in its order."""
        page = self.url_open(f"/my/complaints{query}")
        self.assertEqual(page.status_code, 200)
        return re.findall(r'href="/my/complaints/\d+">\s*([^\s<]+)', page.text)

    def test_the_list_is_searched_sorted_and_filtered(self):
        # X-25 C-90
        order = self.make_complaint(
            order_id=self.order.id, received_at=datetime(2025, 4, 1)
        )
        closed = self.make_owned(title="Hinge 100% loose")
        self.tell_outcome(closed)
        self.confirm(closed)
        door = self.complaint
        self.authenticate("t_portal", "t_portal")
        for query, expected in (
            ("", [order, closed, door]),
            ("?sortby=oldest", [closed, door, order]),
            ("?sortby=status&filterby=closed", [closed]),
            ("?filterby=open", [order, door]),
            ("?search=hinge", [closed]),
            ("?search=hinge&search_in=number", []),
            ("?search=hinge&search_in=text&filterby=open", []),
            (f"?search={door.name.lower()}&search_in=number", [door]),
            (f"?search={self.order.name}&search_in=order", [order]),
            (f"?search={self.order.name}", [order]),
            # What nobody offered counts as nothing.
            ("?sortby=id;drop&filterby=x&search_in=user_id.login&search=", None),
            ("?search=%00%25_'\"&sortby=", []),
            (f"?search={'x' * 5000}", []),
            ("?page=99", None),
        ):
            with self.subTest(query=query[:60]):
                names = [order.name, closed.name, door.name]
                if expected is not None:
                    names = [complaint.name for complaint in expected]
                self.assertEqual(sorted(self.listed(query)), sorted(names))
        self.assertEqual(self.listed("?sortby=newest")[0], order.name)
        self.assertEqual(self.listed("?sortby=oldest")[-1], order.name)
        page = self.url_open("/my/complaints?search=nowhere").text
        self.assertIn("Try other words", page)

    def test_paging_keeps_search_sorting_and_filter(self):
        self.env["customer.complaint"].create(
            [
                {"description": f"Hinge {i}", "partner_id": self.partner.id}
                for i in range(25)
            ]
        )
        self.authenticate("t_portal", "t_portal")
        query = "?search=hinge&sortby=oldest&filterby=open"
        page = self.url_open(f"/my/complaints{query}").text
        links = re.findall(r'href="(/my/complaints/page/2[^"]*)"', page)
        self.assertTrue(links)
        for part in ("search=hinge", "sortby=oldest", "filterby=open"):
            self.assertIn(part, links[0])
        self.assertEqual(len(self.listed(query)), 20)
        self.assertEqual(len(self.listed(f"/page/2{query}")), 5)

    def test_two_customers_of_one_company_and_two_companies_see_their_own(self):
        # C-88
        other = self.env["res.company"].create({"name": "Other Ltd"})
        mate = self.partner.copy({"name": "Mate", "parent_id": self.partner.id})
        mates = self.make_complaint(partner_id=mate.id)
        theirs = self.make_complaint(partner_id=self.stranger.partner_id.id)
        elsewhere = self.make_complaint(company_id=other.id, team_id=False)
        self.authenticate("t_portal", "t_portal")
        self.assertEqual(
            sorted(self.listed()), sorted([self.complaint.name, mates.name])
        )
        for foreign in (theirs, elsewhere):
            self.assertEqual(self.listed(f"?search={foreign.name}"), [])
            url = f"/my/complaints/{foreign.id}"
            for page in (
                self.url_open(url),
                self.url_open(f"{url}?access_token={self.token}"),
                self.url_open(f"{url}/document/customer_sheet"),
                self.url_open(f"{url}/file/1"),
                self.post_confirmation(url, solved="solved", grade="5"),
            ):
                self.assertNotIn(foreign.name, page.text)
            self.assertFalse(foreign.confirmation_ids)
        self.authenticate("t_stranger", "t_stranger")
        self.assertEqual(self.listed(), [theirs.name])

    def test_files_of_visible_messages_are_offered_and_no_others(self):
        #
        shown = self.complaint.message_post(
            body="Our offer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("offer.pdf", b"%PDF-1.4")],
        ).attachment_ids
        internal = self.complaint.message_post(
            body="For us", attachments=[("internal.pdf", b"%PDF-1.4")]
        ).attachment_ids
        self.authenticate("t_portal", "t_portal")
        page = self.url_open(self.url).text
        self.assertIn("offer.pdf", page)
        self.assertNotIn("internal.pdf", page)
        file = self.url_open(f"{self.url}/file/{shown.id}")
        self.assertEqual(file.content, b"%PDF-1.4")
        self.assertIn("attachment", file.headers["Content-Disposition"])
        for wrong in (internal.id, 2147483647):
            page = self.url_open(f"{self.url}/file/{wrong}")
            self.assertEqual(page.status_code, 404)
        self.authenticate("t_stranger", "t_stranger")
        self.assertNotEqual(
            self.url_open(f"{self.url}/file/{shown.id}").content, b"%PDF-1.4"
        )

    def test_customer_without_account_and_contact_writes_from_his_link(self):
        complaint = self.make_complaint(
            partner_id=False, partner_name="Ann", email_from="ann@example.com"
        )
        self.authenticate(None, None)
        page = self.url_open(complaint.get_portal_url()).text
        self.assertIn("/message", page)
        page = self.url_open(
            f"/my/complaints/{complaint.id}/message",
            data={
                "csrf_token": self.csrf(),
                "access_token": complaint.access_token,
                "body": "Any news?",
            },
        )
        self.assertIn("Any news?", page.text)
        complaint.invalidate_recordset()
        self.assertTrue(complaint.said_at)

    def test_the_customers_list_uses_its_index_whatever_the_number(self):
        # Few rows are cheaper to sort than to read in order: only the order is asked.
        self.env.flush_all()
        for way in ("seqscan", "bitmapscan", "sort"):
            self.env.cr.execute(
                SQL("SET LOCAL %s = off", SQL.identifier(f"enable_{way}"))
            )
        query = self.env["customer.complaint"]._search(
            [("commercial_partner_id", "=", self.partner.id)],
            order="received_at desc, id desc",
            limit=20,
        )
        plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        self.assertIn("portal_idx", str(plan))

    def test_the_list_costs_the_same_queries_for_one_and_twenty(self):
        self.authenticate("t_portal", "t_portal")
        costs = []
        for count in (1, 18):
            self.env["customer.complaint"].create(
                [
                    {"description": f"No. {i}", "partner_id": self.partner.id}
                    for i in range(count)
                ]
            )
            self.env.flush_all()
            self.url_open("/my/complaints")
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.url_open("/my/complaints")
            costs.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(costs[1], costs[0] + 2)

    def test_the_list_is_paged_and_the_counter_counts(self):
        self.env["customer.complaint"].create(
            [
                {"description": f"No. {index}", "partner_id": self.partner.id}
                for index in range(21)
            ]
        )
        self.authenticate("t_portal", "t_portal")
        first = self.url_open("/my/complaints").text
        second = self.url_open("/my/complaints/page/2").text
        self.assertEqual(
            first.count('href="/my/complaints/'),
            20 + first.count("/my/complaints/page/") + 1,  # New complaint
        )
        self.assertIn(self.complaint.name, second)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["complaint_count"]}
        )
        self.assertEqual(counters["complaint_count"], 1)
