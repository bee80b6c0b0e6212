from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .follow_up_common import FollowUpCommon


@tagged("post_install", "-at_install")
class TestFollowUp(FollowUpCommon):
    """A low score becomes one feedback record with an owner, a deadline and the chain."""

    def test_nothing_follows_unless_it_is_switched_on(self):
        self.company.satisfaction_follow_up = False
        self.assertFalse(self.answered(1).feedback_ids)

    def test_a_low_score_gets_an_owner_and_a_deadline_of_24_hours(self):
        # S-52 S-55
        said = "Nobody called back, although it was promised twice. " * 5
        answer = self.answered(2, comment=said)
        feedback = answer.feedback_ids
        self.assertEqual(feedback.record_type, "feedback")
        self.assertTrue(feedback.name.startswith("FB"))
        self.assertEqual(feedback.feedback_answer_id, answer)
        self.assertEqual(feedback.user_id, self.chief, "whom the settings name")
        self.assertEqual(feedback.partner_id, self.partner)
        self.assertIn("Dissatisfied", feedback.title)
        self.assertIn(said.strip(), feedback.description, "all that was said")
        [row] = feedback.deadline_ids
        self.assertEqual(row.deadline_type, "first_response")
        self.assertEqual(row.due_at - row.start_at, timedelta(hours=24))
        self.assertEqual(feedback.next_due_at, row.due_at)

    def test_what_complaints_need_does_not_keep_it_from_its_owner(self):
        # S-52
        self.require("category", "contact", "demand", "level", "assessment")
        with self.assertRaisesRegex(ValidationError, "Something is missing"):
            self.complaint(record_type="feedback", user_id=self.handler.id)
        self.assertEqual(self.answered(1).feedback_ids.user_id, self.chief)

    def test_the_hours_are_a_setting(self):
        # S-55
        self.company.satisfaction_follow_up_hours = 4
        [row] = self.answered(1).feedback_ids.deadline_ids
        self.assertEqual(row.due_at - row.start_at, timedelta(hours=4))

    def test_what_counts_as_low_is_a_setting(self):
        # S-52
        self.assertFalse(self.answered(3).feedback_ids)
        self.assertTrue(self.answered(5, nps=6).feedback_ids)
        self.assertFalse(self.answered(5, nps=7).feedback_ids)
        self.company.satisfaction_follow_up_csat = 1
        self.company.satisfaction_follow_up_nps = -1
        self.assertFalse(self.answered(2, nps=0).feedback_ids)
        self.assertTrue(self.answered(1).feedback_ids)

    def test_the_worst_answer_to_any_question_is_low(self):
        # S-52
        answers = self.answered(5, count=4)
        self.add_score(answers[0], "likert", 1, 1, 5)
        self.add_score(answers[1], "effort_5", 5, 1, 5, effort_direction="lower")
        self.add_score(answers[2], "effort_7", 7, 1, 7, effort_direction="higher")
        self.add_score(answers[3], "importance", 1, 1, 5)
        self.assertEqual(answers._filter_low(), answers[:2])
        self.company.satisfaction_follow_up_worst = False
        self.assertFalse(answers._filter_low())

    def test_nobody_writes_to_tests_duplicates_and_old_answers(self):
        self.assertFalse(self.answered(1, test_entry=True).feedback_ids)
        self.assertFalse(
            self.answered(1, exclusion="duplicate", exclusion_note="Twice").feedback_ids
        )
        past = self.now - timedelta(days=60)
        self.assertFalse(self.answered(1, end_datetime=past).feedback_ids)

    def test_many_answers_at_once_cost_no_query_each(self):
        # S-52
        self.answered(1)  # what is cached once
        queries = []
        for count in (2, 12):
            partners = self.customers(count)
            start = self.cr.sql_log_count
            answers = self.answered(1, partners=partners)
            self.env.flush_all()
            queries.append(self.cr.sql_log_count - start)
            self.assertEqual(len(answers.feedback_ids), count)
        self.assertLess((queries[1] - queries[0]) / 10, 25)

    def test_once_per_answer_however_often_it_is_said(self):
        # S-52
        answer = self.invited()
        answer._save_satisfaction(self.answers(nps="4"), "link")
        [feedback] = answer.feedback_ids
        answer._save_satisfaction(self.answers(nps="2"), "link")
        self.assertEqual(answer.feedback_ids, feedback)
        self.assertIn("changed the answer", feedback.message_ids[:1].body)

    def test_two_at_the_same_moment_make_one_record(self):
        # S-52
        answer = self.answered(2)
        [feedback] = answer.feedback_ids
        SurveyUserInput = type(answer)
        nothing = self.env["customer.complaint"]
        with (
            mute_logger("odoo.sql_db"),
            self.assertNoLogs("odoo.addons.customer_satisfaction", "ERROR"),
            patch.object(SurveyUserInput, "_get_feedback", lambda answers: nothing),
        ):
            answer._follow_up()
        answer.invalidate_recordset()
        self.assertEqual(answer.feedback_ids, feedback)

    def test_the_answer_is_saved_when_the_follow_up_fails(self):
        SurveyUserInput = type(self.env["survey.user_input"])

        def broken(answer):
            raise UserError("Broken")  # pylint: disable=prefer-env-translation,translation-required

        with (
            patch.object(SurveyUserInput, "_prepare_feedback_values", broken),
            self.assertLogs("odoo.addons.customer_satisfaction", "ERROR"),
        ):
            answer = self.answered(1)
        self.assertEqual(answer.csat_grade, 1)
        self.assertFalse(answer.feedback_ids)

    def test_the_handler_follows_up_else_the_team_leader(self):
        # S-52
        complaint = self.closed(user_id=self.handler.id)
        answer = self.answered(5, nps=2, complaint_id=complaint.id)
        self.assertEqual(answer.feedback_ids.user_id, self.handler)
        self.company.satisfaction_follow_up_user_id = False
        team = self.env["customer.complaint.team"]._get_default(self.company)
        team.leader_id = self.lead
        self.assertEqual(self.answered(1).feedback_ids.user_id, self.lead)
        team.write({"leader_id": False, "member_ids": self.handler.ids})
        feedback = self.answered(1).feedback_ids
        self.assertFalse(feedback.user_id, "taken over from the list")
        feedback.with_user(self.handler).action_take()
        self.assertEqual(feedback.user_id, self.handler)

    def test_an_answer_about_an_open_complaint_is_noted_there(self):
        # S-53
        complaint = self.complaint()
        answer = self.answered(1, complaint_id=complaint.id)
        self.assertFalse(answer.feedback_ids)
        self.assertIn("Low score", complaint.message_ids[:1].body)

    def test_an_answer_about_a_closed_complaint_reopens_it_instead(self):
        # S-53
        answer = self.invited()
        answer._save_satisfaction(self.answers("not_solved", 1), "link")
        self.assertEqual(answer.complaint_id.round, 2)
        self.assertFalse(answer.complaint_id.closed_at)
        self.assertFalse(answer.feedback_ids)

    def test_an_unanswered_low_score_climbs_the_chain_of_complaints(self):
        # S-56
        self.env["customer.complaint.deadline"].search([]).next_step_at = False
        self.company.complaint_tell_in_hours = False
        feedback = self.answered(1).feedback_ids
        feedback.team_id.leader_id = self.lead
        self.assertTrue(feedback.can_escalate)
        Deadline = self.env["customer.complaint.deadline"]
        Deadline._run_due_steps(self.now + timedelta(hours=21))
        self.assertEqual(self.told(feedback), self.chief, "a reminder before it is due")
        Deadline._run_due_steps(self.now + timedelta(hours=25))
        self.assertIn(self.lead, self.told(feedback))
        action = feedback.with_user(self.chief).action_escalate()
        self.assertEqual(action["res_model"], "customer.complaint.escalate")
        other = self.complaint(record_type="feedback", user_id=self.handler.id)
        with self.assertRaisesRegex(UserError, "not escalated"):
            other.action_escalate()

    def test_feedback_is_never_counted_as_a_complaint(self):
        # C-18
        self.assertEqual(self.partner.complaint_count, 0)
        self.answered(1)
        self.partner.invalidate_recordset()
        self.assertEqual(self.partner.complaint_count, 0)

    def test_nobody_makes_up_a_low_score(self):
        answer = self.answered(2)
        Complaint = self.env["customer.complaint"].with_user(self.handler)
        with self.assertRaisesRegex(AccessError, "set by its process"):
            Complaint.create({"description": "x", "feedback_answer_id": answer.id})
        forged = Complaint.with_context(default_feedback_answer_id=answer.id).create(
            {"description": "x", "record_type": "feedback"}
        )
        self.assertFalse(forged.feedback_answer_id)

    def test_history_that_is_brought_in_is_not_followed_up(self):
        Answer = self.env["survey.user_input"].sudo()
        past = Answer.with_context(complaint_history=True)
        answer = self.answered(1, model=past)
        self.assertFalse(answer.feedback_ids)

    def told(self, feedback):
        return feedback.activity_ids.user_id
