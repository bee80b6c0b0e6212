from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.customer_complaint.tests.test_sample import count_rows

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestSample(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows_before = count_rows(cls.env)
        cls.sample = cls.env["customer.complaint.sample"]
        cls.sample._load(size=45)
        inside = [("company_id", "in", cls.sample._get_companies().ids)]
        cls.invitations = cls.Invitation.search(inside)
        cls.answers = cls.env["survey.user_input"].search(inside)

    def test_answers_carry_the_scores_of_what_was_chosen(self):
        done = self.answers.filtered(lambda a: a.state == "done")
        self.assertGreaterEqual(len(done), 45)
        self.assertTrue(done.complaint_id)
        for answer in done:
            scores = {}
            for line in answer.user_input_line_ids:
                scores.update(line._get_scores())
            self.assertEqual(answer.csat_grade, scores["csat_grade"])
            self.assertEqual(answer.nps_value, scores.get("nps_value", 0))
            self.assertEqual(answer.nps_group, scores.get("nps_group", False))
            self.assertLessEqual(answer.start_datetime, answer.end_datetime)
            self.assertLessEqual(answer.end_datetime, fields.Datetime.now())

    def test_every_closed_complaint_is_in_the_log_once(self):
        closed = self.env["customer.complaint"].search(
            [
                ("company_id", "in", self.invitations.company_id.ids),
                ("stage_type", "=", "closed"),
            ]
        )
        self.assertEqual(self.invitations.complaint_id, closed)
        self.assertEqual(len(self.invitations), len(closed))
        for row in self.invitations:
            self.assertEqual(row.state == "answered", bool(row.answered_at))
            self.assertEqual(bool(row.sent_at), bool(row.user_input_id))

    def test_nobody_was_asked_twice_within_the_rest_period(self):
        sent = self.invitations.filtered("sent_at").sorted("sent_at")
        for _partner, rows in sent.grouped("partner_id").items():
            for one, next_one in zip(rows, rows[1:], strict=False):
                rest = timedelta(days=one.plan_id.rest_days)
                self.assertGreaterEqual(next_one.sent_at - one.sent_at, rest)

    def test_nothing_is_sent_for_the_past(self):
        self.assertEqual(
            count_rows(self.env)["mail_mail"], self.rows_before["mail_mail"]
        )
        due = self.invitations.filtered(
            lambda i: i.state == "planned" and i.send_at <= fields.Datetime.now()
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
