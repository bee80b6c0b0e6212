import io

from freezegun import freeze_time
from lxml.html import fromstring
from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .credit_common import CreditCommon

MONTH_END = "2031-03-31"


class AccrualCommon(CreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.make_owned(title="Secret words of the customer")

    def setUp(self):
        super().setUp()
        self.sold = self.make_invoice([(1, 5000, self.env["account.tax"])])

    def ask_on(self, day, amount, **values):
        """A request made on a day, over an amount of the invoice."""
        with freeze_time(f"{day} 10:00"):
            request = self.ask(invoice_id=self.sold.id, amount=amount, **values)
        self.env.cr.execute(
            "UPDATE customer_complaint_credit_request SET create_date = %s WHERE id = %s",
            [f"{day} 10:00", request.id],
        )
        request.invalidate_recordset(["create_date"])
        return request

    def note_on(self, day, amount, request=None, **values):
        """A credit note that accounting posted on a day, linked to a request."""
        with freeze_time(f"{day} 11:00"):
            note = self.make_note(amount, invoice_date=day, date=day, **values)
            if request:
                request.with_user(self.accountant).link_credit_note(note.id)
            self.env.flush_all()
        return note

    def settle(self, day, note, amount):
        """Set a part of a credit note against another invoice."""
        with freeze_time(f"{day} 12:00"):
            invoice = self.make_invoice([(1, amount, self.env["account.tax"])])
            lines = (note + invoice).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            lines.reconcile()
            self.env.flush_all()
        return lines

    def list_on(self, date=MONTH_END, user=None):
        accrual = (
            self.env["customer.complaint.accrual"]
            .with_user(user or self.accountant)
            .create({"date": date, "company_id": self.company.id})
        )
        accrual.action_show()
        return accrual

    def figures(self, date=MONTH_END, user=None):
        """Rows of the list: section, request, credit note, amount."""
        return [
            (line.section, line.request_id.name, line.move_name, line.amount)
            for line in self.list_on(date, user).line_ids
            if line.partner_id == self.partner
        ]

    def amounts(self, date=MONTH_END):
        """Amounts by section, in the order of the list."""
        found = {}
        for section, _request, _note, amount in self.figures(date):
            found.setdefault(section, []).append(amount)
        return found


@tagged("post_install", "-at_install")
class TestAccrual(AccrualCommon):
    def test_run_again_after_everything_changed_the_figures_are_the_same(self):
        self.company.complaint_credit_approval_amount = 0
        open_, draft, posted, paid, ended, deleted, parts, turned = (
            self.ask_on("2031-03-10", amount) for amount in range(10, 90, 10)
        )
        gone = self.ask_on("2031-03-11", 33)
        with freeze_time("2031-03-15"):
            gone.with_user(self.accountant)._cancel("Not owed")
        late = self.ask_on("2031-04-01", 44)
        with freeze_time("2031-03-16"):
            draft_note = self.issue(draft)
            deleted_note = self.issue(deleted)
            self.env.flush_all()
        posted_note = self.note_on("2031-03-20", 30, posted)
        paid_note = self.note_on("2031-03-20", 40, paid)
        lines = self.settle("2031-03-25", paid_note, 15)
        self.note_on("2031-03-22", 45, parts)
        turned_note = self.note_on("2031-03-23", 80, turned)
        stray = self.note_on("2031-03-24", 99, ref="Goodwill, complaint of May")
        before = self.figures()
        self.assertEqual(
            self.amounts(),
            {
                "approved": [10.0, 50.0, 25.0],
                "draft": [20.0, 60.0],
                "posted": [30.0, 25.0, 45.0, 80.0],
                "unlinked": [99.0],
            },
        )
        accrued = self.list_on()._get_accrued()
        self.assertGreaterEqual(accrued, 165.0)

        accountant = self.accountant
        with freeze_time("2031-04-02 09:00"):
            self.issue(open_).action_post()
            draft_note.write({"invoice_date": "2031-04-02", "date": "2031-04-02"})
            draft_note.action_post()
            late.with_user(accountant)._cancel("No")
            self.env.flush_all()
        with freeze_time("2031-04-03 09:00"):
            posted_note.button_draft()
            self.env.flush_all()
        with freeze_time("2031-04-04 09:00"):
            posted_note.button_cancel()
            ended.with_user(accountant)._cancel("Agreed otherwise")
            parts.with_user(accountant)._cancel("The rest is not owed")
            deleted_note.unlink()
            self.env.flush_all()
        with freeze_time("2031-04-05 09:00"):
            lines.remove_move_reconcile()
            paid.allocation_ids.with_user(accountant).unlink_credit_note("Wrong one")
            reversal = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=turned_note.ids)
                .create({"journal_id": turned_note.journal_id.id})
            )
            reversal.refund_moves()
            reversal.new_move_ids.action_post()
            self.env.flush_all()
        self.settle("2031-04-06", stray, 99)
        other = self.ask_on("2031-04-06", 40)
        with freeze_time("2031-04-06 15:00"):
            # What was unlinked settles something else; of March it stays the old one.
            other.with_user(accountant).link_credit_note(paid_note.id)
            self.env.flush_all()
        self.assertEqual(self.figures(), before)
        self.assertEqual(self.list_on()._get_accrued(), accrued)
        self.assertEqual(
            self.amounts("2031-04-30"),
            {
                "approved": [30.0, 40.0, 60.0, 80.0],
                "posted": [45.0, 40.0],
                "unlinked": [99.0],
            },
        )

    def test_a_note_that_named_a_complaint_and_was_linked_to_none_stays_in_the_list(
        self,
    ):
        #
        linked, reset, reworded, silent = (
            self.note_on("2031-03-20", amount, ref=ref)
            for amount, ref in (
                (11, "Complaint of Ann"),
                (22, "Complaint of Bob"),
                (33, "Complaint of Cyd"),
                (44, "Goods returned"),
            )
        )
        before = self.figures()
        self.assertEqual(self.amounts(), {"unlinked": [11.0, 22.0, 33.0]})
        with freeze_time("2031-04-02 09:00"):
            linked.with_user(self.accountant).link_to_complaint(self.complaint.name)
            reset.button_draft()
            reworded.ref = "Goods returned"
            silent.ref = "Complaint of Dan"
            self.env.flush_all()
        self.assertEqual(self.figures(), before)
        self.assertEqual(
            self.amounts("2031-04-30"), {"posted": [11.0], "unlinked": [44.0]}
        )
        with freeze_time("2031-04-03 09:00"):
            # Corrected, with the accounting date it had: the books of March say so.
            reset.invoice_line_ids.price_unit = 20
            reset.date = "2031-03-20"
            reset.action_post()
            self.env.flush_all()
        self.assertEqual(self.amounts(), {"unlinked": [11.0, 20.0, 33.0]})

    def test_ten_times_as_many_requests_take_no_more_statements(self):
        #
        def measure():
            accrual = self.list_on()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            accrual._fill()
            self.env.flush_all()
            return self.cr.sql_log_count - start

        def add(count):
            for number in range(count):
                request = self.ask_on("2031-03-10", 10)
                if number % 2:
                    self.note_on("2031-03-20", 10, request)
                else:
                    self.note_on("2031-03-20", 5, ref="A complaint")

        add(2)
        few = measure()
        add(20)
        self.assertLessEqual(measure(), few + 5)
        self.assertLess(few, 80)

    def test_a_correction_with_an_earlier_accounting_date_counts_from_that_date(self):
        request = self.ask_on("2031-03-10", 100)
        note = self.note_on("2031-03-20", 100, request)
        self.assertEqual(self.amounts(), {"posted": [100.0]})
        with freeze_time("2031-04-02"):
            note.button_draft()
            note.invoice_line_ids.price_unit = 80
            note.date = "2031-03-20"
            note.action_post()
            self.env.flush_all()
        self.assertEqual(self.amounts(), {"approved": [20.0], "posted": [80.0]})

    def test_what_waits_for_an_approval_is_accrued_from_the_approval(self):
        self.company.complaint_credit_approval_amount = 5
        request = self.ask_on("2031-03-10", 100)
        self.complaint.sudo().team_id = self.team
        self.assertEqual(self.amounts(), {})
        with freeze_time("2031-04-02"):
            request.with_user(self.lead).action_approve()
        self.assertEqual(self.amounts(), {})
        self.assertEqual(self.amounts("2031-04-02"), {"approved": [100.0]})

    def test_what_is_reversed_later_and_then_unlinked_was_posted_in_full(self):
        request = self.ask_on("2031-03-10", 100)
        note = self.note_on("2031-03-20", 100, request)
        before = self.figures()
        with freeze_time("2031-04-02 10:00"):
            self.reverse(note, 40)
            self.env.flush_all()
        self.assertEqual(self.figures(), before)
        with freeze_time("2031-04-04 10:00"):
            mine = request.allocation_ids.with_user(self.accountant)
            mine.unlink_credit_note("The wrong note")
        self.assertEqual(self.figures(), before)
        self.assertEqual(
            self.amounts("2031-04-03"), {"approved": [40.0], "posted": [60.0]}
        )

    def test_a_reversal_that_is_taken_back_later_still_counts_before(self):
        request = self.ask_on("2031-03-10", 100)
        note = self.note_on("2031-03-20", 100, request)
        with freeze_time("2031-03-25 10:00"):
            reversal = self.reverse(note, 40)
            self.env.flush_all()
        before = self.amounts()
        self.assertEqual(before, {"approved": [40.0], "posted": [60.0]})
        with freeze_time("2031-04-02 10:00"):
            reversal.button_draft()
            self.env.flush_all()
        self.assertEqual(self.amounts(), before)
        # As long as it is a draft, it stays set against the credit note.
        self.assertEqual(self.amounts("2031-04-02"), {"posted": [60.0]})
        with freeze_time("2031-04-03 10:00"):
            reversal.button_cancel()
            self.env.flush_all()
        self.assertEqual(self.amounts(), before)
        self.assertEqual(self.amounts("2031-04-03"), {"posted": [100.0]})

    def test_a_reversal_that_is_taken_back_twice_still_counts_once(self):
        request = self.ask_on("2031-03-10", 100)
        note = self.note_on("2031-03-20", 100, request)
        with freeze_time("2031-03-25 10:00"):
            reversal = self.reverse(note, 30)
            self.env.flush_all()
        before = self.amounts()
        self.assertEqual(before, {"approved": [30.0], "posted": [70.0]})
        for day in ("02", "03"):
            with freeze_time(f"2031-04-{day} 10:00"):
                reversal.button_draft()
                self.env.flush_all()
            self.assertEqual(self.amounts(), before)
            with freeze_time(f"2031-04-{day} 12:00"):
                reversal.action_post()
                self.env.flush_all()
            self.assertEqual(self.amounts(), before)
        with freeze_time("2031-04-04 10:00"):
            reversal.button_draft()
            reversal.button_cancel()
            self.env.flush_all()
        self.assertEqual(self.amounts(), before)

    def test_what_was_given_up_in_parts_was_approved_until_then(self):
        request = self.ask_on("2031-03-10", 300)
        self.note_on("2031-03-20", 100, request)
        mine = request.with_user(self.accountant)
        with freeze_time("2031-04-02 10:00"):
            mine._cancel("That is enough")
        with freeze_time("2031-04-04 10:00"):
            mine.allocation_ids.unlink_credit_note("The wrong note")
        with freeze_time("2031-04-06 10:00"):
            mine._cancel("Nothing at all")
        self.assertEqual(
            [
                self.amounts(f"2031-{day}")
                for day in ("03-31", "04-03", "04-05", "04-06")
            ],
            [
                {"approved": [200.0], "posted": [100.0]},
                {"posted": [100.0]},
                {"approved": [100.0]},
                {},
            ],
        )

    def test_the_day_of_an_approval_is_that_of_the_company(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        request = self.ask_on("2031-03-10", 100)
        self.env.cr.execute(
            "UPDATE customer_complaint_credit_request SET create_date = %s WHERE id = %s",
            ["2031-03-30 16:30", request.id],
        )
        request.invalidate_recordset(["create_date"])
        line = self.list_on().line_ids.filtered(lambda line: line.request_id == request)
        self.assertEqual(str(line.since), MONTH_END)
        self.assertNotIn("approved", self.amounts("2031-03-30"))

    def test_a_link_of_less_than_a_second_is_in_no_list(self):
        request = self.ask_on("2031-03-10", 100)
        with freeze_time("2031-03-20 11:00"):
            note = self.make_note(100, invoice_date="2031-03-20", date="2031-03-20")
            mine = request.with_user(self.accountant)
            mine.link_credit_note(note.id)
            mine.allocation_ids.unlink_credit_note("The wrong note")
        self.assertEqual(self.amounts(), {"approved": [100.0]})
        [past] = request.history_ids
        self.assertEqual((past.reason, past.since), ("The wrong note", past.until))

    def test_a_note_for_several_complaints_is_unpaid_in_shares_that_add_up(self):
        requests = [self.ask_on("2031-03-10", 10) for _number in range(3)]
        note = self.note_on("2031-03-20", 30)
        for request in requests:
            with freeze_time("2031-03-21"):
                request.with_user(self.accountant).link_credit_note(note.id)
        self.settle("2031-03-25", note, 10)
        unpaid = self.amounts()["posted"]
        self.assertEqual(round(sum(unpaid), 2), 20.0)
        self.assertEqual(len(unpaid), 3)

    def test_currencies_stay_apart_and_add_up_in_the_company_s(self):
        #
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [
                    Command.create({"name": "2020-01-01", "rate": 2.0}),
                    Command.create({"name": "2031-04-01", "rate": 4.0}),
                ],
            }
        )
        self.sold = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "currency_id": currency.id,
                "invoice_date": "2031-03-01",
                "invoice_line_ids": [
                    Command.create({"name": "Part", "price_unit": 500, "tax_ids": []})
                ],
            }
        )
        self.sold.action_post()
        self.ask_on("2031-03-10", 100)
        request = self.ask_on("2031-03-10", 60)
        self.note_on("2031-03-20", 60, request, currency_id=currency.id)
        for date, company in ((MONTH_END, [50.0, 30.0]), ("2031-04-30", [25.0, 30.0])):
            lines = self.list_on(date).line_ids
            lines = lines.filtered(lambda line: line.partner_id == self.partner)
            self.assertEqual(lines.mapped("amount"), [100.0, 60.0])
            self.assertEqual(lines.currency_id, currency)
            self.assertEqual(lines.mapped("amount_company"), company)

    def test_accounting_prepares_the_list_and_reads_no_complaint(self):
        #
        self.ask_on("2031-03-10", 100)
        reader = new_test_user(
            self.env,
            "t_reader",
            "account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        for user in (self.accountant, reader):
            accrual = self.list_on(user=user)
            words = str(accrual.line_ids.read())
            self.assertIn(self.complaint.name, words)
            self.assertNotIn("Secret words", words)
            file = io.BytesIO()
            accrual._write_workbook(file)
            self.assertNotIn("Secret words", str(self.read_book(file)))
        for user in (self.handler, self.manager):
            with self.assertRaises(AccessError):
                self.list_on(user=user)
        with self.assertRaises(AccessError):
            accrual.with_user(self.accountant).line_ids.read()

    def test_another_company_is_not_in_the_list(self):
        #
        self.ask_on("2031-03-10", 100)
        company = self.env["res.company"].create({"name": "Other company"})
        accrual = self.env["customer.complaint.accrual"].with_user(self.accountant)
        with self.assertRaises(AccessError):
            accrual.create({"company_id": company.id}).action_show()
        self.accountant.company_ids += company
        other = accrual.with_context(
            allowed_company_ids=(self.company | company).ids
        ).create({"company_id": company.id, "date": MONTH_END})
        other.action_show()
        self.assertFalse(other.line_ids)

    def read_book(self, file):
        book = load_workbook(io.BytesIO(file.getvalue()))
        return [[cell.value for cell in row] for sheet in book for row in sheet.rows]

    def test_the_workbook_says_what_the_screen_says(self):
        self.ask_on("2031-03-10", 100)
        note = self.note_on("2031-03-20", 40, self.ask_on("2031-03-10", 40))
        accrual = self.list_on()
        file = io.BytesIO()
        accrual._write_workbook(file)
        rows = self.read_book(file)
        self.assertIn(
            ["To accrue: approved and not booked", None, accrual._get_accrued()],
            rows_of(rows, 3),
        )
        self.assertTrue(any(note.name in row and 40 in row for row in rows))
        posted = accrual.line_ids.filtered(lambda line: line.move_id == note)
        self.assertEqual(posted.action_open()["res_model"], "account.move")
        waiting = accrual.line_ids.filtered(lambda line: line.section == "approved")
        self.assertEqual(
            waiting[0].action_open()["res_model"], "customer.complaint.credit.request"
        )

    def test_the_list_is_printed(self):
        self.ask_on("2031-03-10", 100)
        accrual = self.list_on()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "customer_complaint.accrual_document", accrual.ids
        )
        self.assertIn(self.complaint.name, html.decode())
        # Also without a credit note all amounts stand below their headings.
        for table in fromstring(html).iter("table"):
            cells = {len(row) for row in table.iter("tr")}
            self.assertEqual(cells, {9})


def rows_of(rows, width):
    return [row[:width] for row in rows]


@tagged("post_install", "-at_install")
class TestAccrualDownload(AccrualCommon, HttpCase):
    def test_whoever_prepared_the_list_downloads_it_and_nobody_else(self):
        self.ask_on("2031-03-10", 100)
        accrual = self.list_on()
        url = accrual.action_download()["url"]
        self.authenticate("t_accountant", "t_accountant")
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content[:2], b"PK")
        self.authenticate("t_handler", "t_handler")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 403)
