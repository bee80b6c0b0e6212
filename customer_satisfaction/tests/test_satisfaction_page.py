import re
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import SatisfactionCommon


class PageCase(SatisfactionCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.handled(title="Door cracked")
        cls.env.company.email = "help@example.com"

    def setUp(self):
        super().setUp()
        self.answer = self.send_outcome(self.mine)
        self.env.flush_all()
        self.cr.precommit.run()  # messages about changed fields
        self.url = self.answer.get_start_url()
        self.authenticate(None, None)

    def form(self, extra=(), **values):
        """The page's form data; see `answers`."""
        return {
            "csrf_token": Request.csrf_token(self),
            **{f"q{q.id}": text for q, text in self.answers(**values).items()},
            **dict(extra),
        }

    def post(self, url=None, extra=(), **values):
        page = self.url_open(url or self.url, data=self.form(extra, **values))
        self.env.invalidate_all()
        return page

    def snapshot(self):
        """All that a request could have changed."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                "SELECT (SELECT count(*) FROM survey_user_input), "
                "(SELECT count(*) FROM survey_user_input_line), "
                "(SELECT count(*) FROM customer_complaint_confirmation), "
                "(SELECT count(*) FROM mail_message), "
                "(SELECT max(write_date) FROM survey_user_input), "
                "(SELECT max(write_date) FROM survey_user_input_line), "
                "(SELECT max(write_date) FROM customer_satisfaction_invitation), "
                "(SELECT max(write_date) FROM customer_complaint)"
            )
        )


@tagged("post_install", "-at_install")
class TestSatisfactionPage(PageCase):
    """The customer's page over HTTP, as a stranger with a link."""

    def test_answer_in_two_requests_without_login(self):
        # S-30
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertTrue(page.text.startswith("<!DOCTYPE html>"))
        self.assertIn(self.mine.name, page.text)
        self.assertIn("Door cracked", page.text)
        self.assertEqual(len(re.findall(r'class="option grade\d"', page.text)), 5)
        self.assertNotIn("<script", page.text)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        thanks = self.post(
            extra={"csrf_token": token}, grade=4, nps="0", comment="Quick."
        )
        self.assertEqual(thanks.status_code, 200)
        self.assertIn("Thank you", thanks.text)
        self.assertIn("is closed", thanks.text)
        self.assertEqual((self.answer.state, self.answer.csat_grade), ("done", 4))
        self.assertEqual(self.answer.nps_group, "detractor")
        self.assertEqual(self.answer.answer_method, "link")
        self.assertEqual(self.mine.close_reason, "confirmed")
        self.assertEqual(self.mine.confirmation_ids.source, "survey")

    def test_get_head_and_options_of_every_link_write_nothing(self):
        before = self.snapshot()
        query = "&".join(f"q{q.id}={v}" for q, v in self.answers().items())
        core = self.survey.get_start_url()
        for url in (
            self.url,
            f"{self.url}?{query}",
            f"{core}?answer_token={self.answer.access_token}",
            f"/survey/{self.survey.access_token}/{self.answer.access_token}",
            f"{self.mine.sudo().get_portal_url()}&solved=solved&grade=5",
            "/logo.png?company=1",
        ):
            for method in ("GET", "HEAD"):
                with self.subTest(url=url, method=method):
                    page = self.url_open(url, method=method)
                    self.assertEqual(page.status_code, 200)
                    self.assertEqual(self.snapshot(), before)
        # Odoo checks no CSRF token for OPTIONS.
        for url, body in ((f"{self.url}?{query}", None), (self.url, self.form())):
            self.url_open(url, data=body, method="OPTIONS")
            self.assertEqual(self.snapshot(), before)

    def test_customer_hears_nothing_that_is_meant_for_colleagues(self):
        before = self.snapshot()
        refusal = UserError("For colleagues only.")
        with patch.object(type(self.mine), "_close", side_effect=refusal):
            page = self.post()
        self.assertEqual(page.status_code, 422)
        self.assertIn("Please write it to us instead", page.text)
        self.assertNotIn("For colleagues only", page.text)
        self.assertEqual(self.snapshot(), before)

    def test_colleague_with_the_link_cannot_replace_what_the_customer_said(self):
        self.post(grade=3, comment="So la la.")
        self.authenticate("asking_handler", "asking_handler")
        page = self.post(grade=5)
        self.assertEqual(page.status_code, 422)
        self.assertIn("So la la.", page.text)
        self.assertEqual(self.answer.csat_grade, 3)

    def test_link_to_an_archived_survey_promises_no_day(self):
        self.survey.active = False
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 410)
        self.assertNotIn("possible until", page.text)

    @mute_logger("odoo.http")
    def test_post_without_or_with_a_forged_csrf_token_is_refused(self):
        before = self.snapshot()
        for token in ("", "forged"):
            page = self.post(extra={"csrf_token": token})
            self.assertEqual(page.status_code, 400)
        self.assertEqual(self.snapshot(), before)

    def test_forged_and_foreign_links_show_one_neutral_page(self):  # S-30
        quiz = self.env["survey.survey"].create(
            {"title": "Quiz", "survey_type": "survey"}
        )
        test_entry = self.survey._create_answer(email="x@example.com", test_entry=True)
        before = self.snapshot()
        pages = set()
        for token in (
            uuid.uuid4(),
            "abc",
            "%00",
            "%27%20OR%201=1",
            self.answer.access_token.upper() + "0",
            quiz._create_answer(email="x@example.com").access_token,
            test_entry.access_token,
        ):
            before = self.snapshot()
            for page in (
                self.url_open(f"/satisfaction/{token}"),
                self.post(f"/satisfaction/{token}"),
            ):
                self.assertEqual(page.status_code, 404, token)
                self.assertNotIn("Door cracked", page.text)
                pages.add(page.text)
            self.assertEqual(self.snapshot(), before)
        self.assertEqual(len(pages), 1, "nothing tells one from the other")

    def test_expired_link_says_so_and_takes_nothing(self):  # S-30
        self.answer.deadline = self.now - timedelta(hours=1)
        before = self.snapshot()
        for page in (self.url_open(self.url), self.post()):
            self.assertEqual(page.status_code, 410)
            self.assertIn("has expired", page.text)
            self.assertIn("help@example.com", page.text)
            self.assertNotIn("Door cracked", page.text)
        self.assertEqual(self.snapshot(), before)

    def test_wrong_answers_are_refused_together_and_nothing_is_saved(self):
        other = self.survey.copy()
        foreign = other.question_ids.suggested_answer_ids
        nowhere = str(max(foreign.ids) + 6)
        cases = [
            ({self.csat: nowhere}, "not an answer to this question"),
            ({self.csat: str(foreign[-1:].id)}, "not an answer to this question"),
            ({self.csat: str(self.outcome("solved").id)}, "not an answer to this"),
            ({self.csat: "DROP TABLE"}, "not an answer to this question"),
            ({self.nps: "11"}, "not an answer to this question"),
            ({self.nps: "-1"}, "not an answer to this question"),
            ({self.nps: "5.5"}, "not an answer to this question"),
            ({self.csat: nowhere, self.nps: "999"}, "not an answer to this question"),
            ({self.comment: "x" * 4001}, "at most 4000 characters"),
            ({other.question_ids[:1]: "1"}, "questions have changed"),
        ]
        before = self.snapshot()
        for wrong, message in cases:
            with self.subTest(wrong=str(wrong)[:80]):
                extra = {f"q{q.id}": value for q, value in wrong.items()}
                page = self.post(extra=extra, comment="Typed")
                self.assertEqual(page.status_code, 422)
                self.assertIn(message, page.text)
                self.assertIn("Nothing has been saved", page.text)
                if self.comment not in wrong:
                    self.assertIn("Typed</textarea>", page.text)
                self.assertEqual(self.snapshot(), before)
        self.assertEqual(self.post().status_code, 200, "and then it is accepted")

    def test_incomplete_answer_is_kept_and_does_not_count(self):
        for missing, message in (
            (self.csat, "choose one of the five grades"),
            (self.solved, "choose whether it is solved"),
        ):
            page = self.post(extra={f"q{missing.id}": ""}, nps="3", comment="Typed")
            self.assertEqual(page.status_code, 422)
            self.assertIn(message, page.text)
            self.assertIn("We have kept what you answered", page.text)
            self.assertEqual(self.answer.state, "in_progress")
            self.assertFalse(self.answer.csat_grade or self.answer.nps_group)
            self.assertFalse(self.mine.confirmation_ids)
            self.assertEqual(self.invitation(self.mine).state, "sent")
        again = self.url_open(self.url)
        self.assertIn("what you have answered so far", again.text)
        self.assertIn("Typed</textarea>", again.text)
        self.assertEqual(self.post(grade=4).status_code, 200)
        self.assertEqual((self.answer.state, self.answer.csat_grade), ("done", 4))
        self.assertEqual(len(self.answer.user_input_line_ids), 4)
        before = self.snapshot()
        page = self.post(grade=None)
        self.assertIn("Nothing has been saved", page.text)
        self.assertEqual(self.snapshot(), before, "a whole answer stays until replaced")

    def test_where_nothing_is_required_something_is_answered_all_the_same(self):
        self.survey.question_ids.constr_mandatory = False
        nothing = {f"q{q.id}": "" for q in self.survey.question_ids}
        page = self.post(extra=nothing)
        self.assertEqual(page.status_code, 422)
        self.assertIn("answer at least one question", page.text)
        self.assertEqual(self.answer.state, "new")
        # Who chose a face by mistake can let go of it.
        self.assertEqual(page.text.count("No answer"), 3)
        self.assertEqual(self.post(extra=nothing, nps="0").status_code, 422)
        one = {**nothing, f"q{self.nps.id}": "0"}
        self.assertEqual(self.post(extra=one).status_code, 200)
        self.assertEqual(self.answer.nps_group, "detractor")

    def test_link_of_a_message_only_chooses_beforehand(self):
        # S-30
        chosen = self.option(2)
        url = f"{self.url}?q{self.csat.id}={chosen.id}&q{self.comment.id}=Injected"
        before = self.snapshot()
        page = self.url_open(url)
        self.assertEqual(self.snapshot(), before)
        self.assertIn("It counts once you send it", page.text)
        self.assertNotIn("Injected", page.text)
        marked = re.findall(r'name="(q\d+)" value="(\d+)" checked', page.text)
        self.assertEqual(marked, [(f"q{self.csat.id}", str(chosen.id))])
        for wrong in ("999999", "", "x"):
            page = self.url_open(f"{self.url}?q{self.csat.id}={wrong}")
            self.assertEqual(page.status_code, 200)
            self.assertNotIn("It counts once", page.text)

    def test_comment_can_be_required_at_a_low_score(self):
        self.survey.low_comment = "require"
        page = self.post(grade=2)
        self.assertEqual(page.status_code, 422)
        self.assertIn("tell us in a few words", page.text)
        self.assertEqual(self.answer.state, "in_progress")
        self.assertEqual(self.post(grade=2, comment="Late").status_code, 200)
        self.assertEqual(self.post(grade=5).status_code, 200)
        self.csat.constr_mandatory = False
        self.assertEqual(self.post(grade=5, nps="0").status_code, 200)
        page = self.post(grade=0, nps="0")
        self.assertEqual(page.status_code, 422)
        self.assertIn("tell us in a few words", page.text)
        self.assertEqual(self.post(grade=0, nps="9").status_code, 200)
        confirmation = self.answer.confirmation_ids
        self.assertEqual((confirmation.solved, confirmation.grade), ("solved", False))
        self.survey.low_comment = "none"
        self.assertEqual(self.post(grade=1).status_code, 200)
        self.assertNotIn("What went wrong", self.url_open(self.url).text)

    def test_where_no_grade_is_asked_the_worst_end_of_a_scale_is_low(self):
        # S-52
        survey = self.survey.copy()
        survey.question_ids.unlink()
        survey.question_ids = [
            Command.create(
                {
                    "title": title,
                    "question_type": "scale",
                    "satisfaction_metric": metric,
                    "scale_min": 1,
                    "scale_max": 7 if metric == "effort_7" else 5,
                    "is_reversed": title == "It was slow.",
                }
            )
            for title, metric in (
                ("Easy?", "effort_7"),
                ("Hard?", "effort_5"),
                ("It was quick.", "likert"),
                ("It was slow.", "likert"),
                ("How important?", "importance"),
            )
        ]
        low = self.answer.new({"survey_id": survey.id})._get_low_values()
        self.assertEqual(
            {question.title: values for question, values in low.items()},
            {
                "Easy?": {"1"},
                "Hard?": {"5"},
                "It was quick.": {"1"},
                "It was slow.": {"5"},
            },
        )

    def test_who_is_asked_again_after_a_low_score_hears_of_no_complaint(self):
        # S-54
        self.env.company.satisfaction_follow_up = True
        low = self.survey._create_answer(partner=self.partner)
        low._save_satisfaction(self.answers("not_solved", 1), "link")
        feedback = low.feedback_ids
        self.assertTrue(feedback)
        feedback.outcome_at = self.now
        survey = self.env.ref("customer_satisfaction.survey_recovery")
        again = survey._create_answer(partner=self.partner, complaint_id=feedback.id)
        question = survey._get_metric_question("csat")
        for option in question.suggested_answer_ids:
            form = {
                "csrf_token": Request.csrf_token(self),
                f"q{question.id}": str(option.id),
            }
            page = self.url_open(again.get_start_url(), data=form).text
            self.assertIn("Thank you for your answer", page)
            self.assertNotIn("complaint", page.split("Thank you for", 1)[1])
            is_low = option.satisfaction_grade <= 2
            self.assertEqual("We are sorry that it is not right yet" in page, is_low)

    def test_page_says_what_the_answer_is_used_for_and_needs_two_requests(self):
        # S-33
        self.survey.purpose = "To do better. <b>Kept</b> for two years."
        page = self.url_open(self.url).text
        self.assertIn("To do better. &lt;b&gt;Kept&lt;/b&gt;", page)
        fetched = re.findall(r'(?:src|href)="(/[^"]*)"', page)
        self.assertEqual(fetched, ["/customer_complaint/static/src/public/page.css"])

    def test_two_values_for_one_question_are_refused(self):
        self.assertEqual(self.post(extra={"q" + "9" * 5000: "1"}).status_code, 200)
        key = f"q{self.csat.id}"
        both = [str(self.option(5).id), str(self.option(1).id)]
        page = self.post(extra={key: both})
        self.assertEqual(page.status_code, 422)
        self.assertNotEqual(self.answer.csat_grade, 1)

    def test_titles_for_colleagues_are_not_shown_to_customers(self):
        self.env["survey.question"].create(
            [
                {
                    "title": title,
                    "survey_id": self.answer.survey_id.id,
                    "is_page": True,
                    "question_type": False,
                    "is_title_internal": title == "CSAT and NPS",
                }
                for title in ("CSAT and NPS", "About the fitters")
            ]
        )
        page = self.url_open(self.url).text
        self.assertIn("About the fitters</h2>", page)
        self.assertNotIn("CSAT and NPS", page)

    def test_used_link_changes_the_one_answer(self):
        # S-30
        self.post(grade=5, nps="9", comment="Great")
        page = self.url_open(self.url)
        self.assertIn("You have answered already", page.text)
        self.assertIn("Great</textarea>", page.text)
        self.assertEqual(page.text.count("checked="), 3)
        thanks = self.post(grade=1, comment="Broken again")
        self.assertIn("sorry", thanks.text)
        self.assertEqual(self.answer.csat_grade, 1)
        self.assertFalse(self.answer.nps_group)
        self.assertEqual(len(self.answer.user_input_line_ids), 4)
        self.assertEqual(len(self.mine.confirmation_ids), 1)
        self.assertEqual((self.mine.stage_type, self.mine.round), ("assessed", 2))

    def test_very_dissatisfied_reopens_a_closed_complaint(self):  # S-53
        self.mine.sudo()._close("no_reply")
        thanks = self.post(grade=1)
        self.assertIn(self.mine.user_id.name, thanks.text)
        self.assertEqual((self.mine.stage_type, self.mine.round), ("assessed", 2))

    def test_answer_before_the_outcome_is_refused(self):
        self.mine.sudo().outcome_at = False
        before = self.snapshot()
        page = self.post()
        self.assertEqual(page.status_code, 422)
        self.assertIn("not told you the outcome yet", page.text)
        self.assertEqual(self.snapshot(), before)

    def test_page_speaks_the_customers_language_whatever_the_browser_says(self):
        #
        self.answer.lang_id = self.chinese()
        page = self.url_open(self.url, headers={"Accept-Language": "en-US"})
        self.assertIn('lang="zh-CN"', page.text)
        self.assertIn("您的投诉处理得如何", page.text)
        self.answer.lang_id = self.env.ref("base.lang_en")
        page = self.url_open(self.url, headers={"Accept-Language": "zh-CN"})
        self.assertIn('lang="en-US"', page.text)
        self.assertIn("How satisfied are you", page.text)

    def test_customer_signed_in_as_a_colleague_answers_as_customer(self):
        new_test_user(self.env, login="sibling", groups="base.group_portal")
        self.authenticate("sibling", "sibling")
        self.assertEqual(self.post().status_code, 200)
        self.assertEqual(self.answer.answer_method, "link")

    def test_colleague_who_uses_the_link_is_named(self):  # S-31
        self.handler = self.mine.env.user
        self.authenticate("asking_handler", "asking_handler")
        self.assertIn("signed in as", self.url_open(self.url).text)
        self.post()
        self.assertEqual(self.answer.answer_method, "staff")
        self.assertEqual(self.answer.recorded_by_id, self.handler)
        self.assertEqual(self.mine.confirmation_ids.source, "staff")

    def test_what_customer_and_colleagues_write_is_shown_as_text(self):
        attack = "</textarea><script>alert(1)</script>"
        self.mine.title = attack
        self.post(comment=attack)
        page = self.url_open(self.url)
        self.assertNotIn("<script>", page.text)
        self.assertIn("&lt;script&gt;", page.text)
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])

    def test_survey_with_other_questions_is_answered_on_its_own_page(self):
        self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "title": "When?",
                "question_type": "date",
                "sequence": 99,
            }
        )
        self.assertIn("/survey/start/", self.answer.get_start_url())
        page = self.url_open(self.url, allow_redirects=False)
        self.assertEqual(page.status_code, 303)
        self.assertIn(self.answer.access_token, page.headers["Location"])

    def test_nul_characters_and_line_ends_are_harmless(self):
        self.post(comment="One\r\nTwo\0")
        self.assertEqual(self.answer.satisfaction_comment, "One\nTwo")


@tagged("post_install", "-at_install", "browser")
class TestSatisfactionPhone(PageCase):
    """The page on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_page_fits_a_phone_and_asks_why_at_a_low_grade(self):
        # S-30
        self.browser_js(
            self.url,
            """
            const page = document.documentElement;
            const all = (selector) => [...document.querySelectorAll(selector)];
            const fail = (text) => { throw new Error(text); };
            if (page.scrollWidth > page.clientWidth) fail("wider than the phone");
            for (const option of all(".faces .option, .scale .option")) {
                const {width, height} = option.getBoundingClientRect();
                if (width < 44 || height < 44) fail("a target is too small");
            }
            for (const input of all("input[type=radio]")) {
                if (!input.labels[0].innerText.trim()) fail("a choice without words");
            }
            const sorry = document.querySelector(".sorry span");
            const shown = () => getComputedStyle(sorry).display !== "none";
            if (shown()) fail("asks why too early");
            all(".faces input")[0].click();
            if (shown()) fail("asks why at a high grade");
            all(".faces input")[4].click();
            if (!shown()) fail("does not ask why");
            console.log("test successful");
            """,
            "document.readyState === 'complete'",
        )
