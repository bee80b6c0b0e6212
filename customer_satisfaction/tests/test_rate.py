from odoo.tests import tagged
from odoo.tools import SQL

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestRate(SatisfactionCommon):
    """CSAT with its number of answers and its interval, one definition for all screens."""

    def answered(self, grades, partner=None, **values):
        """Answers of a customer, created as finished ones."""
        return self.env["survey.user_input"].create(
            [
                {
                    "survey_id": self.survey.id,
                    "company_id": self.env.company.id,
                    "partner_id": (partner or self.partner).id,
                    "state": "done",
                    "end_datetime": self.now,
                    "user_input_line_ids": [
                        (
                            0,
                            0,
                            {
                                "question_id": self.csat.id,
                                "answer_type": "suggestion",
                                "suggested_answer_id": self.option(grade).id,
                            },
                        )
                    ]
                    if grade
                    else [],
                    **values,
                }
                for grade in grades
            ]
        )

    def counts(self, partner=None):
        return self.env["survey.user_input"]._get_csat_counts(
            [("partner_id", "=", (partner or self.partner).id)]
        )

    def test_best_two_of_five_count_as_satisfied(self):
        self.assertEqual(self.counts(), (0, 0))
        self.answered([5, 4, 3, 2, 1])
        self.assertEqual(self.counts(), (2, 5))

    def test_tests_skipped_and_open_answers_do_not_count(self):
        self.answered([5, None])
        self.answered([1], test_entry=True)
        self.survey._create_answer(partner=self.partner)
        self.assertEqual(self.counts(), (1, 1))

    def test_rate_comes_with_n_and_interval_and_not_below_the_minimum(self):
        text = self.env["survey.user_input"]._get_csat_text
        self.assertEqual(text(0, 0), "")
        self.assertEqual(text(1, 1), "1 answer, too few for a rate")
        self.assertEqual(text(9, 9), "9 answers, too few for a rate")
        self.assertEqual(text(10, 12), "83 %, n 12, 55–95 %")
        self.env.company.satisfaction_min_answers = 13
        self.assertEqual(text(10, 12), "12 answers, too few for a rate")

    def test_partner_counts_the_contacts_below_him(self):
        group = self.env["res.partner"].create({"name": "Group", "is_company": True})
        company = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "parent_id": group.id}
        )
        self.partner.parent_id = company
        self.answered([5] * 10 + [1] * 2)
        reader = self.user("reader", "group_satisfaction_user")
        partners = (group + company + self.partner + self.customers(1)).with_user(
            reader
        )
        self.assertEqual(partners.mapped("satisfaction_answer_count"), [12, 12, 12, 0])
        self.assertEqual(
            partners[:3].mapped("satisfaction_csat"), ["83 %, n 12, 55–95 %"] * 3
        )
        self.assertFalse(partners[3].satisfaction_csat)

    def test_contact_of_a_company_that_its_reader_may_not_see_has_a_rate(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        group = self.env["res.partner"].create(
            {"name": "Group", "is_company": True, "company_id": elsewhere.id}
        )
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "parent_id": group.id}
        )
        firm.company_id = False
        self.partner.parent_id = firm
        self.partner.company_id = False
        self.answered([5])
        reader = self.user("reader", "group_satisfaction_user")
        firm = firm.with_user(reader)
        self.env.invalidate_all()
        self.assertEqual(firm.satisfaction_answer_count, 1)
        self.assertEqual(firm.new(origin=firm).satisfaction_answer_count, 1)
        self.assertFalse(group.with_user(reader).has_access("read"))

    def test_complaint_list_shows_last_grade_and_the_customers_rate(self):
        complaints = self.complaint() + self.complaint()
        self.answered([2], complaint_id=complaints[0].id)
        self.answered([5], complaint_id=complaints[0].id, complaint_round=0)
        reader = self.user(
            "reader",
            "group_satisfaction_user",
            "customer_complaint.group_complaint_manager",
        )
        mine = complaints.with_user(reader)
        self.assertEqual(mine.mapped("satisfaction_grade"), ["2", False])
        self.assertEqual(
            mine.mapped("customer_csat"), ["2 answers, too few for a rate"] * 2
        )

    def test_rates_by_handler_are_one_query(self):
        handlers = self.user("h1") + self.user("h2")
        for handler in handlers:
            complaint = self.complaint(user_id=handler.id)
            self.answered([4], complaint_id=complaint.id)
        self.answered([5, 1, 4])
        self.env.flush_all()
        with self.assertQueryCount(1):
            counts = self.env["survey.user_input"]._get_csat_counts_by(
                "handler_id", [("partner_id", "=", self.partner.id)]
            )
        self.assertEqual(counts[handlers[0]], (1, 1))
        self.assertEqual(counts[handlers[1]], (1, 1))
        self.assertEqual(counts[handlers.browse()], (2, 3))

    def test_answers_of_another_company_do_not_count(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.answered([5], company_id=elsewhere.id)
        reader = self.user("reader", "group_satisfaction_user")
        self.assertFalse(self.partner.with_user(reader).satisfaction_answer_count)

    def test_scores_are_null_and_not_zero_when_an_answer_loses_them(self):
        answer = self.answered([4])
        answer._save_lines(self.csat, "")
        answer.write({"state": "done"})
        self.env.flush_all()
        stored = self.env.execute_query(
            SQL("SELECT csat_grade FROM survey_user_input WHERE id = %s", answer.id)
        )
        self.assertEqual(stored, [(None,)])
