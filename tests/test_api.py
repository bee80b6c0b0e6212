"""The interface for other programs: the example of the README, run as it stands there."""

import base64
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"


@pytest.fixture(scope="module")
def order(running):
    """Number of a confirmed order with a posted invoice."""
    admin = running.rpc("admin")
    partner = admin(
        "res.partner", "create", {"name": "Api Ltd", "email": "api@example.com"}
    )
    product = admin("product.product", "create", {"name": "Api door", "list_price": 80})
    order = admin(
        "sale.order",
        "create",
        {
            "partner_id": partner,
            "order_line": [(0, 0, {"product_id": product, "product_uom_qty": 2})],
        },
    )
    admin("sale.order", "action_confirm", [order])
    wizard = admin(
        "sale.advance.payment.inv",
        "create",
        {"sale_order_ids": [(6, 0, [order])], "advance_payment_method": "delivered"},
    )
    line = admin("sale.order", "read", [order], ["order_line"])[0]["order_line"]
    admin("sale.order.line", "write", line, {"qty_delivered": 2})
    admin("sale.advance.payment.inv", "create_invoices", [wizard])
    [known] = admin("sale.order", "read", [order], ["name", "invoice_ids"])
    admin("account.move", "action_post", known["invoice_ids"])
    return known["name"]


def test_the_example_of_the_readme_runs_from_complaint_to_posted_credit_note(
    running, order
):
    # X-05 C-17
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) == 1, "the README has one example"
    keys = {
        f"{login.upper()}_KEY": running.api_key(login)
        for login in ("handler", "accountant", "manager")
    }
    told = subprocess.run(
        [sys.executable, "-c", blocks[0]],
        env=os.environ
        | keys
        | {"ODOO_URL": running.url, "ODOO_DB": running.database, "ORDER": order},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert re.match(r"CNR/\d{4}/\d{5} (posted|paid) ", lines[0])
    assert "b'%PDF'" in lines[1]
    assert "b'PK" in lines[2]
    assert len(lines) == 3 + 9, "nine tiles"


def test_the_calls_of_version_1_in_the_readme_open_one_complaint(running):
    # X-20 C-05
    [script] = re.findall(r"```sh\n(call\(\).*?)```", README.read_text(), re.DOTALL)
    environment = os.environ | {
        "ODOO_URL": running.url,
        "ODOO_DB": running.database,
        "HANDLER_KEY": running.api_key("handler"),
    }
    for created in (True, False):
        told = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        opened, message, status = map(json.loads, told.stdout.splitlines())
        assert opened["created"] is message["added"] is created
        assert opened["number"] == status["number"]
        assert status["channel"] == "online_chat"
        assert "first_response" in [row["type"] for row in status["deadlines"]]
    count = running.sql(
        "SELECT count(*) FROM customer_complaint WHERE external_ref = '4711'"
    )
    assert count == [["1"]]


def test_what_is_wrong_with_a_call_is_said_in_one_sentence(running):
    # X-20 X-09
    handler = running.json2("handler")
    refused = handler(
        "customer.complaint", "api_v1_create", description="x", channel="telex"
    )
    assert refused.status_code == 422
    assert "telex" in refused.json()["message"]
    assert (
        handler("customer.complaint", "api_v1_status", number="CC/1/1").status_code
        == 404
    )
    accountant = running.json2("accountant")
    assert (
        accountant("customer.complaint", "api_v1_status", number="CC/1/1").status_code
        == 403
    )


def test_what_is_refused_is_said_with_its_reason_and_changes_nothing(running, order):
    # X-05 X-09
    handler = running.json2("handler")
    [complaint] = handler(
        "customer.complaint",
        "create",
        vals_list=[
            {
                "order_id": handler(
                    "sale.order", "search", domain=[["name", "=", order]]
                ).json()[0],
                "description": "The other door, too.",
            }
        ],
    ).json()
    [invoice] = handler(
        "customer.complaint", "get_creditable_invoices", ids=[complaint]
    ).json()
    before = running.sql("SELECT count(*) FROM customer_complaint_credit_request")
    for amount, words in ((invoice["total"] + 1, "too much"), (0, "greater than zero")):
        refused = handler(
            "customer.complaint",
            "request_credit_note",
            ids=[complaint],
            invoice_id=invoice["id"],
            reason="Too much",
            amount=amount,
        )
        assert refused.status_code == 422
        assert words in refused.json()["message"]
    after = running.sql("SELECT count(*) FROM customer_complaint_credit_request")
    assert before == after
    accountant = running.json2("accountant")
    assert accountant("customer.complaint", "read", ids=[complaint]).status_code == 403
    hidden = "_request_behind"
    assert accountant("customer.complaint", hidden, ids=[complaint]).status_code in (
        403,
        404,
        422,
    )


def test_the_register_over_the_api_is_a_workbook_of_three_sheets(running):
    answer = running.json2("manager")("customer.complaint", "get_register", domain=[])
    assert answer.status_code == 200, answer.text
    file = io.BytesIO(base64.b64decode(answer.json()["content"]))
    with zipfile.ZipFile(file) as book:
        assert book.testzip() is None
        sheets = [name for name in book.namelist() if "/sheet" in name]
    assert len([name for name in sheets if name.endswith(".xml")]) == 3
