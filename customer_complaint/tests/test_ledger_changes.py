from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models.customer_complaint_deadline import JUDGED
from .common import RECEIPT
from .ledger_common import HOUR, LedgerCommon


@tagged("post_install", "-at_install")
class TestLedgerChanges(LedgerCommon):
    """When level, team, stage or receipt change, nothing of the ledger gets lost."""

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
