from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestSentimentAnswers(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.rest_days = 0
        cls.reader = cls.user("sentiment_reader", "group_satisfaction_user")

    def commented(self, comment):
        answer = self.invited()
        self.comment_on(answer, comment)
        return answer

    def comment_on(self, answer, comment):
        answer._save_satisfaction(self.answers(comment=comment), "link")
        self.env.flush_all()

    def test_comment_is_sorted_when_it_is_stored(self):  # S-37
        for comment, sentiment in (
            ("Friendly and quick, thank you.", "positive"),
            ("问题没有得到解决", "negative"),
            ("Order 4711", "neutral"),
            ("", False),
        ):
            with self.subTest(comment=comment):
                self.assertEqual(self.commented(comment).sentiment, sentiment)

    def test_correction_survives_recomputation(self):  # S-37
        answer = self.commented("Oh great, broken again, thank you so much.")
        self.assertEqual(answer.sentiment, "positive")
        answer.with_user(self.reader).action_correct_sentiment("negative")
        self.assertEqual(answer.sentiment, "negative")
        self.env.add_to_compute(answer._fields["sentiment"], answer)
        self.env.flush_all()
        self.assertEqual(answer.sentiment, "negative", "sorted again")
        self.comment_on(answer, "Great, thank you!")
        self.assertEqual(answer.sentiment, "negative", "the comment was changed")
        answer.with_user(self.reader).action_correct_sentiment()
        self.assertEqual(answer.sentiment, "positive")

    def test_many_are_corrected_at_once_and_only_those_with_a_comment(self):
        answers = self.commented("So so") + self.commented("")
        answers.with_user(self.reader).action_correct_sentiment("negative")
        self.assertEqual(answers.mapped("sentiment"), ["negative", False])
        self.assertEqual(answers.mapped("sentiment_corrected"), ["negative", False])

    def test_who_may_not_correct_is_told(self):
        answer = self.commented("Fine")
        officer = self.user("sentiment_officer", "survey.group_survey_manager")
        with self.assertRaises(AccessError):
            answer.with_user(officer).action_correct_sentiment("negative")
        with self.assertRaises(AccessError):
            answer.with_user(officer).write({"sentiment_corrected": "negative"})
        with self.assertRaises(AccessError):
            answer.with_user(self.reader).write({"sentiment": "negative"})
        for word in ("wonderful", ["negative"], 1):  # programs say anything
            with self.assertRaises(UserError):
                answer.with_user(self.reader).action_correct_sentiment(word)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        answer.sudo().company_id = elsewhere
        with self.assertRaises(AccessError):
            answer.with_user(self.reader).action_correct_sentiment("negative")
        self.assertEqual(answer.sentiment, "positive")

    def test_answers_are_found_by_what_they_say(self):  # S-37
        answer = self.commented("Slow and expensive.")
        view = self.env.ref("customer_satisfaction.survey_user_input_view_search")
        arch = self.env["survey.user_input"].get_view(view.id, "search")["arch"]
        for kind in ("positive", "neutral", "negative"):
            self.assertIn(f'name="{kind}_comment"', arch)
        found = self.env["survey.user_input"].with_user(self.reader)
        self.assertEqual(
            found.search([("id", "=", answer.id), ("sentiment", "=", "negative")]),
            answer,
        )

    def test_other_surveys_are_not_read(self):
        other = self.env["survey.survey"].create({"title": "Quiz"})
        question = self.env["survey.question"].create(
            {"survey_id": other.id, "title": "Why?", "question_type": "text_box"}
        )
        answer = other._create_answer(user=self.env.user)
        answer._save_lines(question, "Terrible")
        answer._mark_done()
        self.assertFalse(answer.sentiment)
