import random
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .test_cost import CostCommon

COMPLAINTS = 2000  # half of them per company
NOTES = 12  # per company and currency
CURRENCIES = {"USD": 1, "CHF": 0.8837, "JPY": 149.37}
NET = ("product", "rounding", "discount", "epd")


def cents(value):
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


@tagged("post_install", "-at_install")
class TestThousandsOfComplaints(CostCommon):
    """Random credit notes and bills of two companies, shared by thousands of complaints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(6)
        cls.currencies = cls.env["res.currency"]
        other = cls.env["res.company"].create(
            {"name": "Other Ltd", "currency_id": cls.env.ref("base.CHF").id}
        )
        cls.companies = cls.company + other
        cls.env.user.company_ids += other
        cls.accountant.company_ids += other
        cls.env = cls.env(
            context=dict(
                cls.env.context,
                allowed_company_ids=cls.companies.ids,
                tracking_disable=True,
            )
        )
        cls.env["account.chart.template"].try_loading(
            "generic_coa", other, install_demo=False
        )
        for name, rate in CURRENCIES.items():
            currency = cls.env.ref(f"base.{name}")
            currency.active = True
            cls.currencies += currency
            for company in cls.companies:
                base = CURRENCIES.get(company.currency_id.name, 1)
                for date, change in (("2025-01-01", 1), ("2025-04-01", 1.013)):
                    if currency != company.currency_id:
                        cls.env["res.currency.rate"].create(
                            {
                                "currency_id": currency.id,
                                "company_id": company.id,
                                "name": date,
                                "rate": rate / base * change,
                            }
                        )

    def make_complaints(self):
        """Copies of one complaint, each with a request; by the database, for their number."""
        requests = {}
        for company in self.companies:
            model = self.make_complaint(partner_id=self.partner.id)
            self.env.flush_all()
            self.env.cr.execute(
                """
                SELECT string_agg(quote_ident(column_name), ', ')
                FROM information_schema.columns
                WHERE table_schema = current_schema AND table_name = 'customer_complaint'
                    AND column_name NOT IN ('id', 'name', 'company_id', 'access_token')
                """
            )
            ((columns,),) = self.env.cr.fetchall()
            self.env.cr.execute(
                f"""
                INSERT INTO customer_complaint (name, company_id, {columns})
                SELECT 'GEN/' || %s || '/' || place, %s, {columns}
                FROM customer_complaint, generate_series(1, %s) place WHERE id = %s
                """,
                [company.id, company.id, COMPLAINTS // 2, model.id],
            )
            self.env.cr.execute(
                """
                INSERT INTO customer_complaint_credit_request (
                    name, complaint_id, complaint_name, company_id, partner_id,
                    commercial_partner_id, currency_id, amount, reason, state, kind,
                    approver_role
                )
                SELECT 'R' || name, id, name, company_id, partner_id, partner_id, %s, 1,
                    'Generated', 'to_do', 'amount', 'lead'
                FROM customer_complaint WHERE name LIKE 'GEN/' || %s || '/%%'
                RETURNING id
                """,
                [company.currency_id.id, company.id],
            )
            requests[company] = [row[0] for row in self.env.cr.fetchall()]
        self.env.invalidate_all()
        return requests

    def make_notes(self, company):
        taxes = (
            self.env["account.tax"]
            .with_company(company)
            .create({"name": "17.5 %", "amount": 17.5, "type_tax_use": "sale"})
        )
        notes = (
            self.env["account.move"]
            .with_company(company)
            .create(
                [
                    {
                        "move_type": "out_refund",
                        "partner_id": self.partner.id,
                        "invoice_date": f"2025-0{self.random.randint(2, 5)}-17",
                        "currency_id": currency.id,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "name": "Refund",
                                    "quantity": self.random.randint(1, 7),
                                    "price_unit": self.random.randint(100, 99999) / 100,
                                    "discount": self.random.choice([0, 12.5]),
                                    "tax_ids": [Command.set(tax.ids)],
                                }
                            )
                            for tax in (taxes, taxes.browse(), taxes)
                        ],
                    }
                    for currency in self.currencies
                    for _note in range(NOTES)
                ]
            )
        )
        notes.action_post()
        return notes

    def share_out(self, notes, requests):
        """Divide notes among requests, by random shares; some are not used up."""
        values = []
        for place, note in enumerate(notes):
            currency = note.currency_id
            left = note.amount_total * (0.8 if place % 5 == 0 else 1)
            group = requests[place :: len(notes)]
            for index, request in enumerate(group):
                share = currency.round(
                    left / (len(group) - index) * self.random.uniform(0.6, 1.4)
                )
                if index == len(group) - 1:
                    share = currency.round(left)
                left -= share
                values.append(
                    {"request_id": request, "move_id": note.id, "share": share}
                )
        self.env["customer.complaint.credit.allocation"].create(values)

    def book_bills(self, company, requests):
        """Costs of each second complaint; most of them booked, many on one bill."""
        complaints = self.env["customer.complaint.credit.request"].browse(requests)
        costs = self.env["customer.complaint.cost"].create(
            [
                {
                    "complaint_id": request.complaint_id.id,
                    "kind": self.random.choice(["freight", "labour", "restock"]),
                    "name": "Generated",
                    "date": "2025-03-03",
                    "amount": self.random.randint(100, 9999) / 100,
                    "currency_id": self.random.choice(self.currencies).id,
                }
                for request in complaints[::2]
            ]
        )
        accounts = self.env["account.account"].with_company(company)
        accounts = [
            accounts.search(
                [
                    ("account_type", "=", account_type),
                    ("company_ids", "in", company.id),
                ],
                limit=1,
            )
            for account_type in ("expense", "liability_current")
        ]
        for start in range(0, len(costs) * 4 // 5, 50):
            amount = self.random.choice([1, -1]) * self.random.randint(1, 999999) / 100
            entry = (
                self.env["account.move"]
                .with_company(company)
                .create(
                    {
                        "move_type": "entry",
                        "date": "2025-04-04",
                        "line_ids": [
                            Command.create(
                                {"account_id": account.id, "balance": balance}
                            )
                            for account, balance in zip(
                                accounts, (amount, -amount), strict=True
                            )
                        ],
                    }
                )
            )
            entry.action_post()
            item = entry.line_ids.filtered(lambda line: line.account_id == accounts[0])
            costs[start : start + 50].with_user(self.accountant).link_journal_item(
                item.id, amount / 2 if start % 100 else 0
            )

    def expect(self):
        """Booked cost by company, worked out from the entries once more, in decimals."""
        shares, expected = defaultdict(Decimal), defaultdict(Decimal)
        for link in self.env["customer.complaint.credit.allocation"].search([]):
            shares[link.move_id] += Decimal(str(link.share))
        for note, share in shares.items():
            entries = note | note.reversal_move_ids
            for line in entries.line_ids.filtered(lambda x: x.display_type in NET):
                part = share / Decimal(str(note.amount_total))
                expected[note.company_id] += cents(
                    Decimal(str(line.balance)) * min(part, 1)
                )
        for cost in self.env["customer.complaint.cost"].search([]):
            if cost.move_line_id:
                expected[cost.company_id] += cents(str(cost.booked))
        return expected

    def test_what_is_reported_is_in_the_books_to_the_cent(self):
        #
        self.assertEqual(len(set(self.currencies)), 3)
        requests = self.make_complaints()
        for company in self.companies:
            notes = self.make_notes(company)
            self.share_out(notes, requests[company])
            self.book_bills(company, requests[company])
            for note in notes[::9]:
                wizard = self.env["account.move.reversal"].with_context(
                    active_model="account.move",
                    active_ids=note.ids,
                    allowed_company_ids=company.ids,
                )
                wizard = wizard.create(
                    {"date": "2025-05-30", "journal_id": note.journal_id.id}
                )
                wizard.refund_moves()
                wizard.new_move_ids.action_post()
            bills = self.env["customer.complaint.cost"].search(
                [("company_id", "=", company.id)]
            )
            bills = bills.move_line_id.move_id.sorted("id")[::3]
            bills._reverse_moves([{"date": "2025-05-30"}] * len(bills)).action_post()
        self.env.flush_all()
        # As the database does by itself, for what was made long ago.
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, customer_complaint"
        )
        self.env.cr.execute(
            "ANALYZE customer_complaint_cost, customer_complaint_credit_allocation, "
            "customer_complaint_credit_request"
        )
        Report = self.env["customer.complaint.cost.report"]
        Reconciliation = self.env["customer.complaint.cost.reconciliation"]
        names = [("complaint_name", "=like", "GEN/%")]
        self.assertEqual(len(Report._read_group(names, ["complaint_id"])), COMPLAINTS)
        expected = self.expect()
        for company in self.companies:
            mine = [("company_id", "=", company.id)]
            rows = Report.search(mine)
            self.assertEqual(
                sum(cents(str(row.amount_booked)) for row in rows), expected[company]
            )
            items = Reconciliation.search(mine)
            self.assertGreater(len(items), 100)
            self.assertFalse(items.filtered("difference"))
            self.assertEqual(
                sum(cents(str(item.reported)) for item in items), expected[company]
            )
            self.assertEqual(len(set(rows.ids)), len(rows))
            for cost in self.env["customer.complaint.cost"].search(mine):
                other = "estimated" if cost.basis == "booked" else "booked"
                self.assertFalse(cost[other])
        # By month as well: what a period says is what its entries say.
        booked = Report._read_group(
            [("basis", "=", "booked")],
            ["company_id", "date:month"],
            ["amount_booked:sum"],
        )
        books = Reconciliation._read_group(
            [], ["company_id", "date:month"], ["claimed:sum"]
        )
        self.assertEqual(
            {(c, m): cents(str(amount)) for c, m, amount in booked},
            {(c, m): cents(str(amount)) for c, m, amount in books},
        )
