from datetime import timedelta

from freezegun import freeze_time
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..tools import wording
from .common import RECEIPT, ComplaintCommon

NOW = "2025-03-03 12:00:00"
PHRASES = ("we are investigating", "being processed", "正在处理")


@tagged("post_install", "-at_install")
class TestWording(ComplaintCommon):
    """Plain functions; no record is needed."""

    def test_messages_that_only_hold_off_are_found(self):
        # C-82
        for text in (
            "We are investigating.",
            "Dear Ann,\nwe are investigating.\nKind regards\nBob",
            "Hello Ms Smith, your complaint is being processed. Thank you.",
            "您好，您的投诉正在处理。谢谢！",
            "We’re sorry. We are  INVESTIGATING!",
        ):
            with self.subTest(text=text):
                self.assertTrue(wording.find_holding_phrase(text, PHRASES))

    def test_messages_that_say_something_are_left_alone(self):
        # C-82
        for text in (
            "We are investigating. The carrier answers tomorrow, then we send a new door.",
            "Dear Ann, we are investigating with the carrier why the door was cracked.",
            "您好，您的投诉正在处理，仓库今天寄出新的柜门，明天送到。",
            "The new door is on its way.",
            "",
            "Kind regards",
        ):
            with self.subTest(text=text):
                self.assertIsNone(wording.find_holding_phrase(text, PHRASES))

    def test_what_news_lack_is_named(self):
        # C-87
        named = {"handling_mode": ["Written reply"], "department": ["Service desk"]}
        self.assertEqual(
            wording.find_lacking("All is well.", "plan", named, False, False),
            ["handling_mode", "department", "date"],
        )
        text = "The Service desk handles it as a written reply."
        self.assertFalse(wording.find_lacking(text, "plan", named, True, False))
        self.assertEqual(
            wording.find_lacking("We wait.", "cause", {}, True, False),
            ["cause", "measures"],
        )
        text = "The cause was the carrier. We replace the door."
        self.assertFalse(wording.find_lacking(text, "measures", {}, False, False))
        text = "原因是运输，我们将更换柜门。"
        self.assertFalse(wording.find_lacking(text, "cause", {}, True, False))
        self.assertEqual(
            wording.find_lacking("x", "plan", {}, True, True), ["progress"]
        )


class ConversationCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phone = cls.env.ref("customer_complaint.channel_phone")
        cls.letter = cls.env.ref("customer_complaint.channel_letter")

    def composer(self, complaints, **values):
        context = {**complaints.action_send_answer()["context"]}
        context["default_template_id"] = False
        return (
            complaints.env["mail.compose.message"]
            .with_context(**context)
            .create({"body": "<p>We ask the carrier today.</p>", **values})
        )

    def contact(self, complaint, **values):
        return complaint.env["customer.complaint.contact"].create(
            {"complaint_id": complaint.id, "summary": "On the phone.", **values}
        )

    def messages(self, complaint):
        return complaint.message_ids.filtered(lambda m: m.message_type == "comment")


