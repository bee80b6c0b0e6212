from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .credit_common import CreditCommon


class CostCommon(CreditCommon):
    """An account of expenses, and entries on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expense = cls.env["account.account"].search(
            [
                ("account_type", "=", "expense"),
                ("company_ids", "in", cls.company.id),
            ],
            limit=1,
        )
        cls.payable = cls.env["account.account"].search(
            [
                ("account_type", "=", "liability_current"),
                ("company_ids", "in", cls.company.id),
            ],
            limit=1,
        )

    def add_cost(self, complaint=None, kind="freight", **values):
        complaint = complaint or self.complaint
        return complaint.env["customer.complaint.cost"].create(
            {
                "complaint_id": complaint.id,
                "kind": kind,
                "name": f"Cost: {kind}",
                "date": "2025-03-05",
                **values,
            }
        )

    def make_entry(self, amount, post=True, **values):
        """An entry over `amount` on the account of expenses; returns its item there."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2025-03-06",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "name": "Carrier",
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (self.expense, amount),
                        (self.payable, -amount),
                    )
                ],
                **values,
            }
        )
        if post:
            entry.action_post()
        return entry.line_ids.filtered(lambda line: line.account_id == self.expense)

    def book(self, costs, item, amount=0.0):
        return costs.with_user(self.accountant).link_journal_item(item.id, amount)


