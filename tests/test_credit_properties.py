"""What holds for every credit note of a complaint, whatever the invoice looks like.

Invoices are drawn at random but the same in every run: prices, quantities, discounts, taxes on top
and included, three currencies with other roundings.
"""

import os

import pytest
from conftest import Refused, drawn
from hypothesis import given
from hypothesis import strategies as st

CASES = 150 if os.environ.get("FULL") else 15
TAXES = 3  # made below, and one choice more: none
LINE = st.fixed_dictionaries(
    {
        "price_unit": st.integers(1, 99999).map(lambda cents: cents / 100),
        "quantity": st.sampled_from((1, 2, 3, 7, 0.5, 12)),
        "discount": st.sampled_from((0, 10, 33.33, 5)),
        "tax": st.integers(0, TAXES),
    }
)
INVOICE = st.tuples(st.lists(LINE, min_size=1, max_size=5), st.integers(0, 2))


class Books:
    """Taxes, currencies and a customer; makes invoices and credits them over the API."""

    def __init__(self, server):
        self.call = call = server.rpc("admin")
        self.partner = call("res.partner", "create", {"name": "Drawn at random"})
        taxes = [
            {"name": "P 21", "amount": 21, "type_tax_use": "sale"},
            {"name": "P 5.5", "amount": 5.5, "type_tax_use": "sale"},
            {
                "name": "P 10 included",
                "amount": 10,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            },
        ]
        self.taxes = [(), *((tax,) for tax in call("account.tax", "create", taxes))]
        currencies = [
            {
                "name": name,
                "symbol": name,
                "rounding": rounding,
                "rate_ids": [(0, 0, {"name": "2020-01-01", "rate": rate})],
            }
            for name, rounding, rate in (("PR0", 1, 130.7), ("PR3", 0.001, 0.31))
        ]
        self.currencies = [None, *call("res.currency", "create", currencies)]

    def invoice(self, lines, currency):
        """A posted invoice: its id, total, rounding of its currency, quantities by line."""
        values = {
            "move_type": "out_invoice",
            "partner_id": self.partner,
            "invoice_date": "2026-01-05",
            "invoice_line_ids": [
                (
                    0,
                    0,
                    {
                        "name": "Part",
                        "tax_ids": [(6, 0, self.taxes[line["tax"]])],
                        **{key: line[key] for key in line if key != "tax"},
                    },
                )
                for line in lines
            ],
        }
        if self.currencies[currency]:
            values["currency_id"] = self.currencies[currency]
        move = self.call("account.move", "create", values)
        self.call("account.move", "action_post", [move])
        complaint = self.call(
            "customer.complaint",
            "create",
            {
                "description": "Drawn.",
                "partner_id": self.partner,
                "acknowledge": False,
            },
        )
        [seen] = [
            found
            for found in self.call(
                "customer.complaint", "get_creditable_invoices", [complaint]
            )
            if found["id"] == move
        ]
        return complaint, seen

    def credit(self, complaint, invoice, **what):
        """A posted credit note over what is asked for: total and tax of note and invoice."""
        request = self.call(
            "customer.complaint",
            "request_credit_note",
            [complaint],
            invoice["id"],
            "Drawn",
            **what,
        )
        model = "customer.complaint.credit.request"
        note = self.call(model, "action_create_credit_note", [request])["res_id"]
        self.call("account.move", "action_post", [note])
        fields = ["amount_total", "amount_tax", "amount_residual"]
        rows = self.call("account.move", "read", [note, invoice["id"]], fields)
        [asked] = self.call(model, "read", [request], ["amount"])
        return asked["amount"], *rows


@pytest.fixture(scope="module")
def books(running):
    """The books, while nothing has to be approved."""
    books = Books(running)
    field = "complaint_credit_approval_amount"
    [company] = books.call("res.company", "search_read", [("id", "=", 1)], [field])
    books.call("res.company", "write", [1], {field: 0})
    yield books
    books.call("res.company", "write", [1], {field: company[field]})


@drawn(CASES)
@given(INVOICE)
def test_every_line_in_full_nets_to_zero(books, drawn_invoice):
    #
    complaint, invoice = books.invoice(*drawn_invoice)
    lines = {line["id"]: line["quantity"] for line in invoice["lines"]}
    if not invoice["total"]:
        return
    _asked, note, origin = books.credit(complaint, invoice, lines=lines)
    assert note["amount_total"] == origin["amount_total"]
    assert note["amount_tax"] == origin["amount_tax"]
    assert origin["amount_residual"] == 0


@drawn(CASES)
@given(INVOICE, st.lists(st.sampled_from((0.1, 0.3, 0.5, 0.8)), min_size=2, max_size=4))
def test_parts_are_exact_and_never_exceed(books, drawn_invoice, shares):
    #
    complaint, invoice = books.invoice(*drawn_invoice)
    credited = 0
    for number, share in enumerate(shares):
        what = {"amount": share * invoice["total"]}
        if number % 2:
            what = {
                "lines": {
                    line["id"]: line["quantity"] * share for line in invoice["lines"]
                }
            }
        try:
            asked, note, _origin = books.credit(complaint, invoice, **what)
        except Refused:
            continue
        assert note["amount_total"] == pytest.approx(asked, abs=1e-6)
        credited += note["amount_total"]
    assert credited <= invoice["total"] + 1e-6
