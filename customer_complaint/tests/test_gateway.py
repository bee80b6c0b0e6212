import doctest
import time
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..tools import mail_reading
from .mail_common import MailGatewayCommon


@tagged("post_install", "-at_install")
class TestGateway(MailGatewayCommon):
    """What an e-mail becomes: a complaint, part of one, or nothing."""

    # ------------------------------------------------------------------
    # New complaints
    # ------------------------------------------------------------------
    def test_a_letter_to_the_team_becomes_its_complaint_with_the_arrival_as_receipt(
        self,
    ):
        # C-05
        received_at = (self.now - timedelta(hours=5)).replace(microsecond=0)
        complaint = self.receive(received_at=received_at)
        self.assertEqual(complaint.team_id, self.team)
        self.assertEqual(complaint.company_id, self.company)
        self.assertEqual(complaint.received_at, received_at)
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.title, "Cracked door")
        self.assertEqual(complaint.description, "The door is cracked.")
        self.assertEqual(
            complaint.channel_id, self.env.ref("customer_complaint.channel_email")
        )
        self.assertFalse(complaint.user_id)
        self.assertFalse(complaint.first_contact_id)
        row = self.row(complaint, "first_response")
        self.assertEqual((row.start_at, row.state), (received_at, "open"))

    def test_the_letter_itself_is_neither_a_reply_nor_an_answer(self):
        complaint = self.receive()
        self.assertFalse(complaint.said_at or complaint.told_at)
        self.assertFalse(complaint.is_answered)
        self.assertFalse(self.row(complaint, "next_reply"))

    def test_it_is_acknowledged_once_to_the_sender(self):
        # C-05 X-11
        message_id = "<once@customer.example>"
        complaint = self.receive(message_id=message_id)
        self.assertFalse(self.receive(message_id=message_id))
        mail = self.sent(complaint)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertIn(complaint.name, mail.subject)
        self.assertIn("desk@complaint-test.example", mail.reply_to)
        self.assertIn("'Auto-Submitted': 'auto-replied'", mail.headers)

    def test_the_setting_of_the_company_switches_the_acknowledgement_off(self):
        self.company.complaint_acknowledge = False
        self.assertFalse(self.sent(self.receive()))

    def test_an_unknown_sender_keeps_his_name_and_address_and_becomes_no_contact(self):
        before = self.env["res.partner"].search_count([])
        complaint = self.receive(sender="Jane Roe <Jane.Roe@Example.org>")
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.partner_name, "Jane Roe")
        self.assertEqual(complaint.email_from, "jane.roe@example.org")
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertEqual(self.sent(complaint).email_to, "jane.roe@example.org")

    def test_the_receipt_never_lies_in_the_future_or_long_ago(self):
        for received_at in (
            self.now + timedelta(days=3),
            self.now - timedelta(days=4000),
        ):
            complaint = self.receive(received_at=received_at)
            self.assertLess(abs(complaint.received_at - self.now).seconds, 600)

    def test_the_company_follows_from_the_address_and_the_customer_from_the_company(
        self,
    ):
        # C-05
        domain = self.env["mail.alias.domain"].create({"name": "second.example"})
        company = self.env["res.company"].create(
            {"name": "Second", "alias_domain_id": domain.id}
        )
        team = self.env["customer.complaint.team"].create(
            {"name": "Second desk", "company_id": company.id, "alias_name": "desk"}
        )
        self.assertEqual(team.alias_email, "desk@second.example")
        Partner = self.env["res.partner"]
        here, there = Partner.create(
            [
                {"name": "Here", "email": "x@y.example", "company_id": self.company.id},
                {"name": "There", "email": "x@y.example", "company_id": company.id},
            ]
        )
        second = self.receive(sender="x@y.example", to="desk@second.example")
        self.assertEqual(
            (second.company_id, second.team_id, second.partner_id),
            (company, team, there),
        )
        self.assertEqual(second.level_id.company_id | company, company)
        self.assertEqual(self.receive(sender="x@y.example").partner_id, here)
        # Known to the other company only: not its customer, and not its author either.
        there.active = False
        third = self.receive(sender="x@y.example", to="desk@second.example")
        self.assertFalse(third.partner_id)
        self.assertFalse(third.message_ids.author_id & here)
        # A shared team answers for the company that owns its domain.
        shared = self.env["customer.complaint.team"].create(
            {
                "name": "Shared",
                "alias_name": "all",
                "alias_domain_id": domain.id,
            }
        )
        fourth = self.receive(to="all@second.example")
        self.assertEqual((fourth.company_id, fourth.team_id), (company, shared))

    def test_a_letter_to_two_teams_is_one_complaint_of_the_one_written_first(self):
        self.other_team.write({"alias_name": "a-workshop"})
        second = self.other_team.alias_email
        before = self.count()
        complaint = self.receive(to=f"{self.address}, {second}")
        self.assertEqual(complaint.team_id, self.team)
        self.assertEqual(self.count(), before + 1)
        self.assertEqual(
            self.receive(to=second, cc=self.address).team_id, self.other_team
        )

    def test_an_archived_team_loses_no_letter(self):
        self.other_team.write({"alias_name": "gone", "active": False})
        complaint = self.receive(to=self.other_team.alias_email)
        self.assertTrue(complaint.team_id.active)
        self.assertEqual(
            complaint.team_id, complaint.team_id._get_default(self.company)
        )

    def test_who_follows_the_team_hears_of_new_complaints(self):
        # peers: nobody was notified of what came in from outside
        self.assertIn(self.lead.partner_id, self.team.message_partner_ids)
        self.team.message_subscribe(self.handler.partner_id.ids)
        complaint = self.receive()
        told = complaint.message_ids.filtered(lambda m: "New complaint" in m.subject)
        notified = self.env["mail.message"].search(
            [
                ("model", "=", complaint._name),
                ("res_id", "=", complaint.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertFalse(told, "customers do not see it")
        self.assertEqual(
            notified.notified_partner_ids,
            self.lead.partner_id | self.handler.partner_id,
        )
        self.assertNotIn(self.handler.partner_id, complaint.message_partner_ids)

    def test_copies_are_kept_and_proposed_for_answers(self):
        complaint = self.receive(
            cc=f"Bob <bob@customer.example>, {self.address}, nonsense"
        )
        self.assertEqual(complaint.email_cc, '"Bob" <bob@customer.example>')
        self.receive(
            subject=f"Re: {complaint.name}",
            cc="eve@customer.example, bob@customer.example",
        )
        self.assertIn("eve@customer.example", complaint.email_cc)
        self.assertEqual(complaint.email_cc.count("bob@"), 1)
        suggested = complaint._message_get_suggested_recipients()
        self.assertIn("bob@customer.example", [s["email"] for s in suggested])

    # ------------------------------------------------------------------
    # Passed on by a colleague
    # ------------------------------------------------------------------
    def test_a_colleague_who_passes_a_letter_on_is_not_the_customer(self):
        #
        self.handler.email = "handler@complaint-test.example"
        complaint = self.receive(
            "Grumpy again.\n\n---------- Forwarded message ----------\n"
            "From: Test Customer <t.customer@example.com>\nSubject: Door\n\nIt broke.",
            sender="Handler <handler@complaint-test.example>",
            subject="Fwd: Door",
        )
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(complaint.title, "Door")
        self.assertEqual(complaint.first_contact_id, self.handler)
        self.assertFalse(complaint.told_at, "passing on is no answer")
        self.assertFalse(self.sent(complaint), "a guess is not written to")
        letter = complaint.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertTrue(letter.is_internal)
        self.assertIn("Passed on by", "".join(complaint.message_ids.mapped("body")))

    def test_without_a_name_in_the_letter_the_customer_is_left_open(self):
        self.handler.email = "handler@complaint-test.example"
        complaint = self.receive(
            "They called.", sender="handler@complaint-test.example"
        )
        self.assertFalse(complaint.partner_id or complaint.email_from)
        self.assertIn(
            "enter who complains", "".join(complaint.message_ids.mapped("body"))
        )

    # ------------------------------------------------------------------
    # Replies
    # ------------------------------------------------------------------
    def test_a_reply_joins_its_complaint_by_its_headers(self):
        self.env.ref("customer_complaint.policy_graded").line_ids = [
            Command.create({"deadline_type": "next_reply", "amount": 8})
        ]
        complaint = self.answered()
        self.assertFalse(complaint.is_answered)
        before = self.count()
        arrived = (self.now - timedelta(minutes=20)).replace(microsecond=0)
        answer = complaint.message_ids.filtered(
            lambda m: m.author_id == self.handler.partner_id
        )
        joined = self.receive(
            "When?",
            reply_to_id=answer[0].message_id,
            received_at=arrived,
            subject="Re: your mail",
        )
        self.assertEqual(joined, complaint)
        self.assertEqual(self.count(), before)
        self.assertEqual(complaint.said_at, arrived)
        self.assertTrue(complaint.is_answered)
        self.assertEqual(self.row(complaint, "next_reply").start_at, arrived)
        self.assertIn(
            complaint,
            self.env["customer.complaint"].search([("is_answered", "=", True)]),
        )
        complaint._on_customer_told(self.now)
        self.assertFalse(complaint.is_answered)

    def test_a_reply_without_headers_joins_by_the_number_of_its_customer(self):
        # peers: a reply from Outlook opened a second ticket
        complaint = self.answered()
        for to in (self.address, self.domain.catchall_email):
            self.assertEqual(
                self.receive("And?", subject=f"AW: 您的投诉{complaint.name}", to=to),
                complaint,
            )
        colleague = self.partner.create(
            {
                "name": "Her colleague",
                "email": "other@example.com",
                "parent_id": self.partner.id,
            }
        )
        joined = self.receive(
            "And?", subject=f"[{complaint.name}] news", sender=colleague.email
        )
        self.assertEqual(joined, complaint)

    def test_a_stranger_with_the_number_opens_a_new_complaint_that_names_it(self):
        complaint = self.answered()
        other = self.receive(
            subject=f"Re: {complaint.name}", sender="stranger@elsewhere.example"
        )
        self.assertNotEqual(other, complaint)
        self.assertFalse(complaint.is_answered)
        self.assertIn(complaint.name, "".join(other.message_ids.mapped("body")))

    def test_a_colleague_with_the_number_leaves_a_note_that_tells_nobody(self):
        #
        self.handler.email = "handler@complaint-test.example"
        complaint = self.answered()
        told_at = complaint.told_at
        joined = self.receive(
            "Do not believe him.", sender=self.handler.email, subject=complaint.name
        )
        self.assertEqual(joined, complaint)
        letter = complaint.message_ids[0]
        self.assertTrue(letter.is_internal)
        # Whoever may not read the complaint does not write to it either.
        self.colleague.email = "colleague@complaint-test.example"
        self.assertFalse(complaint.with_user(self.colleague).has_access("read"))
        other = self.receive(sender=self.colleague.email, subject=complaint.name)
        self.assertNotEqual(other, complaint)
        self.assertEqual(letter.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(complaint.told_at, told_at)
        self.assertFalse(letter.notified_partner_ids & self.partner)

    def test_a_letter_of_a_colleague_counts_as_an_answer_only_if_the_customer_gets_it(
        self,
    ):
        self.handler.email = "handler@complaint-test.example"
        complaint = self.receive()
        first = complaint.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertTrue(first.message_id)
        reply = {"reply_to_id": first.message_id, "sender": self.handler.email}
        complaint.message_unsubscribe(self.partner.ids)
        first.author_id = False
        self.receive("I will do it.", **reply)
        self.assertFalse(complaint.told_at)
        self.receive("We will do it.", cc=self.partner.email, **reply)
        self.assertTrue(complaint.told_at)

    def test_an_answer_from_a_second_address_is_seen(self):
        complaint = self.answered()
        answer = complaint.message_ids.filtered(
            lambda m: m.author_id == self.handler.partner_id
        )
        self.receive(
            "It is me, from home.",
            sender="private@home.example",
            reply_to_id=answer[0].message_id,
        )
        self.assertTrue(complaint.is_answered)

    def test_a_reply_ends_waiting(self):
        complaint = self.answered()
        reason = self.env["customer.complaint.deadline.reason"].search(
            [("until_customer_answers", "=", True)], limit=1
        )
        complaint._pause_deadlines(self.now - timedelta(minutes=40), reason)
        self.assertTrue(complaint.paused_at)
        self.receive(
            subject=complaint.name, received_at=self.now - timedelta(minutes=9)
        )
        self.assertFalse(complaint.paused_at)

    def test_who_answered_before_he_could_read_the_reply_is_asked_again(self):
        complaint = self.answered()
        complaint.told_at = self.now - timedelta(minutes=5)
        self.receive(
            subject=complaint.name, received_at=self.now - timedelta(minutes=9)
        )
        self.assertTrue(complaint.is_answered)

    def test_answers_go_out_with_the_address_of_the_team(self):
        complaint = self.answered()
        answer = complaint.message_ids.filtered(
            lambda m: m.author_id == self.handler.partner_id
        )
        self.assertIn(self.address, answer[0].reply_to)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------
    def test_a_manager_gives_a_team_its_address_in_the_form(self):
        with Form(self.other_team.with_user(self.manager)) as form:
            form.alias_name = "Work Shop"
            form.alias_domain_id = self.domain
        self.assertEqual(
            self.other_team.alias_email, "work-shop@complaint-test.example"
        )
        self.assertEqual(
            self.receive(to=self.other_team.alias_email).team_id, self.other_team
        )

    def test_customers_see_neither_copies_nor_marks(self):
        #
        user = new_test_user(self.env, "t_portal_mail", "base.group_portal")
        self.partner.write({"user_ids": [Command.link(user.id)]})
        fields_seen = self.env["customer.complaint"].with_user(user).fields_get()
        for name in ("email_cc", "message_bounce", "is_answered", "late_reply_at"):
            self.assertNotIn(name, fields_seen)

    def test_nobody_from_outside_can_pretend_that_a_letter_comes_in(self):
        complaint = self.answered()
        message = (
            complaint.with_user(self.handler)
            .with_context(complaint_letter=["2020-01-01", "responder"])
            .message_post(
                body="x", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        )
        self.assertFalse(message.env["customer.complaint"]._get_letter())

    def test_the_examples_in_the_code_are_right(self):
        self.assertFalse(doctest.testmod(mail_reading).failed)

    def test_a_forwarded_letter_is_read_in_no_time_whatever_stands_in_it(self):
        for sign in (" ", "> ", "\n", "from", "from:", "[@", "(", "*"):
            text = (sign * 20_000)[:20_000]
            started = time.process_time()
            mail_reading.read_forwarded_sender(f"From: {text}@{text}")
            mail_reading.read_forwarded_sender(f"{text}From{text}\n{text}")
            self.assertLess(time.process_time() - started, 1, repr(sign))

    def test_reading_who_wrote_a_forwarded_letter(self):
        ann = ("Ann Lee", "ann@example.com")
        for line in (
            "From: Ann Lee <ann@example.com>",
            "> *Von:* Ann Lee <ann@example.com>",
            "发件人：Ann Lee [mailto:ann@example.com]",
            "From : Ann Lee [ann@example.com]",
        ):
            self.assertEqual(mail_reading.read_forwarded_sender(f"FYI\n{line}\nx"), ann)
        self.assertFalse(mail_reading.read_forwarded_sender("Far from: a@b.example"))

    def test_reading_a_subject(self):
        for subject, number in (
            ("Re: Your complaint CC/2026/00042", "CC/2026/00042"),
            ("回复：您的投诉CC/2026/00042的进展", "CC/2026/00042"),
            ("[CC/2026/00042] ok?", "CC/2026/00042"),
            ("(Beschwerde:CC/2026/00042).", "CC/2026/00042"),
        ):
            self.assertIn(number, mail_reading.find_numbers(subject))
        self.assertFalse(mail_reading.find_numbers("Nothing here"))
        self.assertLessEqual(len(mail_reading.find_numbers("a1 " * 9999)), 20)
