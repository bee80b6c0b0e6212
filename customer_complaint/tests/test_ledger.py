from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RECEIPT
from .ledger_common import HOUR, LedgerCommon


@tagged("post_install", "-at_install")
class TestLedger(LedgerCommon):
    """What starts and stops each type of deadline."""

    # ------------------------------------------------------------------
    # Units
    # ------------------------------------------------------------------
    def test_each_line_says_whether_elapsed_or_working_time_counts(self):
        # C-32 C-40
        self.team.calendar_id = self.calendar
        self.set_limits(
            ("first_response", 2, "working_day"),
            ("completion", 16, "working_hour"),
            ("result", 72),
        )
        friday = datetime(2025, 3, 7, 16)
        complaint = self.make_complaint(received_at=friday)
        self.assertEqual(
            self.due(complaint, "first_response"), [datetime(2025, 3, 11, 16)]
        )
        self.assertEqual(self.due(complaint, "completion"), [datetime(2025, 3, 11, 16)])
        self.assertEqual(self.due(complaint, "result"), [friday + 72 * HOUR])
        self.assertFalse(any(complaint.deadline_ids.mapped("is_fallback")))

    def test_working_time_is_that_of_the_team_then_of_the_one_above_then_the_company(
        self,
    ):
        # C-40
        complaint = self.make_complaint()
        self.company.resource_calendar_id = self.calendar
        self.assertEqual(complaint._get_calendar(), self.calendar)
        above = self.calendar.copy({"name": "Above"})
        self.top_team.calendar_id = above
        self.assertEqual(complaint._get_calendar(), above)
        own = self.calendar.copy({"name": "Own"})
        self.team.calendar_id = own
        self.assertEqual(complaint._get_calendar(), own)

    def test_a_calendar_without_hours_counts_elapsed_time_and_says_so(self):
        # C-40
        self.calendar.attendance_ids.unlink()
        self.team.calendar_id = self.calendar
        self.set_limits(("completion", 2, "working_day"))
        complaint = self.make_complaint()
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 48 * HOUR])
        self.assertTrue(self.row(complaint, "completion").is_fallback)
        self.assertIn("no working hours", complaint.deadline_history)

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------
    def test_pausing_by_hand_is_off_until_the_company_allows_it(self):
        self.company.complaint_pause = False
        complaint = self.make_owned()
        with self.assertRefused(UserError, "not paused by hand"):
            complaint.action_pause()

    def test_segments_add_up_to_the_wall_time_exactly(self):
        complaint = self.make_owned()
        with self.at("2025-03-03 12:00:00"):
            complaint._pause_deadlines(datetime(2025, 3, 3, 12), self.supplier)
        with self.at("2025-03-03 18:30:00"):
            complaint.action_resume()
        self.tell(complaint, datetime(2025, 3, 4, 9))
        segments = self.row(complaint, "first_response")._get_segments(datetime.now())
        self.assertEqual(
            [(kind, end - start) for start, end, kind in segments],
            [
                ("running", 3 * HOUR),
                ("paused", 6.5 * HOUR),
                ("running", 14.5 * HOUR),
            ],
        )
        self.assertEqual(segments[0][0], RECEIPT)
        self.assertEqual(segments[-1][1], datetime(2025, 3, 4, 9))

    # ------------------------------------------------------------------
    # After completion
    # ------------------------------------------------------------------
    def test_completion_starts_feedback_and_follow_up(self):
        # C-111 C-112 C-113 and TV-4
        self.set_limits(
            ("first_feedback", 24), ("second_feedback", 72), ("follow_up", 24)
        )
        complaint = self.make_owned(received_at=datetime(2025, 3, 4, 10))
        self.assertFalse(complaint.deadline_ids)
        self.assertFalse(complaint.can_complete)
        self.complete(complaint, datetime(2025, 3, 5, 10))
        self.assertEqual(
            self.due(complaint, "first_feedback"), [datetime(2025, 3, 6, 10)]
        )
        self.assertEqual(self.due(complaint, "follow_up"), [datetime(2025, 3, 6, 10)])
        self.assertEqual(
            self.due(complaint, "second_feedback"), [datetime(2025, 3, 8, 10)]
        )
        self.tell(complaint, datetime(2025, 3, 6, 11), outcome_told=True)
        self.assertRow(complaint, "first_feedback", "done", "overdue")
        self.assertRow(complaint, "second_feedback", "open")
        self.assertRow(complaint, "follow_up", "open")
        self.tell(complaint, datetime(2025, 3, 8, 10), outcome_told=True)
        self.assertRow(complaint, "second_feedback", "done", "on_time")

    def test_one_message_may_be_outcome_and_first_feedback_but_not_the_second(self):
        # C-111 C-112
        self.set_limits(
            ("completion", 48),
            ("result", 72),
            ("first_feedback", 24),
            ("second_feedback", 72),
        )
        complaint = self.make_owned()
        self.tell_outcome(complaint, date=RECEIPT + 50 * HOUR)
        self.assertRow(complaint, "completion", "done", "overdue")
        self.assertRow(complaint, "result", "done", "on_time")
        self.assertRow(complaint, "first_feedback", "done", "on_time")
        self.assertRow(complaint, "second_feedback", "open")

    def test_the_second_feedback_may_count_from_the_first(self):
        # C-112
        policy = self.set_limits(("first_feedback", 24), ("second_feedback", 72))
        policy.second_from_first = True
        complaint = self.make_owned()
        self.complete(complaint, RECEIPT + HOUR)
        self.assertFalse(self.due(complaint, "second_feedback"))
        self.tell(complaint, RECEIPT + 5 * HOUR, outcome_told=True)
        self.assertEqual(
            self.due(complaint, "second_feedback"), [RECEIPT + (5 + 72) * HOUR]
        )

    def test_feedback_after_completion_is_owed_also_when_the_complaint_is_closed(self):
        # C-112
        self.set_limits(("completion", 48), ("second_feedback", 72))
        complaint = self.make_owned()
        self.tell_outcome(complaint, date=RECEIPT + HOUR)
        self.confirm(complaint)
        self.assertEqual(complaint.stage_type, "closed")
        self.assertRow(complaint, "second_feedback", "open")
        self.assertEqual(complaint.next_due_type, "second_feedback")

    def test_work_is_done_once_and_after_the_decision(self):
        complaint = self.make_owned()
        with self.assertRefused(UserError, "no decision"):
            complaint.action_complete()
        self.complete(complaint, RECEIPT + HOUR)
        with self.assertRefused(UserError, "complete already"):
            complaint.action_complete()

    # ------------------------------------------------------------------
    # Updates, replies, statutory, stages
    # ------------------------------------------------------------------
    def test_the_next_update_follows_the_last_one_until_the_outcome(self):
        # C-32
        self.set_limits(("next_update", 24))
        complaint = self.make_owned()
        self.assertEqual(self.due(complaint, "next_update"), [RECEIPT + 24 * HOUR])
        self.tell(complaint, RECEIPT + 10 * HOUR)
        self.tell(complaint, RECEIPT + 40 * HOUR)
        rows = self.row(complaint, "next_update").sorted("id")
        self.assertEqual(
            [(row.due_at, row.state, row.result) for row in rows],
            [
                (RECEIPT + 24 * HOUR, "done", "on_time"),
                (RECEIPT + 34 * HOUR, "done", "overdue"),
                (RECEIPT + 64 * HOUR, "open", False),
            ],
        )
        self.tell_outcome(complaint, date=RECEIPT + 41 * HOUR)
        self.assertRow(complaint, "next_update", "done", "on_time")
        self.assertFalse(complaint.next_due_at)

    def test_the_oldest_message_without_an_answer_counts(self):
        # C-32
        self.set_limits(("next_reply", 8))
        complaint = self.make_owned()
        self.assertFalse(complaint.deadline_ids)
        complaint._on_customer_said(RECEIPT + HOUR)
        complaint._on_customer_said(RECEIPT + 2 * HOUR)
        self.assertEqual(self.due(complaint, "next_reply"), [RECEIPT + 9 * HOUR])
        self.tell(complaint, RECEIPT + 9 * HOUR)
        self.assertRow(complaint, "next_reply", "done", "on_time")
        complaint._on_customer_said(RECEIPT + 20 * HOUR)
        self.assertEqual(
            self.due(complaint, "next_reply"),
            [RECEIPT + 9 * HOUR, RECEIPT + 28 * HOUR],
        )

    def test_a_stage_limit_runs_from_entering_to_leaving(self):
        # C-43
        self.set_limits(
            ("stage", 4, "hour", "assessed"), ("stage", 10, "hour", "implementing")
        )
        with self.at(RECEIPT):
            complaint = self.make_complaint()
            self.assertFalse(complaint.deadline_ids)
        with self.at(RECEIPT + 2 * HOUR):
            complaint.user_id = self.handler
            self.assertEqual(self.due(complaint, "stage"), [RECEIPT + 6 * HOUR])
        with self.at(RECEIPT + 7 * HOUR):
            complaint.action_start()
        rows = self.row(complaint, "stage").sorted("id")
        self.assertEqual(
            [(row.due_at, row.state, row.result) for row in rows],
            [
                (RECEIPT + 6 * HOUR, "done", "overdue"),
                (RECEIPT + 17 * HOUR, "open", False),
            ],
        )

    def test_time_per_stage_is_kept_for_analysis(self):
        # C-45
        with self.at(RECEIPT):
            complaint = self.make_complaint()
        with self.at(RECEIPT + 3 * HOUR):
            complaint.user_id = self.handler
        with self.at(RECEIPT + 8 * HOUR):
            complaint.action_start()
        visits = self.env["customer.complaint.stage.visit"].search(
            [("complaint_id", "=", complaint.id)]
        )
        self.assertEqual(
            [(visit.stage_type, visit.hours) for visit in visits],
            [("received", 3), ("assessed", 5)],
        )
        self.assertEqual(complaint.stage_since, RECEIPT + 8 * HOUR)

    def test_a_plan_that_was_told_is_the_initial_handling(self):
        # C-32
        self.set_limits(("first_response", 24), ("initial_handling", 48))
        complaint = self.make_owned()
        complaint._on_customer_told(RECEIPT + HOUR)
        self.assertRow(complaint, "first_response", "done", "on_time")
        self.assertRow(complaint, "initial_handling", "open")
        complaint._on_customer_told(RECEIPT + 49 * HOUR, plan=True)
        self.assertRow(complaint, "initial_handling", "done", "overdue")

    # ------------------------------------------------------------------
    # Commitments
    # ------------------------------------------------------------------
    def test_a_commitment_is_kept_by_telling_or_by_a_deed(self):
        # C-89
        complaint = self.make_owned()
        with self.at(RECEIPT):
            news = complaint._promise(RECEIPT + 24 * HOUR, "Next news")
            part = complaint._promise(RECEIPT + 30 * HOUR, "A new hinge", "deed")
        self.assertEqual(complaint.next_due_type, "commitment")
        self.tell(complaint, RECEIPT + 25 * HOUR)
        self.assertEqual((news.state, news.result), ("done", "overdue"))
        self.assertEqual(part.state, "open")
        with self.at(RECEIPT + 30 * HOUR):
            with self.assertRaises(AccessError):
                part.with_user(self.colleague).action_keep()
            part.with_user(self.handler).action_keep()
        self.assertEqual((part.state, part.result), ("done", "on_time"))

    def test_a_promise_lies_in_the_future(self):
        # C-89
        with self.assertRefused(UserError, "future"):
            self.make_owned()._promise(RECEIPT, "Yesterday")

    # ------------------------------------------------------------------
    # Reopening, sets
    # ------------------------------------------------------------------
    def test_the_history_says_why_in_sentences(self):
        complaint = self.make_owned()
        with self.at("2025-03-03 12:00:00"):
            complaint._pause_deadlines(datetime(2025, 3, 3, 12), self.waiting)
        with self.at("2025-03-03 14:00:00"):
            complaint.with_user(self.handler)._resume_deadlines(datetime.now())
        self.tell(complaint, datetime(2025, 3, 4, 9))
        self.record_events("2025-03-04 10:00:00")
        sentences = [text for _at, text in complaint._get_deadline_history()]
        self.assertIn(
            "First response started: 48 h, due 03/05/2025 09:00 AM.", sentences
        )
        name = self.handler.name
        self.assertIn(f"Paused by {name}: Waiting for the customer.", sentences)
        self.assertIn(f"Resumed by {name} after 2 h 0 min.", sentences)
        self.assertIn(f"First response done on time ({name}).", " ".join(sentences))

    def test_what_was_recorded_later_than_it_happened_says_so(self):
        complaint = self.make_owned()
        self.tell(complaint, datetime(2025, 3, 4, 9))
        self.record_events("2025-03-04 10:00:01")
        sentences = [text for _at, text in complaint._get_deadline_history()]
        self.assertIn(
            f"First response done on time ({self.handler.name}). Recorded on "
            "03/04/2025 10:00 AM.",
            sentences,
        )
