import random

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditExact(CreditCommon):
    """A credit note says to the cent what was asked for, with the taxes of the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxes = cls.env["account.tax"].create(
            [
                {"name": "T 21", "amount": 21, "type_tax_use": "sale"},
                {
                    "name": "T 10 in",
                    "amount": 10,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_included",
                },
                {"name": "T 5.5", "amount": 5.5, "type_tax_use": "sale"},
            ]
        )

    def make_rich_invoice(self, rows, **values):
        """A posted invoice: a dict of values per line."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2025-03-01",
                "invoice_line_ids": [
                    Command.create({"name": f"Part {n}", "tax_ids": [], **row})
                    for n, row in enumerate(rows)
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def ask_all(self, invoice, complaint=None):
        """A request for every line of an invoice."""
        return self.ask(
            complaint or self.make_owned(),
            invoice_id=invoice.id,
            lines={
                line.id: line.quantity
                for line in invoice.invoice_line_ids
                if line.display_type == "product" and line.quantity > 0
            },
        )

    def taxes_of(self, move):
        """Amount of each tax of a move, as it stands in its journal items."""
        sums = {}
        for line in move.line_ids.filtered("tax_line_id"):
            sums[line.tax_line_id] = (
                sums.get(line.tax_line_id, 0) + line.amount_currency
            )
        return {tax: round(abs(amount), 2) for tax, amount in sums.items()}

    def test_an_amount_takes_back_each_tax_in_the_proportion_of_the_invoice(self):
        invoice = self.make_rich_invoice(
            [
                {"price_unit": 100, "tax_ids": self.taxes[0].ids},
                {"price_unit": 110, "tax_ids": self.taxes[1].ids},
                {"price_unit": 69},
            ]
        )
        self.assertEqual(invoice.amount_total, 300)
        note = self.issue(self.ask(self.make_owned(), invoice_id=invoice.id, amount=30))
        self.assertEqual(note.amount_total, 30.0)
        self.assertEqual(self.taxes_of(note), {self.taxes[0]: 2.1, self.taxes[1]: 1.0})
        note.with_user(self.accountant).action_post()
        self.assertEqual(note.amount_total, 30.0)

    def test_accounts_analytics_fiscal_position_and_terms_are_those_of_the_invoice(
        self,
    ):
        #
        plan = self.env["account.analytic.plan"].create({"name": "Test plan"})
        analytics = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("North", "South")]
        )
        accounts = self.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": "income"}
                for name, code in (("Goods", "T4100"), ("Service", "T4200"))
            ]
        )
        fiscal = self.env["account.fiscal.position"].create({"name": "Abroad"})
        terms = self.env.ref("account.account_payment_term_30days")
        invoice = self.make_rich_invoice(
            [
                {
                    "price_unit": 75,
                    "quantity": 2,
                    "discount": 50,
                    "account_id": account.id,
                    "analytic_distribution": {str(analytic.id): 100},
                }
                for account, analytic in zip(accounts, analytics, strict=True)
            ],
            fiscal_position_id=fiscal.id,
            invoice_payment_term_id=terms.id,
        )
        lines = invoice.invoice_line_ids
        for values in ({"lines": {line.id: 1 for line in lines}}, {"amount": 75}):
            with self.subTest(values=values):
                request = self.ask(self.make_owned(), invoice_id=invoice.id, **values)
                note = self.issue(request)
                self.assertRecordValues(
                    note,
                    [
                        {
                            "amount_total": 75.0,
                            "fiscal_position_id": fiscal.id,
                            "invoice_payment_term_id": terms.id,
                            "currency_id": invoice.currency_id.id,
                        }
                    ],
                )
                self.assertRecordValues(
                    note.invoice_line_ids.sorted("account_id"),
                    [
                        {
                            "account_id": account.id,
                            "price_total": 37.5,
                            "analytic_distribution": {str(analytic.id): 100},
                        }
                        for account, analytic in zip(accounts, analytics, strict=True)
                    ],
                )
        lines_note = self.complaint.search([]).sudo().credit_allocation_ids.move_id
        self.assertIn(50.0, lines_note.invoice_line_ids.mapped("discount"))

    def test_an_invoice_rounded_to_cash_is_credited_in_full(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "Five cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": self.invoice_line.account_id.id,
                "loss_account_id": self.invoice_line.account_id.id,
            }
        )
        rows = [{"price_unit": 1.01}, {"price_unit": 2.01}]
        invoice = self.make_rich_invoice(rows, invoice_cash_rounding_id=rounding.id)
        self.assertEqual(invoice.amount_total, 3.0)
        note = self.issue(self.ask_all(invoice))
        note.with_user(self.accountant).action_post()
        self.assertEqual(note.amount_total, 3.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        invoice = self.make_rich_invoice(rows, invoice_cash_rounding_id=rounding.id)
        for line in invoice.invoice_line_ids.filtered("quantity")[:2]:
            request = self.ask(
                self.make_owned(), invoice_id=invoice.id, lines={line.id: 1}
            )
            self.issue(request).with_user(self.accountant).action_post()
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_a_reduction_line_does_not_hold_up_the_refund_of_the_whole(self):
        invoice = self.make_rich_invoice(
            [
                {"price_unit": 100, "tax_ids": self.taxes[0].ids},
                {"price_unit": 20, "quantity": -1, "tax_ids": self.taxes[0].ids},
            ]
        )
        self.assertEqual(invoice.amount_total, 96.8)
        note = self.issue(self.ask_all(invoice))
        note.with_user(self.accountant).action_post()
        self.assertEqual((note.amount_total, invoice.amount_residual), (96.8, 0.0))

    def test_taxes_rounded_over_the_whole_invoice_net_to_zero(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        invoice = self.make_rich_invoice(
            [{"price_unit": 0.33, "tax_ids": self.taxes[0].ids} for _ in range(7)]
        )
        note = self.issue(self.ask_all(invoice))
        note.with_user(self.accountant).action_post()
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(self.taxes_of(note), self.taxes_of(invoice))

    def test_whatever_the_invoice_the_whole_nets_to_zero_and_parts_never_exceed(self):
        """A few invoices drawn at random; `tests/` draws many more."""
        #
        draw = random.Random(6)
        currencies = self.env["res.currency"].create(
            [
                {
                    "name": name,
                    "symbol": name,
                    "rounding": rounding,
                    "rate_ids": [Command.create({"name": "2020-01-01", "rate": rate})],
                }
                for name, rounding, rate in (("TS0", 1, 130.7), ("TS3", 0.001, 0.31))
            ]
        )
        for case in range(12):
            invoice = self.make_rich_invoice(
                [
                    {
                        "price_unit": draw.randint(1, 99999) / 100,
                        "quantity": draw.choice((1, 2, 3, 0.5, 7)),
                        "discount": draw.choice((0, 0, 10, 33.33)),
                        "tax_ids": draw.choice(
                            ([], self.taxes[:1], self.taxes[1:2], self.taxes[2:])
                        )
                        and draw.choice(self.taxes).ids,
                    }
                    for _ in range(draw.randint(1, 5))
                ],
                currency_id=draw.choice([self.company.currency_id, *currencies]).id,
            )
            if case % 2:
                note = self.issue(self.ask_all(invoice))
                note.with_user(self.accountant).action_post()
                self.assertEqual(note.amount_total, invoice.amount_total)
                self.assertEqual(self.taxes_of(note), self.taxes_of(invoice))
                continue
            complaint = self.make_owned()
            while True:
                amount = invoice.currency_id.round(
                    invoice.amount_total * draw.choice((0.13, 0.5, 0.77))
                )
                try:
                    request = self.ask(complaint, invoice_id=invoice.id, amount=amount)
                except UserError:
                    break
                note = self.issue(request)
                note.with_user(self.accountant).action_post()
                self.assertEqual(
                    invoice.currency_id.compare_amounts(note.amount_total, amount), 0
                )
            credited = sum(invoice.reversal_move_ids.mapped("amount_total"))
            self.assertLessEqual(
                invoice.currency_id.compare_amounts(credited, invoice.amount_total), 0
            )
