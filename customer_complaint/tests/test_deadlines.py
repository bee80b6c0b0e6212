from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RECEIPT, ComplaintCommon


@tagged("post_install", "-at_install")
class TestDeadlines(ComplaintCommon):
    def test_graded_limits_count_from_receipt_per_level(self):
        # C-27 C-33
        expected = {
            0: (datetime(2025, 3, 4, 9), datetime(2025, 3, 5, 9)),
            1: (datetime(2025, 3, 5, 9), datetime(2025, 3, 6, 9)),
            2: (datetime(2025, 3, 6, 9), datetime(2025, 3, 8, 9)),
        }
        for index, (response, completion) in expected.items():
            complaint = self.make_complaint(level_id=self.levels[index].id)
            self.assertEqual(self.row(complaint, "first_response").due_at, response)
            self.assertEqual(self.row(complaint, "completion").due_at, completion)
            self.assertEqual(complaint.next_due_at, response)
            self.assertEqual(complaint.next_due_type, "first_response")

    def test_level_one_is_the_most_severe(self):
        # C-27
        self.assertEqual(
            self.env["customer.complaint.level"].search([]).mapped("rank"), [1, 2, 3]
        )
        self.assertEqual(self.levels[0].display_name, "Level 1 · Urgent")

    def test_the_first_substantive_message_meets_the_first_response(self):
        # C-33
        complaint = self.make_owned()
        with freeze_time("2025-03-03 10:00:00"):
            complaint.message_post(body="internal", subtype_xmlid="mail.mt_note")
            self.assertEqual(self.row(complaint, "first_response").state, "open")
            complaint.message_post(
                body="automatic",
                message_type="notification",
                subtype_xmlid="mail.mt_comment",
            )
            self.assertEqual(self.row(complaint, "first_response").state, "open")
            complaint.with_user(self.env.ref("base.user_root")).sudo().message_post(
                body="by the system",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            self.assertEqual(self.row(complaint, "first_response").state, "open")
            complaint.sudo().message_post(
                body="Where is my answer?",
                author_id=self.partner.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            self.assertEqual(self.row(complaint, "first_response").state, "open")
        with freeze_time("2025-03-03 11:00:00"):
            complaint.message_post(
                body="I take care of it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        row = self.row(complaint, "first_response")
        self.assertEqual((row.state, row.result), ("done", "on_time"))
        self.assertEqual(row.done_at, datetime(2025, 3, 3, 11))
        self.assertEqual(complaint.next_due_type, "completion")

    def test_the_first_answer_counts_not_the_second(self):
        complaint = self.make_owned()
        for moment in ("2025-03-03 11:00:00", "2025-03-09 11:00:00"):
            with freeze_time(moment):
                complaint.message_post(
                    body="Answer",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                )
        self.assertEqual(
            self.row(complaint, "first_response").done_at, datetime(2025, 3, 3, 11)
        )

    def test_an_answer_at_the_very_due_time_is_on_time(self):
        complaint = self.make_owned()
        late = self.make_owned()
        self.env["customer.complaint.contact"].create(
            [
                {
                    "complaint_id": complaint.id,
                    "summary": "Called",
                    "date": RECEIPT + timedelta(hours=48),
                },
                {
                    "complaint_id": late.id,
                    "summary": "Called",
                    "date": RECEIPT + timedelta(hours=48, seconds=1),
                },
            ]
        )
        self.assertEqual(self.row(complaint, "first_response").result, "on_time")
        self.assertEqual(self.row(late, "first_response").result, "overdue")

    def test_an_attempt_that_reached_nobody_is_no_answer(self):
        complaint = self.make_owned()
        for values in ({"reached": False}, {"direction": "in"}):
            complaint.env["customer.complaint.contact"].create(
                {"complaint_id": complaint.id, "summary": "Mailbox", **values}
            )
        self.assertEqual(self.row(complaint, "first_response").state, "open")

    def test_an_empty_message_or_one_nobody_can_receive_is_no_answer(self):
        complaint = self.make_owned()
        unreachable = self.make_owned(
            partner_id=False, partner_name="Ann", phone="1", email_from=False
        )
        for record, body in ((complaint, ""), (unreachable, "Hello")):
            record.message_post(
                body=body, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            self.assertEqual(self.row(record, "first_response").state, "open")

    def test_an_answer_from_the_mail_program_counts(self):
        complaint = self.make_owned()
        complaint.message_post(
            body="I take care.", message_type="email", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self.row(complaint, "first_response").state, "done")

    def test_the_time_of_an_answer_cannot_be_chosen(self):
        complaint = self.make_owned()
        complaint.message_post(
            body="Backdated",
            date="2025-03-03 10:00:00",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.row(complaint, "first_response").result, "overdue")

    def test_nobody_logs_a_talk_in_a_colleagues_name(self):
        complaint = self.make_owned()
        contact = complaint.env["customer.complaint.contact"].create(
            {"complaint_id": complaint.id, "summary": "x", "user_id": self.lead.id}
        )
        self.assertEqual(contact.user_id, self.handler)

    def test_a_passed_date_stays_overdue_whatever_is_changed_afterwards(self):
        with freeze_time(RECEIPT):
            complaint = self.make_owned(level_id=self.levels[0].id)
        with freeze_time(RECEIPT + timedelta(hours=30)):
            complaint._change_level(self.levels[2], "Nobody is in danger.")
            complaint.with_user(self.lead).received_at = datetime.now()
            complaint.message_post(
                body="Answer", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        self.assertEqual(self.row(complaint, "first_response").result, "overdue")

    def test_a_wrong_level_or_receipt_that_is_put_right_makes_nothing_overdue(self):
        # C-29
        with freeze_time(RECEIPT):
            graded = self.make_owned(level_id=self.levels[2].id)
            dated = self.make_owned(received_at=RECEIPT - timedelta(days=365))
        with freeze_time(RECEIPT + timedelta(hours=30)):
            graded._change_level(self.levels[0], "Danger")
            self.assertTrue(self.row(graded, "first_response").is_late)
            graded._change_level(self.levels[2], "A mistake")
            dated.with_user(self.lead).received_at = RECEIPT
            for complaint in (graded, dated):
                self.assertFalse(any(complaint.sudo().deadline_ids.mapped("is_late")))
                complaint._on_customer_told(datetime.now())
                self.assertEqual(
                    self.row(complaint, "first_response").result, "on_time"
                )

    def test_once_work_has_started_only_a_lead_changes_level_and_receipt(self):
        complaint = self.make_owned()
        complaint.action_start()
        for values in (
            {"level_id": self.levels[2].id, "level_reason": "Not so bad."},
            {"received_at": "2025-03-04 09:00:00"},
        ):
            with self.assertRefused(AccessError, "only a team lead"):
                complaint.write(values)
        complaint.with_user(self.lead)._change_level(self.levels[2], "Not so bad.")
        self.assertEqual(complaint.level_id, self.levels[2])

    def test_only_a_lead_moves_the_receipt_later(self):
        complaint = self.make_owned()
        with self.assertRefused(AccessError, "cannot be moved later"):
            complaint.received_at = "2025-03-03 09:06:00"
        complaint.received_at = "2025-03-03 09:05:00"  # clocks differ
        complaint.received_at = "2025-03-03 07:00:00"
        self.assertEqual(
            self.row(complaint, "first_response").due_at, datetime(2025, 3, 5, 7)
        )
        complaint.with_user(self.lead).received_at = "2025-03-03 09:00:00"
        self.assertEqual(
            self.row(complaint, "first_response").due_at, datetime(2025, 3, 5, 9)
        )

    def test_a_level_in_use_keeps_its_rank(self):
        level, free = self.env["customer.complaint.level"].create(
            [{"name": "Trifle", "rank": 7}, {"name": "Free", "rank": 8}]
        )
        complaint = self.make_complaint(level_id=level.id)
        managed = (level + free).with_user(self.manager)
        for values in ({"rank": 9}, {"scale": "numeric"}):
            with self.assertRefused(UserError, "used by 1 open complaint"):
                managed[0].write(values)
        managed[0].write({"name": "Nothing much", "rank": 7})
        managed[1].rank = 9
        self.env["customer.complaint.requirement"].search([]).active = False
        complaint._close("confirmed")
        managed[0].rank = 8
        self.assertEqual(level.rank, 8)

    def test_a_level_without_limits_owes_nothing_and_a_limit_known_later_is_owed(self):
        # C-29
        level = self.env["customer.complaint.level"].create({"name": "Free", "rank": 7})
        complaint = self.make_owned(level_id=level.id)
        self.assertFalse(complaint.sudo().deadline_ids)
        complaint._change_level(self.levels[0], "Somebody may be hurt.")
        self.assertEqual(
            self.row(complaint, "completion").due_at, datetime(2025, 3, 5, 9)
        )
        complaint._change_level(level, "A question, no complaint.")
        self.assertEqual(
            set(complaint.sudo().deadline_ids.mapped("state")), {"dropped"}
        )
        self.assertFalse(complaint.next_due_at)
        complaint._change_level(self.levels[1], "A complaint after all.")
        self.assertEqual(set(complaint.sudo().deadline_ids.mapped("state")), {"open"})
        self.assertEqual(complaint.next_due_at, datetime(2025, 3, 5, 9))

    def test_a_level_is_changed_with_a_reason_that_stands_in_the_history(self):
        # C-29
        complaint = self.make_owned(level_id=self.levels[2].id)
        for reason in (None, " "):
            with self.assertRefused(ValidationError, "Say why it changes"):
                complaint.write({"level_id": self.levels[0].id, "level_reason": reason})
        with Form(complaint) as form:
            form.level_id = self.levels[0]
            form.level_reason = "The door fell on a child."
        event = self.row(complaint, "completion").event_ids
        self.assertEqual(event.reason, "The door fell on a child.")
        self.assertEqual(
            (event.old_due_at, event.new_due_at, event.user_id),
            (datetime(2025, 3, 8, 9), datetime(2025, 3, 5, 9), self.handler),
        )
        self.flush_tracking()
        self.assertIn(
            "The door fell on a child.", "".join(complaint.message_ids.mapped("body"))
        )

    def test_a_contact_in_the_future_or_before_receipt_is_refused(self):
        complaint = self.make_owned()
        contact = complaint.env["customer.complaint.contact"]
        base = {"complaint_id": complaint.id, "summary": "x"}
        with self.assertRefused(ValidationError, "future"):
            contact.create({**base, "date": datetime.now() + timedelta(days=1)})
        with self.assertRefused(ValidationError, "earlier than the receipt"):
            contact.create({**base, "date": RECEIPT - timedelta(minutes=1)})
        self.assertFalse(complaint.contact_ids)

    def test_level_change_recomputes_from_the_receipt_and_keeps_the_history(self):
        # C-29
        complaint = self.make_owned(level_id=self.levels[2].id)
        complaint._change_level(self.levels[0], "Somebody may be hurt.")
        self.assertEqual(
            self.row(complaint, "first_response").due_at, datetime(2025, 3, 4, 9)
        )
        self.assertEqual(
            self.row(complaint, "completion").due_at, datetime(2025, 3, 5, 9)
        )
        self.assertEqual(complaint.next_due_at, datetime(2025, 3, 4, 9))
        self.assertIn(
            "03/08/2025 09:00 AM", "".join(complaint.message_ids.mapped("body"))
        )

    def test_a_met_deadline_keeps_its_verdict_when_the_level_changes(self):
        # C-29
        complaint = self.make_owned(level_id=self.levels[2].id)
        self.env["customer.complaint.contact"].create(
            {
                "complaint_id": complaint.id,
                "summary": "Called",
                "date": RECEIPT + timedelta(hours=70),
            }
        )
        complaint._change_level(self.levels[0], "Somebody may be hurt.")
        row = self.row(complaint, "first_response")
        self.assertEqual((row.result, row.due_at), ("on_time", datetime(2025, 3, 6, 9)))

    def test_a_corrected_receipt_moves_the_running_deadlines(self):
        complaint = self.make_owned()
        complaint.received_at = RECEIPT - timedelta(hours=3)
        self.assertEqual(
            self.row(complaint, "first_response").due_at, datetime(2025, 3, 5, 6)
        )

    @freeze_time("2025-03-03 12:00:00")
    def test_a_due_date_is_moved_with_a_reason_by_the_lead_only(self):
        complaint = self.make_owned()
        row = self.row(complaint, "completion")
        wizard = Form(
            self.env["customer.complaint.move.deadline"]
            .with_user(self.lead)
            .with_context(default_deadline_id=row.id)
        )
        wizard.due_at = datetime(2025, 3, 10, 9)
        wizard.reason_id = self.env.ref("customer_complaint.reason_move_supply")
        wizard.interim_plan = "The carrier needs a week."
        wizard.save().action_move()
        self.assertEqual(row.due_at, datetime(2025, 3, 10, 9))
        complaint._change_level(self.levels[0], "Somebody may be hurt.")
        self.assertEqual(row.due_at, datetime(2025, 3, 10, 9), "an agreed date stays")
        history = "".join(complaint.message_ids.mapped("body"))
        self.assertIn("The carrier needs a week.", history)
        self.assertIn("03/06/2025 09:00 AM", history)

    @freeze_time("2025-03-07 12:00:00")
    def test_moving_a_date_that_had_passed_counts_as_overdue(self):
        complaint = self.make_owned()
        row = self.row(complaint, "completion")
        self.env["customer.complaint.move.deadline"].with_user(self.lead).create(
            {
                "deadline_id": row.id,
                "due_at": "2025-03-20 09:00:00",
                "reason_id": self.env.ref("customer_complaint.reason_move_other").id,
                "interim_plan": "We look for the parts.",
            }
        ).action_move()
        self.tell_outcome(complaint)
        self.assertEqual((row.state, row.result), ("done", "overdue"))

    @freeze_time("2025-03-03 12:00:00")
    def test_a_date_in_the_past_or_of_a_met_deadline_cannot_be_set(self):
        complaint = self.make_owned()
        row = self.row(complaint, "completion")
        wizard = self.env["customer.complaint.move.deadline"].with_user(self.lead)
        reason = self.env.ref("customer_complaint.reason_move_other")
        with self.assertRefused(UserError, "in the future"):
            wizard.create(
                {
                    "deadline_id": row.id,
                    "due_at": "2025-03-03 11:00:00",
                    "reason_id": reason.id,
                }
            ).action_move()
        self.tell_outcome(complaint)
        with self.assertRefused(UserError, "no longer running"):
            wizard.create(
                {
                    "deadline_id": row.id,
                    "due_at": "2025-03-09 11:00:00",
                    "reason_id": reason.id,
                }
            ).action_move()

    def test_time_left_is_told_in_words_and_by_urgency(self):
        complaint = self.make_owned()
        cases = {
            "2025-03-04 09:00:00": ("planned", "First response in 1 d 0 h"),
            "2025-03-05 05:40:00": ("soon", "First response in 3 h 20 min"),
            "2025-03-05 08:55:00": ("soon", "First response in 5 min"),
            "2025-03-05 11:00:00": ("late", "First response late by 2 h 0 min"),
        }
        for moment, expected in cases.items():
            with freeze_time(moment):
                complaint.invalidate_recordset()
                self.assertEqual((complaint.urgency, complaint.time_left), expected)

    def test_late_rows_are_found_open_or_met_too_late(self):
        with freeze_time("2025-03-05 10:00:00"):
            complaint = self.make_owned()
            late = self.env["customer.complaint.deadline"].search(
                [("is_late", "=", True), ("complaint_id", "=", complaint.id)]
            )
            self.assertEqual(late.deadline_type, "first_response")
            complaint.env["customer.complaint.contact"].create(
                {"complaint_id": complaint.id, "summary": "Called"}
            )
            self.assertTrue(late.is_late)
            not_late = self.env["customer.complaint.deadline"].search(
                [("is_late", "=", False), ("complaint_id", "=", complaint.id)]
            )
            self.assertEqual(not_late.deadline_type, "completion")

    def test_ledger_rows_follow_the_team(self):
        complaint = self.make_owned()
        complaint.sudo().team_id = self.other_team
        self.assertEqual(complaint.sudo().deadline_ids.team_id, self.other_team)
        self.category.team_id = self.team
        free = self.make_complaint(category_id=False, team_id=self.other_team.id)
        free.category_id = self.category
        self.assertEqual(free.deadline_ids.team_id, self.team)

    def test_a_company_policy_goes_before_the_shared_one(self):
        self.env["customer.complaint.policy"].create(
            {
                "name": "Own",
                "company_id": self.company.id,
                "line_ids": [
                    (0, 0, {"rank": 2, "deadline_type": "first_response", "amount": 1})
                ],
            }
        )
        complaint = self.make_complaint()
        self.assertEqual(
            complaint.deadline_ids.mapped("due_at"), [RECEIPT + timedelta(hours=1)]
        )
