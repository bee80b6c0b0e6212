import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SatisfactionCommon


class QuestionnaireCommon(SatisfactionCommon):
    @classmethod
    def section(cls, code):
        return cls.env.ref(f"customer_satisfaction.section_{code}")

    @classmethod
    def survey_of(cls, *codes):
        """A survey made of shipped sections."""
        sections = cls.env["customer.satisfaction.section"].concat(
            *(cls.section(code) for code in codes)
        )
        action = sections.action_make_survey()
        return cls.env[action["res_model"]].browse(action["res_id"])

    @classmethod
    def answer_all(cls, survey, values, **created):
        """A complete answer: a number by question, for choices the grade."""
        answer = survey._create_answer(**{"email": "who@example.com", **created})
        for question, value in zip(survey.question_ids, values, strict=True):
            if options := question.suggested_answer_ids:
                grades = value if isinstance(value, list) else [value]
                chosen = options.filtered(lambda o, g=grades: o.satisfaction_grade in g)
                value = list(map(str, chosen.ids))
            answer._save_lines(question, value)
        answer._mark_done()
        return answer


@tagged("post_install", "-at_install")
class TestQuestionnaires(QuestionnaireCommon):
    """Metrics, dimensions, the question bank, and sections of questionnaires."""

    def test_thirteen_dimension_sets_can_be_loaded(self):  # S-11 S-15
        sizes = {
            "dim_000_service": 6,
            "dim_000_experience": 3,
            "dim_001_complaint": 3,
            "dim_001_drivers": 3,
            "dim_002_survey": 4,
            "dim_002_quality": 5,
            "dim_003_experience": 5,
            "dim_003_quality": 3,
            "dim_004_overall": 4,
            "dim_004_response": 3,
            "dim_004_staff": 4,
            "dim_004_aftersales": 3,
            "dim_004_improve": 4,
        }
        sections = self.env["customer.satisfaction.section"].search(
            [("code", "like", "dim_")]
        )
        self.assertEqual(
            {s.code: len(s.line_ids.item_id.dimension_id) for s in sections}, sizes
        )
        survey = self.survey_of(*sizes)
        self.assertEqual(len(survey.page_ids), 13)
        self.assertEqual(len(survey.question_ids), 51)
        self.assertEqual(
            survey.page_ids[0].question_ids.dimension_id,
            self.section("dim_000_service").line_ids.dimension_id,
        )
        self.assertTrue(survey.is_light)

    def test_sets_are_compared_by_canonical_dimensions(self):  # S-11
        speed = self.env.ref("customer_satisfaction.dimension_speed")
        lines = self.env["customer.satisfaction.section.line"].search(
            [("section_id.code", "like", "dim_")]
        )
        self.assertEqual(len(lines.filtered(lambda i: i.dimension_id == speed)), 5)
        same = lines.filtered(lambda i: i.dimension_id.canonical_id == speed)
        self.assertEqual(
            set(same.dimension_id.mapped("code")),
            {"efficiency", "timeliness", "service_response"},
        )
        self.assertTrue(
            speed.indicator_ids, "counted figures beside the opinions"
        )  # S-12
        with self.assertRaisesRegex(ValidationError, "itself"), self.cr.savepoint():
            speed.canonical_id = same.dimension_id[0]

    def test_loaded_questions_are_worded_in_every_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        item = self.env.ref("customer_satisfaction.item_speed")
        item.with_context(lang="fr_FR").name = "On m'a répondu vite."
        self.section("dim_004_response").with_context(lang="fr_FR").name = "Réponse"
        survey = self.survey_of("dim_004_response")
        french = survey.with_context(lang="fr_FR")
        self.assertEqual(french.page_ids.title, "Réponse")
        self.assertEqual(french.question_ids[0].title, "On m'a répondu vite.")
        self.assertEqual(survey.question_ids[0].title, item.name)

    def test_wizard_adds_sections_to_a_survey(self):
        survey = self.survey_of("dim_004_response")
        load = Form(
            self.env["customer.satisfaction.load"].with_context(
                default_survey_id=survey.id
            )
        )
        load.section_ids.add(self.section("ask_order"))
        load.save().action_load()
        self.assertEqual(len(survey.page_ids), 2)
        self.assertEqual(
            survey.question_ids.mapped("satisfaction_metric"),
            ["likert"] * 3 + ["csat", "nps", False],
        )
        self.assertEqual(survey.question_ids[0].satisfaction_weight, 1)

    def test_customers_are_spared_our_jargon_and_repeated_questions(self):
        survey = self.survey_of("ask_order", "ask_effort")
        self.section("ask_remarks")._load_into(survey)
        self.assertEqual(survey.page_ids.mapped("is_title_internal"), [True] * 3)
        self.assertEqual(
            survey.question_ids.mapped("satisfaction_metric"),
            ["csat", "nps", False, "effort_7", "emotion"],
        )

    def test_one_question_serves_several_surveys(self):  # S-15
        item = self.env.ref("customer_satisfaction.item_speed")
        for survey in (self.survey_of("dim_004_improve") for _number in range(2)):
            self.answer_all(survey, [4, 3, 2, 1])
        rows = self.env["customer.satisfaction.score"].search(
            [("item_id", "=", item.id)]
        )
        self.assertEqual(len(rows.survey_id), 2)
        self.assertEqual(rows.dimension_id, item.dimension_id)

    def test_each_metric_is_scored_on_its_scale(self):  # S-02 S-03 S-04 S-07
        survey = self.survey_of(
            "ask_order", "ask_effort", "ask_kano", "ask_remarks", "ask_acsi"
        )
        survey.question_ids.filtered(lambda q: not q.satisfaction_metric).unlink()
        answer = self.answer_all(survey, [5, 0, 7, 1, 5, [5, 3], 10, 9, 8])
        self.assertEqual(
            [
                (s.metric, s.value, s.scale_min, s.scale_max, s.effort_direction)
                for s in answer.score_ids.sorted(lambda s: s.question_id.sequence)
            ],
            [
                ("csat", 5, 1, 5, False),
                ("nps", 0, 0, 10, False),
                ("effort_7", 7, 1, 7, "higher"),
                ("kano_functional", 1, 1, 5, False),
                ("kano_dysfunctional", 5, 1, 5, False),
                ("emotion", 4.5, 1, 5, False),
                ("acsi", 10, 1, 10, False),
                ("acsi", 9, 1, 10, False),
                ("acsi", 8, 1, 10, False),
            ],
        )
        self.assertEqual((answer.csat_grade, answer.nps_group), (5, "detractor"))

    def test_expectation_and_experience_are_pairs(self):  # S-13
        survey = self.survey_of("ask_servqual")
        seconds = survey.question_ids.filtered("pair_question_id")
        self.assertEqual(set(seconds.mapped("satisfaction_metric")), {"perception"})
        self.assertEqual(len(seconds), 5)
        for question in seconds:
            self.assertEqual(
                question.pair_question_id.dimension_id, question.dimension_id
            )
        copied = survey.copy().question_ids
        self.assertEqual(
            copied.pair_question_id, copied.filtered(lambda q: q not in seconds)[::2]
        )
        self.assertEqual(copied.pair_question_id.survey_id, copied.survey_id)
        with self.assertRaisesRegex(ValidationError, "a pair is"), self.cr.savepoint():
            seconds[0].pair_question_id = copied.pair_question_id[0]

    def test_metrics_refuse_what_cannot_measure_them(self):
        survey = self.survey_of(
            "ask_effort", "ask_kano", "ask_remarks", "ask_importance", "ask_servqual"
        )
        by_metric = {q.satisfaction_metric: q for q in survey.question_ids}
        for metric, values in (
            ("effort_7", {"scale_max": 5}),
            ("likert", {"scale_min": 0}),
            ("likert", {"question_type": "text_box"}),
            ("importance", {"scale_max": 7}),
            ("perception", {"scale_max": 5}),
            ("kano_functional", {"question_type": "multiple_choice"}),
            ("emotion", {"question_type": "simple_choice"}),
            ("csat", {"is_reversed": True}),
        ):
            with (
                self.subTest(metric=metric, values=values),
                self.assertRaises(ValidationError),
                self.cr.savepoint(),
            ):
                by_metric[metric].write(values)
        for metric in ("kano_dysfunctional", "emotion"):
            option = by_metric[metric].suggested_answer_ids[0]
            with self.assertRaises(ValidationError), self.cr.savepoint():
                option.satisfaction_grade = 6

    def test_choosing_a_metric_prepares_the_question(self):
        survey = self.survey_of("dim_004_response")
        with Form(survey.question_ids[0], "survey.survey_question_form") as question:
            question.satisfaction_metric = "effort_5"
            self.assertEqual(question.scale_max, 5)
            self.assertEqual(question.effort_direction, "lower")
            question.satisfaction_metric = "kano_functional"
            self.assertEqual(question.question_type, "simple_choice")
        self.assertEqual(
            survey.question_ids[0].suggested_answer_ids.mapped("satisfaction_grade"),
            [1, 2, 3, 4, 5],
        )

    def test_number_zero_is_an_answer(self):
        answer = self.invited()
        self.assertFalse(self.nps.validate_question(0))
        answer._save_lines(self.nps, 0)
        answer._mark_done()
        self.assertEqual((answer.nps_value, answer.nps_group), (0, "detractor"))
        self.assertTrue(self.nps.validate_question(11))


