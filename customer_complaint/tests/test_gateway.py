import doctest
import time
from datetime import timedelta

from odoo.exceptions import UserError
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
    def answered(self, **values):
        """A complaint by mail that the handler owns and has answered."""
        complaint = self.receive(**values)
        complaint.write(
            {
                "demand": "A new door",
                "category_id": self.category.id,
                "user_id": self.handler.id,
            }
        )
        complaint.with_user(self.handler).message_post(
            body="We look into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        complaint.told_at = self.now - timedelta(minutes=50)
        return complaint

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
    # After closing
    # ------------------------------------------------------------------
    def closed(self):
        complaint = self.answered()
        self.tell_outcome(complaint)
        self.confirm(complaint, "solved", "5")
        self.receive("It broke again.", subject=complaint.name)
        return complaint

    def decide(self, complaint, follows, user=None, **values):
        action = complaint.with_user(user or self.handler).action_late_reply()
        form = Form(
            self.env[action["res_model"]]
            .with_user(user or self.handler)
            .with_context(**action["context"])
        )
        form.follows = follows
        for name, value in values.items():
            form[name] = value
        return form.save().action_apply()

    def test_a_letter_to_a_closed_complaint_asks_a_colleague(self):
        complaint = self.closed()
        self.assertEqual(complaint.stage_type, "closed")
        self.assertTrue(complaint.late_reply_at)
        self.assertTrue(complaint.is_answered)
        self.assertFalse(
            self.row(complaint, "next_reply").filtered(lambda d: d.state == "open")
        )
        self.receive("Hello?", subject=complaint.name)
        todo = complaint.activity_ids
        self.assertEqual(todo.user_id, self.handler)
        self.assertEqual(
            todo.activity_type_id,
            self.env.ref("customer_complaint.mail_activity_type_late_reply"),
        )

    def test_it_can_be_reopened_with_a_reason(self):
        # C-53
        complaint = self.closed()
        self.decide(complaint, "reopen")
        self.assertEqual(complaint.round, 2)
        self.assertFalse(complaint.late_reply_at or complaint.activity_ids)
        self.assertIn("It broke again", "".join(complaint.message_ids.mapped("body")))

    def test_it_can_become_a_new_complaint_received_when_he_wrote(self):
        complaint = self.closed()
        action = self.decide(complaint, "new")
        new = self.env["customer.complaint"].browse(action["res_id"])
        self.assertEqual(new.partner_id, self.partner)
        self.assertEqual(new.received_at, complaint.said_at)
        self.assertIn("It broke again.", new.description)
        self.assertEqual(complaint.stage_type, "closed")
        self.assertFalse(complaint.late_reply_at)
        self.assertIn(complaint.name, "".join(new.message_ids.mapped("body")))

    def test_the_new_complaint_has_his_order_and_files_and_the_way_he_wrote(self):
        complaint = self.closed()
        complaint.order_id = self.order
        files = [("crack.png", self.picture(30, 30), "image", "png")]
        self.receive("See the photo.", subject=complaint.name, files=files)
        action = self.decide(complaint, "new")
        new = self.env["customer.complaint"].browse(action["res_id"])
        self.assertEqual(new.order_id, self.order)
        self.assertEqual(
            new.channel_id, self.env.ref("customer_complaint.channel_email")
        )
        photo = new.message_ids.attachment_ids
        self.assertEqual(photo.name, "crack.png")
        self.assertEqual((photo.res_model, photo.res_id), (new._name, new.id))
        mine = complaint.message_ids.attachment_ids
        self.assertEqual(mine.mapped("res_id"), complaint.ids, "its own file")

    def test_a_late_reply_on_the_page_is_no_mail(self):
        complaint = self.closed()
        self.decide(complaint, "thanks")
        user = new_test_user(self.env, "t_portal_late", "base.group_portal")
        for author, name in (
            (user, "portal"),
            (self.env.ref("base.public_user"), "web_form"),
        ):
            complaint.with_user(author).sudo()._say_on_page("The lamp is broken.")
            action = self.decide(complaint, "new")
            new = self.env["customer.complaint"].browse(action["res_id"])
            self.assertEqual(new.channel_id.code, name)
            self.assertIn("The lamp is broken.", new.description)

    def test_a_late_reply_of_an_anonymous_customer_stays_anonymous(self):
        self.company.complaint_allow_anonymous = True
        complaint = self.make_complaint(
            partner_id=False, is_anonymous=True, user_id=self.handler.id
        )
        self.tell_outcome(complaint)
        complaint.sudo()._close("no_reply")
        visitor = complaint.with_user(self.env.ref("base.public_user")).sudo()
        visitor._say_on_page("The guard was rude again.")
        dialog = self.env["customer.complaint.late.reply"].new(
            {"complaint_id": complaint.id}
        )
        self.assertEqual(dialog.text, "The guard was rude again.")
        action = self.decide(complaint, "new")
        new = self.env["customer.complaint"].browse(action["res_id"])
        self.assertTrue(new.is_anonymous)
        self.assertEqual(new.description, "The guard was rude again.")

    def test_a_letter_to_an_archived_complaint_gives_one_todo(self):
        complaint = self.answered()
        complaint.with_user(self.lead).action_archive()
        for _time in range(2):
            self.receive("Hello?", subject=complaint.name)
        todo = complaint.activity_ids
        self.assertEqual(todo.user_id, self.handler)
        self.assertIn("archived", todo.summary)
        closed = self.answered()
        self.tell_outcome(closed)
        self.confirm(closed)
        closed.with_user(self.lead).action_archive()
        self.receive("Hello?", subject=closed.name)
        self.assertEqual(closed.activity_ids.user_id, self.handler)

    def test_thanks_leave_it_closed(self):
        complaint = self.closed()
        self.decide(complaint, "thanks")
        self.assertEqual(complaint.stage_type, "closed")
        self.assertFalse(complaint.late_reply_at or complaint.is_answered)
        self.assertFalse(complaint.activity_ids)

    def test_two_colleagues_do_not_decide_twice(self):
        complaint = self.closed()
        self.decide(complaint, "thanks")
        with self.assertRefused(UserError, "decided this meanwhile"):
            self.decide(complaint, "reopen")

    # ------------------------------------------------------------------
    # Programs that write by themselves
    # ------------------------------------------------------------------
    def test_automatic_answers_open_no_complaint(self):
        before = self.count()
        for values in (
            {"headers": {"Auto-Submitted": "auto-replied (vacation)"}},
            {"headers": {"X-Autoreply": "yes"}},
            {"headers": {"Precedence": "auto_reply"}},
            {"headers": {"Return-Path": "<>", "Precedence": "bulk"}},
            {"headers": {"Return-Path": "<>"}, "subject": "自动回复: 门"},
            {"headers": {"Return-Path": "<>"}, "sender": "postmaster@example.com"},
            {"sender": "MAILER-DAEMON@example.com"},
        ):
            self.assertFalse(self.receive(**values), values)
        self.assertEqual(self.count(), before)

    def test_what_only_looks_automatic_is_a_complaint_that_nobody_is_thanked_for(self):
        for values in (
            {"subject": "Out of office hours nobody answers"},
            {"subject": "Auto reply of your shop is rude"},
            {"headers": {"Precedence": "bulk"}},
            {"headers": {"Precedence": "list"}},
            {"headers": {"Return-Path": "<>"}},
            {"sender": "Postmaster <postmaster@example.com>"},
        ):
            complaint = self.receive(**values)
            self.assertTrue(complaint, values)
            self.assertFalse(self.sent(complaint), values)

    def test_a_form_of_the_customer_opens_one_that_nobody_is_thanked_for(self):
        complaint = self.receive(headers={"Auto-Submitted": "auto-generated"})
        self.assertTrue(complaint)
        self.assertFalse(self.sent(complaint))

    def test_an_automatic_answer_to_a_complaint_is_a_note_that_changes_nothing(self):
        #
        complaint = self.answered()
        answer = complaint.message_ids.filtered(
            lambda m: m.author_id == self.handler.partner_id
        )
        mails = len(self.env["mail.mail"].search([]))
        joined = self.receive(
            "I am away.",
            reply_to_id=answer[0].message_id,
            headers={"Auto-Submitted": "auto-replied"},
        )
        self.assertEqual(joined, complaint)
        self.assertFalse(complaint.is_answered or complaint.said_at)
        self.assertTrue(complaint.message_ids[0].is_internal)
        self.assertEqual(len(self.env["mail.mail"].search([])), mails)

    def test_a_loop_of_one_sender_ends_after_twenty(self):
        before = self.count()
        for index in range(25):
            self.receive(subject=f"No. {index}", sender="Loop <LOOP@example.com>")
        self.assertEqual(self.count() - before, 20)

    def test_a_loop_ends_also_where_letters_come_without_an_alias(self):
        Complaint, before = self.env["customer.complaint"], self.count()
        for index in range(22):
            raw = self.letter(subject=f"No. {index}", to="x@nowhere.example")
            Complaint.env["mail.thread"].message_process(Complaint._name, raw)
        self.assertEqual(self.count() - before, 20)

    def bounce(self, complaint, action="failed", kind="delivery-status"):
        sent = self.sent(complaint)[:1]
        return (
            f"Return-Path: <>\r\nFrom: MAILER-DAEMON@example.com\r\nTo: {self.address}\r\n"
            f"Message-ID: <{action}{kind}@mx.example>\r\nSubject: Report\r\n"
            f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nReport.\r\n"
            f"--b\r\nContent-Type: message/{kind}\r\n\r\n"
            "Reporting-MTA: dns; mx.example\r\n\r\n"
            "Final-Recipient: rfc822; t.customer@example.com\r\n"
            f"Action: {action}\r\nStatus: 5.0.0\r\n\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {sent.message_id}\r\n\r\n--b--\r\n"
        ).encode()

    def test_a_mail_that_came_back_gives_a_todo_and_no_complaint(self):
        complaint = self.receive()
        complaint.write(
            {"demand": "x", "category_id": self.category.id, "user_id": self.handler.id}
        )
        before = self.count()
        self.process(self.bounce(complaint))
        self.process(self.bounce(complaint).replace(b"<failed", b"<again"))
        self.assertEqual(self.count(), before)
        self.assertEqual(complaint.message_bounce, 2)
        self.assertEqual(complaint.activity_ids.user_id, self.handler)
        self.assertEqual(complaint.activity_ids.summary, "Our e-mail did not arrive")

    def test_receipts_of_reading_and_delivery_are_no_failure(self):
        complaint = self.receive()
        before = self.count()
        self.process(self.bounce(complaint, "delivered"))
        self.process(self.bounce(complaint, "displayed", "disposition-notification"))
        self.assertEqual(self.count(), before)
        self.assertFalse(complaint.message_bounce or complaint.activity_ids)
        self.assertFalse(self.partner.message_bounce)

    def test_who_refuses_advertising_gets_answers_all_the_same(self):
        self.env["mail.blacklist"]._add(self.partner.email)
        complaint = self.answered()
        composer = self.env["mail.compose.message"].create(
            {
                "model": complaint._name,
                "res_ids": complaint.ids,
                "composition_mode": "mass_mail",
                "body": "Solved.",
                "subject": "News",
            }
        )
        mails, _messages = composer._action_send_mail()
        self.assertNotEqual(mails.state, "cancel")

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
            started = time.monotonic()
            mail_reading.read_forwarded_sender(f"From: {text}@{text}")
            mail_reading.read_forwarded_sender(f"{text}From{text}\n{text}")
            self.assertLess(time.monotonic() - started, 1, repr(sign))

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
