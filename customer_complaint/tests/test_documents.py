import base64
import io
import unicodedata

from reportlab.pdfgen import canvas

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from ..report.ir_actions_report import stamp
from .common import ComplaintCommon


class DocumentsCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
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
        cls.angry = cls.env["customer.complaint.emotion"].search([], limit=1)
        cls.complaint = cls.make_owned(
            title="Door cracked",
            emotion_id=cls.angry.id,
            order_id=cls.order.id,
            line_ids=[
                (0, 0, {"name": "Oak cabinet", "quantity": 2, "problem": "Left door"})
            ],
        )

    def decide(self, complaint):
        complaint.write(
            {
                "decision": "partly",
                "decision_reason": "The carrier dropped it.",
                "improvement": "Frames around the doors.",
                "follow_up_plan": "We call you on Monday.",
            }
        )

    def html(self, kind, complaints, user=None, **context):
        """What is printed, before it becomes a PDF."""
        complaints = complaints.with_user(user or self.handler)
        name, content, extension = complaints.with_context(**context)._render_document(
            kind
        )
        self.assertEqual(extension, "html")
        return content.decode() if isinstance(content, bytes) else str(content)

    def pdf(self, kind, complaints):
        document = complaints.with_context(force_report_rendering=True).get_document(
            kind
        )
        content = base64.b64decode(document["content"])
        self.assertEqual(content[:4], b"%PDF")
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        return document["name"], [
            self.text_of(reader.getPage(index)) for index in range(reader.getNumPages())
        ]

    def text_of(self, page):
        """Text as a reader copies it; PDF fonts may name a character by its radical."""
        return " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())


