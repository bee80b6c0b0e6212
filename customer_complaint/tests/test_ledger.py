from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models.customer_complaint_deadline import JUDGED
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

    # ------------------------------------------------------------------
    # What a simulated year found: see ledger_replay.py
    # ------------------------------------------------------------------
    def test_a_complaint_taken_when_it_is_entered_has_one_stage_limit(self):
        # C-43
        self.set_limits(("stage", 4, "hour", "assessed"), ("completion", 48))
        with self.at(RECEIPT + HOUR):
            complaint = self.make_owned()
        self.assertEqual(self.due(complaint, "stage"), [RECEIPT + 5 * HOUR])

    def test_reopening_ends_a_stage_limit_and_begins_the_next(self):
        # C-43
        self.set_limits(
            ("stage", 4, "hour", "assessed"), ("stage", 8, "hour", "feedback")
        )
        with self.at(RECEIPT):
            complaint = self.make_owned()
        with self.at(RECEIPT + HOUR):
            self.tell_outcome(complaint)
        with self.at(RECEIPT + 10 * HOUR):
            self.confirm(complaint, solved="not_solved", grade="1")
        first, second = self.row(complaint, "stage", 1), self.row(complaint, "stage", 2)
        self.assertEqual(
            [(row.due_at, row.state, row.result) for row in first.sorted("id")],
            [
                (RECEIPT + 4 * HOUR, "done", "on_time"),
                (RECEIPT + 9 * HOUR, "done", "overdue"),
            ],
        )
        self.assertEqual(
            [(row.due_at, row.state) for row in second],
            [(RECEIPT + 14 * HOUR, "open")],
        )

    def test_closing_leaves_a_stage_and_its_limit_keeps_the_verdict(self):
        # C-43
        self.set_limits(
            ("stage", 4, "hour", "feedback"), ("stage", 24, "hour", "closed")
        )
        complaint = self.make_owned()
        with self.at(RECEIPT + HOUR):
            self.tell_outcome(complaint)
        with self.at(RECEIPT + 10 * HOUR):
            self.confirm(complaint)
        rows = self.row(complaint, "stage").sorted("id")
        self.assertEqual(
            [(row.state, row.result) for row in rows],
            [("done", "overdue"), ("open", False)],
        )

    def test_a_stage_and_an_owner_given_at_once_are_one_move(self):
        # C-43
        registered = self.make_stage("registered")
        self.set_limits(
            ("stage", 4, "hour", "assessed"), ("stage", 9, "hour", "registered")
        )
        with self.at(RECEIPT):
            complaint = self.make_complaint()
        with self.at(RECEIPT + HOUR):
            complaint.write({"stage_id": registered.id, "user_id": self.handler.id})
        rows = self.row(complaint, "stage").sorted("id")
        self.assertEqual(
            [(row.stage_id.stage_type, row.state) for row in rows],
            [("registered", "done"), ("assessed", "open")],
        )
        self.assertEqual(rows[-1].due_at, RECEIPT + 5 * HOUR)

    def test_a_level_asks_only_for_what_was_not_done_yet(self):
        # C-29
        self.set_limits_per_level(
            (1, "first_response", 24),
            (1, "initial_handling", 48),
            (1, "completion", 48),
            (1, "result", 72),
            (1, "statutory", 480),
        )
        complaint = self.make_owned(level_id=self.levels[2].id)
        self.assertFalse(complaint.deadline_ids)
        complaint._on_customer_told(RECEIPT + HOUR, plan=True)
        self.complete(complaint, RECEIPT + 2 * HOUR)
        with self.at(RECEIPT + 3 * HOUR):
            complaint._change_level(self.levels[0], "Danger")
        self.assertEqual(
            set(complaint.deadline_ids.mapped("deadline_type")), {"result", "statutory"}
        )

    def test_a_limit_that_comes_back_with_the_level_finds_what_was_done_meanwhile(self):
        # C-29
        self.set_limits_per_level((1, "first_response", 24), (1, "completion", 48))
        with self.at(RECEIPT):
            complaint = self.make_owned(level_id=self.levels[0].id)
        with self.at(RECEIPT + HOUR):
            complaint._change_level(self.levels[2], "Harmless")
            self.assertRow(complaint, "first_response", "dropped")
        self.tell(complaint, RECEIPT + 2 * HOUR)
        with self.at(RECEIPT + 3 * HOUR):
            complaint._change_level(self.levels[0], "Danger")
        self.assertRow(complaint, "first_response", "dropped")
        self.assertRow(complaint, "completion", "open")

    def test_a_date_that_passed_while_nobody_owed_it_was_not_missed(self):
        # C-29
        self.set_limits_per_level((1, "completion", 24), (3, "completion", 120))
        with self.at(RECEIPT):
            complaint = self.make_owned(level_id=self.levels[0].id)
        with self.at(RECEIPT + HOUR):
            complaint._change_level(self.levels[1], "Less")
        with self.at(RECEIPT + 50 * HOUR):
            complaint._change_level(self.levels[2], "Harmless")
        self.assertRow(complaint, "completion", "open")
        row = self.row(complaint, "completion")
        self.assertEqual(row.due_at, RECEIPT + 120 * HOUR)
        self.assertFalse(row.moved_overdue)

    def test_the_cadence_goes_on_from_what_the_customer_was_told_under_another_level(
        self,
    ):
        # C-29 C-32
        self.set_limits_per_level((1, "next_update", 24))
        with self.at(RECEIPT):
            complaint = self.make_owned(level_id=self.levels[2].id)
        self.tell(complaint, RECEIPT + 20 * HOUR)
        with self.at(RECEIPT + 30 * HOUR):
            complaint._change_level(self.levels[0], "Danger")
        self.assertEqual(self.due(complaint, "next_update"), [RECEIPT + 44 * HOUR])

    def test_feedback_that_is_owed_after_closing_follows_the_level(self):
        # C-29
        self.set_limits_per_level(
            (1, "second_feedback", 24), (3, "second_feedback", 72)
        )
        complaint = self.make_owned(level_id=self.levels[2].id)
        self.tell_outcome(complaint, date=RECEIPT + HOUR)
        self.confirm(complaint)
        complaint.sudo()._change_level(self.levels[0], "It was dangerous after all")
        self.assertEqual(self.due(complaint, "second_feedback"), [RECEIPT + 25 * HOUR])

    def test_messages_logged_later_start_the_reply_where_it_was_first_missing(self):
        # C-32
        self.set_limits(("next_reply", 8))
        complaint = self.make_owned()
        self.tell(complaint, RECEIPT + 4 * HOUR)
        complaint._on_customer_said(RECEIPT + 3 * HOUR)  # answered already
        self.assertFalse(self.due(complaint, "next_reply"))
        complaint._on_customer_said(RECEIPT + 9 * HOUR)
        complaint._on_customer_said(RECEIPT + 6 * HOUR)
        self.assertEqual(self.due(complaint, "next_reply"), [RECEIPT + 14 * HOUR])

    def test_the_second_feedback_of_a_supplement_may_count_from_the_first(self):
        # C-112
        self.set_limits(("completion", 48))
        self.env["customer.complaint.policy"].create(
            {
                "name": "Feedback",
                "is_supplement": True,
                "second_from_first": True,
                "line_ids": [
                    Command.create({"deadline_type": kind, "amount": amount})
                    for kind, amount in (
                        ("first_feedback", 24),
                        ("second_feedback", 72),
                    )
                ],
            }
        )
        complaint = self.make_owned()
        self.complete(complaint, RECEIPT + HOUR)
        self.assertFalse(self.due(complaint, "second_feedback"))
        self.tell(complaint, RECEIPT + 5 * HOUR, outcome_told=True)
        self.assertEqual(
            self.due(complaint, "second_feedback"), [RECEIPT + (5 + 72) * HOUR]
        )

    # ------------------------------------------------------------------
    # What must not get lost
    # ------------------------------------------------------------------
    def test_a_date_that_was_missed_counts_also_when_nothing_is_owed_any_more(self):
        # C-45
        with self.at(RECEIPT):
            free = self.env["customer.complaint.level"].create(
                {"name": "Free", "rank": 7}
            )
            complaint = self.make_owned()
        with self.at(RECEIPT + 50 * HOUR):
            complaint._change_level(free, "A question")
        missed = self.row(complaint, "first_response")
        self.assertEqual((missed.state, missed.result), ("dropped", "overdue"))
        self.assertFalse(self.row(complaint, "completion").result)
        self.assertTrue(missed.is_late)
        self.assertEqual(complaint.sudo().deadline_ids.filtered_domain(JUDGED), missed)

    def test_what_a_level_asks_for_again_is_owed_again_and_history_says_so(self):
        # C-29
        free = self.env["customer.complaint.level"].create({"name": "Free", "rank": 7})
        with self.at(RECEIPT):
            complaint = self.make_owned()
            complaint._change_level(free, "A question")
            complaint._change_level(self.levels[1], "A complaint after all")
        self.assertEqual(set(complaint.sudo().deadline_ids.mapped("state")), {"open"})
        self.assertIn(
            "Completion is owed again. A complaint after all",
            [text for _at, text in complaint._get_deadline_history()],
        )

    def test_a_statutory_limit_outlives_closing_and_reopening(self):
        policy = self.set_limits(("statutory", 100), ("completion", 50))
        complaint = self.make_owned()
        self.env["customer.complaint.requirement"].search([]).active = False
        complaint.sudo()._move_to_type("closed")
        self.assertRow(complaint, "statutory", "open")
        complaint.sudo()._reopen("Not told anything.")
        row = self.row(complaint, "statutory")
        self.assertEqual((row.state, row.due_at), ("open", RECEIPT + 100 * HOUR))
        policy.line_ids.filtered(lambda d: d.deadline_type == "statutory").unlink()
        complaint._change_level(self.levels[0], "Danger")
        self.assertEqual(row.state, "open", "no edited policy ends it")

    def test_a_corrected_receipt_keeps_the_limits_the_complaint_began_with(self):
        #
        policy = self.set_limits(("completion", 50))
        complaint = self.make_owned()
        policy.line_ids.amount = 10
        complaint.received_at = RECEIPT - HOUR
        self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 49 * HOUR])

    def test_the_team_that_takes_an_unassessed_complaint_brings_its_policy(self):
        #
        pilot = self.set_limits(("completion", 10))
        pilot.team_id = self.other_team
        general = self.env.ref("customer_complaint.policy_graded")
        general.active = True
        with self.at(RECEIPT):
            complaint = self.make_complaint()
            self.assertEqual(complaint.policy_id, general)
            complaint.team_id = self.other_team
            self.assertEqual(complaint.policy_id, pilot)
            self.assertEqual(self.due(complaint, "completion"), [RECEIPT + 10 * HOUR])
            complaint.user_id = self.colleague
            complaint.team_id = self.team
        self.assertEqual(complaint.policy_id, pilot, "whatever is changed later")

    def test_the_talk_in_which_something_was_promised_does_not_keep_it(self):
        # C-89
        complaint = self.make_owned()
        with self.at(RECEIPT + 60 * HOUR):
            promised = complaint._promise(RECEIPT + 80 * HOUR, "News")
            self.tell(complaint, RECEIPT + 60 * HOUR)
            self.tell(complaint, RECEIPT + 59.95 * HOUR)
        self.assertEqual(promised.state, "open")

    def test_what_is_closed_from_the_beginning_owes_nothing(self):
        self.env["customer.complaint.requirement"].search([]).active = False
        complaint = self.make_complaint(
            stage_id=self.env.ref("customer_complaint.stage_closed").id
        )
        self.assertFalse(complaint.deadline_ids)

    def test_a_talk_entered_with_the_complaint_is_its_first_response(self):
        # C-32
        complaint = self.make_complaint(
            user=self.handler,
            contact_ids=[
                Command.create({"summary": "Called back", "date": RECEIPT + HOUR})
            ],
        )
        row = self.row(complaint, "first_response")
        self.assertEqual((row.state, row.done_at), ("done", RECEIPT + HOUR))

    def test_a_promise_of_an_archived_closed_complaint_still_escalates(self):
        # C-89
        engine = self.env["customer.complaint.deadline"]
        self.company.complaint_tell_in_hours = False
        engine.search([]).next_step_at = False
        complaint = self.make_owned()
        with self.at(RECEIPT):
            complaint._promise(RECEIPT + 200 * HOUR, "A voucher", "deed")
        self.tell_outcome(complaint, date=RECEIPT + HOUR)
        self.confirm(complaint)
        complaint.action_archive()
        engine._run_due_steps(RECEIPT + 201 * HOUR)
        self.assertIn(self.lead, complaint.sudo().activity_ids.user_id)

    def test_only_a_lead_enters_a_complaint_that_is_archived_already(self):
        with self.assertRefused(AccessError, "cannot be archived"):
            self.make_complaint(user=self.handler, active=False)

    def test_internal_limits_stay_inside(self):
        # C-43 X-11
        self.set_limits(
            ("stage", 1, "hour", "received"), ("first_response", 24), ("completion", 48)
        )
        portal = new_test_user(
            self.env,
            "t_portal_ledger",
            "base.group_portal",
            partner_id=self.partner.id,
        )
        with self.at(RECEIPT):
            complaint = self.make_complaint(acknowledge=True)
        self.assertEqual(complaint.next_due_type, "stage")
        mail = self.env["mail.mail"].search(
            [("model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertIn("3/4/25", mail.body_html)
        self.assertNotIn("3/3/25", mail.body_html)
        theirs = complaint.with_user(portal)
        self.assertEqual(theirs.name, complaint.name)
        for fname in ("next_due_at", "next_due_type", "time_left", "paused_at"):
            with self.assertRaises(AccessError):
                theirs.read([fname])

    def test_a_date_that_was_missed_is_not_made_good_by_a_level_without_it(self):
        # C-29 C-45
        self.set_limits_per_level((1, "completion", 24), (3, "completion", 120))
        with self.at(RECEIPT):
            complaint = self.make_owned(level_id=self.levels[0].id)
        with self.at(RECEIPT + 50 * HOUR):
            complaint._change_level(self.levels[1], "Less")
            self.assertRow(complaint, "completion", "dropped", "overdue")
            complaint._change_level(self.levels[2], "Harmless")
            self.complete(complaint, RECEIPT + 51 * HOUR)
        self.assertRow(complaint, "completion", "done", "overdue")

    def test_the_limit_of_the_first_stage_follows_a_corrected_receipt(self):
        # C-43
        self.set_limits(("stage", 4, "hour", "received"))
        with self.at(RECEIPT + HOUR):
            complaint = self.make_complaint()
            complaint.received_at = RECEIPT - HOUR
        self.assertEqual(self.due(complaint, "stage"), [RECEIPT + 3 * HOUR])

    def test_an_outcome_told_again_completes_what_the_first_could_not(self):
        # C-29 C-41
        self.set_limits(("completion", 72))
        with self.at(RECEIPT):
            complaint = self.make_owned()
            row = self.row(complaint, "completion")
            row._move({row.id: RECEIPT + 48 * HOUR}, "As agreed", {})
            row.is_agreed = True
        complaint.write({"decision": "justified", "decision_reason": "Our fault."})
        with self.at(RECEIPT + 50 * HOUR):
            # The agreed date counts from the receipt that was known when it was agreed.
            complaint.received_at = RECEIPT - 48 * HOUR
            complaint.sudo()._on_customer_told(RECEIPT - 24 * HOUR, outcome=True)
            self.assertRow(complaint, "completion", "open")
            complaint.sudo()._on_customer_told(RECEIPT + 49 * HOUR, outcome=True)
        self.assertRow(complaint, "completion", "done", "overdue")
