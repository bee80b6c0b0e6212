from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SatisfactionCommon

READ_MODELS = (
    "customer.satisfaction.plan",
    "customer.satisfaction.invitation",
    "survey.survey",
    "survey.question",
    "survey.question.answer",
    "survey.user_input",
    "survey.user_input.line",
    "customer.satisfaction.score",
    "customer.satisfaction.item",
    "customer.satisfaction.section",
    "customer.satisfaction.section.line",
    "customer.satisfaction.dimension",
)


@tagged("post_install", "-at_install")
class TestAccess(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.user("satisfaction_reader", "group_satisfaction_user")
        cls.chief = cls.user("satisfaction_chief", "group_satisfaction_manager")
        cls.handler = cls.user(
            "satisfaction_handler", "customer_complaint.group_complaint_user"
        )
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.stranger = cls.user(
            "satisfaction_stranger",
            "group_satisfaction_manager",
            company_id=cls.elsewhere.id,
            company_ids=[(6, 0, cls.elsewhere.ids)],
        )

    def answered(self):
        answer = self.invited()
        answer._save_lines(self.csat, str(self.option(4).id))
        answer._mark_done()
        return answer

    def test_user_reads_answers_and_log_without_survey_rights(self):  # S-58
        answer = self.answered()
        self.assertFalse(self.reader.has_group("survey.group_survey_user"))
        mine = answer.with_user(self.reader)
        self.assertEqual(mine.csat_grade, 4)
        line = mine.user_input_line_ids
        self.assertEqual(line.question_id.title, self.csat.title)
        self.assertEqual(line.suggested_answer_id, self.option(4))
        log = self.Invitation.with_user(self.reader).search(
            [("user_input_id", "=", answer.id)]
        )
        self.assertEqual(log.state, "answered")
        self.assertTrue(self.plan.with_user(self.reader).name)

    def test_user_does_not_see_other_surveys(self):
        quiz = self.env["survey.survey"].create(
            {"title": "Quiz", "survey_type": "survey"}
        )
        answer = quiz._create_answer(email="guest@example.com")
        for record in (quiz, answer):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.with_user(self.reader).read(["display_name"])
        self.assertEqual(answer.with_user(self.chief).email, "guest@example.com")

    def test_user_changes_nothing(self):
        answer = self.answered()
        records = (
            self.plan,
            self.survey,
            self.csat,
            self.option(4),
            answer,
            answer.user_input_line_ids,
            self.Invitation.search([("user_input_id", "=", answer.id)]),
            answer.score_ids,
            self.env.ref("customer_satisfaction.item_speed"),
            self.env.ref("customer_satisfaction.dimension_speed"),
            self.env.ref("customer_satisfaction.section_dim_004_staff").line_ids,
        )
        for record in records:
            for operation in ("write", "create", "unlink"):
                with self.subTest(model=record._name, operation=operation):
                    self.assertFalse(
                        record.with_user(self.reader).has_access(operation)
                    )

    def test_manager_configures_plans_and_surveys_but_not_the_log(self):  # S-58
        plan = self.env["customer.satisfaction.plan"].with_user(self.chief)
        plan.create({"name": "Mine", "survey_id": self.survey.id}).rest_days = 60
        self.survey.with_user(self.chief).title = "Renamed"
        self.csat.with_user(self.chief).title = "Renamed too"
        self.closed()
        log = self.Invitation.search([], limit=1).with_user(self.chief)
        self.assertTrue(log.has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(log.has_access(operation))

    def test_complaint_user_sees_no_satisfaction_model(self):
        for model in READ_MODELS:
            with self.subTest(model=model):
                self.assertFalse(
                    self.env[model].with_user(self.handler).has_access("read")
                )
        menus = self.env["ir.ui.menu"].with_user(self.handler)._visible_menu_ids()
        self.assertNotIn(self.env.ref("customer_satisfaction.menu_root").id, menus)

    def test_complaint_user_closes_and_the_customer_is_asked(self):  # S-25
        complaint = self.complaint(user_id=self.handler.id)
        complaint.outcome_at = self.now
        self.env["customer.complaint.confirmation"].with_user(self.handler).create(
            {"complaint_id": complaint.id, "solved": "solved", "grade": "5"}
        )
        self.assertEqual(self.invitation(complaint).state, "planned")

    def test_another_company_sees_nothing(self):
        answer = self.answered()
        self.plan.company_id = self.env.company
        self.survey.company_id = self.env.company
        for record in (
            self.plan,
            self.survey,
            self.csat,
            answer,
            answer.user_input_line_ids,
            self.Invitation.search([("user_input_id", "=", answer.id)]),
            answer.score_ids,
        ):
            with self.subTest(model=record._name):
                found = record.with_user(self.stranger).search(
                    [("id", "in", record.ids)]
                )
                self.assertFalse(found)
                with self.assertRaises(AccessError):
                    record.with_user(self.stranger).read(["display_name"])

    def test_survey_users_keep_seeing_what_core_shows_them(self):
        officer = self.user("survey_officer", "survey.group_survey_user")
        quiz = self.env["survey.survey"].create(
            {"title": "Quiz", "survey_type": "survey"}
        )
        answer = quiz._create_answer(email="guest@example.com")
        self.assertTrue(answer.with_user(officer).read(["email"]))
        self.assertTrue(self.survey.with_user(officer).read(["title"]))
        self.assertTrue(self.answered().with_user(officer).read(), "all fields")
        self.assertFalse(self.plan.with_user(officer).has_access("read"))

    def test_survey_administrator_and_satisfaction_team_see_what_is_theirs(self):
        admin = self.user("survey_admin", "survey.group_survey_manager")
        quiz = self.env["survey.survey"].create(
            {"title": "Quiz", "survey_type": "survey", "access_mode": "token"}
        )
        other = quiz._create_answer(email="guest@example.com")
        answer = self.answered()
        both = answer + other
        Answer = self.env["survey.user_input"]
        mine = [("id", "in", both.ids)]
        self.assertEqual(Answer.with_user(admin).search(mine), both)
        self.assertEqual(Answer.with_user(self.chief).search(mine), both)
        self.assertEqual(Answer.with_user(self.reader).search(mine), answer)
        self.assertEqual(answer.with_user(self.reader).score_ids.value, 4)
        with self.assertRaises(AccessError):
            answer.with_user(admin).read(["score_ids"])
        scores = self.env["customer.satisfaction.score"]
        self.assertFalse(scores.with_user(admin).has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(scores.with_user(self.chief).has_access(operation))

    def test_manager_builds_surveys_of_the_bank(self):  # S-58
        section = self.env.ref("customer_satisfaction.section_dim_004_staff")
        action = section.with_user(self.chief).action_make_survey()
        survey = (
            self.env["survey.survey"].with_user(self.chief).browse(action["res_id"])
        )
        self.assertEqual(len(survey.question_ids), 4)
        self.assertEqual(survey.action_new_version()["res_model"], "survey.survey")
        with self.assertRaises(AccessError):
            section.with_user(self.reader).action_make_survey()