@tagged("post_install", "-at_install")
class TestDocuments(DocumentsCommon):
    def test_the_sheet_tells_title_customer_content_and_request(self):
        # C-17 C-10
        self.decide(self.complaint)
        sheet = self.html("sheet", self.complaint)
        for text in (
            self.complaint.name,
            "Door cracked",
            self.partner.name,
            self.complaint.email_from,
            "The door is cracked.",
            "A new door.",
            "Oak cabinet",
            "Left door",
            self.order.name,
            self.angry.name,
            self.handler.name,
            "Level 2",
            "First response",
            "The carrier dropped it.",
            self.company.name,
        ):
            self.assertIn(text, sheet)

    def test_the_sheet_says_which_deadlines_were_met(self):
        self.tell_outcome(self.complaint)
        verdicts = [row["verdict"] for row in self.complaint._get_report_deadlines()]
        self.assertEqual(verdicts, ["Overdue", "Overdue"])
        self.assertEqual(self.html("sheet", self.complaint).count("Overdue"), 2)

    def test_the_customers_copy_holds_nothing_internal(self):
        self.complaint.sudo().first_contact_id = self.colleague
        self.decide(self.complaint)
        copy = self.html("customer_sheet", self.complaint, user=self.customer)
        self.assertIn("The door is cracked.", copy)
        self.assertIn(self.handler.name, copy)  # the contact person
        for text in (
            self.angry.name,
            self.colleague.name,
            "Level 2",
            "The carrier dropped it.",
            "Frames around the doors.",
            "Partly justified",
            self.team.name,
        ):
            self.assertNotIn(text, copy)
        self.tell_outcome(self.complaint)
        copy = self.html("customer_sheet", self.complaint, user=self.customer)
        self.assertIn("Carrier's fault.", copy.replace("&#39;", "'"))

    def test_only_colleagues_get_the_sheet_and_only_readers_any_document(self):
        self.tell_outcome(self.complaint)
        with self.assertRefused(AccessError, "for colleagues"):
            self.html("sheet", self.complaint, user=self.customer)
        for user in (self.stranger, self.colleague, self.employee):
            for kind in ("sheet", "customer_sheet", "feedback"):
                with self.subTest(user=user.login, kind=kind):
                    with self.assertRaises(AccessError):
                        self.html(kind, self.complaint, user=user)

    def test_the_feedback_report_tells_result_improvement_and_follow_up(self):
        # C-114 C-115 C-116
        self.decide(self.complaint)
        report = self.html("feedback", self.complaint)
        for text in (
            f"Dear {self.partner.name}",
            "Your complaint is partly justified.",
            "The carrier dropped it.",
            "Frames around the doors.",
            "We call you on Monday.",
            "A new door.",
            "March 3, 2025",
            self.handler.name,
            "we will look at your complaint again",
        ):
            self.assertIn(text, report)
        self.assertNotIn(self.angry.name, report)

    def test_no_feedback_report_before_there_is_an_outcome(self):
        with self.assertRefused(UserError, "no outcome to report yet"):
            self.html("feedback", self.complaint)
        self.decide(self.complaint)
        with self.assertRefused(UserError, "no outcome to report yet"):
            self.html("feedback", self.complaint, user=self.customer)
        self.tell_outcome(self.complaint)
        self.html("feedback", self.complaint, user=self.customer)

    def test_the_letter_speaks_the_customers_language_the_sheet_the_readers(self):
        # C-115
        self.decide(self.complaint)
        self.partner.lang = "zh_CN"
        for xmlid, term in (("feedback", "Result"), ("sheet", "Complaint")):
            self.env.ref(
                f"customer_complaint.report_{xmlid}_document"
            ).update_field_translations("arch_db", {"zh_CN": {term: f"译{term}"}})
        letter = self.html("feedback", self.complaint)
        self.assertIn("译Result", letter)
        self.assertIn("2025年3月3日", letter)
        self.assertIn('lang="zh-CN"', letter)
        self.assertNotIn("译", self.html("sheet", self.complaint, lang="en_US"))
        self.assertIn("译Complaint", self.html("sheet", self.complaint, lang="zh_CN"))
        self.assertIn("译Complaint", self.html("customer_sheet", self.complaint))

    def test_a_customer_without_record_gets_a_letter_too(self):
        complaint = self.make_owned(
            partner_id=False, partner_name="A passer-by", email_from="p@example.com"
        )
        self.decide(complaint)
        self.assertIn("Dear A passer-by", self.html("feedback", complaint))

    def test_one_and_three_become_a_pdf_with_numbered_pages(self):
        # C-17; without patched Qt core prints one document per call and no page numbers
        others = self.make_owned() + self.make_owned(
            description="\n".join(["A long story. " * 60] * 12)
        )
        name, pages = self.pdf("sheet", self.complaint)
        number = self.complaint.name.replace("/", "-")
        self.assertEqual(name, f"Complaint sheet {number}.pdf")
        self.assertEqual(len(pages), 1)
        self.assertIn("1 / 1", pages[0])
        self.assertIn("Door cracked", pages[0])
        _name, texts = self.pdf("sheet", self.complaint + others)
        self.assertGreater(len(texts), 3)
        self.assertIn("1 / 1", texts[0])
        self.assertIn(f"1 / {len(texts) - 2}", texts[2])
        self.assertIn(f"{len(texts) - 2} / {len(texts) - 2}", texts[-1])
        for complaint, text in zip(self.complaint + others, texts, strict=False):
            self.assertIn(complaint.name, text)

    def test_chinese_is_set_as_text(self):
        self.complaint.write({"description": "橱柜到货时开裂。", "demand": "更换柜子"})
        _name, pages = self.pdf("sheet", self.complaint)
        self.assertIn("橱柜到货时开裂", pages[0].replace(" ", ""))

    def test_a_number_that_the_stamp_cannot_write_is_left_out(self):
        blank = io.BytesIO()
        page = canvas.Canvas(blank)
        page.showPage()
        page.save()
        for number, text in (("CC/1", "CC/1 1 / 1"), ("投诉/1", "1 / 1")):
            stamped = PdfFileReader(stamp(blank, number), strict=False)
            self.assertEqual(self.text_of(stamped.getPage(0)), text)

    def test_nothing_chosen_and_unknown_documents_are_refused_in_words(self):
        with self.assertRefused(UserError, "at least one complaint"):
            self.env["customer.complaint"].get_document("sheet")
        with self.assertRefused(UserError, "no document .invoice."):
            self.complaint.get_document("invoice")

    def test_print_menu_and_form_offer_the_documents(self):
        bindings = self.env["ir.actions.actions"].with_user(self.handler)
        names = {
            action["name"]
            for action in bindings.get_bindings("customer.complaint")["report"]
        }
        self.assertLessEqual({"Complaint sheet", "Feedback report"}, names)
        self.decide(self.complaint)
        action = self.complaint.action_print_feedback()
        self.assertEqual(action["report_name"], "customer_complaint.report_feedback")

    def test_the_outcome_message_can_carry_the_report(self):
        # C-115
        self.decide(self.complaint)
        template = self.env.ref("customer_complaint.mail_template_outcome_report")
        action = self.complaint.action_send_outcome()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.handler)
            .with_context(**{**action["context"], "default_template_id": template.id})
            .create({})
        )
        self.assertRegex(composer.attachment_ids.name, "^Feedback report CC")


