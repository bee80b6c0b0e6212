from datetime import timedelta

from odoo.fields import Command, Domain
from odoo.tests import tagged

from .common import SatisfactionCommon

GROUP = "customer_complaint.group_complaint_"


@tagged("post_install", "-at_install")
class TestDashboard(SatisfactionCommon):
    """Satisfaction on the complaint dashboard comes from the survey answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analyst = cls.user(
            "t_analyst", "group_satisfaction_user", f"{GROUP}manager"
        )

    def answer(self, grade, count=1, **values):
        return self.env["survey.user_input"].create(
            [
                {
                    "survey_id": self.survey.id,
                    "state": "done",
                    "company_id": self.env.company.id,
                    "user_input_line_ids": self.lines(grade),
                    "end_datetime": self.now - timedelta(hours=1),
                    **values,
                }
                for _ in range(count)
            ]
        )

    def lines(self, grade):
        """What the customer chose, if anything; the grade is taken from it."""
        return [
            Command.create(
                {
                    "question_id": self.csat.id,
                    "answer_type": "suggestion",
                    "suggested_answer_id": option.id,
                }
            )
            for option in self.option(grade)
        ]

    def tile(self, user, **context):
        model = self.env["customer.complaint.dashboard"].with_user(user)
        tiles = model.with_context(**context).get_dashboard()["tiles"]
        return next(tile for tile in tiles if tile["code"] == "satisfaction")

    def test_answers_are_counted_and_opened_tests_and_other_periods_are_not(self):
        # S-49
        self.answer(5, 5)
        self.answer(4, 3)
        self.answer(3, 2)
        self.answer(1, 2)
        self.answer(2, 1, company_id=False)
        self.answer(1, 4, test_entry=True)
        self.answer(1, 4, state="in_progress")
        self.answer(None, 4)
        self.answer(1, 4, end_datetime=self.now - timedelta(days=31))
        self.answer(1, 4, survey_id=self.env["survey.survey"].create({"title": "X"}).id)
        tile = self.tile(self.analyst)
        # 5 + 3 of 13; Wilson 0.3552 to 0.8229
        self.assertEqual(tile["values"], ["62 %"])
        self.assertEqual(tile["certainty"], "13 answers, still uncertain (36 to 82 %)")
        found = self.env[tile["model"]].with_user(self.analyst).search(tile["domain"])
        self.assertEqual(len(found), 13)

    def test_answers_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.answer(5, 10)
        self.answer(1, 7, company_id=other.id)
        self.assertEqual(self.tile(self.analyst)["n"], 10)
        self.analyst.company_ids = [Command.link(other.id)]
        self.assertEqual(self.tile(self.analyst, allowed_company_ids=other.ids)["n"], 7)

    def test_without_rights_on_answers_the_confirmations_one_may_see_are_counted(self):
        self.answer(5, 10)
        complaint = self.complaint()
        complaint.sudo().write({"outcome_at": self.now})
        self.env["customer.complaint.confirmation"].sudo().create(
            {
                "complaint_id": complaint.id,
                "grade": "5",
                "date": self.now - timedelta(hours=1),
            }
        )
        tile = self.tile(self.user("t_boss", f"{GROUP}manager"))
        self.assertEqual(tile["model"], "customer.complaint.confirmation")
        self.assertEqual(
            tile["n"],
            self.env[tile["model"]].search_count(Domain(tile["domain"])),
        )
        self.assertGreaterEqual(tile["n"], 1)
