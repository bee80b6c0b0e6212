import re

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import SatisfactionCommon

# Two of each are of the test: over HTTP it is 10 and 21.
SHOWN = 11
SAVED = 23


@tagged("post_install", "-at_install")
class TestPageSpeed(SatisfactionCommon, HttpCase):
    """An answer of eight questions is two requests, of few statements each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kinds = ("simple_choice", "simple_choice", "multiple_choice")
        kinds += ("scale", "scale", "scale", "char_box", "text_box")
        cls.questions = cls.env["survey.question"].create(
            [cls.prepare_question(at, kind) for at, kind in enumerate(kinds)]
        )
        cls.asked = cls.env["survey.survey"].create(
            {
                "title": "Eight questions",
                "is_satisfaction": True,
                "survey_type": "survey",
                "access_mode": "token",
                "questions_layout": "one_page",
                "question_and_page_ids": [Command.set(cls.questions.ids)],
            }
        )
        cls.questions[0].satisfaction_metric = "csat"
        cls.questions[3].satisfaction_metric = "nps"

    @classmethod
    def prepare_question(cls, at, kind):
        choices = 5 if kind.endswith("choice") else 0
        return {
            "title": f"Question {at}",
            "question_type": kind,
            "suggested_answer_ids": [
                Command.create({"value": f"Choice {n}", "satisfaction_grade": n})
                for n in range(1, choices + 1)
            ],
        }

    def show(self, answer):
        return self.url_open(answer.get_start_url())

    def save(self, answer, page):
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        given = {"csrf_token": token}
        for question in self.questions:
            options = question.suggested_answer_ids.ids
            many = question.question_type == "multiple_choice"
            given[f"q{question.id}"] = options[: 1 + many] or "3"
        return self.url_open(answer.get_start_url(), data=given)

    def test_page_and_answer_cost_few_statements(self):
        first, second = (
            self.asked._create_answer(email=f"{name}@example.com")
            for name in ("one", "two")
        )
        self.env.flush_all()
        self.authenticate(None, None)
        self.save(first, self.show(first))  # what is the same for all is known then
        with self.assertQueryCount(SHOWN):
            page = self.show(second)
        with self.assertQueryCount(SAVED):
            thanks = self.save(second, page)
        self.assertIn("Thank you", thanks.text)
        self.env.invalidate_all()
        self.assertEqual(second.state, "done")
        self.assertEqual(len(second.user_input_line_ids), 9)
        self.assertEqual((second.csat_grade, second.nps_value), (1, 3))
        self.assertEqual((second.scoring_percentage, second.scoring_total), (0, 0))

    def test_page_that_asks_follows_the_questions(self):
        self.assertTrue(self.asked.is_light)
        self.questions[7].triggering_answer_ids = self.questions[0].suggested_answer_ids
        self.assertFalse(self.asked.is_light, "asked of some only")
        self.questions[7].triggering_answer_ids = False
        self.assertTrue(self.asked.is_light)
        self.questions[2].comments_allowed = True
        self.assertFalse(self.asked.is_light)
        self.questions[2].unlink()
        self.assertTrue(self.asked.is_light)

    def test_points_of_a_quiz_are_counted_where_there_are_any(self):
        self.asked.scoring_type = "scoring_with_answers"
        option = self.questions[1].suggested_answer_ids[1]
        option.write({"answer_score": 4, "is_correct": True})
        answer = self.asked._create_answer(email="quiz@example.com")
        answer._save_satisfaction({self.questions[1]: str(option.id)}, "link")
        self.assertEqual(answer.scoring_total, 4)
