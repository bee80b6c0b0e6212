import csv
import io
import json
import zipfile
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .results_common import ResultsCommon, store


@tagged("post_install", "-at_install")
class TestResultsExport(ResultsCommon, HttpCase):
    """Answers as a file: one row per answer, one column per question."""

    def fill(self):
        self.store({5: 3}, partner_id=self.partner.id)
        self.store({1: 1}, exclusion="fast")
        (answer,) = store(
            self.env,
            self.survey,
            [{"date": self.now, "scores": {self.csat: 2, self.nps: 0}}],
        )
        answer.user_input_line_ids = [
            Command.create(
                {
                    "question_id": self.comment.id,
                    "answer_type": "text_box",
                    "value_text_box": "=1+1",
                }
            )
        ]

    def label(self, name):
        return self.env["survey.user_input"]._fields[name].string

    def csv(self, user=None, **filters):
        file = io.BytesIO()
        self.Results.with_user(user or self.manager)._write_answers(
            file, filters, "csv"
        )
        data = file.getvalue()
        self.assertTrue(data.startswith(b"\xef\xbb\xbf"))
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))

    def test_answers_have_a_row_each_and_questions_a_column(self):
        # S-45
        self.fill()
        rows = self.csv(survey=self.survey.id)
        self.assertEqual(len(rows), 5)
        last = rows[-1]
        self.assertEqual((last[self.csat.title], last[self.nps.title]), ("2", "0"))
        self.assertEqual(rows[0][self.nps.title], "")
        self.assertEqual(rows[0][self.label("partner_id")], "Ines Example")
        self.assertEqual(
            [row["Left out because"] for row in rows].count("Answered too fast"), 1
        )
        # what a customer wrote is never run
        self.assertEqual(last[self.comment.title], "'=1+1")

    def test_export_is_logged_and_needs_the_right(self):
        self.fill()
        logged = self.env["customer.complaint.access.log"].search_count([])
        self.csv()
        log = self.env["customer.complaint.access.log"].search([], limit=1)
        self.assertEqual(
            self.env["customer.complaint.access.log"].search_count([]), logged + 1
        )
        self.assertEqual((log.user_id, log.kind), (self.manager, "export"))
        with self.assertRaises(AccessError):
            self.csv(self.user("t_no_export", "group_satisfaction_user"))

    def test_file_is_downloaded_as_workbook_or_csv(self):
        self.fill()
        self.manager.password = "t_results_manager"
        self.authenticate("t_results_manager", "t_results_manager")
        url = "/customer_satisfaction/answers"
        filters = json.dumps({"survey": self.survey.id})
        book = self.url_open(f"{url}.xlsx?filters={filters}")
        self.assertEqual(book.status_code, 200)
        with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
            self.assertIn("xl/worksheets/sheet3.xml", parts.namelist())
        text = self.url_open(f"{url}.csv?filters={filters}")
        self.assertEqual(text.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(len(text.text.splitlines()), 6)
        self.assertEqual(self.url_open(f"{url}.doc").status_code, 404)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"{url}.csv?filters=[").status_code, 422)

    def test_rows_of_many_answers_are_read_page_by_page(self):
        date = self.now - timedelta(days=1)
        rows = [{"date": date, "scores": {self.csat: 5}} for _number in range(50)]
        store(self.env, self.survey, rows)
        results = self.Results.with_user(self.manager)
        results._write_answers(io.BytesIO(), {}, "csv")
        before = self.env.cr.sql_log_count
        results._write_answers(io.BytesIO(), {}, "csv")
        few = self.env.cr.sql_log_count - before
        store(self.env, self.survey, rows * 10)
        before = self.env.cr.sql_log_count
        results._write_answers(io.BytesIO(), {}, "csv")
        self.assertLessEqual(self.env.cr.sql_log_count - before, few + 2)
