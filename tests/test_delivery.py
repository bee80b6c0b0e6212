"""Deliveries belong to an addon that may be installed before ours, later, or never."""

import pytest


@pytest.mark.full
def test_a_delivery_offers_complaints_once_stock_is_installed(new_server):
    # C-19
    server = new_server("--init=sale_stock", "--max-cron-threads=0")
    a_delivery_tells_what_it_knows(server.rpc("admin"))


def a_delivery_tells_what_it_knows(call):
    """The menu of a delivery has the action; the complaint knows order, customer and product."""
    menu = call("stock.picking", "get_views", [[False, "form"]], {"toolbar": True})
    offered = menu["views"]["form"]["toolbar"]["action"]
    assert "Open complaint" in [action["name"] for action in offered]
    partner = call("res.partner", "search", [("name", "=", "Azure Interior")])[0]
    product = call(
        "product.product", "search", [("type", "=", "consu"), ("sale_ok", "=", True)]
    )[0]
    order = call(
        "sale.order",
        "create",
        {
            "partner_id": partner,
            "order_line": [(0, 0, {"product_id": product, "product_uom_qty": 2})],
        },
    )
    call("sale.order", "action_confirm", [order])
    delivery = call("stock.picking", "search", [("sale_id", "=", order)])[0]
    complaint = call(
        "customer.complaint",
        "create",
        {
            "origin_model": "stock.picking",
            "origin_id": delivery,
            "description": "The parcel was open.",
        },
    )
    known = call(
        "customer.complaint",
        "read",
        [complaint],
        ["order_id", "partner_id", "line_ids", "origin_name"],
    )[0]
    assert known["order_id"][0] == order
    assert known["partner_id"][0] == partner
    line = call("customer.complaint.line", "read", known["line_ids"])[0]
    assert (line["product_id"][0], line["quantity"]) == (product, 2)
    number = call("stock.picking", "read", [delivery], ["name"])[0]["name"]
    assert known["origin_name"] == number