@tagged("post_install", "-at_install")
class TestVersions(QuestionnaireCommon):
    """Once answered, a survey stays what it was; changes make a new version."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asked = cls.survey_of("dim_004_response", "ask_order")
        cls.question = cls.asked.question_ids[0]
        cls.chosen = cls.asked.question_ids[3].suggested_answer_ids

    def given(self, **created):
        return self.answer_all(self.asked, [4, 4, 2, 5, 9, "Fine"], **created)

    def refused(self):
        changes = [
            lambda: self.question.write({"title": "I got an answer quick."}),
            lambda: self.question.write({"satisfaction_metric": False}),
            lambda: self.question.write({"satisfaction_weight": 2}),
            lambda: self.question.write({"is_reversed": True}),
            lambda: self.question.write({"sequence": 99}),
            lambda: self.question.write({"scale_min_label": "No"}),
            lambda: self.question.update_field_translations(
                "title", {"en_US": "Other"}
            ),
            lambda: self.question.unlink(),
            lambda: self.question.copy(),
            lambda: self.chosen[0].write({"value": "Very, very satisfied"}),
            lambda: self.chosen.unlink(),
            lambda: self.asked.write({"question_and_page_ids": [Command.clear()]}),
            lambda: self.asked.write({"is_satisfaction": False}),
            lambda: self.asked.with_user(self.env.ref("base.user_admin")).unlink(),
            lambda: self.section("ask_effort")._load_into(self.asked),
        ]
        for number, change in enumerate(changes):
            with (
                self.subTest(change=number),
                self.assertRaisesRegex(UserError, "New version"),
                self.cr.savepoint(),
            ):
                change()

    def test_what_was_answered_cannot_be_changed_or_deleted(self):
        self.assertFalse(self.asked.is_answered)
        self.given()
        self.asked.invalidate_recordset(["is_answered"])
        self.assertTrue(self.asked.is_answered)
        self.refused()
        self.question.constr_mandatory = True  # what is asked stays
        self.question.title = self.question.title
        self.asked.title = "Another headline"

    def test_translations_may_follow_where_nobody_answered(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        german = self.env["res.lang"]._activate_lang("de_DE")
        self.given(lang_id=german.id)
        self.question.with_context(lang=french.code).title = "Vite ?"
        self.question.update_field_translations("title", {"fr_FR": "Vite"})
        self.chosen[0].with_context(lang=french.code).value = "Très content"
        with self.assertRaisesRegex(UserError, "New version"), self.cr.savepoint():
            self.question.with_context(lang=german.code).title = "Schnell?"

    def test_tests_lock_nothing_and_go_with_the_survey(self):
        answer = self.given(test_entry=True)
        self.assertTrue(answer.score_ids)
        self.question.title = "I got my answer quickly."
        self.chosen.question_id.unlink()
        self.asked.unlink()
        self.assertFalse(answer.exists())

    def test_new_version_is_asked_from_now_on(self):
        self.plan.survey_id = self.asked
        before = self.given(plan_id=self.plan.id)
        sent = self.asked._create_answer(
            email="later@example.com", deadline=fields.Datetime.add(self.now, days=9)
        )
        action = self.asked.action_new_version()
        new = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((new.version, new.title), (2, self.asked.title))
        self.assertEqual(new.previous_version_id, self.asked)
        self.assertEqual(self.plan.survey_id, new)
        self.assertFalse(sent._is_expired(), "links that were sent keep their version")
        new.question_ids[0].title = "I got a good answer quickly."
        after = self.answer_all(new, [1, 1, 2, 3, 4, "Well"], plan_id=self.plan.id)
        self.assertEqual(set(before.score_ids.mapped("survey_version")), {1})
        self.assertEqual(set(after.score_ids.mapped("survey_version")), {2})
        self.assertEqual(after.score_ids.item_id, before.score_ids.item_id)
        with self.assertRaisesRegex(UserError, "already"):
            self.asked.action_new_version()
        self.assertEqual(new.copy().version, 1, "a copy is a survey of its own")

    def test_new_version_is_made_of_one_survey(self):
        Survey = self.env["survey.survey"]
        for surveys in (Survey, self.asked + self.survey):
            with self.assertRaisesRegex(UserError, "of one survey"):
                surveys.action_new_version()

    def test_versions_are_not_entered_from_outside(self):
        chief = self.user("version_chief", "group_satisfaction_manager")
        asked = self.asked.with_user(chief)
        for vals in ({"version": 9}, {"previous_version_id": self.survey.id}):
            with self.assertRaisesRegex(UserError, "cannot be entered"):
                asked.write(vals)
            with self.assertRaisesRegex(UserError, "cannot be entered"):
                asked.create({"title": "Other", **vals})
        for older in (self.asked, self.asked.copy()):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.cr.savepoint(),
            ):
                self.asked.previous_version_id = older
                self.asked.flush_recordset()
            self.asked.invalidate_recordset()

    def test_plans_ask_with_the_newest_version(self):
        self.given()
        action = self.asked.action_new_version()
        new = self.env[action["res_model"]].browse(action["res_id"])
        for ask in (
            lambda: self.plan.write({"survey_id": self.asked.id}),
            lambda: self.plan.copy({"survey_id": self.asked.id}),
        ):
            with (
                self.assertRaisesRegex(ValidationError, "version 1, has a newer"),
                self.cr.savepoint(),
            ):
                ask()
        choices = new.search(self.plan._fields["survey_id"].domain)
        self.assertIn(new, choices)
        self.assertNotIn(self.asked, choices)
        self.plan.survey_id = new
        # Who does not like the new version goes back.
        self.plan.survey_id = self.survey
        new.active = False
        self.plan.survey_id = self.asked
        with self.assertRaisesRegex(UserError, "version 2 of this survey already"):
            self.asked.action_new_version()

    def test_new_version_of_a_shared_survey_is_asked_by_all_companies(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.plan.write({"survey_id": self.asked.id, "company_id": self.env.company.id})
        theirs = self.plan.copy({"company_id": elsewhere.id, "active": False})
        chief = self.user("version_chief", "group_satisfaction_manager")
        self.assertFalse(theirs.with_user(chief).has_access("read"))
        reader = self.user("version_reader", "group_satisfaction_user")
        with self.assertRaises(AccessError):
            self.asked.with_user(reader).action_new_version()
        action = self.asked.with_user(chief).action_new_version()
        self.assertEqual((self.plan + theirs).survey_id.id, action["res_id"])
        self.assertFalse(self.plan.survey_id.company_id, "shared as before")

    def test_survey_of_sections_is_titled_by_them_in_every_language(self):  # S-15
        self.chinese()
        codes = (
            "dim_004_staff",
            "dim_004_overall",
            "dim_004_response",
            "dim_002_survey",
        )
        one, two, many = (self.survey_of(*codes[:count]) for count in (1, 2, 4))
        first, second = self.section(codes[0]), self.section(codes[1])
        self.assertEqual(one.title, first.name)
        self.assertEqual(two.title, f"{first.name} and {second.name}")
        self.assertEqual(many.title, f"{first.name} and 3 more")
        chinese = {"lang": "zh_CN"}
        self.assertEqual(
            one.with_context(**chinese).title, first.with_context(**chinese).name
        )
        self.assertIn(
            second.with_context(**chinese).name, two.with_context(**chinese).title
        )

    def test_other_surveys_are_not_locked(self):
        quiz = self.asked.copy({"is_satisfaction": False})
        self.answer_all(quiz, [4, 4, 2, 5, 9, "Fine"])
        quiz.question_ids[0].title = "How many?"
        with self.assertRaisesRegex(UserError, "Only satisfaction"):
            quiz.action_new_version()


@tagged("post_install", "-at_install")
class TestExclusion(QuestionnaireCommon):
    """Answers are left out by hand with a reason, and never hidden."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.user("satisfaction_chief", "group_satisfaction_manager")
        cls.reader = cls.user("satisfaction_reader", "group_satisfaction_user")

    def exclude(self, answers, note="A colleague tried the link out"):
        action = answers.action_exclude()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(answers.env.user)
            .with_context(**action["context"])
        )
        wizard.note = note
        return wizard.save().action_apply()

    def given(self, grade=2):
        answer = self.invited()
        answer._save_satisfaction(self.answers(grade=grade), "link")
        return answer.with_user(self.chief)

    def test_left_out_answers_do_not_count_and_say_why(self):  # S-57
        answer = self.given(grade=4)
        counts = answer._get_csat_counts([("id", "=", answer.id)])
        self.assertEqual(counts, (1, 1))
        self.exclude(answer)
        self.assertEqual(answer.exclusion, "other")
        self.assertEqual(answer.exclusion_note, "A colleague tried the link out")
        self.assertEqual(set(answer.score_ids.mapped("is_counted")), {False})
        self.assertEqual(answer._get_csat_counts([("id", "=", answer.id)]), (0, 0))
        self.assertIn("tried the link out", answer.message_ids[0].body)
        answer.sudo()._store_satisfaction()
        self.assertEqual(answer.exclusion, "other", "what a person decided stays")
        answer.action_include()
        self.assertFalse(answer.exclusion)
        self.assertEqual(set(answer.score_ids.mapped("is_counted")), {True})
        self.assertIn(self.chief.name, answer.message_ids[0].body)

    def test_counted_by_hand_stays_counted(self):
        survey = self.survey_of("dim_000_service")
        answer = self.answer_all(survey, [5] * 7)
        self.assertEqual(answer.exclusion, "straight")
        answer.with_user(self.chief).action_include()
        answer._store_satisfaction()
        self.assertFalse(answer.exclusion)

    def test_only_managers_decide_and_tests_never_count(self):
        self.plan.spare_complaining = False
        answer = self.given()
        for action in ("action_exclude", "action_include"):
            with self.assertRaises(AccessError):
                getattr(answer.with_user(self.reader), action)()
        with self.assertRaises(AccessError):
            answer.write({"exclusion": "other"})
        with self.assertRaisesRegex(UserError, "Say why"), self.cr.savepoint():
            self.exclude(answer, note=" ")
        self.plan.rest_days = 0
        test = self.survey._create_answer(email="test@example.com", test_entry=True)
        test._mark_done()
        with self.assertRaisesRegex(UserError, "test"):
            test.with_user(self.chief).action_include()
        with self.assertRaisesRegex(UserError, "given already"):
            self.invited().with_user(self.chief).action_exclude()
