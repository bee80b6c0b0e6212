import uuid
from datetime import timedelta

from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestPublicAnswers(SatisfactionCommon, HttpCase):
    """A customer without login, through core's real public routes."""

    def setUp(self):
        super().setUp()
        self.answer = self.invited()
        self.tokens = f"{self.survey.access_token}/{self.answer.access_token}"

    def begin(self, lang="en_US"):
        """Press Start; the page sends the language it is shown in."""
        return self.make_jsonrpc_request(
            f"/survey/begin/{self.tokens}", {"lang_code": lang}
        )

    def submit(self, values, tokens=None):
        """Submit the page; values by question."""
        values = {self.solved: str(self.outcome("solved").id), **values}
        params = {str(question.id): value for question, value in values.items()}
        result = self.make_jsonrpc_request(
            f"/survey/submit/{tokens or self.tokens}", params
        )
        self.env.invalidate_all()
        return result[1]

    def snapshot(self):
        """All that a request could have changed."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                "SELECT (SELECT count(*) FROM survey_user_input), "
                "(SELECT count(*) FROM survey_user_input_line), i.state, i.write_date, "
                "i.start_datetime, i.end_datetime, i.csat_grade, n.state "
                "FROM survey_user_input i "
                "JOIN customer_satisfaction_invitation n ON n.user_input_id = i.id "
                "WHERE i.id = %s",
                self.answer.id,
            )
        )

    def test_customer_answers_in_two_requests_without_login(self):
        self.assertNotIn("error", self.begin()[1])
        result = self.submit(
            {
                self.csat: str(self.option(2).id),
                self.nps: "0",
                self.comment: "Nobody called back.",
            }
        )
        self.assertNotIn("error", result)
        self.assertEqual(self.answer.state, "done")
        self.assertEqual(self.answer.csat_grade, 2)
        self.assertEqual(
            (self.answer.nps_value, self.answer.nps_group), (0, "detractor")
        )
        invitation = self.invitation(self.answer.complaint_id)
        self.assertEqual(invitation.state, "answered")

    def test_page_shows_the_questions_in_the_customers_language(self):
        self.answer.lang_id = self.chinese()
        page = self.url_open(self.answer.get_start_url())
        self.assertEqual(page.status_code, 200)
        self.assertIn("您的投诉处理得如何", page.text)
        self.assertIn("您对我们", self.begin("zh_CN")[1]["survey_content"])

    def test_get_and_head_record_nothing(self):
        before = self.snapshot()
        urls = (
            self.answer.get_start_url(),
            f"/survey/start/{self.survey.access_token}"
            f"?answer_token={self.answer.access_token}",
            f"/survey/{self.tokens}",
            f"/survey/retry/{self.tokens}",
            f"/survey/print/{self.survey.access_token}"
            f"?answer_token={self.answer.access_token}",
            f"/survey/start/{self.survey.access_token}",
            f"/survey/{self.tokens}?{self.csat.id}={self.option(5).id}",
        )
        for url in urls:
            for method in ("GET", "HEAD"):
                with self.subTest(url=url, method=method):
                    self.url_open(url, method=method)
                    self.assertEqual(self.snapshot(), before)
        for route in ("begin", "submit"):
            with self.subTest(route=route), mute_logger("odoo.http"):
                self.url_open(f"/survey/{route}/{self.tokens}")
                self.assertEqual(self.snapshot(), before)

    def test_finished_answer_stays_as_it_is(self):  # S-30
        self.submit({self.csat: str(self.option(2).id), self.nps: "3"})
        before = self.snapshot()
        again = self.submit({self.csat: str(self.option(5).id), self.nps: "10"})
        self.assertEqual(again["error"], "unauthorized")
        page = self.url_open(f"/survey/retry/{self.tokens}")
        self.assertEqual(self.snapshot(), before)
        self.assertNotIn("/survey/retry/", page.text, "no button for a second answer")

    def test_expired_link_is_refused(self):  # S-30
        self.answer.deadline = self.now - timedelta(hours=1)
        before = self.snapshot()
        result = self.submit({self.csat: str(self.option(5).id)})
        self.assertEqual(result["error"], "answer_deadline")
        self.assertEqual(self.snapshot(), before)

    def test_forged_or_foreign_token_is_refused(self):  # S-30
        before = self.snapshot()
        forged = f"{self.survey.access_token}/{uuid.uuid4()}"
        result = self.submit({self.csat: str(self.option(5).id)}, tokens=forged)
        self.assertEqual(result["error"], "token_wrong")
        foreign = f"{self.survey.copy().access_token}/{self.answer.access_token}"
        result = self.submit({self.csat: str(self.option(5).id)}, tokens=foreign)
        self.assertEqual(result["error"], "token_wrong")
        self.assertEqual(self.snapshot(), before)
        page = self.url_open(f"/survey/start/{forged.replace('/', '?answer_token=')}")
        self.assertNotIn(self.csat.title, page.text)

    def test_value_outside_the_scale_is_refused_and_not_stored(self):
        csat = {self.csat: str(self.option(3).id)}
        for wrong in (
            "999",
            "-1",
            "abc",
            "5.5",
            "11",
            999,
            -1,
            1.5,
            ["1", "2"],
            {"a": 1},
            True,
        ):
            with self.subTest(wrong=wrong):
                result = self.submit({**csat, self.nps: wrong})
                self.assertEqual(result["error"], "validation")
                self.assertIn(str(self.nps.id), result["fields"])
                self.assertNotEqual(self.answer.state, "done")
                self.assertFalse(self.lines(self.nps))

    def lines(self, question):
        return self.answer.user_input_line_ids.filtered(
            lambda line: line.question_id == question
        )

    def test_answer_option_of_another_question_or_survey_is_refused(self):
        other = self.survey.copy()
        foreign = other.question_ids.suggested_answer_ids[:1]
        self.assertTrue(foreign)
        mine = self.option(5).id
        for wrong in (
            str(foreign.id),
            foreign.id,
            "999999999",
            "abc",
            [str(mine), str(foreign.id)],
            {"a": 1},
            True,
        ):
            with self.subTest(wrong=wrong):
                result = self.submit({self.csat: wrong, self.nps: "7"})
                self.assertEqual(result["error"], "validation")
                self.assertFalse(self.lines(self.csat))
                self.assertNotEqual(self.answer.state, "done")

    def test_text_must_be_text(self):
        for wrong in ({"a": 1}, ["a", "b"], True):
            with self.subTest(wrong=wrong):
                result = self.submit(
                    {self.csat: str(self.option(3).id), self.comment: wrong}
                )
                self.assertEqual(result["error"], "validation")
                self.assertFalse(self.lines(self.comment))

    def test_answer_is_accepted_after_a_refused_one(self):
        good = {self.csat: str(self.option(3).id)}
        self.assertEqual(self.submit({**good, self.nps: "999"})["error"], "validation")
        self.assertNotIn("error", self.submit({**good, self.nps: "9"}))
        self.assertEqual((self.answer.csat_grade, self.answer.nps_value), (3, 9))

    def test_nul_character_is_harmless(self):
        self.submit({self.csat: str(self.option(3).id), self.comment: "A\0B"})
        self.assertEqual(self.answer.satisfaction_comment, "AB")

    def test_answer_before_the_outcome_is_refused(self):
        complaint = self.answer.complaint_id
        complaint.with_context(complaint_reopen=True)._move_to_type("assessed")
        result = self.submit({self.csat: str(self.option(3).id)})
        self.assertIn("not told you the outcome", str(result["fields"]))
        self.assertFalse(self.answer.csat_grade)

    def test_number_zero_is_an_answer(self):
        self.submit({self.csat: self.option(3).id, self.nps: 0})
        self.assertEqual(self.answer.nps_group, "detractor")

    def test_missing_grade_is_asked_for(self):
        result = self.submit({self.nps: "9"})
        self.assertTrue(result["fields"][str(self.csat.id)])
        self.assertNotEqual(self.answer.state, "done")

    def test_customer_signed_in_as_a_colleague_can_answer(self):
        new_test_user(self.env, login="colleague_portal", groups="base.group_portal")
        self.authenticate("colleague_portal", "colleague_portal")
        self.submit({self.csat: str(self.option(4).id)})
        self.assertEqual(self.answer.csat_grade, 4)

    def test_staff_cannot_answer_for_the_customer_by_his_link(self):
        self.user("nosy", "group_satisfaction_manager")
        self.authenticate("nosy", "nosy")
        result = self.submit({self.csat: str(self.option(5).id)})
        self.assertEqual(result["error"], "answer_wrong_user")

    def test_public_routes_give_no_access_to_the_models(self):
        for model in ("survey.user_input", "customer.satisfaction.invitation"):
            with (
                self.subTest(model=model),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self.make_jsonrpc_request(
                    "/web/dataset/call_kw",
                    {
                        "model": model,
                        "method": "search_read",
                        "args": [[]],
                        "kwargs": {},
                    },
                )
