from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RECEIPT, ComplaintCommon


@tagged("post_install", "-at_install")
class TestClosing(ComplaintCommon):
    @freeze_time("2025-03-04 10:00:00")
    def test_telling_the_outcome_completes_and_answers(self):
        # C-33
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        self.assertEqual(
            complaint.sudo().deadline_ids.mapped("result"), ["on_time", "on_time"]
        )
        self.assertEqual(complaint.stage_type, "feedback")
        self.assertEqual(complaint.outcome_at, datetime(2025, 3, 4, 10))
        self.assertFalse(complaint.next_due_at)

    @freeze_time("2025-03-04 10:00:00")
    def test_the_outcome_message_completes_when_it_is_sent(self):
        complaint = self.make_owned()
        complaint.write({"decision": "partly", "decision_reason": "Half of it."})
        action = complaint.action_send_outcome()
        composer = Form(
            complaint.env["mail.compose.message"].with_context(**action["context"])
        ).save()
        self.assertIn("Half of it.", composer.body)
        composer.action_send_mail()
        self.assertEqual(complaint.stage_type, "feedback")
        self.assertEqual(self.row(complaint, "completion").result, "on_time")
        message = complaint.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertIn(self.partner, message.partner_ids)
        self.assertIn(complaint.sudo()._get_confirm_url(), message.body)

    def test_the_report_asks_where_the_outcome_message_asks(self):
        complaint = self.make_owned()
        template = self.env.ref("customer_complaint.mail_template_outcome_report")
        with patch.object(
            type(complaint), "_get_confirm_url", lambda self: "https://ask.example/x"
        ):
            body = template._render_field("body_html", complaint.ids)[complaint.id]
        self.assertIn('href="https://ask.example/x"', body)

    def test_links_are_renewed_only_when_somebody_else_reads_them(self):
        complaint = self.make_complaint(
            partner_id=False, partner_name="Ann", email_from="ann@example.com"
        ).sudo()
        Partner = self.env["res.partner"]
        firm = Partner.create({"name": "Firm", "email": "Ann@example.com"})
        ann = Partner.create(
            {"name": "Ann", "email": "ann@example.com", "parent_id": firm.id}
        )
        bob = Partner.create({"name": "Bob", "email": "bob@example.com"})
        token = complaint.access_token
        for partner in (ann, firm):
            complaint.partner_id = partner
            self.assertEqual(complaint.access_token, token, partner.name)
        complaint.partner_id = bob
        self.assertNotEqual(complaint.access_token, token)
        unknown = self.make_complaint(
            partner_id=False, partner_name="?", phone="1"
        ).sudo()
        token = unknown.access_token
        unknown.partner_id = bob
        self.assertEqual(unknown.access_token, token, "nobody had a link")

    def test_reopening_makes_an_archived_complaint_active(self):
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        complaint.sudo().active = False
        complaint.sudo()._confirm_by_customer("not_solved", "1", "")
        self.assertTrue(complaint.active)
        self.assertTrue(complaint.sudo().next_due_at)

    def test_only_the_last_grade_of_a_round_counts(self):
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        first = self.confirm(complaint, "solved", "4").sudo()
        self.assertTrue(first.is_last_grade)
        second = self.confirm(complaint, "solved", "5").sudo()
        self.assertFalse(first.is_last_grade)
        self.assertTrue(second.is_last_grade)
        third = self.confirm(complaint, "not_solved", "1").sudo()
        complaint.write({"decision": "justified", "decision_reason": "Again."})
        self.tell_outcome(complaint)
        fourth = self.confirm(complaint, "solved", "5").sudo()
        rows = first + second + third + fourth
        self.assertEqual(
            rows.mapped("is_last_grade"), [False, False, True, True], "one per round"
        )
        third.grade = False
        self.assertEqual(rows.mapped("is_last_grade"), [False, True, False, True])

    def test_the_outcome_needs_a_decision_with_a_reason(self):
        complaint = self.make_owned()
        with self.assertRefused(UserError, "no decision"):
            complaint.action_send_outcome()
        complaint.decision = "justified"
        with self.assertRefused(UserError, "no decision"):
            complaint.action_send_outcome()
        contact = {"complaint_id": complaint.id, "summary": "x", "outcome_told": True}
        with self.assertRefused(UserError, "with a reason"):
            complaint.env["customer.complaint.contact"].create(contact)

    def test_solved_and_satisfied_closes(self):
        # C-118
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        self.confirm(complaint, "solved", "4", comment="Good.")
        self.assertEqual(
            (complaint.stage_type, complaint.close_reason), ("closed", "confirmed")
        )
        self.assertTrue(complaint.closed_at)
        self.assertEqual(complaint.confirmation_ids.grade, "4")

    def test_no_closing_without_a_confirmation(self):
        # C-118
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        with self.assertRefused(ValidationError, "Confirmation by the customer"):
            complaint.stage_id = self.env.ref("customer_complaint.stage_closed")

    def test_a_confirmation_needs_an_outcome_first(self):
        complaint = self.make_owned()
        with self.assertRefused(UserError, "not been told an outcome"):
            self.confirm(complaint)
        self.assertFalse(complaint.confirmation_ids)

    def test_grades_are_five_asked_when_solved_and_refused_without_an_answer(self):
        # C-118
        grades = self.env["customer.complaint.confirmation"]._fields["grade"].selection
        self.assertEqual(len(grades), 5)
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        with self.assertRefused(ValidationError, "How satisfied"):
            self.confirm(complaint, "solved", False)
        with self.assertRefused(ValidationError, "did not answer"):
            self.confirm(complaint, "no_answer", "3")
        with self.assertRaises(ValueError):
            self.confirm(complaint, "solved", "6")

    def test_not_solved_starts_a_new_round_and_both_answers_stay(self):
        # C-119 C-123 C-53
        complaint = self.make_owned()
        self.tell_outcome(complaint, date=RECEIPT + timedelta(hours=5))
        with freeze_time("2025-03-10 15:00:00"):
            self.confirm(complaint, "not_solved", "1")
        self.assertEqual((complaint.stage_type, complaint.round), ("assessed", 2))
        self.assertFalse(complaint.decision)
        self.assertEqual(
            self.row(complaint, "first_response", 2).due_at, datetime(2025, 3, 12, 15)
        )
        self.assertEqual(
            self.row(complaint, "completion", 2).due_at, datetime(2025, 3, 13, 15)
        )
        self.assertEqual(self.row(complaint, "completion", 1).result, "on_time")
        self.tell_outcome(complaint)
        self.confirm(complaint, "solved", "5")
        self.assertEqual(
            complaint.confirmation_ids.sorted("id").mapped(
                lambda c: (c.round, c.grade)
            ),
            [(1, "1"), (2, "5")],
        )
        self.assertEqual(complaint.stage_type, "closed")

    def test_a_talk_before_the_reopening_is_no_answer_in_the_new_round(self):
        # C-53
        complaint = self.make_owned()
        self.tell_outcome(complaint, date=RECEIPT + timedelta(hours=5))
        with freeze_time("2025-03-10 15:00:00"):
            self.confirm(complaint, "not_solved", "1")
            complaint.env["customer.complaint.contact"].create(
                {
                    "complaint_id": complaint.id,
                    "summary": "Logged late",
                    "date": "2025-03-10 14:00:00",
                }
            )
        self.assertEqual(self.row(complaint, "first_response", 2).state, "open")

    def test_solved_but_dissatisfied_goes_back_to_evaluation_by_setting(self):
        # C-119
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        self.confirm(complaint, "solved", "2")
        self.assertEqual((complaint.stage_type, complaint.round), ("assessed", 2))
        self.company.complaint_reopen_grade = 0
        self.tell_outcome(complaint)
        self.confirm(complaint, "solved", "1")
        self.assertEqual(complaint.stage_type, "closed")

    def test_no_reply_needs_two_logged_attempts_and_seven_days(self):
        # C-118
        complaint = self.make_owned()
        with freeze_time("2025-03-04 10:00:00"):
            self.tell_outcome(complaint)

        def attempt(moment):
            complaint.env["customer.complaint.contact"].create(
                {
                    "complaint_id": complaint.id,
                    "summary": "Nobody answers",
                    "reached": False,
                    "date": moment,
                }
            )

        with freeze_time("2025-03-12 10:00:00"):
            attempt("2025-03-05 10:00:00")
            with self.assertRefused(UserError, "1 of 2 attempts"):
                self.confirm(complaint, "no_answer", False)
            attempt("2025-03-07 10:00:00")
        with freeze_time("2025-03-11 09:59:00"):
            with self.assertRefused(UserError, "from 2025-03-11 on"):
                self.confirm(complaint, "not_reachable", False)
        with freeze_time("2025-03-11 10:00:00"):
            self.confirm(complaint, "not_reachable", False)
        self.assertEqual(
            (complaint.stage_type, complaint.close_reason), ("closed", "no_reply")
        )
        self.assertFalse(complaint.confirmation_ids.grade)
        self.assertFalse(complaint.confirmation_ids._is_satisfied())

    def test_a_late_reply_confirms_without_closing_again(self):
        # C-118
        self.company.write(
            {"complaint_no_reply_attempts": 0, "complaint_no_reply_days": 0}
        )
        complaint = self.make_owned()
        with freeze_time("2025-03-05 10:00:00"):
            self.tell_outcome(complaint)
            self.confirm(complaint, "no_answer", False)
        self.confirm(complaint, "solved", "4")
        self.assertEqual(complaint.close_reason, "confirmed")
        self.assertEqual(complaint.closed_at, datetime(2025, 3, 5, 10))

    def test_attempts_and_days_are_settings(self):
        # C-118
        self.company.write(
            {"complaint_no_reply_attempts": 0, "complaint_no_reply_days": 0}
        )
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        self.confirm(complaint, "no_answer", False)
        self.assertEqual(complaint.close_reason, "no_reply")

    def test_attempts_before_the_outcome_do_not_count(self):
        complaint = self.make_owned()
        complaint.env["customer.complaint.contact"].create(
            [
                {
                    "complaint_id": complaint.id,
                    "summary": "x",
                    "reached": False,
                    "date": RECEIPT,
                }
            ]
            * 2
        )
        self.tell_outcome(complaint)
        with self.assertRefused(UserError, "0 of 2 attempts"):
            self.confirm(complaint, "no_answer", False)

    def test_closed_complaints_are_reopened_together_with_a_reason(self):
        # C-53
        complaints = self.env["customer.complaint"]
        for _index in range(2):
            complaint = self.make_owned()
            self.tell_outcome(complaint)
            self.confirm(complaint)
            complaints += complaint
        complaints = complaints.with_user(self.handler)
        action = complaints.action_reopen()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.handler)
            .with_context(**action["context"])
        )
        wizard.reason = "New damage of the same kind."
        wizard.save().action_reopen()
        self.assertEqual(complaints.mapped("round"), [2, 2])
        self.assertFalse(any(complaints.mapped("closed_at")))
        self.assertIn("New damage", "".join(complaints[0].message_ids.mapped("body")))

    def test_an_open_complaint_cannot_be_reopened_nor_a_closed_one_dragged_back(self):
        complaint = self.make_owned()
        with self.assertRefused(UserError, "Only closed"):
            complaint.action_reopen()
        self.tell_outcome(complaint)
        self.confirm(complaint)
        with self.assertRefused(UserError, "Use Reopen"):
            complaint.stage_id = self.env.ref("customer_complaint.stage_received")
        with self.assertRefused(UserError, "Use Reopen"):
            complaint.with_context(complaint_reopen=True).stage_id = self.env.ref(
                "customer_complaint.stage_received"
            )

    def test_an_outcome_cannot_lie_before_its_round(self):
        complaint = self.make_owned()
        self.tell_outcome(complaint, date=RECEIPT + timedelta(hours=5))
        self.confirm(complaint, "not_solved", "1")
        with self.assertRefused(UserError, "opened again after that"):
            self.tell_outcome(complaint, date=RECEIPT + timedelta(hours=6))

    def test_no_answer_cannot_undo_a_confirmation(self):
        # C-118
        self.company.write(
            {"complaint_no_reply_attempts": 0, "complaint_no_reply_days": 0}
        )
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        self.confirm(complaint, "solved", "5")
        with self.assertRefused(UserError, "closed already"):
            self.confirm(complaint, "no_answer", False)

    def test_a_colleague_cannot_speak_for_the_customer(self):
        # C-118
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        self.confirm(
            complaint,
            source="portal",
            user_id=self.lead.id,
            date="2020-01-01 00:00:00",
        )
        row = complaint.confirmation_ids
        self.assertEqual((row.source, row.user_id), ("staff", self.handler))
        self.assertGreater(row.date.year, 2020)

    def test_closing_and_reopening_twice_never_owes_a_deadline_twice(self):
        complaint = self.make_owned()
        for round_number in (1, 2, 3):
            self.tell_outcome(complaint)
            self.confirm(complaint, "not_solved", False)
            self.assertEqual(complaint.round, round_number + 1)
        self.assertEqual(len(complaint.sudo().deadline_ids), 8)
