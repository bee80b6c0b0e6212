import json
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.complaint_told import Promised
from .common import RECEIPT, ComplaintCommon

NOW = "2025-03-03 12:00:00"
FRIDAY = datetime(2025, 3, 7, 9)
MARKED = '<p>You hear by <span class="o_complaint_commitment">(date)</span>.</p>'


@tagged("post_install", "-at_install")
class TestPromises(ComplaintCommon):
    """No date that was told to a customer is forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.tz = "UTC"
        cls.template = cls.env["mail.template"].create(
            {
                "name": "With a date",
                "model_id": cls.env["ir.model"]._get_id("customer.complaint"),
                "subject": "News",
                "body_html": MARKED,
                "use_default_to": True,
                "lang": "{{ object.partner_id.lang }}",
                "complaint_commitment_amount": 48,
            }
        )

    def composer(self, complaints, template=None, **values):
        action = complaints.action_send_answer()
        context = {**action["context"], "default_template_id": template and template.id}
        return (
            complaints.env["mail.compose.message"]
            .with_context(**context)
            .create({"body": "<p>We look at it.</p>", **values})
        )

    def commitments(self, complaints):
        return complaints.sudo().deadline_ids.filtered(
            lambda d: d.deadline_type == "commitment"
        )

    def sent_and_deleted(self):
        """Mails go out and are deleted, as those with `auto_delete` are."""

        def send(mails, **_kwargs):
            mails.filtered(lambda m: m.state == "outgoing").unlink()

        return patch.object(self.registry["mail.mail"], "send", send)

    def contact(self, complaint, **values):
        return complaint.env["customer.complaint.contact"].create(
            {"complaint_id": complaint.id, "summary": "On the phone.", **values}
        )

    # ------------------------------------------------------------------
    # Composer
    # ------------------------------------------------------------------
    @freeze_time(NOW)
    def test_a_date_given_in_the_composer_stands_in_the_ledger(self):
        # C-89
        complaint = self.make_owned()
        self.composer(complaint, complaint_commitment_at=FRIDAY)._action_send_mail()
        row = self.commitments(complaint)
        self.assertEqual(
            (row.due_at, row.state, row.commitment, row.kept_by),
            (FRIDAY, "open", "Next news", "telling"),
            "the message that promises does not keep it",
        )
        self.assertEqual(self.row(complaint, "first_response").state, "done")
        self.assertEqual(row.user_id, self.handler)
        with freeze_time("2025-03-06 12:00:00"):
            self.composer(complaint)._action_send_mail()
        self.assertEqual((row.state, row.result), ("done", "on_time"))
        self.assertEqual(self.commitments(complaint), row)

    @freeze_time(NOW)
    def test_a_deed_is_kept_by_a_colleague_who_says_so(self):
        # C-89
        complaint = self.make_owned()
        self.composer(
            complaint,
            complaint_commitment_at=FRIDAY,
            complaint_kept_by="deed",
            complaint_commitment="The new door is delivered",
        )._action_send_mail()
        row = self.commitments(complaint)
        self.composer(complaint)._action_send_mail()
        self.assertEqual(row.state, "open", "news do not deliver a door")
        news = complaint.sudo()._promise(FRIDAY)
        news.with_user(self.handler).action_keep()
        self.assertEqual(news.state, "open", "only telling keeps news")
        with freeze_time("2025-03-08 12:00:00"):
            row.with_user(self.handler).action_keep()
        self.assertEqual((row.state, row.result), ("done", "overdue"))

    @freeze_time(NOW)
    def test_a_wrong_date_is_refused_and_nothing_is_lost(self):
        complaint = self.make_owned()
        for values, message in (
            ({"complaint_commitment_at": RECEIPT}, "Choose a later one"),
            (
                {"complaint_commitment_at": FRIDAY, "complaint_commitment": " "},
                "Say what is promised",
            ),
            (
                {
                    "complaint_commitment_at": FRIDAY,
                    "scheduled_date": "2025-03-08 09:00:00",
                },
                "Choose a later one",
            ),
        ):
            composer = self.composer(complaint, **values)
            messages = complaint.message_ids
            with self.assertRefused(UserError, message):
                composer.action_send_mail()
            self.assertEqual(complaint.message_ids, messages)
            self.assertIn("We look at it.", composer.body)
        self.assertFalse(self.commitments(complaint))
        self.assertEqual(self.row(complaint, "first_response").state, "open")

    @freeze_time(NOW)
    def test_one_message_to_many_promises_each_of_them(self):
        complaints = self.make_owned() + self.make_owned()
        chinese = self.env["res.lang"]._activate_lang("zh_CN")
        self.assertTrue(chinese)
        other = self.partner.create(
            {
                "name": "别的客户",
                "email": "zh@example.com",
                "lang": "zh_CN",
                "tz": "Asia/Shanghai",
            }
        )
        complaints += self.make_owned(partner_id=other.id)
        composer = self.composer(
            complaints,
            template=self.template,
            body=MARKED,
            complaint_commitment_at=FRIDAY,
        )
        _mails, messages = composer._action_send_mail()
        rows = self.commitments(complaints)
        self.assertEqual(rows.complaint_id, complaints)
        self.assertEqual(set(rows.mapped("due_at")), {FRIDAY})
        bodies = {message.res_id: message.body for message in messages}
        self.assertIn("Mar 7, 2025 9:00\u202fAM", bodies[complaints[0].id])
        self.assertIn("2025年3月7日 17:00", bodies[complaints[2].id])

    @freeze_time(NOW)
    def test_mails_to_many_tell_and_promise_all_the_same(self):
        other = self.partner.copy({"email": "other@example.com"})
        complaints = self.make_owned() + self.make_owned(partner_id=other.id)
        self.composer(
            complaints,
            template=self.template,
            body=MARKED,
            composition_mode="mass_mail",
            complaint_commitment_at=FRIDAY,
        )._action_send_mail()
        self.assertEqual(self.commitments(complaints).mapped("due_at"), [FRIDAY] * 2)
        self.assertEqual(set(self.commitments(complaints).mapped("state")), {"open"})
        for complaint in complaints:
            self.assertEqual(self.row(complaint, "first_response").state, "done")
            self.assertIn("Mar 7, 2025", "".join(complaint.message_ids.mapped("body")))

    @freeze_time(NOW)
    def test_mails_that_are_deleted_once_sent_tell_and_promise_too(self):
        nobody = self.partner.create({"name": "No address", "phone": "1"})
        complaints = self.make_owned() + self.make_owned(partner_id=nobody.id)
        composer = self.composer(
            complaints,
            composition_mode="mass_mail",
            auto_delete=True,
            auto_delete_keep_log=False,
            force_send=True,
            complaint_commitment_at=FRIDAY,
        )
        with self.sent_and_deleted():
            mails, _messages = composer._action_send_mail()
        self.assertEqual(mails.exists(), mails[1])
        self.assertEqual(self.commitments(complaints).complaint_id, complaints[0])
        self.assertEqual(self.row(complaints[0], "first_response").state, "done")
        self.assertEqual(self.row(complaints[1], "first_response").state, "open")

    @freeze_time(NOW)
    def test_news_are_promised_in_the_language_of_each_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        other = self.partner.copy({"email": "zh@example.com", "lang": "zh_CN"})
        complaints = self.make_owned() + self.make_owned(partner_id=other.id)
        news = [complaint._get_news_label() for complaint in complaints]
        composer = self.composer(complaints, complaint_commitment_at=FRIDAY)
        self.assertEqual(composer.complaint_commitment, news[0])
        composer._action_send_mail()
        self.env["customer.complaint.promise"].with_user(self.handler).create(
            {"complaint_ids": complaints.ids, "due_at": FRIDAY}
        ).action_promise()
        for complaint, label in zip(complaints, news, strict=True):
            rows = self.commitments(complaint)
            self.assertEqual(rows.mapped("commitment"), [label] * 2)

    @freeze_time(NOW)
    def test_what_a_message_tells_decides_which_deadlines_it_meets(self):
        # C-111 C-113
        self.env["customer.complaint.policy.line"].create(
            [
                {
                    "policy_id": self.env.ref("customer_complaint.policy_graded").id,
                    "rank": 2,
                    "deadline_type": deadline_type,
                    "amount": 24,
                }
                for deadline_type in ("initial_handling", "follow_up")
            ]
        )
        complaint = self.make_owned()
        self.composer(complaint)._action_send_mail()
        self.assertEqual(self.row(complaint, "initial_handling").state, "open")
        self.composer(complaint, complaint_tells="plan")._action_send_mail()
        self.assertEqual(self.row(complaint, "initial_handling").state, "done")
        complaint.write({"decision": "justified", "decision_reason": "Broken."})
        self.composer(complaint, complaint_tells="outcome")._action_send_mail()
        self.assertTrue(complaint.outcome_at)
        self.assertEqual(self.row(complaint, "follow_up").state, "open")
        self.composer(complaint, complaint_tells="follow_up")._action_send_mail()
        self.assertEqual(self.row(complaint, "follow_up").state, "done")

    def test_what_a_colleague_without_an_address_sends_is_told(self):
        # C-111
        complaint = self.make_owned()
        complaint.write({"decision": "justified", "decision_reason": "Broken."})
        complaint.env.user.sudo().partner_id.email = False
        action = complaint.action_send_outcome()
        composer = complaint.env["mail.compose.message"]
        composer.with_context(**action["context"]).create({})._action_send_mail()
        self.assertTrue(complaint.outcome_at)

    @freeze_time(NOW)
    def test_a_note_promises_the_customer_nothing(self):
        complaint = self.make_owned()
        note = self.env.ref("mail.mt_note")
        self.composer(
            complaint, subtype_id=note.id, complaint_commitment_at=FRIDAY
        )._action_send_mail()
        self.assertFalse(self.commitments(complaint))

    @freeze_time(NOW)
    def test_a_message_sent_later_promises_when_it_is_sent(self):
        complaint = self.make_owned()
        self.composer(
            complaint,
            complaint_commitment_at=FRIDAY,
            complaint_tells="update",
            scheduled_date="2025-03-05 09:00:00",
        ).action_schedule_message()
        self.assertFalse(self.commitments(complaint))
        scheduled = self.env["mail.scheduled.message"].search(
            [("res_id", "=", complaint.id), ("model", "=", complaint._name)]
        )
        with freeze_time("2025-03-05 09:01:00"):
            scheduled.with_user(self.handler).post_message()
        row = self.commitments(complaint)
        self.assertEqual((row.due_at, row.state), (FRIDAY, "open"))

    @freeze_time(NOW)
    def test_the_composer_warns_of_a_date_that_is_in_the_text_only(self):
        # C-89
        complaint = self.make_owned()
        composer = self.composer(
            complaint,
            body="<p>You hear from us by Friday.</p>"
            "<blockquote>I am away from 30 November on.</blockquote>",
        )
        self.assertEqual(composer.complaint_dates_named, "by Friday")
        composer.complaint_commitment_at = FRIDAY
        self.assertFalse(composer.complaint_dates_named)
        composer.write({"complaint_commitment_at": False, "body": "<p>Order 2/3.</p>"})
        self.assertFalse(composer.complaint_dates_named)
        elsewhere = self.env["mail.compose.message"].create(
            {
                "model": "res.partner",
                "res_ids": str(self.partner.ids),
                "body": "<p>Tomorrow.</p>",
            }
        )
        self.assertFalse(elsewhere.complaint_dates_named)

    # ------------------------------------------------------------------
    # Templates
    # ------------------------------------------------------------------
    @freeze_time(NOW)
    def test_a_template_proposes_the_date_and_the_text_says_the_same(self):
        # C-89
        complaint = self.make_owned()
        with Form(
            self.composer(complaint, template=self.template, body=MARKED)
        ) as form:
            self.assertEqual(form.complaint_commitment_at, "2025-03-05 12:00:00")
            form.complaint_commitment_at = FRIDAY
            self.assertIn("Mar 7, 2025 9:00\u202fAM</span>", form.body)
        _mails, message = form.record._action_send_mail()
        self.assertIn("You hear by Mar 7, 2025 9:00\u202fAM.", message.body)
        self.assertEqual(self.commitments(complaint).due_at, FRIDAY)

    @freeze_time(NOW)
    def test_a_text_with_a_place_for_a_date_is_not_sent_without_one(self):
        complaint = self.make_owned()
        composer = self.composer(complaint, template=self.template, body=MARKED)
        composer.complaint_commitment_at = False
        with self.assertRefused(UserError, "promises a date, and none is given"):
            composer.action_send_mail()
        self.assertFalse(self.commitments(complaint))
        with self.assertRefused(ValidationError, "after how long"):
            self.template.complaint_commitment_amount = 0

    @freeze_time(NOW)
    def test_an_automatic_message_computes_the_date_and_stands_in_the_ledger(self):
        # C-89
        for send in (
            lambda c: c.message_post_with_source(self.template, message_type="comment"),
            lambda c: c.message_post_with_source(
                self.template, subtype_xmlid="mail.mt_comment"
            ),
            lambda c: self.template.send_mail(c.id),
            lambda c: c.message_mail_with_source(self.template),
        ):
            complaint = self.make_owned()
            send(complaint.sudo())
            row = self.commitments(complaint)
            self.assertEqual(row.due_at, datetime(2025, 3, 5, 12))
            self.assertEqual((row.state, row.kept_by), ("open", "telling"))
            sent = complaint.message_ids.filtered(lambda m: "You hear by" in m.body)
            self.assertIn("Mar 5, 2025 12:00\u202fPM", sent.body)

    @freeze_time(NOW)
    def test_a_message_sent_after_the_date_it_promises_is_late_from_the_start(self):
        complaint = self.make_owned()
        self.composer(
            complaint,
            complaint_commitment_at=FRIDAY,
            scheduled_date="2025-03-05 09:00:00",
        ).action_schedule_message()
        scheduled = self.env["mail.scheduled.message"].search(
            [("res_id", "=", complaint.id), ("model", "=", complaint._name)]
        )
        with freeze_time("2025-03-07 09:01:00"):
            scheduled._post_message()
            row = self.commitments(complaint)
            self.assertEqual((row.due_at, row.state), (FRIDAY, "open"))
            self.assertTrue(row.is_late)

    @freeze_time(NOW)
    def test_a_template_promises_nothing_that_nobody_reads(self):
        nobody = self.partner.create({"name": "No address", "phone": "1"})
        unread = self.make_owned(partner_id=nobody.id)
        self.template.send_mail_batch(unread.ids)
        read = self.make_owned()
        other_text = {"body_html": "<p>Something else.</p>"}
        self.template.send_mail_batch(read.ids, email_values=other_text)
        self.assertFalse(self.commitments(unread + read))
        with self.sent_and_deleted():
            mails = self.template.send_mail_batch(read.ids, force_send=True)
        self.assertFalse(mails.exists())
        self.assertTrue(self.commitments(read))

    @freeze_time(NOW)
    def test_many_mails_cost_no_more_statements_for_the_ledger_each(self):
        def cost(count):
            complaints = self.make_owned()
            for _more in range(count - 1):
                complaints += self.make_owned()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            complaints._promise(FRIDAY, "Next news")
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(1)
        self.assertLessEqual(cost(20), cost(2) + 2)

    def test_the_customers_list_costs_no_more_statements_for_each_complaint(self):
        complaints = self.make_owned()
        for _more in range(20):
            complaints += self.make_owned()
        complaints = complaints.sudo()
        complaints._promise(datetime.now() + timedelta(days=2), "Next news")
        self.env.flush_all()
        costs = []
        for shown in (complaints[:2], complaints):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            for complaint in shown.with_prefetch():
                complaint._get_next_expected()._get_told_state()
            costs.append(self.cr.sql_log_count - before)
        self.assertLessEqual(costs[1], costs[0] + 1)

    @freeze_time(NOW)
    def test_a_preview_promises_nothing(self):
        complaint = self.make_owned()
        preview = self.env["mail.template.preview"].create(
            {
                "mail_template_id": self.template.id,
                "resource_ref": f"{complaint._name},{complaint.id}",
            }
        )
        self.assertIn("(date)", preview.body_html)
        self.composer(complaint, template=self.template)
        self.assertFalse(self.commitments(complaint))

    @freeze_time("2025-03-07 15:00:00")
    def test_the_date_of_a_template_counts_working_time(self):
        self.template.write(
            {
                "complaint_commitment_amount": 2,
                "complaint_commitment_unit": "working_day",
            }
        )
        complaint = self.make_owned()
        clock = complaint._get_calendar()._get_complaint_clock(complaint.company_id)
        expected = (
            clock.add_days(datetime(2025, 3, 7, 15), 2)
            if clock
            else datetime(2025, 3, 9, 15)
        )
        self.assertEqual(self.template._get_commitment_due(complaint), expected)

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------
    @freeze_time(NOW)
    def test_a_promise_on_the_phone_stands_in_the_ledger(self):
        # C-79 C-89
        complaint = self.make_owned()
        contact = self.contact(
            complaint, commitment_at=FRIDAY, next_step="The workshop checks the hinge."
        )
        row = self.commitments(complaint)
        self.assertEqual((row.due_at, row.state), (FRIDAY, "open"))
        self.assertEqual((row.commitment, contact.commitment), ("Next news",) * 2)
        with freeze_time("2025-03-07 09:00:00"):
            self.contact(complaint)
        self.assertEqual((row.state, row.result), ("done", "on_time"))

    @freeze_time(NOW)
    def test_what_was_not_heard_is_not_told_or_promised(self):
        complaint = self.make_owned()
        for told in (
            {"plan_told": True},
            {"outcome_told": True},
            {"follow_up": True},
            {"commitment_at": FRIDAY},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self.contact(complaint, reached=False, **told)
        with self.assertRefused(UserError, "future"):
            self.contact(complaint, commitment_at=RECEIPT)

    @freeze_time(NOW)
    def test_a_call_of_the_customer_asks_for_an_answer_unless_he_was_told_something(
        self,
    ):
        self.env["customer.complaint.policy.line"].create(
            {
                "policy_id": self.env.ref("customer_complaint.policy_graded").id,
                "rank": 2,
                "deadline_type": "next_reply",
                "amount": 24,
            }
        )
        complaint = self.make_owned()
        self.contact(complaint, direction="in")
        row = self.row(complaint, "next_reply")
        self.assertEqual(row.state, "open")
        self.assertEqual(self.row(complaint, "first_response").state, "open")
        self.contact(complaint, direction="in", reached=False)
        self.contact(complaint, direction="in", plan_told=True)
        self.assertEqual(row.state, "done")
        self.assertEqual(self.row(complaint, "first_response").state, "done")

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------
    @freeze_time(NOW)
    def test_only_who_may_write_to_the_customer_promises(self):
        complaint = self.make_owned()
        customer = new_test_user(
            self.env, "t_told", "base.group_portal", partner_id=self.partner.id
        )
        post = {
            "body": "x",
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
        }
        forged = ["2025-03-07 09:00:00", "A house", "deed"]
        for user in (self.seller, self.colleague, self.employee):
            with self.assertRaises(AccessError):
                complaint.with_user(user).with_context(
                    complaint_promised=forged
                ).message_post(**post)
            with self.assertRaises(AccessError):
                complaint.with_user(user).deadline_ids.create(
                    {"complaint_id": complaint.id, "deadline_type": "commitment"}
                )
        for user in (customer, self.env.ref("base.public_user")):
            as_visitor = complaint.with_user(user).sudo()
            as_visitor.with_context(
                complaint_promised=forged, complaint_tells="outcome"
            ).message_post(**post, author_id=customer.partner_id.id)
        self.assertFalse(self.commitments(complaint))
        self.assertFalse(complaint.outcome_at)
        complaint._promise(FRIDAY, "A new door", kept_by="deed")
        row = self.commitments(complaint)
        for user in (self.handler, self.lead, self.manager, self.seller, customer):
            with self.assertRaises(AccessError):
                row.with_user(user).write({"due_at": "2030-01-01 00:00:00"})
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()
            with self.assertRaises(AccessError):
                row.with_user(user).copy()
        for user in (self.seller, self.colleague, self.employee, customer):
            with self.assertRaises(AccessError):
                row.with_user(user).action_keep()
        row.with_user(self.lead).action_keep()
        self.assertEqual(row.state, "done")

    @freeze_time(NOW)
    def test_a_promise_that_makes_no_sense_is_refused(self):
        complaint = self.make_owned()
        post = {"body": "x", "subtype_xmlid": "mail.mt_comment"}
        due_at = "2025-03-07 09:00:00"
        for forged, message in (
            ([due_at, "x", "bogus"], "cannot be read"),
            ([due_at, "x", []], "cannot be read"),
            ([due_at, 1, "deed"], "cannot be read"),
            (["nonsense", "x", "deed"], "cannot be read"),
            ([None, "x", "deed"], "cannot be read"),
            ([due_at], "cannot be read"),
            (1, "cannot be read"),
            ([due_at, " ", "deed"], "Say what is promised"),
            (["9999-12-31 23:59:59", "x", "deed"], "future"),
        ):
            with self.assertRefused(UserError, message):
                complaint.with_context(complaint_promised=forged).message_post(
                    message_type="comment", **post
                )
        promising = complaint.with_context(complaint_promised=[due_at, "x", "deed"])
        promising.message_post(**post, author_id=self.partner.id)
        promising.message_post(message_type="notification", **post)
        self.assertFalse(self.commitments(complaint))
        complaint.with_context(
            complaint_promised=[due_at, None, "telling"]
        ).message_post(message_type="comment", **post)
        self.assertEqual(self.commitments(complaint).commitment, "Next news")

    def test_a_promise_survives_the_way_of_a_message_sent_later(self):
        promised = json.loads(json.dumps(Promised("2025-03-07 09:00:00", "x")))
        self.assertEqual(Promised(*promised).kept_by, "telling")

    # ------------------------------------------------------------------
    # Chatter, and dates told by other ways
    # ------------------------------------------------------------------
    @freeze_time(NOW)
    def test_a_date_named_in_the_chatter_becomes_a_to_do_of_its_writer(self):
        # C-89
        complaint = self.make_owned()
        post = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        complaint.message_post(body="We are on it.", **post)
        complaint.message_post(body="Call him tomorrow.", subtype_xmlid="mail.mt_note")
        self.assertFalse(complaint.activity_ids)
        self.composer(complaint, body="<p>You hear tomorrow.</p>")._action_send_mail()
        self.assertFalse(complaint.activity_ids, "the composer has warned already")
        complaint.message_post(body="You hear from us tomorrow.", **post)
        self.assertEqual(complaint.activity_ids.user_id, self.handler)
        self.assertIn("tomorrow", complaint.activity_ids.note)
        complaint.message_post(body="As I said, tomorrow.", **post)
        self.assertEqual(len(complaint.activity_ids), 1, "one reminder is enough")
        # Whoever took it first may write without the right to change it.
        mine = self.make_complaint(user=self.seller, order_id=self.order.id)
        mine.sudo().user_id = self.handler
        mine.message_post(body="You hear from us within 48 hours.", **post)
        self.assertEqual(mine.sudo().activity_ids.user_id, self.seller)

    @freeze_time(NOW)
    def test_a_date_promised_elsewhere_is_entered_by_who_works_on_the_complaint(self):
        # C-89
        complaints = self.make_owned() + self.make_owned()
        action = complaints.action_promise()
        form = Form(
            complaints.env[action["res_model"]].with_context(**action["context"])
        )
        self.assertEqual(form.commitment, "Next news")
        form.due_at = FRIDAY
        form.save().action_promise()
        self.assertEqual(self.commitments(complaints).mapped("due_at"), [FRIDAY] * 2)
        foreign = self.env["customer.complaint.promise"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            foreign.create(
                {
                    "complaint_ids": complaints.ids,
                    "due_at": FRIDAY,
                    "commitment": "x",
                }
            ).action_promise()
        with self.assertRaises(AccessError):
            self.env["customer.complaint.promise"].with_user(self.seller).create({})
