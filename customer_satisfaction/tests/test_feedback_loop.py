from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .follow_up_common import FollowUpCommon


@tagged("post_install", "-at_install")
class TestFeedbackLoop(FollowUpCommon):
    """Five steps, what the customer is told, the complaint opened, and asking again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.require("customer", "contact", "category", "outcome")
        cls.recovery_plan = cls.env.ref("customer_satisfaction.plan_recovery")

    def feedback(self, **values):
        return self.answered(2, **values).feedback_ids.with_user(self.chief)

    def tell(self, feedback):
        action = feedback.action_send_answer()
        composer = self.env["mail.compose.message"].with_user(self.chief)
        Form(composer.with_context(**action["context"])).save().action_send_mail()
        return feedback.message_ids[:1]

    def finished(self, **values):
        """Feedback that went through all steps, which closed it."""
        feedback = self.feedback(**values)
        feedback.action_next_feedback_step()
        feedback.cause = "The line was engaged."
        feedback.action_next_feedback_step()
        feedback.feedback_measures = "Two more colleagues answer the phone."
        feedback.action_next_feedback_step()
        self.tell(feedback)
        feedback.action_next_feedback_step()
        feedback.feedback_result = "Nobody waits longer than a minute."
        feedback.action_next_feedback_step()
        return feedback

    def test_five_steps_each_guarded_and_dated(self):
        # S-51 S-42
        feedback = self.feedback()
        self.assertEqual(feedback.feedback_step, "collect")
        feedback.action_next_feedback_step()
        self.assertTrue(feedback.feedback_collected_at)
        with self.assertRaisesRegex(UserError, "cause is not recorded"):
            feedback.action_next_feedback_step()
        feedback.cause = "The line was engaged."
        feedback.action_next_feedback_step()
        self.assertEqual(feedback.feedback_step, "measure")
        with self.assertRaisesRegex(UserError, "No measure is set"):
            feedback.action_next_feedback_step()
        feedback.feedback_measures = "Two more colleagues answer the phone."
        feedback.action_next_feedback_step()
        with self.assertRaisesRegex(UserError, "does not know what became of it"):
            feedback.action_next_feedback_step()
        self.tell(feedback)
        feedback.action_next_feedback_step()
        with self.assertRaisesRegex(UserError, "result is missing"):
            feedback.action_next_feedback_step()
        feedback.feedback_result = "Nobody waits longer than a minute."
        feedback.action_next_feedback_step()
        self.assertEqual(feedback.feedback_step, "evaluate")
        self.assertTrue(feedback.feedback_evaluated_at)
        self.assertTrue(feedback.closed_at)
        with self.assertRaisesRegex(UserError, "no open feedback"):
            feedback.action_next_feedback_step()

    def test_steps_are_not_written_by_hand_and_not_left_out(self):
        # S-51
        feedback = self.feedback()
        with self.assertRaisesRegex(AccessError, "set by its process"):
            feedback.feedback_step = "evaluate"
        self.tell(feedback)
        with self.assertRaisesRegex(ValidationError, "All five steps"):
            feedback.stage_id = feedback._get_stage_of_type("closed")
        self.assertFalse(
            self.complaint().feedback_step, "complaints have their own way"
        )

    def test_feedback_without_a_low_score_closes_when_answered(self):
        # S-51
        thanks = self.complaint(record_type="feedback")
        self.assertEqual(thanks.feedback_step, "collect")
        self.assertNotIn("feedback_loop", thanks._get_missing("closed"))

    def test_the_customer_is_told_what_became_of_it(self):
        # S-54 S-55
        feedback = self.feedback()
        first = self.tell(feedback)
        self.assertIn("thank you for telling us", first.body)
        [row] = feedback.sudo().deadline_ids
        self.assertEqual((row.state, row.result), ("done", "on_time"))
        feedback.feedback_measures = "We pack in stronger boxes."
        self.assertIn("We pack in stronger boxes.", self.tell(feedback).body)

    def test_who_cannot_be_told_does_not_stop_the_loop(self):
        # S-51
        answer = self.answered(1, partner_id=False, email=False, nickname="Somebody")
        feedback = answer.feedback_ids
        self.assertEqual(feedback.user_id, self.chief)
        for values in (
            {},
            {"cause": "Unknown"},
            {"feedback_measures": "None"},
            {},
            {"feedback_result": "–"},
        ):
            feedback.write(values)
            feedback.with_user(self.chief).action_next_feedback_step()
        self.assertTrue(feedback.closed_at)

    def test_a_complaint_opened_from_feedback_stands_on_both(self):
        # S-53
        feedback = self.feedback(comment="The door fell off.")
        action = feedback.action_open_feedback_complaint()
        Complaint = self.env["customer.complaint"].with_user(self.chief)
        complaint = Form(Complaint.with_context(**action["context"])).save()
        self.assertEqual(complaint.record_type, "complaint")
        self.assertEqual(complaint.partner_id, self.partner)
        self.assertIn("The door fell off.", complaint.description)
        self.assertEqual(complaint.origin_name, feedback.display_name)
        self.assertEqual(feedback.feedback_complaint_count, 1)
        found = self.env["customer.complaint"].search(
            feedback.action_view_feedback_complaints()["domain"]
        )
        self.assertEqual(found, complaint)
        links = self.env["customer.complaint.link"].search(
            [("complaint_id", "=", complaint.id)]
        )
        self.assertEqual(links.other_id, feedback)
        self.assertEqual(feedback.sudo().feedback_answer_id.complaint_count, 1)

    def test_a_complaint_is_opened_from_any_answer(self):
        # S-53
        answer = self.answered(3, comment="Late again.")
        self.assertFalse(answer.feedback_ids)
        Complaint = self.env["customer.complaint"]
        complaint = Form(
            Complaint.with_context(**answer.action_open_complaint()["context"])
        ).save()
        self.assertIn("Late again.", complaint.description)
        self.assertEqual(answer.complaint_count, 1)
        self.assertEqual(complaint.action_view_origin()["res_id"], answer.id)
        self.assertEqual(
            Complaint.search(answer.action_view_complaints()["domain"]), complaint
        )

    def test_after_the_follow_up_the_customer_is_asked_again(self):
        # S-54
        self.recovery_plan.active = True
        feedback = self.finished()
        invitation = self.invitation(feedback)
        self.assertEqual(invitation.plan_id, self.recovery_plan)
        self.assertEqual(feedback.recovery, "open")
        self.send(hours=73)
        answer = invitation.user_input_id
        self.assertEqual(answer.survey_id, self.recovery_plan.survey_id)
        mail = self.env["mail.mail"].search(
            [("model", "=", answer._name), ("res_id", "=", answer.id)]
        )
        self.assertEqual(mail.subject, "Are you satisfied now?")
        question = answer.survey_id._get_metric_question("csat")
        for option in question.suggested_answer_ids:
            chosen = f"{answer._get_answer_url()}?q{question.id}={option.id}"
            self.assertIn(f'href="{chosen}"', mail.body_html)
        self.answer_again(answer, 4)
        self.assertEqual(feedback.recovery, "recovered")
        self.assertTrue(feedback.closed_at)
        self.answer_again(answer, 1)
        self.assertEqual(feedback.recovery, "lost")
        self.assertIn(self.chief, feedback.activity_ids.user_id)
        self.assertFalse(answer.feedback_ids, "not a second record")
        self.assertTrue(feedback.closed_at)

    def test_nobody_is_asked_again_without_a_plan(self):
        feedback = self.finished()
        self.assertFalse(self.invitation(feedback))
        self.assertFalse(feedback.recovery)

    def test_feedback_goes_on_in_the_complaint_it_is_merged_into(self):
        # S-53
        feedback = self.feedback()
        complaint = self.complaint(email_from=self.partner.email)
        feedback.sudo()._join(complaint, "merged", "The same parcel.")
        self.assertEqual(feedback.merged_into_id, complaint)
        self.assertTrue(feedback.closed_at)
        self.assertFalse(self.invitation(feedback))

    def test_reopened_feedback_begins_the_loop_again(self):
        # S-51
        feedback = self.finished()
        feedback.sudo()._reopen("It happened again.")
        self.assertEqual(feedback.feedback_step, "collect")
        self.assertFalse(feedback.feedback_evaluated_at)
        [row] = feedback.sudo().deadline_ids.filtered(lambda d: d.state == "open")
        self.assertEqual(row.due_at - row.start_at, timedelta(hours=24))

    def answer_again(self, answer, grade):
        question = answer.survey_id._get_metric_question("csat")
        option = question.suggested_answer_ids.filtered(
            lambda o: o.satisfaction_grade == grade
        )
        answer._save_satisfaction({question: str(option.id)}, "link")
