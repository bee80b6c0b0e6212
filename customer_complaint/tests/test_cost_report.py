import io
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_cost import CostCommon


class ReportCommon(CostCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["customer.complaint.cost.report"]

    def figures(self, *domain):
        """Booked and estimated cost of the complaint, of its rows that fit a domain."""
        self.Report.invalidate_model()
        rows = self.Report.search([("complaint_id", "=", self.complaint.id), *domain])
        return tuple(
            round(sum(rows.mapped(fname)), 2)
            for fname in ("amount_booked", "amount_estimated")
        )

    def credit(self, remedy_type=None, **values):
        """A posted credit note, of a remedy of this type."""
        request = self.ask(**values)
        if remedy_type:
            request.sudo().remedy_id = self.make_remedy(remedy_type)
        note = self.issue(request)
        note.with_user(self.accountant).action_post()
        return note

    def make_remedy(self, remedy_type, **values):
        return self.env["customer.complaint.remedy"].create(
            {
                "solution_id": self.complaint.sudo()._get_solution().id,
                "name": remedy_type,
                "type_id": self.env.ref(
                    f"customer_complaint.remedy_type_{remedy_type}"
                ).id,
                **values,
            }
        )

    def replace(self, quantity, remedy_type="replacement", price=0):
        """A confirmed order that carries out a remedy."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return self.make_remedy(
            remedy_type, document_model="sale.order", document_id=order.id
        )

    def claim(self, amount, **values):
        """A claim to the supplier of what was complained about."""
        return self.env["customer.complaint.supplier.claim"].create(
            {
                "complaint_id": self.complaint.id,
                "partner_id": self.env["res.partner"].create({"name": "Maker"}).id,
                "amount": amount,
                "reason": "Hinges break",
                "date": "2025-03-05",
                "currency_id": self.company.currency_id.id,
                **values,
            }
        )

    def recharge(self, claim, amount):
        """A posted vendor credit note, without tax, that settles a claim."""
        note = self.env["account.move"].create(
            {
                "move_type": "in_refund",
                "partner_id": claim.partner_id.id,
                "invoice_date": "2025-03-20",
                "currency_id": claim.currency_id.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Hinges",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        note.action_post()
        self.env["customer.complaint.supplier.allocation"].create(
            {"claim_id": claim.id, "move_id": note.id, "share": amount}
        )
        return note


@tagged("post_install", "-at_install")
class TestCostReport(ReportCommon):
    def test_twenty_faulty_units_cost_633_and_333_when_credited_ones_are_restocked(
        self,
    ):
        # X-26; MC-01, MC-02
        self.product.standard_price = 30
        self.order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 20,
                            "price_unit": 50,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                ],
            }
        )
        self.order.action_confirm()
        self.invoice = self.order._create_invoices()
        self.invoice.action_post()
        self.invoice_line = self.invoice.invoice_line_ids
        self.complaint = self.make_owned(order_id=self.order.id)
        # Taxes go back to the state: 600 and 60 are credited, 500 and 50 are the cost.
        self.credit(lines={self.invoice_line.id: 10})
        self.credit("goodwill", amount=60)
        remedy = self.replace(10)
        freight = self.add_cost(amount=85)
        labour = self.add_cost(kind="labour", quantity=3.5, unit_cost=28)
        claim = self.claim(400)
        self.assertEqual(self.figures(("kind", "=", "supplier")), (0, -400))
        self.recharge(claim, 400)
        self.assertEqual(self.figures(), (150, 483))
        self.assertEqual(self.figures(("kind", "=", "supplier")), (-400, 0))
        self.assertEqual(self.figures(("kind", "=", "credit_note")), (500, 0))
        self.assertEqual(self.figures(("kind", "=", "goodwill")), (50, 0))
        self.assertEqual(self.figures(("kind", "=", "replacement")), (0, 300))
        # What comes on top of the goods leaves the goods as they are.
        freight.remedy_id = labour.remedy_id = remedy
        self.assertEqual(self.figures(("kind", "=", "replacement")), (0, 300))
        # Everything reaches the books, and is counted there alone.
        goods = self.add_cost(kind="replacement", remedy_id=remedy.id, amount=290)
        self.assertEqual(self.figures(("kind", "=", "replacement")), (0, 290))
        self.book(goods, self.make_entry(300))
        self.book(freight, self.make_entry(85))
        self.book(labour, self.make_entry(98))
        self.assertEqual(self.figures(), (633.00, 0))
        restock = self.add_cost(kind="restock", product_id=self.product.id, quantity=10)
        self.assertEqual(self.figures(), (633.00, -300))
        self.book(restock, self.make_entry(-300))
        self.assertEqual(self.figures(), (333.00, 0))
        by_product = self.Report._read_group(
            [("complaint_id", "=", self.complaint.id)],
            ["product_id"],
            ["amount_booked:sum"],
        )
        self.assertEqual(by_product, [(self.product, 333)])

    def test_the_credit_note_decides_what_is_booked_and_when(self):
        #
        request = self.ask()
        note = self.issue(request)
        self.assertEqual(self.figures(), (0, 0))
        note.invoice_date = "2025-03-31"
        note.with_user(self.accountant).action_post()
        row = self.Report.search([("complaint_id", "=", self.complaint.id)])
        self.assertEqual((row.amount_booked, row.document), (100, note.name))
        self.assertEqual((row.date, row.partner_id), (note.date, self.partner))
        self.assertEqual(row.product_id, self.product)
        self.assertEqual(row.category_id, self.category)
        self.assertEqual(row.salesperson_id, self.seller)
        items = row.with_user(self.accountant).action_view_journal_items()["domain"]
        self.assertEqual(items, [("id", "in", note.invoice_line_ids.ids)])
        note.button_draft()
        self.assertEqual(self.figures(), (0, 0))
        note.action_post()
        # Reversed in April: March stays what it was, April has it back.
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=note.ids
        )
        reversal = reversal.create(
            {"date": "2025-04-10", "journal_id": note.journal_id.id}
        )
        reversal.refund_moves()
        reversal.new_move_ids.action_post()
        self.assertEqual(self.figures(), (0, 0))
        self.assertEqual(self.figures(("date", "<", "2025-04-01")), (100, 0))
        self.assertEqual(self.figures(("date", ">=", "2025-04-01")), (-100, 0))

    def test_parts_of_a_note_that_several_complaints_share_add_up_to_the_cent(self):
        complaints = self.complaint
        for _count in range(2):
            complaints += self.make_owned(order_id=self.order.id)
        note = self.make_note(100, post=False)
        for complaint, amount in zip(complaints, (33.33, 33.33, 33.34), strict=True):
            request = self.ask(complaint, amount=amount)
            self.env["customer.complaint.credit.request"].browse(request.id).with_user(
                self.accountant
            ).link_credit_note(note.id)
        note.action_post()
        rows = self.Report.search([("complaint_id", "in", complaints.ids)], order="id")
        self.assertEqual(sorted(rows.mapped("amount_booked")), [33.33, 33.33, 33.34])
        self.assertEqual(len(set(rows.ids)), 3)

    def test_gifts_are_goodwill_and_what_is_charged_is_no_cost(self):
        self.product.standard_price = 30
        self.replace(2, "gift")
        self.assertEqual(self.figures(("kind", "=", "goodwill")), (0, 60))
        remedy = self.replace(2, price=20)
        self.assertEqual(self.figures(("kind", "=", "replacement")), (0, 20))
        remedy.cancel_reason = "Came back"
        self.assertEqual(self.figures(("kind", "=", "replacement")), (0, 0))
        self.replace(2, price=50)
        self.assertEqual(self.figures(("kind", "=", "replacement")), (0, 0))

    def test_an_order_for_several_remedies_is_a_cost_of_the_first(self):
        self.product.standard_price = 30
        remedy = self.replace(2)
        gift = self.replace(1, "gift")
        gift.sudo().write({"document_id": remedy.document_id})
        self.assertEqual(self.figures(("kind", "=", "replacement")), (0, 60))
        self.assertEqual(self.figures(), (0, 60))

    def test_what_a_shared_problem_costs_is_told(self):
        problem = self.env["customer.complaint.problem"].create(
            {"name": "Hinges", "team_id": self.other_team.id, "user_id": False}
        )
        self.complaint.sudo().problem_id = problem
        self.add_cost(amount=85)
        self.assertFalse(problem.with_user(self.handler).has_access("read"))
        statement = self.env["customer.complaint.cost.statement"].with_user(
            self.handler
        )
        statement = statement.create(
            {"dimension": "problem_id", "date_from": "2025-01-01"}
        )
        self.assertIn((problem.display_name, 0, 85), statement._get_rows("problem_id"))
        columns = statement._get_columns()
        rows = list(statement._iterate_rows(columns))
        self.assertEqual({row["problem_id"] for row in rows}, {problem.display_name})

    def test_amounts_are_told_in_their_own_currency_as_well(self):
        #
        currency = self.env.ref("base.CHF")
        currency.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": self.company.id,
                "name": "2025-01-01",
                "rate": 2,
            }
        )
        note = self.make_note(50, currency_id=currency.id)
        note.with_user(self.accountant).link_to_complaint(self.complaint.name)
        row = self.Report.search([("complaint_id", "=", self.complaint.id)])
        self.assertEqual(
            (row.amount_booked, row.amount_original, row.currency_id),
            (25, 50, currency),
        )

    def test_what_a_supplier_is_asked_for_lowers_the_estimate_until_he_credits_it(self):
        #
        currency = self.env.ref("base.CHF")
        currency.active = True
        for name, rate in (("2025-01-01", 2), ("2025-03-06", 4)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                    "name": name,
                    "rate": rate,
                }
            )
        claim = self.claim(100, currency_id=currency.id)
        self.assertEqual(self.figures(), (0, -50))
        note = self.recharge(claim, 40)
        self.assertEqual(self.figures(), (-10, -30))
        row = self.Report.search(
            [("complaint_id", "=", self.complaint.id), ("basis", "=", "booked")]
        )
        self.assertEqual((row.amount_original, row.document), (-40, note.name))
        self.assertEqual(row.partner_id, self.partner)
        difference = self.env["customer.complaint.cost.reconciliation"].search(
            [("move_id", "=", note.id)]
        )
        self.assertEqual((difference.claimed, difference.difference), (-10, 0))
        cost = self.add_cost(kind="other")
        with self.assertRefused(UserError, "counts already"):
            self.book(cost, note.invoice_line_ids)
        claim.sudo().close_reason = "He does not pay"
        self.assertEqual(self.figures(("basis", "=", "estimated")), (0, 0))

    def test_everybody_sees_the_costs_of_his_complaints_accounting_no_complaint(self):
        #
        self.credit()
        self.add_cost(amount=10)
        mine = [("complaint_name", "=", self.complaint.name)]
        for user in (self.handler, self.lead, self.manager, self.accountant):
            rows = self.Report.with_user(user).search(mine)
            self.assertEqual(len(rows), 2, user.login)
        rows = self.Report.with_user(self.accountant).search(mine)
        self.assertEqual(sum(rows.mapped("amount_booked")), 100)
        for fname in ("complaint_id", "category_id", "team_id"):
            with self.assertRefused(AccessError, "."):
                rows.read([fname])
        with self.assertRefused(AccessError, "."):
            self.Report.with_user(self.handler).search(mine).read(["move_line_id"])
        self.assertFalse(self.Report.with_user(self.colleague).search(mine))
        for user in (self.seller, self.employee):
            with self.assertRefused(AccessError, "."):
                self.Report.with_user(user).search(mine)
        with self.assertRefused(AccessError, "."):
            self.env["customer.complaint.cost.reconciliation"].with_user(
                self.manager
            ).search([])

    def test_the_complaint_says_what_it_costs_by_kind(self):
        self.credit()
        self.add_cost(amount=85)
        summary = self.complaint.cost_summary
        for words in ("Credit note", "100.00", "Freight", "85.00", "Total"):
            self.assertIn(words, summary)
        self.assertFalse(self.make_owned().cost_summary)
        action = self.complaint.action_view_costs()
        found = self.Report.with_user(self.handler).search(action["domain"])
        self.assertEqual(len(found), 2)


@tagged("post_install", "-at_install")
class TestCostStatement(ReportCommon):
    def statement(self, user=None, **values):
        form = Form(
            self.env["customer.complaint.cost.statement"].with_user(user or self.lead)
        )
        form.date_from, form.date_to = "2025-03-01", fields.Date.today()
        for fname, value in values.items():
            form[fname] = value
        return form.save()

    def test_paper_says_booked_and_estimated_side_by_side(self):
        self.credit()
        self.add_cost(amount=85)
        for dimension, label in (
            ("product_id", self.product.name),
            ("complaint_name", self.complaint.name),
            ("category_id", self.category.name),
            ("date:month", "2025-03"),
        ):
            statement = self.statement(dimension=dimension)
            action = statement.action_print()
            text = (
                self.env["ir.actions.report"]
                .with_user(self.lead)
                ._render_qweb_html(action["report_name"], statement.ids)[0]
            )
            text = text.decode()
            for words in ("100.00", "85.00", "Credit note", "Freight", label):
                self.assertIn(words, text)
            self.assertNotIn("185.00", text)
            self.assertNotIn("Difference to the books", text)
        self.assertTrue(
            self.env["customer.complaint.access.log"].search(
                [("kind", "=", "print"), ("user_id", "=", self.lead.id)]
            )
        )

    def test_the_workbook_has_summary_rows_and_columns_that_are_explained(self):
        self.credit()
        self.add_cost(amount=85)
        file = io.BytesIO()
        statement = self.statement(self.accountant)
        count = statement._write_workbook(file)
        book = load_workbook(file)
        summary, rows, columns = book.worksheets
        cells = list(summary.iter_rows(values_only=True))
        self.assertIn(("Freight", 0, 85), [row[:3] for row in cells])
        difference = next(r[1] for r in cells if r[0] == "Difference to the books")
        self.assertIn("0.00", difference)
        head, *lines = rows.iter_rows(values_only=True)
        self.assertEqual(len(lines), count)
        self.assertNotIn("Category", head)
        lines = [dict(zip(head, line, strict=True)) for line in lines]
        line = next(
            row
            for row in lines
            if row["Complaint number"] == self.complaint.name
            and row["Basis"] == "Booked"
        )
        self.assertEqual((line["Booked"], line["Estimated"]), (100, 0))
        self.assertEqual(line["Product"], self.product.display_name)
        self.assertEqual(columns.max_row, len(head) + 1)

    def test_a_file_is_for_those_who_may_take_it_out(self):
        statement = self.statement(self.handler)
        for way in (statement.action_print, statement.action_download):
            with self.assertRefused(AccessError, "may not export"):
                way()
        statement = self.statement(self.accountant, dimension="category_id")
        with self.assertRefused(AccessError, "another breakdown"):
            statement.action_download()
        with self.assertRefused(AccessError, "."):
            statement.with_user(self.manager).read(["date_from"])
        self.add_cost(amount=85)
        found = self.statement(self.lead).action_view()["domain"]
        self.assertEqual(self.Report.with_user(self.lead).search_count(found), 1)


@tagged("post_install", "-at_install")
class TestReconciliation(ReportCommon):
    def test_more_than_the_books_hold_shows_as_a_difference(self):
        Reconciliation = self.env["customer.complaint.cost.reconciliation"]
        cost = self.add_cost(amount=85)
        item = self.make_entry(85)
        self.book(cost, item, 80)
        row = Reconciliation.with_user(self.accountant).search(
            [("move_line_id", "=", item.id)]
        )
        self.assertEqual(
            (row.balance, row.claimed, row.reported, row.difference), (85, 80, 80, 0)
        )
        self.env.cr.execute(
            "UPDATE customer_complaint_cost SET share = 100 WHERE id = %s", [cost.id]
        )
        row.invalidate_recordset()
        self.assertEqual((row.claimed, row.reported, row.difference), (85, 100, 15))
        # A report that loses a source says less than the links do.
        self.env.cr.execute(
            "UPDATE customer_complaint_cost SET share = 80 WHERE id = %s", [cost.id]
        )
        row.invalidate_recordset()
        with patch.object(
            type(self.Report),
            "_get_sources",
            lambda report: [report._get_credit_note_source(1)],
        ):
            self.assertEqual((row.reported, row.difference), (0, -80))