@tagged("post_install", "-at_install")
class TestPortalDocuments(DocumentsCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.url = f"/my/complaints/{self.complaint.id}/document"
        self.token = self.complaint.access_token

    def test_the_customer_downloads_his_documents_once_there_is_something_to_tell(self):
        # C-17 C-115 X-03
        self.authenticate("t_portal", "t_portal")
        page = self.url_open(f"/my/complaints/{self.complaint.id}").text
        self.assertIn("document/customer_sheet", page)
        self.assertNotIn("document/feedback", page)
        self.assertEqual(self.url_open(f"{self.url}/feedback").status_code, 404)
        self.tell_outcome(self.complaint)
        page = self.url_open(f"/my/complaints/{self.complaint.id}").text
        self.assertIn("document/feedback", page)
        for kind, text in (
            ("customer_sheet", "The door is cracked."),
            ("feedback", "Your complaint is justified."),
        ):
            answer = self.url_open(f"{self.url}/{kind}")
            self.assertEqual(answer.status_code, 200)
            self.assertIn(text, answer.text)
            self.assertIn("attachment", answer.headers["Content-Disposition"])
            self.assertNotIn(self.angry.name, answer.text)

    def test_the_colleagues_sheet_is_not_offered_on_the_portal(self):
        self.authenticate("t_portal", "t_portal")
        for kind in ("sheet", "invoice", "report_sheet"):
            self.assertEqual(self.url_open(f"{self.url}/{kind}").status_code, 404)

    def test_the_token_of_the_mail_opens_it_no_other_does(self):
        #
        self.tell_outcome(self.complaint)
        other = self.make_complaint()
        right = self.url_open(f"{self.url}/feedback?access_token={self.token}")
        self.assertIn("Your complaint is justified.", right.text)
        for token in ("", "forged", other.access_token):
            answer = self.url_open(f"{self.url}/feedback?access_token={token}")
            self.assertNotIn(self.complaint.name, answer.text)
        self.authenticate("t_stranger", "t_stranger")
        self.assertNotIn(
            self.complaint.name, self.url_open(f"{self.url}/customer_sheet").text
        )

    def test_downloading_changes_nothing(self):
        self.tell_outcome(self.complaint)
        self.env.flush_all()
        before = self.complaint.write_date
        messages = len(self.complaint.message_ids)
        for method in ("GET", "HEAD"):
            url = f"{self.url}/feedback?access_token={self.token}"
            self.assertEqual(self.url_open(url, method=method).status_code, 200)
        self.assertEqual(
            self.url_open(f"{self.url}/feedback", data={"a": "1"}).status_code, 405
        )
        self.complaint.invalidate_recordset()
        self.assertEqual(self.complaint.write_date, before)
        self.assertEqual(len(self.complaint.message_ids), messages)
