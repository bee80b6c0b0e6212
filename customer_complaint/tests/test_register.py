import base64
import io
from datetime import date, datetime

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import complaint_register
from .common import ComplaintCommon


class RegisterCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = (
            cls.env["customer.complaint"]
            .with_context(active_test=False)
            .search([], order="id desc", limit=1)
            .id
            or 0
        )

    def open_book(self, content):
        return openpyxl.load_workbook(io.BytesIO(content))

    def book(self, user, domain=(), **context):
        """The register of what `user` may see, opened."""
        model = self.env["customer.complaint"].with_user(user).with_context(**context)
        register = model.get_register([("id", ">", self.last), *domain])
        return self.open_book(base64.b64decode(register["content"]))

    def rows(self, book):
        """Rows of the second sheet as dictionaries by label."""
        head, *rows = book.worksheets[1].iter_rows(values_only=True)
        return [dict(zip(head, row, strict=True)) for row in rows]

    def facts(self, book):
        return {
            row[0]: row[1:] for row in book.worksheets[0].iter_rows(values_only=True)
        }


@tagged("post_install", "-at_install")
class TestRegister(RegisterCommon):
    def test_dates_and_numbers_are_real_and_the_head_stays(self):
        # X-17 C-10
        complaint = self.make_owned(order_id=self.order.id, title="Door cracked")
        complaint.sudo().first_contact_id = self.handler
        self.tell_outcome(complaint)
        self.confirm(complaint, grade="4")
        book = self.book(self.lead, [("id", "=", complaint.id)], tz="Asia/Shanghai")
        summary, register, columns = book.worksheets
        self.assertEqual(register.freeze_panes, "B2")
        self.assertEqual(register.auto_filter.ref, f"A1:{register.dimensions[3:]}")
        (row,) = self.rows(book)
        self.assertEqual(row["Number"], complaint.name)
        self.assertEqual(row["Received"], datetime(2025, 3, 3, 17, 0))
        self.assertEqual(row["Sales order"], self.order.name)
        self.assertEqual(row["Level"], "Level 2 · Important")
        self.assertEqual(row["Decision"], "Justified")
        self.assertEqual(row["Confirmation"], "Solved")
        self.assertEqual((row["Satisfaction"], row["Rounds"]), (4, 1))
        self.assertIsInstance(row["Age (days)"], float)
        self.assertIsInstance(row["Completion due"], datetime)
        self.assertEqual(row["Completion result"], "Overdue")
        self.assertEqual(row["First contact"], self.handler.name)
        labels = [cell.value for cell in register[1]]
        explained = [cell.value for cell in columns["A"][1:]]
        self.assertEqual(labels, explained)
        self.assertTrue(all(cell.value for cell in columns["B"]))
        self.assertEqual(len(summary._charts), 1)

    def test_the_summary_says_who_what_and_how_sure(self):
        for day in (1, 2, 3):
            self.make_owned(received_at=datetime(2025, 1, day))
        done = self.make_owned(received_at=datetime(2025, 3, 1))
        self.tell_outcome(done)
        self.confirm(done)
        facts = self.facts(self.book(self.lead, tz="UTC"))
        self.assertEqual(facts["Exported by"][0], self.lead.name)
        self.assertEqual(facts["Complaints"][0], "4")
        # A month without complaints is a month with none.
        months = [facts[datetime(2025, month, 1)][0] for month in (1, 2, 3)]
        self.assertEqual(months, [3, 0, 1])
        self.assertEqual((facts["Open"][0], facts["Closed"][0]), (3, 1))
        # Overdue and still running counts as not met.
        met, of, rate, low, high = facts["Completion"][:5]
        self.assertEqual((met, of, rate, low), (0, 4, 0, 0))
        self.assertAlmostEqual(high, 0.4899, places=4)

    def test_a_period_up_to_the_end_of_the_calendar_is_a_period(self):
        complaint = self.make_owned()
        register = (
            self.env["customer.complaint.register"]
            .with_user(self.lead)
            .create({"date_from": "0001-01-01", "date_to": "9999-12-31"})
        )
        found = self.env["customer.complaint"].search(register._get_domain())
        self.assertIn(complaint.id, found.ids)

    def test_what_a_customer_wrote_never_becomes_a_formula(self):
        evil = '=HYPERLINK("http://evil.example","click")'
        self.make_owned(title=evil, demand="@SUM(1+1)", partner_name="+1")
        (row,) = self.rows(book := self.book(self.lead))
        self.assertEqual(row["Title"], evil)
        kinds = {
            cell.data_type for line in book.worksheets[1].iter_rows() for cell in line
        }
        self.assertNotIn("f", kinds)

    def test_everyone_gets_exactly_what_he_may_see(self):
        #
        self.handler.group_ids += self.env.ref("base.group_allow_export")
        for _index in range(3):
            self.make_owned()
        for _index in range(4):
            self.make_complaint(team_id=self.other_team.id)
        for user, expected in ((self.handler, 3), (self.lead, 3), (self.manager, 7)):
            with self.subTest(user=user.login):
                book = self.book(user)
                self.assertEqual(len(self.rows(book)), expected)
                self.assertEqual(self.facts(book)["Complaints"][0], str(expected))
                self.assertEqual(self.facts(book)["Open"][0], expected)

    def test_other_companies_are_absent(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.make_complaint(company_id=other.id, team_id=False)
        self.make_complaint()
        self.assertEqual(len(self.rows(self.book(self.manager))), 1)

    def test_export_is_for_leads_and_whom_the_administrator_lets(self):
        self.make_owned()
        portal = new_test_user(self.env, "t_portal", "base.group_portal")
        for user in (portal, self.employee, self.handler, self.seller):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.env["customer.complaint"].with_user(user).get_register()
        self.employee.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self.env["customer.complaint"].with_user(self.employee).get_register()

    def test_many_pages_are_complete_and_in_order(self):
        complaints = self.make_complaint()
        for _index in range(6):
            complaints += self.make_complaint()
        self.patch(complaint_register, "PAGE_SIZE", 3)
        numbers = [row["Number"] for row in self.rows(self.book(self.manager))]
        self.assertEqual(numbers, complaints.mapped("name"))

    def test_too_many_for_one_answer_is_said(self):
        self.make_complaint()
        self.make_complaint()
        self.patch(complaint_register, "API_ROWS", 1)
        with self.assertRefused(UserError, "month by month"):
            self.env["customer.complaint"].with_user(self.manager).get_register()

    def test_too_many_for_a_sheet_is_said(self):
        self.make_complaint()
        self.make_complaint()
        self.patch(complaint_register.workbook, "MAX_ROWS", 1)
        with self.assertRefused(UserError, "shorter period"):
            self.make_register().action_download()

    def test_an_empty_register_has_its_head(self):
        book = self.book(self.lead, [("id", "=", 0)])
        self.assertEqual(self.rows(book), [])
        self.assertEqual(book.worksheets[1]["A1"].value, "Number")
        self.assertFalse(book.worksheets[0]._charts)

    # ------------------------------------------------------------------
    # Period and selection
    # ------------------------------------------------------------------
    def make_register(self, **values):
        return (
            self.env["customer.complaint.register"]
            .with_user(self.lead)
            .create({"date_from": False, **values})
        )

    def test_the_period_holds_whole_days_of_the_users_clock(self):
        self.lead.tz = "Asia/Shanghai"
        for hour in (15, 16, 17):  # midnight in Shanghai is 16:00 UTC
            self.make_owned(received_at=datetime(2025, 3, 3, hour))
        register = self.make_register(
            date_from=date(2025, 3, 4), date_to=date(2025, 3, 4)
        )
        self.assertEqual(register.with_context(tz="Asia/Shanghai").complaint_count, 2)
        register = self.make_register(
            date_from=date(2025, 3, 3), date_to=date(2025, 3, 3)
        )
        self.assertEqual(register.with_context(tz="Asia/Shanghai").complaint_count, 1)

    def test_state_and_team_limit_it(self):
        closed = self.make_owned()
        self.tell_outcome(closed)
        self.confirm(closed)
        self.make_owned()
        self.assertEqual(self.make_register(state="closed").complaint_count, 1)
        self.assertEqual(self.make_register(state="open").complaint_count, 1)
        self.assertEqual(self.make_register().complaint_count, 2)
        other = [Command.set(self.other_team.ids)]
        self.assertEqual(self.make_register(team_ids=other).complaint_count, 0)

    def test_a_period_that_ends_before_it_begins_and_an_empty_one_are_refused(self):
        with self.assertRefused(ValidationError, "ends before it begins"):
            self.make_register(date_from=date(2025, 2, 2), date_to=date(2025, 2, 1))
        with self.assertRefused(UserError, "No complaint that you may see"):
            self.make_register(date_from=fields.Date.today()).action_download()
        with self.assertRefused(UserError, "at least one complaint"):
            self.env["customer.complaint"].action_export_register()

    def test_selected_complaints_come_whether_archived_or_not(self):
        complaints = self.make_owned() + self.make_owned() + self.make_owned()
        complaints[0].sudo().active = False
        action = complaints[:2].with_user(self.lead).action_export_register()
        register = self.env["customer.complaint.register"].browse(
            int(action["url"].rsplit("/", 1)[1])
        )
        self.assertEqual(register.complaint_count, 2)


@tagged("post_install", "-at_install")
class TestRegisterDownload(RegisterCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.lead.password = self.manager.password = "t_password"
        self.make_owned()
        register = self.env["customer.complaint.register"].with_user(self.lead)
        self.url = register.create({"date_from": False}).action_download()["url"]

    def test_the_browser_gets_a_file(self):
        #
        self.authenticate("t_lead", "t_password")
        answer = self.url_open(self.url)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(".xlsx", answer.headers["Content-Disposition"])
        self.assertEqual(int(answer.headers["Content-Length"]), len(answer.content))
        self.assertEqual(len(self.rows(self.open_book(answer.content))), 1)
        # C-52
        log = self.env["customer.complaint.access.log"].search([], limit=1)
        self.assertEqual((log.user_id, log.complaint_count), (self.lead, 1))

    @mute_logger("odoo.http")
    def test_nobody_downloads_what_another_prepared(self):
        self.authenticate("t_manager", "t_password")
        self.assertEqual(self.url_open(self.url).status_code, 403)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self.url).url)
