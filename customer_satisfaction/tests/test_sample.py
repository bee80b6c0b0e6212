from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.customer_complaint.tests.test_sample import count_rows

from ..models.satisfaction_answering import CONFIRMATION_SOURCES
from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestSample(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows_before = count_rows(cls.env)
        cls.sample = cls.env["customer.complaint.sample"]
        cls.loaded_at = fields.Datetime.now().replace(second=0, microsecond=0)
        cls.sample._load(size=45)
        inside = [("company_id", "in", cls.sample._get_companies().ids)]
        cls.invitations = cls.Invitation.search(inside)
        cls.answers = cls.env["survey.user_input"].search(inside)

    def test_answers_carry_the_scores_of_what_was_chosen(self):
        done = self.answers.filtered(lambda a: a.state == "done")
        self.assertGreaterEqual(len(done), 45)
        self.assertTrue(done.complaint_id)
        for answer in done:
            lines = answer.user_input_line_ids
            grades = lines.suggested_answer_id.mapped("satisfaction_grade")
            scores = {s.metric: s.value for s in answer.score_ids}
            self.assertEqual(answer.csat_grade, max(grades))
            self.assertEqual(scores["csat"], max(grades))
            scaled = lines.filtered(lambda line: line.answer_type == "scale")
            self.assertEqual(answer.nps_value, sum(scaled.mapped("value_scale")))
            self.assertEqual(bool(answer.nps_group), "nps" in scores)
            self.assertFalse(answer.exclusion)
            self.assertLessEqual(answer.start_datetime, answer.end_datetime)
            self.assertLessEqual(answer.end_datetime, fields.Datetime.now())

    def test_every_confirmation_is_the_one_answer_of_its_round(self):
        about = self.answers.filtered("complaint_id")
        rounds = [(a.complaint_id, a.complaint_round) for a in about]
        self.assertEqual(len(rounds), len(set(rounds)), "none is doubled")
        said = self.env["customer.complaint.confirmation"].search(
            [
                ("company_id", "in", self.sample._get_companies().ids),
                ("solved", "in", ("solved", "not_solved")),
            ]
        )
        done = about.filtered(lambda a: a.state == "done")
        self.assertEqual(said.user_input_id, done)
        self.assertEqual(len(said), len(done))
        for row in said:
            answer = row.user_input_id
            self.assertEqual(answer.complaint_id, row.complaint_id)
            self.assertEqual(answer.complaint_round, row.round)
            self.assertEqual(answer.end_datetime, row.date)
            self.assertEqual(answer.solved, row.solved)
            self.assertEqual(answer.csat_label, row.grade)
            self.assertEqual(answer.satisfaction_comment or False, row.comment)
            self.assertEqual(CONFIRMATION_SOURCES[answer.answer_method], row.source)
            self.assertEqual(answer.recorded_by_id, row.user_id)
        self.assertIn("link", done.mapped("answer_method"))

    def test_the_log_says_who_was_asked_and_why_others_were_not(self):
        with_outcome = self.invitations.filtered(
            lambda i: i.plan_id.trigger == "complaint_outcome"
        )
        after = self.invitations - with_outcome
        closed = self.env["customer.complaint"].search(
            [
                ("company_id", "in", self.invitations.company_id.ids),
                ("stage_type", "=", "closed"),
            ]
        )
        self.assertEqual(after.complaint_id, closed)
        self.assertEqual(len(after), len(closed))
        self.assertLessEqual(set(with_outcome.mapped("state")), {"answered", "sent"})
        for row in self.invitations:
            self.assertEqual(row.state == "answered", bool(row.answered_at))
            self.assertEqual(bool(row.sent_at), bool(row.user_input_id))
            self.assertEqual(row.state == "answered", row.user_input_id.state == "done")
        for row in after.filtered(lambda i: i.reason == "asked"):
            self.assertTrue(
                row.complaint_id & with_outcome.complaint_id
                or row.complaint_id.confirmation_ids.user_input_id
            )

    def test_no_follow_up_was_sent_within_the_rest_period(self):
        sent = self.invitations.filtered("sent_at").sorted("sent_at")
        for _partner, rows in sent.grouped("partner_id").items():
            for one, next_one in zip(rows, rows[1:], strict=False):
                if next_one.plan_id.trigger == "complaint_closed":
                    rest = timedelta(days=next_one.plan_id.rest_days)
                    self.assertGreaterEqual(next_one.sent_at - one.sent_at, rest)

    def test_nothing_is_sent_for_the_past(self):
        self.assertEqual(
            count_rows(self.env)["mail_mail"], self.rows_before["mail_mail"]
        )
        due = self.invitations.filtered(
            lambda i: i.state == "planned" and i.send_at <= self.loaded_at
        )
        self.assertFalse(due)

    def test_removal_leaves_every_table_as_it_was(self):
        self.assertIsNone(self.sample._remove())
        left = {
            table: count - self.rows_before.get(table, 0)
            for table, count in count_rows(self.env).items()
            if count != self.rows_before.get(table, 0)
        }
        self.assertFalse(left)
