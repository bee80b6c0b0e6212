from datetime import timedelta

from odoo.fields import Domain
from odoo.tests import tagged

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestIndicators(SatisfactionCommon):
    """Business figures beside the scores: one definition each, shown where switched on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.user(
            "t_indicators",
            "group_satisfaction_manager",
            "customer_complaint.group_complaint_manager",
        )
        # Of its own, without orders of others.
        cls.company = cls.env["res.company"].create({"name": "Figures Ltd"})
        cls.chief.write({"company_ids": [(4, cls.company.id)]})
        cls.start, cls.end = cls.now - timedelta(days=30), cls.now

    def measure(self, code):
        indicator = (
            self.env["customer.complaint.indicator"]
            .with_user(self.chief)
            .with_context(active_test=False, allowed_company_ids=self.company.ids)
            .search([("code", "=", code)])
        )
        scope = Domain("company_id", "in", self.company.ids)
        measure = indicator._measure(scope, self.start, self.end)[indicator]
        return indicator, measure

    def said(self, question, metric, values, days=1):
        """Scored answers, as `_store_satisfaction` writes them."""
        answers = self.env["survey.user_input"].create(
            [{"survey_id": self.survey.id, "company_id": self.company.id}] * len(values)
        )
        self.env["customer.satisfaction.score"].create(
            [
                {
                    "user_input_id": answer.id,
                    "question_id": question.id,
                    "survey_id": self.survey.id,
                    "metric": metric,
                    "value": value,
                    "date": self.now - timedelta(days=days),
                    "company_id": self.company.id,
                }
                for answer, value in zip(answers, values, strict=True)
            ]
        )

    def ordered(self, partner, *days, price=100):
        """Confirmed orders so many days ago."""
        product = self.env["product.product"].create(
            {"name": "Lamp", "list_price": price, "taxes_id": False}
        )
        for ago in days:
            order = (
                self.env["sale.order"]
                .with_company(self.company)
                .create(
                    {
                        "partner_id": partner.id,
                        "company_id": self.company.id,
                        "order_line": [
                            (0, 0, {"product_id": product.id, "price_unit": price})
                        ],
                    }
                )
            )
            order.write({"state": "sale", "date_order": self.now - timedelta(days=ago)})

    def test_nps_in_points_with_interval_and_n(self):  # S-03 S-10 X-18
        self.said(self.nps, "nps", [10] * 6 + [8] * 4 + [0] * 2)
        self.said(self.nps, "nps", [9, 0] * 5, days=40)
        excluded = self.env["customer.satisfaction.score"].search([], limit=1)
        excluded.copy({"user_input_id": self.invited().id, "is_counted": False})
        indicator, measure = self.measure("nps")
        self.assertTrue(indicator.active)
        self.assertAlmostEqual(measure.value, 100 * 4 / 12, 9)
        self.assertEqual((measure.n, measure.previous_n), (12, 10))
        self.assertAlmostEqual(measure.previous, 0, 9)
        told = indicator._describe(measure)
        self.assertEqual(told["values"], ["+33"])
        self.assertRegex(told["certainty"], r"12 answers, still uncertain \(.* to .*\)")
        self.assertIn("Before: 0", told["change"])
        found = self.env[measure.model].search_count(measure.domain)
        self.assertEqual(found, 12)

    def test_nps_of_few_answers_is_not_shown(self):
        self.said(self.nps, "nps", [10] * 9)
        indicator, measure = self.measure("nps")
        told = indicator._describe(measure)
        self.assertEqual(
            (told["values"], told["certainty"]),
            (["–"], "One more needed to say something"),
        )

    def test_recommendation_and_effort_are_shares_of_their_own_scale(self):  # S-09
        self.said(self.nps, "nps", [10, 9, 8, 0])
        _indicator, measure = self.measure("recommendation")
        self.assertEqual((measure.value, measure.n), (0.5, 4))
        easy, hard = (
            self.nps.copy({"satisfaction_metric": False, "effort_direction": direction})
            for direction in ("higher", "lower")
        )
        self.said(easy, "effort_7", [7, 5, 4])
        self.said(hard, "effort_7", [1, 7])
        self.said(easy, "effort_5", [5] * 9)
        _indicator, measure = self.measure("effort")
        self.assertEqual((measure.value, measure.n), (3 / 5, 5))

    def test_response_rate_counts_those_who_were_sent_an_invitation(self):  # S-29
        values = {
            "plan_id": self.plan.id,
            "company_id": self.company.id,
            "send_at": self.now,
            "sent_at": self.now - timedelta(days=2),
        }
        self.Invitation.create(
            [{**values, "state": state} for state in ["answered"] + ["sent"] * 3]
        )
        _indicator, measure = self.measure("survey_response")
        self.assertEqual((measure.value, measure.n), (0.25, 4))

    def test_customers_who_come_back_and_who_stay_away(self):  # S-09
        new, loyal, gone, late = self.customers(4)
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": loyal.id}
        )
        self.ordered(new, 10)
        self.ordered(loyal, 400, 380, 20)
        self.ordered(contact, 5)
        self.ordered(gone, 390, 380)
        self.ordered(late, 394, 12)
        # Of new, loyal (with its contact) and late, two had ordered before.
        _indicator, measure = self.measure("repurchase")
        self.assertEqual((measure.n, measure.value), (3, 2 / 3))
        # A year ago loyal, gone and late ordered. Gone never came back, late after more
        # than a year, loyal in time.
        _indicator, measure = self.measure("churn")
        self.assertEqual((measure.n, measure.value), (3, 2 / 3))

    def test_value_of_customers_and_what_they_cost(self):  # S-09
        few, many = self.customers(2)
        self.ordered(few, 10)
        self.ordered(many, 100, 20, 5, price=200)
        indicator, measure = self.measure("lifetime_value")
        currency = self.company.currency_id
        self.assertEqual((measure.n, measure.amounts), (2, {currency: 350.0}))
        # In the month before nobody bought; what was bought earlier is of no period.
        self.assertEqual(measure.previous_amounts, {})
        self.assertEqual(indicator._describe(measure)["certainty"], "Customers: 2")
        cost = self.env["customer.satisfaction.cost"].create(
            {
                "company_id": self.company.id,
                "date_from": (self.now - timedelta(days=25)).date(),
                "date_to": (self.now - timedelta(days=2)).date(),
                "amount": 500,
            }
        )
        self.assertEqual(cost.new_customers, 1)
        cost.new_customers = 4
        self.assertEqual(cost.amount_each, 125)
        _indicator, measure = self.measure("acquisition_cost")
        self.assertEqual((measure.n, measure.amounts), (4, {currency: 125.0}))

    def test_library_says_what_each_means(self):  # S-10 X-18
        indicators = self.env["customer.complaint.indicator"].with_context(
            active_test=False
        )
        codes = {
            *("nps", "recommendation", "effort", "survey_response", "repurchase"),
            *("churn", "lifetime_value", "acquisition_cost"),
        }
        library = indicators.search([("code", "in", list(codes))])
        self.assertEqual(set(library.mapped("code")), codes)
        for indicator in library:
            self.assertTrue(indicator.formula and indicator.counted)
        self.assertEqual(library.filtered("active").mapped("code"), ["nps"])
        library.active = True
        tiles = (
            self.env["customer.complaint.dashboard"]
            .with_user(self.chief)
            .get_dashboard()["tiles"]
        )
        self.assertLessEqual(codes, {tile["code"] for tile in tiles})

    def test_customer_file_shows_what_he_does_beside_what_he_says(self):  # S-09
        [partner] = self.customers(1)
        self.ordered(partner, 500, 480)
        partner = partner.with_user(self.chief).with_context(
            allowed_company_ids=self.company.ids
        )
        self.assertRegex(
            partner.satisfaction_purchases, r"2 orders, .*200.*; did not come back"
        )
        self.assertEqual(partner.satisfaction_recommendation, "No answer yet")
        self.said(self.nps, "nps", [9])
        self.env["customer.satisfaction.score"].search(
            [("company_id", "=", self.company.id)]
        ).partner_id = partner.id
        partner.invalidate_recordset()
        self.assertIn("9 of 10", partner.satisfaction_recommendation)
