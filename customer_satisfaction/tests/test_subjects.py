from odoo.tests import Form, tagged

from .follow_up_common import FollowUpCommon


@tagged("post_install", "-at_install")
class TestSubjects(FollowUpCommon):
    """Satisfaction stands on what it is about, and on the map of touch points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.satisfaction_follow_up = False
        cls.company.satisfaction_min_answers = 3
        cls.order = cls.env["sale.order"].create({"partner_id": cls.partner.id})
        cls.product = cls.env["product.product"].create({"name": "Cabinet"})
        cls.team = cls.env["customer.complaint.team"].create({"name": "Desk"})

    def rated(self, record, **values):
        for grade, partner in zip((5, 4, 1), self.customers(3), strict=True):
            self.answered(grade, partners=partner, **values)
        record.invalidate_recordset()
        self.assertEqual(record.satisfaction_answer_count, 3)
        self.assertEqual(record.satisfaction_csat, "67 %, n 3, 21–94 %")
        action = record.action_view_satisfaction_answers()
        found = self.env["survey.user_input"].search(action["domain"])
        self.assertEqual(len(found), 3)

    def test_an_order_shows_what_its_customer_says(self):
        # S-41
        self.rated(self.order, sale_order_id=self.order.id)

    def test_a_product_shows_what_customers_say(self):
        # S-41
        self.rated(self.product, product_id=self.product.id)
        template = self.product.product_tmpl_id
        self.assertEqual(template.satisfaction_csat, self.product.satisfaction_csat)
        self.product.active = False
        template.invalidate_recordset()
        self.assertEqual(template.satisfaction_answer_count, 3)

    def test_a_team_shows_what_its_customers_say(self):
        # S-41
        complaints = [self.closed(team_id=self.team.id) for _ in range(3)]
        for complaint, grade in zip(complaints, (5, 4, 1), strict=True):
            answer = self.answered(grade, complaint_id=complaint.id)
            self.assertEqual(answer.team_id, self.team)
        self.assertEqual(self.team.satisfaction_csat, "67 %, n 3, 21–94 %")

    def test_too_few_answers_give_no_rate(self):
        # S-10
        self.answered(5, product_id=self.product.id)
        self.assertEqual(self.product.satisfaction_csat, "1 answer, too few for a rate")
        self.assertFalse(self.order.satisfaction_csat)

    def test_the_journey_map_shows_stage_pain_owner_and_score(self):
        # S-21
        dimension = self.env["customer.satisfaction.dimension"].create(
            {"name": "Delivery"}
        )
        form = Form(self.env["customer.satisfaction.touchpoint"])
        form.name = "The parcel arrives"
        form.stage_id = self.env.ref("customer_satisfaction.stage_3")
        form.pain_points = "The box is open."
        form.user_id = self.handler
        form.dimension_id = dimension
        point = form.save()
        self.assertFalse(point.score)
        answers = self.answered(4, count=4)
        for answer, value in zip(answers, (5, 4, 4, 3), strict=True):
            score = self.add_score(answer, "likert", value, 1, 5)
            score.dimension_id = dimension
        point.invalidate_recordset()
        self.assertEqual(point.score, "4 of 5, n 4, 2.7–5 (Agreement, 1 to 5)")
        groups = point.with_context(read_group_expand=True).web_read_group(
            [], ["stage_id"]
        )["groups"]
        self.assertGreater(len(groups), 1, "stages without touch points are columns")

    def test_a_touch_point_shows_the_satisfaction_its_plan_asks_for(self):
        # S-21
        self.answered(5, count=3, plan_id=self.plan.id)
        point = self.env["customer.satisfaction.touchpoint"].create(
            {
                "name": "After a complaint",
                "stage_id": self.env.ref("customer_satisfaction.stage_5").id,
                "plan_id": self.plan.id,
            }
        )
        self.assertEqual(point.score, "100 %, n 3, 44–100 %")

    def test_a_touch_point_says_that_its_answers_are_anonymous(self):
        # S-21 S-33
        dimension = self.env["customer.satisfaction.dimension"].create(
            {"name": "Discretion"}
        )
        survey = self.survey.copy({"is_anonymous": True})
        survey._get_metric_question("nps").dimension_id = dimension
        plan = self.plan.copy({"survey_id": survey.id})
        Point = self.env["customer.satisfaction.touchpoint"].with_user(
            self.user("journey_reader", "group_satisfaction_user")
        )
        stage = self.env.ref("customer_satisfaction.stage_5").id
        points = Point.sudo().create(
            [
                {"name": "Points", "stage_id": stage, **about}
                for about in (
                    {"plan_id": plan.id},
                    {"dimension_id": dimension.id},
                    {"dimension_id": dimension.id, "plan_id": plan.id},
                    {"plan_id": self.plan.id},
                    {"dimension_id": dimension.copy().id},
                    {},
                )
            ]
        )
        said = points.sudo(False).mapped("score")
        self.assertEqual(said[:3], ["Anonymous answers: see Reporting, Scores"] * 3)
        self.assertFalse(any(said[3:]))
