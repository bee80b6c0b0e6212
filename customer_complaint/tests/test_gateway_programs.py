from odoo.tests import tagged

from .mail_common import MailGatewayCommon


@tagged("post_install", "-at_install")
class TestGatewayPrograms(MailGatewayCommon):
    """Letters that programs write by themselves."""

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