@tagged("post_install", "-at_install")
class TestContactLog(ConversationCommon):
    @freeze_time(NOW)
    def test_the_log_says_who_how_what_and_what_came_of_it(self):
        # C-79 C-80
        complaint = self.make_owned()
        supplier = self.partner.create({"name": "Carrier"})
        contact = self.contact(
            complaint,
            counterpart="external",
            partner_id=supplier.id,
            direction="out",
            channel_id=self.letter.id,
            result="They look for the parcel",
            next_step="They call on Friday",
        )
        self.assertEqual(contact.user_id, self.handler)
        self.assertEqual(contact.partner_id, supplier)
        levels = dict(contact._fields["counterpart"].selection)
        self.assertEqual(set(levels), {"customer", "internal", "external"})

    @freeze_time(NOW)
    def test_only_contacts_with_the_customer_move_deadlines(self):
        # C-80
        complaint = self.make_owned()
        for counterpart in ("internal", "external"):
            for direction in ("out", "in"):
                self.contact(complaint, counterpart=counterpart, direction=direction)
        self.assertEqual(self.row(complaint, "first_response").state, "open")
        self.assertFalse(complaint.told_at)
        self.assertFalse(complaint.said_at)
        self.contact(complaint)
        self.assertEqual(self.row(complaint, "first_response").state, "done")

    def test_nothing_is_told_or_promised_to_a_supplier(self):
        # C-80
        complaint = self.make_owned()
        for values in (
            {"outcome_told": True},
            {"plan_told": True},
            {"commitment_at": "2099-01-01 09:00:00", "commitment": "A door"},
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self.contact(complaint, counterpart="internal", **values)

    def test_calls_to_a_supplier_are_no_attempts_to_reach_the_customer(self):
        # C-80
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        for _index in range(2):
            self.contact(complaint, counterpart="external", reached=False)
        with self.assertRefused(UserError, "0 of 2 attempts"):
            complaint._check_no_reply()

    # ------------------------------------------------------------------
    # Preferred channel
    # ------------------------------------------------------------------
    def test_the_preferred_channel_is_proposed_first(self):
        # C-81
        complaint = self.make_owned()
        self.assertFalse(complaint.preferred_channel_id)
        self.partner.complaint_channel_id = self.letter
        child = self.partner.create(
            {"name": "Ann", "email": "ann@example.com", "parent_id": self.partner.id}
        )
        other = self.make_owned(partner_id=child.id)
        self.assertEqual(other.preferred_channel_id, self.letter, "as his company")
        child.complaint_channel_id = self.phone
        other.invalidate_recordset()
        self.assertEqual(other.preferred_channel_id, self.phone)
        Contact = self.env["customer.complaint.contact"].with_user(self.handler)
        action = complaint.action_log_contact()
        form = Form(Contact.with_context(**action["context"]))
        self.assertEqual(form.channel_id, self.letter)
        self.assertFalse(form.is_other_channel)
        form.channel_id = self.phone
        self.assertTrue(form.is_other_channel)
        form.direction = "in"
        self.assertFalse(form.is_other_channel, "over what he calls is his affair")

    def test_another_channel_asks_for_a_reason(self):
        # C-81
        self.partner.complaint_channel_id = self.letter
        complaint = self.make_owned()
        self.contact(complaint, channel_id=self.phone.id)  # warned only
        self.company.complaint_guard = "refuse"
        with self.assertRefused(UserError, "prefers Letter"):
            self.contact(complaint, channel_id=self.phone.id)
        self.contact(complaint, channel_id=self.phone.id, channel_reason="Urgent")
        self.contact(complaint, channel_id=self.phone.id, counterpart="external")
        self.contact(complaint, channel_id=self.phone.id, direction="in")
        self.company.complaint_guard = "off"
        self.contact(complaint, channel_id=self.phone.id)

    def test_writing_to_somebody_who_wants_calls_asks_for_a_reason(self):
        # C-81
        self.partner.complaint_channel_id = self.phone
        complaint = self.make_owned()
        composer = self.composer(complaint)
        self.assertEqual(composer.complaint_other_channel_id, self.phone)
        self.company.complaint_guard = "refuse"
        composer = self.composer(complaint)
        with self.assertRefused(UserError, "prefers Phone"):
            composer._action_send_mail()
        composer.complaint_channel_reason = "He asked for it in writing"
        composer._action_send_mail()
        self.assertIn(
            "He asked for it in writing", str(complaint.message_ids.mapped("body"))
        )
        self.partner.complaint_channel_id = self.env.ref(
            "customer_complaint.channel_portal"
        )
        self.assertFalse(self.composer(complaint).complaint_other_channel_id)

    def test_the_dialog_of_a_contact_shows_how_a_good_talk_goes(self):
        # C-83
        arch = self.env["customer.complaint.contact"].get_view(view_type="form")["arch"]
        form = etree.fromstring(arch)
        [pattern] = form.xpath("//details[summary]")
        self.assertEqual(
            [step.text.partition(":")[0] for step in pattern.xpath(".//li")],
            ["Listen", "Understand", "Respond", "Follow up"],
        )


@tagged("post_install", "-at_install")
class TestFirstContact(ConversationCommon):
    def tasks(self, complaint):
        return complaint.sudo().activity_ids.filtered(
            lambda a: a.activity_type_id
            == self.env.ref("customer_complaint.activity_first_contact")
        )

    def test_the_first_contact_is_a_task_where_the_company_wants_it(self):
        # C-85
        self.assertFalse(self.tasks(self.make_complaint(user=self.handler)))
        self.company.complaint_first_contact = True
        complaint = self.make_complaint(user=self.handler)
        task = self.tasks(complaint)
        self.assertEqual(task.user_id, self.handler)
        due_at = self.row(complaint, "first_response").due_at
        self.assertEqual(task.date_deadline, due_at.date())
        self.contact(complaint, reached=False)
        self.assertTrue(self.tasks(complaint), "an attempt is none")
        self.contact(complaint)
        self.assertFalse(self.tasks(complaint), "done by telling")

    def test_complaints_that_come_in_by_themselves_are_the_leaders_task(self):
        # C-85
        self.company.complaint_first_contact = True
        complaints = self.env["customer.complaint"].create(
            [{"description": "x", "team_id": self.team.id}] * 3
        )
        for complaint in complaints:
            self.assertEqual(self.tasks(complaint).user_id, self.lead)
        history = (
            self.env["customer.complaint"]
            .with_context(complaint_history=True)
            .create({"description": "x", "team_id": self.team.id})
        )
        self.assertFalse(self.tasks(history))


@tagged("post_install", "-at_install")
class TestGuards(ConversationCommon):
    @freeze_time(NOW)
    def test_a_holding_phrase_is_pointed_out(self):
        # C-82
        complaint = self.make_owned()
        composer = self.composer(complaint, body="<p>We are investigating.</p>")
        self.assertIn(
            "“we are investigating” is all it says", composer.complaint_faults
        )
        composer.body = "<p>We ask the carrier today and call you tomorrow.</p>"
        self.assertFalse(composer.complaint_faults)
        composer.body = "<p>We are investigating.</p>"
        composer._action_send_mail()
        self.assertEqual(len(self.messages(complaint)), 1, "warned, not refused")

    @freeze_time(NOW)
    def test_a_holding_phrase_is_refused_where_the_company_wants_it(self):
        # C-82
        self.company.complaint_guard = "refuse"
        complaint = self.make_owned()
        empty = "<p>您好，您的投诉正在处理。</p>"
        with self.assertRefused(UserError, "is all it says"):
            self.composer(complaint, body=empty)._action_send_mail()
        with self.assertRefused(UserError, "is all it says"):
            self.composer(
                complaint, body=empty, scheduled_date="2025-03-04 12:00:00"
            )._action_schedule_message()
        with self.assertRefused(UserError, "is all it says"):
            complaint.message_post(
                body="We are investigating.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertFalse(self.messages(complaint))
        self.assertEqual(self.row(complaint, "first_response").state, "open")

    @freeze_time(NOW)
    def test_nobody_passes_the_guard_from_outside(self):
        # C-82
        self.company.complaint_guard = "refuse"
        complaint = self.make_owned()
        for message_type in ("comment", "email"):
            for tells in (None, "update", "outcome"):
                with self.assertRefused(UserError, "is all it says"):
                    complaint.with_context(complaint_tells=tells).message_post(
                        body="We are investigating.",
                        message_type=message_type,
                        subtype_xmlid="mail.mt_comment",
                    )
        self.assertEqual(self.row(complaint, "first_response").state, "open")

    @freeze_time(NOW)
    def test_internal_notes_and_customers_are_never_guarded(self):
        # C-82
        self.company.complaint_guard = "refuse"
        self.partner.complaint_channel_id = self.phone
        complaint = self.make_owned()
        complaint.message_post(
            body="We are investigating.",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        note = self.composer(
            complaint,
            body="<p>We are investigating.</p>",
            subtype_id=self.env.ref("mail.mt_note").id,
        )
        self.assertFalse(note.complaint_faults)
        self.assertFalse(note.complaint_other_channel_id)
        note._action_send_mail()
        complaint.sudo().message_post(
            body="We are investigating.",
            author_id=self.partner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(len(self.messages(complaint)), 3)

    @freeze_time(NOW)
    def test_phrases_are_rows_of_the_company(self):
        # C-82
        complaint = self.make_owned()
        text = "<p>Your matter is with the back office.</p>"
        self.assertFalse(self.composer(complaint, body=text).complaint_faults)
        self.env["customer.complaint.phrase"].create(
            {"name": "your matter is with the back office"}
        )
        self.assertTrue(self.composer(complaint, body=text).complaint_faults)
        self.company.complaint_guard = "off"
        self.assertFalse(self.composer(complaint, body=text).complaint_faults)

    @freeze_time(NOW)
    def test_news_say_what_the_path_prescribes(self):
        # C-87
        complaint = self.make_owned(handling_mode="written")
        text = "<p>The carrier has found the parcel.</p>"
        complaint.path_id.sudo().progress_contents = "plan"
        self.assertFalse(
            self.composer(complaint, body=text).complaint_faults, "a first answer"
        )
        self.composer(complaint)._action_send_mail()
        composer = self.composer(complaint, body=text)
        self.assertIn(
            "how it is handled, the responsible department, the expected date",
            composer.complaint_faults,
        )
        composer.complaint_tells = "outcome"
        self.assertFalse(composer.complaint_faults, "only news")
        composer.write(
            {
                "complaint_tells": "update",
                "complaint_commitment_at": "2025-03-07 09:00:00",
                "body": text + "<p>Service desk, written reply.</p>",
            }
        )
        self.assertFalse(composer.complaint_faults)

    @freeze_time(NOW)
    def test_the_template_for_news_brings_what_is_prescribed(self):
        # C-84 C-87
        complaint = self.make_owned(handling_mode="written", plan="We ask the carrier.")
        complaint.path_id.sudo().progress_contents = "plan"
        template = self.env.ref("customer_complaint.mail_template_progress")
        context = complaint.action_tell_plan()["context"]
        self.assertEqual(context["default_template_id"], template.id)
        composer = (
            complaint.env["mail.compose.message"].with_context(**context).create({})
        )
        for words in ("Service desk", "Written reply", "We ask the carrier."):
            self.assertIn(words, composer.body)
        self.assertFalse(composer.complaint_faults)
        composer._action_send_mail()
        self.assertTrue(complaint.plan_told_at)
        context = {**context, "default_complaint_tells": "update"}
        news = complaint.env["mail.compose.message"].with_context(**context).create({})
        self.assertFalse(news.complaint_faults)
        self.assertIn(
            composer.complaint_commitment_at,
            complaint.sudo().deadline_ids.mapped("due_at"),
        )


@tagged("post_install", "-at_install")
class TestToldAtStages(ConversationCommon):
    def mails(self, complaint):
        return self.env["mail.mail"].search(
            [
                ("model", "=", complaint._name),
                ("res_id", "=", complaint.id),
                ("recipient_ids", "in", self.partner.ids),
            ]
        )

    @freeze_time(NOW)
    def test_the_customer_is_told_at_the_stages_that_say_so(self):
        # C-86
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        stage = self.env.ref("customer_complaint.stage_in_progress")
        stage.mail_template_id = self.env.ref("customer_complaint.mail_template_stage")
        stage.with_context(lang="fr_FR").name = "En cours"
        complaint = self.make_owned()
        self.assertFalse(self.mails(complaint))
        complaint.action_start()
        mail = self.mails(complaint)
        self.assertEqual((len(mail), mail.state), (1, "outgoing"), "queued")
        #
        self.assertIn("En cours", mail.subject)
        self.assertIn(complaint.access_token, mail.body_html)
        self.assertFalse(complaint.told_at, "automatic: nothing is answered by it")
        self.assertEqual(self.row(complaint, "first_response").state, "open")

    @freeze_time(NOW)
    def test_nobody_is_told_about_history_or_without_an_address(self):
        # C-86
        stage = self.env.ref("customer_complaint.stage_in_progress")
        stage.mail_template_id = self.env.ref("customer_complaint.mail_template_stage")
        self.partner.email = False
        complaint = self.make_owned(email_from=False)
        complaint.action_start()
        self.assertFalse(self.mails(complaint))
        self.partner.email = "t.customer@example.com"
        old = self.make_complaint(received_at=RECEIPT - timedelta(days=9))
        old.with_context(complaint_history=True).write(
            {"user_id": self.handler.id, "stage_id": stage.id}
        )
        self.assertFalse(self.mails(old))

    @freeze_time(NOW)
    def test_nobody_is_told_where_no_mail_arrives(self):
        # C-86
        stage = self.env.ref("customer_complaint.stage_in_progress")
        stage.mail_template_id = self.env.ref("customer_complaint.mail_template_stage")
        self.partner.message_bounce = 1
        complaint = self.make_owned()
        complaint.action_start()
        mails = self.env["mail.mail"].search(
            [("model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        told = mails.filtered(lambda mail: mail.message_type == "email_outgoing")
        self.assertFalse(told, "none without a recipient either")

    @freeze_time(NOW)
    def test_joining_complaints_and_undoing_it_is_no_news(self):
        # C-86
        template = self.env.ref("customer_complaint.mail_template_stage")
        stages = self.env["customer.complaint.stage"].search([])
        kept, later = self.make_owned(), self.make_owned()
        stages.mail_template_id = template
        for kind in ("merged", "duplicate"):
            link = later._join(kept, kind, "Twice.")
            self.assertEqual(later.stage_type, "closed")
            link.with_user(self.handler).action_undo()
            self.assertNotEqual(later.stage_type, "closed")
        self.assertFalse(self.mails(later) + self.mails(kept))
        later.action_start()
        self.assertTrue(self.mails(later))

    @freeze_time(NOW)
    def test_without_a_name_there_is_no_salutation(self):
        complaint = self.make_complaint(partner_id=False, email_from="x@example.com")
        templates = self.env["mail.template"].search(
            [("model", "=", complaint._name), ("body_html", "like", "Dear")]
        )
        self.assertTrue(templates)
        for template in templates:
            body = template._render_field("body_html", complaint.ids)[complaint.id]
            self.assertNotIn("Dear", body, template.name)
        complaint.partner_name = "Ann"
        body = template._render_field("body_html", complaint.ids)[complaint.id]
        self.assertIn("Dear Ann,", body)

    def test_saved_replies_are_there_for_those_who_answer(self):
        # C-84
        Canned = self.env["mail.canned.response"]
        mine = Canned.with_user(self.handler).search([("source", "=", "sorry")])
        self.assertTrue(mine)
        self.assertFalse(
            Canned.with_user(self.employee).search([("id", "in", mine.ids)])
        )