@tagged("post_install", "-at_install")
class TestComplaintCost(CostCommon):
    def test_an_estimate_is_quantity_times_unit_cost_or_an_amount(self):
        cost = self.add_cost(kind="labour", quantity=3.5, unit_cost=28)
        self.assertEqual((cost.amount, cost.estimated), (98, 98))
        self.assertEqual((cost.basis, cost.booked), ("estimated", 0))
        self.assertEqual(self.add_cost(amount=85).estimated, 85)
        self.product.standard_price = 30
        cost = self.add_cost(kind="restock", product_id=self.product.id, quantity=10)
        self.assertEqual((cost.amount, cost.estimated), (300, -300))

    def test_an_estimate_in_another_currency_counts_in_that_of_the_company(self):
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
        cost = self.add_cost(amount=85, currency_id=currency.id)
        self.assertEqual(cost.estimated, 42.5)

    def test_costs_are_entered_on_the_complaint(self):
        with Form(self.complaint) as form:
            with form.cost_ids.new() as row:
                row.kind = "labour"
                row.name = "Technician"
                row.quantity = 2
                row.unit_cost = 40
        cost = self.complaint.cost_ids
        self.assertEqual((cost.estimated, cost.date), (80, fields.Date.today()))
        self.assertIn("80.00", self.complaint.cost_summary)

    def test_what_is_booked_takes_the_place_of_the_estimate(self):
        cost = self.add_cost(amount=80)
        item = self.make_entry(85)
        self.book(cost, item)
        self.assertEqual((cost.basis, cost.booked, cost.estimated), ("booked", 85, 0))
        self.assertEqual(cost.move_name, item.move_id.name)
        self.assertIn("was booked with", self.notes_on(self.complaint))
        # The entry is taken back: an estimate again, at once; and the new amount follows.
        item.move_id.button_draft()
        self.assertEqual(
            (cost.basis, cost.booked, cost.estimated), ("estimated", 0, 80)
        )
        item.move_id.line_ids = [
            Command.update(line.id, {"balance": 90 if line == item else -90})
            for line in item.move_id.line_ids
        ]
        item.move_id.action_post()
        self.assertEqual((cost.basis, cost.booked, cost.estimated), ("booked", 90, 0))
        cost.with_user(self.accountant).action_unlink_journal_item()
        self.assertEqual((cost.basis, cost.estimated), ("estimated", 80))
        self.assertIn("no longer booked", self.notes_on(self.complaint))

    def test_a_journal_item_is_used_once_at_most_for_its_balance(self):
        first, second, third = (self.add_cost(amount=50) for _ in range(3))
        item = self.make_entry(100)
        self.book(first, item, 70)
        with self.assertRefused(UserError, "take .*110.00 of it"):
            self.book(second, item, 40)
        with self.assertRefused(UserError, "take .*50.00 of it"):
            self.book(second, item, -20)
        self.book(second, item)
        self.assertEqual(second.booked, 30)
        with self.assertRefused(UserError, "All of"):
            self.book(third, item)
        with self.assertRefused(UserError, "booked already"):
            self.book(first, self.make_entry(10))
        # A smaller item cannot be posted behind the back of the complaints.
        item.move_id.button_draft()
        item.move_id.line_ids = [
            Command.update(line.id, {"balance": 90 if line == item else -90})
            for line in item.move_id.line_ids
        ]
        with self.assertRefused(UserError, "costs of complaints take"):
            item.move_id.action_post()

    def test_what_was_reversed_of_an_entry_is_no_cost_any_more(self):
        #
        cost, other = self.add_cost(amount=80), self.add_cost(amount=20)
        item = self.make_entry(90)
        self.book(cost + other, item)
        Report = self.env["customer.complaint.cost.report"]
        Reconciliation = self.env["customer.complaint.cost.reconciliation"]
        mine = [("complaint_id", "=", self.complaint.id)]

        def figures():
            self.env.invalidate_all()
            self.assertFalse(Reconciliation.search([]).filtered("difference"))
            return [
                (str(month), booked, estimated)
                for month, booked, estimated in Report._read_group(
                    mine,
                    ["date:month"],
                    ["amount_booked:sum", "amount_estimated:sum"],
                    order="date:month",
                )
            ]

        back = self.make_entry(
            -30.01, post=False, date="2025-04-02", reversed_entry_id=item.move_id.id
        )
        self.assertEqual((cost.booked, other.booked), (72, 18))
        back.move_id.action_post()
        self.assertEqual(
            [(c.basis, c.booked, c.estimated) for c in (cost, other)],
            [("booked", 47.99, 0), ("booked", 12, 0)],
        )
        self.assertEqual(figures(), [("2025-03-01", 90, 0), ("2025-04-01", -30.01, 0)])
        rest = self.make_entry(-59.99, reversed_entry_id=item.move_id.id)
        # What was expected is expected again, as if the entry had been cancelled.
        self.assertEqual(
            [(c.basis, c.booked, c.estimated) for c in (cost, other)],
            [("estimated", 0, 80), ("estimated", 0, 20)],
        )
        self.assertEqual(
            figures(), [("2025-03-01", 30.01, 100), ("2025-04-01", -30.01, 0)]
        )
        with self.assertRefused(UserError, "was reversed: it costs nothing"):
            self.book(self.add_cost(amount=5), item)
        with self.assertRefused(UserError, "counts already"):
            self.book(self.add_cost(amount=5), rest)
        rest.move_id.button_draft()
        self.assertEqual(cost.booked, 47.99)

    def test_several_costs_divide_a_bill_by_their_estimates_to_the_cent(self):
        costs = self.complaint.env["customer.complaint.cost"]
        for amount in (10, 10, 10):
            costs += self.add_cost(amount=amount)
        self.book(costs, self.make_entry(100))
        self.assertEqual(sorted(costs.mapped("booked")), [33.33, 33.33, 33.34])
        costs = self.add_cost() + self.add_cost()
        self.book(costs, self.make_entry(-5))
        self.assertEqual(costs.mapped("booked"), [-2.5, -2.5])

    def test_items_that_are_no_cost_of_the_complaint_are_refused(self):
        cost = self.add_cost(amount=80)
        with self.assertRefused(UserError, "Post the entry first"):
            self.book(cost, self.make_entry(85, post=False))
        debt = self.invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        with self.assertRefused(UserError, "owed or paid"):
            self.book(cost, debt)
        note = self.issue(self.ask())
        note.with_user(self.accountant).action_post()
        with self.assertRefused(UserError, "counts already"):
            self.book(cost, note.invoice_line_ids[0])
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        other = self.make_complaint(company_id=company.id)
        self.accountant.company_ids += company
        cost = self.add_cost(other, amount=1)
        with self.assertRefused(UserError, "belongs to"):
            self.book(cost, self.make_entry(85))

    def test_only_accounting_books_and_what_is_booked_stays(self):
        #
        cost = self.add_cost(amount=80)
        item = self.make_entry(85)
        for user in (self.handler, self.manager):
            with self.assertRefused(AccessError, "Only accounting"):
                cost.with_user(user).link_journal_item(item.id)
            with self.assertRefused(AccessError, "Only accounting"):
                cost.with_user(user).action_unlink_journal_item()
            for values in ({"move_line_id": item.id}, {"share": 9}):
                with self.assertRefused(AccessError, "."):
                    cost.with_user(user).write(values)
                with self.assertRefused(AccessError, "."):
                    self.add_cost(self.complaint.with_user(user), **values)
        for model in (cost, cost.with_user(self.accountant)):
            with self.assertRefused(AccessError, "."):
                model.with_user(self.accountant).write({"amount": 1})
        self.book(cost, item)
        with self.assertRefused(UserError, "Ask accounting"):
            cost.amount = 1
        with self.assertRefused(UserError, "Ask accounting"):
            cost.unlink()
        cost.name = "Freight back and forth"
        self.assertEqual(cost.move_name, item.move_id.name)
        with self.assertRefused(AccessError, "."):
            cost.read(["move_line_id"])

    def test_accounting_reads_costs_and_no_complaint(self):
        #
        cost = self.add_cost(amount=80).with_user(self.accountant)
        self.assertEqual(cost.complaint_name, self.complaint.name)
        for read in (
            lambda: cost.read(["complaint_id"]),
            lambda: cost.complaint_id.description,
            lambda: cost.remedy_id,
        ):
            with self.assertRefused(AccessError, "."):
                read()
        with self.assertRefused(AccessError, "."):
            self.add_cost().with_user(self.seller).read(["name"])
        self.assertFalse(
            self.env["customer.complaint.cost"].with_user(self.colleague).search([])
        )

    def test_the_dialog_proposes_what_is_left_of_the_item(self):
        costs = self.add_cost(amount=30) + self.add_cost(amount=50)
        item = self.make_entry(100)
        self.book(self.add_cost(amount=20), item, 20)
        action = costs.with_user(self.accountant).action_book()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )
        form.move_line_id = item
        self.assertEqual((form.estimated, form.amount), (80, 80))
        form.save().action_book()
        self.assertEqual(costs.mapped("booked"), [30, 50])
        self.assertEqual(
            costs.with_user(self.accountant).action_view_journal_items()["domain"],
            [("id", "in", item.ids)],
        )

    def test_figures_of_the_books_are_not_written_by_hand(self):
        cost = self.add_cost(amount=80)
        for values in (
            {"basis": "booked"},
            {"booked": 9.0},
            {"estimated": -9.0},
            {"company_id": False},
        ):
            with self.subTest(values=values), self.assertRefused(AccessError, "books"):
                cost.write(values)
        Cost = cost.with_context(default_share=9, default_estimated=-9)
        cost = self.add_cost(self.complaint.with_env(Cost.env), amount=5)
        self.assertEqual((cost.share, cost.estimated), (0, 5))

    def test_a_cost_names_no_remedy_of_another_complaint(self):
        self.ask(amount=10)
        remedy = self.complaint.remedy_ids
        self.assertTrue(self.add_cost(amount=5, remedy_id=remedy.id))
        other = self.make_owned(order_id=self.order.id)
        with self.assertRefused(UserError, "another complaint"):
            self.add_cost(other, amount=5, remedy_id=remedy.id)

    def test_a_note_booked_item_by_item_is_not_linked_as_a_whole_too(self):
        note = self.make_note(30)
        item = note.invoice_line_ids
        self.book(self.add_cost(amount=30), item)
        with self.assertRefused(UserError, "would count twice"):
            self.complaint.link_credit_note(note.name)
