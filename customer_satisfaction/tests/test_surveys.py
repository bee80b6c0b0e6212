import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestSurveys(SatisfactionCommon):
    def answer(self, grade=None, nps=None):
        answer = self.invited()
        if grade:
            answer._save_lines(self.csat, str(self.option(grade).id))
        if nps is not None:
            answer._save_lines(self.nps, str(nps))
        answer._mark_done()
        self.env.flush_all()
        return answer

    def stored(self, answer):
        """The scores as the database has them: Odoo reads an empty number as 0."""
        return self.env.execute_query_dict(
            SQL(
                "SELECT csat_grade, nps_value, nps_group FROM survey_user_input "
                "WHERE id = %s",
                answer.id,
            )
        )[0]

    def test_shipped_survey_offers_five_worded_grades(self):  # S-01
        options = self.csat.suggested_answer_ids.sorted("sequence")
        self.assertEqual(options.mapped("satisfaction_grade"), [5, 4, 3, 2, 1])
        self.assertEqual(
            options.with_context(lang="en_US").mapped("value"),
            [
                "Very satisfied",
                "Satisfied",
                "Neutral",
                "Dissatisfied",
                "Very dissatisfied",
            ],
        )

    def test_grades_are_stored_as_5_to_1(self):  # S-01
        # Low grades open complaints again.
        self.plan.write({"rest_days": 0, "spare_complaining": False})
        for grade in (5, 4, 3, 2, 1):
            self.assertEqual(self.answer(grade=grade).csat_grade, grade)

    def test_recommendation_has_a_value_and_a_group(self):
        self.plan.rest_days = 0
        for value, group in (
            (10, "promoter"),
            (9, "promoter"),
            (8, "passive"),
            (7, "passive"),
            (6, "detractor"),
            (0, "detractor"),
        ):
            stored = self.stored(self.answer(grade=3, nps=value))
            self.assertEqual((stored["nps_value"], stored["nps_group"]), (value, group))

    def test_unanswered_question_has_no_score_and_zero_is_one(self):
        self.plan.rest_days = 0
        self.assertEqual(
            self.stored(self.answer(grade=4)),
            {"csat_grade": 4, "nps_value": None, "nps_group": None},
        )
        self.assertEqual(
            self.stored(self.answer(nps=0)),
            {"csat_grade": None, "nps_value": 0, "nps_group": "detractor"},
        )

    def test_answer_is_tied_to_complaint_and_invitation(self):
        answer = self.answer(grade=2)
        invitation = self.Invitation.search([("user_input_id", "=", answer.id)])
        self.assertEqual(invitation.state, "answered")
        self.assertTrue(invitation.answered_at)
        self.assertEqual(answer.complaint_id.satisfaction_answer_count, 1)

    def test_done_twice_changes_nothing(self):
        answer = self.answer(grade=2, nps=3)
        before = self.stored(answer)
        answered_at = self.Invitation.search([]).mapped("answered_at")
        answer._mark_done()
        self.env.flush_all()
        self.assertEqual(self.stored(answer), before)
        self.assertEqual(self.Invitation.search([]).mapped("answered_at"), answered_at)

    def test_state_set_without_mark_done_is_scored_too(self):
        answer = self.invited()
        answer._save_lines(self.csat, str(self.option(5).id))
        answer.write({"state": "done"})
        self.assertEqual(answer.csat_grade, 5)

    def test_ended_without_an_answer_is_not_answered(self):
        answer = self.invited()
        answer.write({"state": "done"})
        self.assertEqual(
            self.Invitation.search([("user_input_id", "=", answer.id)]).state, "sent"
        )

    def test_ending_a_session_cannot_close_awaited_answers(self):
        answer = self.invited()
        with self.assertRaises(UserError):
            self.survey.action_end_session()
        self.assertEqual(answer.state, "new")

    @mute_logger("odoo.sql_db")
    def test_satisfaction_survey_is_by_personal_link_only(self):
        for values in (
            {"access_mode": "public"},
            {"users_login_required": True},
            {"survey_type": "live_session"},
            {"is_time_limited": True, "time_limit": 1},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.cr.savepoint(),
            ):
                self.survey.write(values)
                self.survey.flush_recordset()
            self.survey.invalidate_recordset()

    def test_metric_needs_the_question_that_measures_it(self):
        for question, values in (
            (self.csat, {"suggested_answer_ids": [Command.unlink(self.option(1).id)]}),
            (self.csat, {"question_type": "multiple_choice"}),
            (self.nps, {"scale_max": 5}),
            (self.comment, {"satisfaction_metric": "nps"}),
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                question.write(values)

    def test_scores_and_origin_cannot_be_written_by_hand(self):
        answer = self.answer(grade=1)
        survey_admin = self.user("survey_admin", "survey.group_survey_manager")
        for values in ({"csat_grade": 5}, {"complaint_id": False}, {"plan_id": False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                answer.with_user(survey_admin).write(values)
        with self.assertRaises(AccessError):
            self.env["survey.user_input"].with_user(survey_admin).create(
                {"survey_id": self.survey.id, "complaint_id": answer.complaint_id.id}
            )

    def test_survey_officers_cannot_make_an_answer_up_or_disappear(self):
        answer = self.answer(grade=1)
        admin = self.user("survey_admin", "survey.group_survey_manager")
        mine = answer.with_user(admin)
        line = mine.user_input_line_ids.filtered(lambda i: i.question_id == self.csat)
        grade = {
            "question_id": self.csat.id,
            "answer_type": "suggestion",
            "suggested_answer_id": self.option(5).id,
        }
        for values in (
            {"state": "new"},
            {"test_entry": True},
            {"partner_id": False},
            {"survey_id": self.survey.copy().id},
            {"access_token": "known"},
            {"deadline": False},
            {"start_datetime": False},
            {"end_datetime": "2020-01-01 00:00:00"},
            {"user_input_line_ids": [Command.create(grade)]},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                mine.write(values)
        shared = {"survey_id": self.survey.id, "partner_id": self.partner.id}
        for refused in (
            lambda: line.write({"suggested_answer_id": self.option(5).id}),
            lambda: line.copy(),
            lambda: line.unlink(),
            lambda: mine.create({**shared, "state": "done"}),
            lambda: mine.create(
                {**shared, "user_input_line_ids": [Command.create(grade)]}
            ),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                refused()
        for kept in (mine, self.survey.with_user(admin)):
            with self.assertRaisesRegex(UserError, "is kept"), self.cr.savepoint():
                kept.unlink()
        self.assertEqual(answer.csat_grade, 1)

    def test_survey_officers_share_and_remove_surveys_as_before(self):
        officer = self.user("survey_admin", "survey.group_survey_manager")
        survey = self.survey.with_user(officer)
        answer = survey._create_answer(
            partner=self.partner, deadline=self.now, check_attempts=False
        )
        self.assertEqual(answer.partner_id, self.partner)
        answer.unlink()
        survey.copy().unlink()

    def test_options_go_on_measuring(self):
        option = self.option(3)
        for wrong in (
            lambda: option.write({"satisfaction_grade": 4}),
            lambda: option.copy(),
            lambda: option.unlink(),
            lambda: self.outcome("solved").write({"satisfaction_solved": False}),
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                wrong()
        values = {"value": "So so", "satisfaction_grade": 3, "sequence": 3}
        self.csat.write(
            {"suggested_answer_ids": [(2, option.id), Command.create(values)]}
        )
        self.assertEqual(self.option(3).value, "So so", "replaced as a whole")

    def test_question_that_an_outcome_plan_needs_stays(self):
        plan = self.env.ref("customer_satisfaction.plan_outcome")
        plan.active = True
        for wrong in (
            lambda: self.csat.unlink(),
            lambda: self.solved.write({"satisfaction_metric": False}),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                wrong()
        plan.active = False
        self.solved.unlink()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            plan.active = True

    def test_removed_option_leaves_no_answer_behind(self):
        answer = self.answer(grade=3)
        line = answer.user_input_line_ids.filtered("suggested_answer_id")
        line.suggested_answer_id = False
        self.assertEqual(answer._get_given_answers(), {})

    def test_other_surveys_are_left_alone(self):
        other = self.env["survey.survey"].create(
            {"title": "Quiz", "survey_type": "survey"}
        )
        question = self.env["survey.question"].create(
            {"survey_id": other.id, "title": "How many?", "question_type": "scale"}
        )
        self.assertFalse(question.validate_question("999"), "core's own behaviour")
        answer = other._create_answer(user=self.env.user)
        answer._save_lines(question, "7")
        answer._mark_done()
        self.assertFalse(answer.company_id)
        self.assertEqual(answer.state, "done")

    def test_answer_without_plan_belongs_to_the_company_of_its_survey(self):
        self.survey.company_id = self.env.company
        answer = self.survey._create_answer(email="guest@example.com")
        self.assertEqual(answer.company_id, self.env.company)
        self.assertEqual(len(self.survey.copy().question_ids), 4, "can be copied")
