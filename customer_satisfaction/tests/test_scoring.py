from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_satisfaction import post_init_hook

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestScoring(SatisfactionCommon):
    """What answers are worth: one row per answered question, which statistics read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.statements = cls.env["survey.survey"].create(
            {
                "title": "About our service",
                "is_satisfaction": True,
                "survey_type": "survey",
                "access_mode": "token",
                "questions_layout": "one_page",
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": f"Statement {number}",
                            "question_type": "scale",
                            "sequence": number,
                            "scale_min": 1,
                            "scale_max": 5,
                            "satisfaction_metric": "likert",
                            "is_reversed": number == 5,
                        }
                    )
                    for number in range(1, 6)
                ],
            }
        )

    def respond(self, values, **created):
        """One complete response through the models, as the survey app's page saves it."""
        answer = self.statements._create_answer(
            **{"email": "one@example.com", **created}
        )
        answer._mark_in_progress()
        for question, value in zip(self.statements.question_ids, values, strict=True):
            self.assertFalse(question.validate_question(str(value)))
            answer._save_lines(question, str(value))
        answer._mark_done()
        self.env.flush_all()
        return answer

    def test_response_of_five_questions_costs_at_most_twelve_queries(self):
        self.respond([1, 2, 3, 4, 5])  # what is the same for all is known then
        with self.assertQueryCount(12):
            self.respond([5, 4, 3, 2, 1])

    def test_response_kept_at_once_costs_at_most_twelve_with_nothing_in_memory(self):
        self.respond([1, 2, 3, 4, 5])
        answers = dict.fromkeys(self.statements.question_ids, "4")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            answer = self.statements._create_answer(email="two@example.com")
            answer._save_satisfaction(answers, "link")
            self.env.flush_all()
        self.assertEqual(len(answer.score_ids), 5)

    def scores(self, answer):
        return answer.score_ids.sorted(lambda s: s.question_id.sequence)

    def test_each_answered_question_is_a_row_with_its_scale_and_version(self):
        # S-02 S-12
        row = self.scores(self.respond([5, 4, 3, 2, 1]))
        self.assertEqual(
            row.mapped("value"), [5, 4, 3, 2, 5], "the last one is reversed"
        )
        self.assertEqual(row.question_id, self.statements.question_ids)
        self.assertEqual(row.survey_id, self.statements)
        self.assertEqual(set(row.mapped("metric")), {"likert"})
        self.assertEqual({(s.scale_min, s.scale_max) for s in row}, {(1, 5)})
        self.assertEqual(set(row.mapped("survey_version")), {1})
        self.assertTrue(all(row.mapped("is_counted")))

    def test_shipped_survey_is_scored_with_what_it_is_about(self):  # S-32 S-34
        team = self.env["customer.complaint.team"].create({"name": "Parcels"})
        product = self.env["product.product"].create({"name": "Lamp"})
        complaint = self.closed(
            team_id=team.id, line_ids=[Command.create({"product_id": product.id})]
        )
        self.send()
        answer = self.invitation(complaint).user_input_id
        complaint.team_id = team.copy()
        answer._save_satisfaction(self.answers(nps="0", grade=4), "link")
        row = {s.metric: s for s in answer.score_ids}
        self.assertEqual(
            {metric: s.value for metric, s in row.items()},
            {"solved": 1, "csat": 4, "nps": 0},
        )
        csat = row["csat"]
        self.assertEqual(csat.partner_id, self.partner)
        self.assertEqual(csat.complaint_id, complaint)
        self.assertEqual(csat.product_id, product)
        self.assertEqual(csat.team_id, team, "the team that was asked about")
        self.assertEqual(csat.plan_id, self.plan)
        self.assertEqual(csat.company_id, complaint.company_id)
        self.assertEqual(csat.date, answer.end_datetime)
        self.assertEqual(answer.event_date, complaint.closed_at)

    def test_changed_answer_rewrites_its_rows(self):
        answer = self.invited()
        answer._save_satisfaction(self.answers(grade=2, nps="9"), "link")
        answer._save_satisfaction(self.answers(grade=4, nps=""), "link")
        self.assertEqual(
            {s.metric: s.value for s in answer.score_ids}, {"solved": 1, "csat": 4}
        )
        self.assertFalse(answer.nps_group)

    def test_rows_follow_their_answer(self):
        answer = self.respond([1, 2, 3, 4, 5], partner=self.partner)
        self.assertEqual(answer.score_ids.partner_id, self.partner)
        answer.partner_id = False
        self.assertFalse(answer.score_ids.partner_id, "erased")
        self.assertEqual(len(answer.score_ids), 5)
        answer.state = "in_progress"
        self.assertFalse(answer.score_ids, "not answered any more")

    def test_import_of_a_thousand_answers_does_not_loop_queries(self):
        question = self.statements.question_ids[0]
        answers = (
            self.env["survey.user_input"]
            .with_context(tracking_disable=True)
            .create([{"survey_id": self.statements.id} for _number in range(1000)])
        )
        self.env["survey.user_input.line"].create(
            [
                {
                    "user_input_id": answer.id,
                    "question_id": question.id,
                    "answer_type": "scale",
                    "value_scale": 1 + answer.id % 5,
                }
                for answer in answers
            ]
        )
        self.env.flush_all()
        answers.write({"state": "done"})
        self.env.flush_all()
        answers.write({"state": "new"})
        self.env.flush_all()
        with self.assertQueryCount(20):
            answers.write({"state": "done"})
            self.env.flush_all()
        self.assertEqual(len(answers.score_ids), 1000)

    def test_answers_from_before_get_their_rows(self):
        answer = self.respond([1, 2, 3, 4, 5])
        answer.score_ids.unlink()
        post_init_hook(self.env)
        self.assertEqual(len(answer.score_ids), 5)
        other = self.statements.copy({"is_satisfaction": False})
        late = other._create_answer(email="late@example.com")
        late._save_lines(other.question_ids[0], "4")
        late._mark_done()
        self.assertFalse(late.score_ids)
        other.is_satisfaction = True
        self.assertEqual(late.score_ids.value, 4, "measured since")

    # ------------------------------------------------------------------
    # What does not count
    # ------------------------------------------------------------------
    def test_tests_do_not_count(self):  # S-57
        answer = self.respond([1, 2, 3, 4, 5], test_entry=True)
        self.assertEqual(answer.exclusion, "test")
        self.assertEqual(set(answer.score_ids.mapped("is_counted")), {False})

    def test_same_agreement_with_everything_does_not_count(self):
        self.assertEqual(self.respond([5] * 5).exclusion, "straight")
        self.assertFalse(self.respond([5, 5, 5, 5, 1]).exclusion, "all is well")
        self.statements = self.statements.copy()
        self.statements.question_ids.is_reversed = False
        self.assertFalse(self.respond([5] * 5).exclusion, "nothing contradicts")

    def test_second_answer_about_the_same_order_does_not_count(self):
        orders = self.env["sale.order"].create(
            [{"partner_id": self.partner.id}, {"partner_id": self.partner.id}]
        )
        first, again, other = (
            self.respond([1, 2, 3, 4, 4], partner=self.partner, sale_order_id=order.id)
            for order in (orders[0], orders[0], orders[1])
        )
        self.assertEqual(
            (first + again + other).mapped("exclusion"), [False, "duplicate", False]
        )

    def test_what_was_begun_first_and_ended_later_is_the_second_answer(self):  # S-57
        order = self.order()
        begun, ended = (
            self.statements._create_answer(
                partner=self.partner, sale_order_id=order.id, start_datetime=self.now
            )
            for _number in range(2)
        )
        for minutes, answer in enumerate((ended, begun)):
            for question in self.statements.question_ids:
                answer._save_lines(question, str(1 + question.sequence % 5))
            answer._mark_done()
            answer.write(
                {
                    "end_datetime": fields.Datetime.add(self.now, minutes=minutes),
                    "state": "done",
                }
            )
        self.assertEqual((ended + begun).mapped("exclusion"), [False, "duplicate"])

    def test_answers_faster_than_reading_do_not_count(self):
        self.env.company.satisfaction_min_seconds = 2
        start = self.now
        for seconds, exclusion in ((9, "fast"), (10, False)):
            answer = self.respond([1, 2, 3, 4, 4], company_id=self.env.company.id)
            answer.write(
                {
                    "start_datetime": start,
                    "end_datetime": fields.Datetime.add(start, seconds=seconds),
                    "state": "done",
                }
            )
            self.assertEqual(answer.exclusion, exclusion)
        light = self.invited()
        light._save_satisfaction(self.answers(), "link")
        self.assertFalse(light.exclusion, "nobody knows how long it took")
