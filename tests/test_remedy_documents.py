"""Goods of a solution, where inventory, repairs and loyalty are installed beside ours."""

import pytest


@pytest.mark.full
def test_goods_of_a_solution_are_documents_of_installed_applications(new_server):
    # C-92
    server = new_server("--max-cron-threads=0")
    server.install("sale_stock", "repair", "sale_loyalty")
    goods = Goods(server, server.rpc("admin"))
    goods.a_replacement_is_delivered_by_its_delivery()
    goods.a_delivery_costs_what_its_goods_cost()
    goods.a_return_takes_back_what_was_delivered()
    goods.a_repair_is_done_in_the_workshop()
    goods.a_coupon_is_worth_what_was_promised()


class Goods:
    """A delivered order, a complaint about it, and a solution that was chosen."""

    def __init__(self, server, call):
        self.call = call
        partner = call("res.partner", "search", [("name", "=", "Azure Interior")])[0]
        self.product = call(
            "product.product",
            "create",
            {"name": "Cabinet 7", "is_storable": True, "standard_price": 30},
        )
        self.order = call(
            "sale.order",
            "create",
            {
                "partner_id": partner,
                "order_line": [
                    (0, 0, {"product_id": self.product, "product_uom_qty": 3})
                ],
            },
        )
        call("sale.order", "action_confirm", [self.order])
        self.finish(self.delivery_of(self.order))
        self.complaint = call(
            "customer.complaint",
            "create",
            {"order_id": self.order, "description": "Two doors are cracked."},
        )
        self.solution = call(
            "customer.complaint.solution", "create", {"complaint_id": self.complaint}
        )
        server.sql(
            "UPDATE customer_complaint_solution SET state = 'chosen' "
            f"WHERE id = {self.solution}"
        )

    def delivery_of(self, order):
        return self.call("stock.picking", "search", [("sale_id", "=", order)])

    def finish(self, pickings):
        """Move what was asked for, in stock or not."""
        call = self.call
        for move in call(
            "stock.move",
            "search_read",
            [("picking_id", "in", pickings)],
            ["product_uom_qty"],
        ):
            call(
                "stock.move",
                "write",
                [move["id"]],
                {"quantity": move["product_uom_qty"], "picked": True},
            )
        call("stock.picking", "button_validate", pickings, context={"skip_sms": True})

    def make(self, name, document, **values):
        """A remedy of the shipped type with this name, and its document."""
        call = self.call
        kind = call(
            "customer.complaint.remedy.type",
            "search",
            [("name", "=", name), ("document", "=", document)],
        )[0]
        program = values.pop("program", None)
        remedy = call(
            "customer.complaint.remedy",
            "create",
            {"solution_id": self.solution, "type_id": kind, **values},
        )
        action = call(
            "customer.complaint.remedy",
            "create_document",
            [remedy],
            **({"program_id": program} if program else {}),
        )
        return remedy, action["res_id"]

    def state(self, remedy):
        """As it stands, told by its document: nobody asks, and no cron runs here."""
        return self.call("customer.complaint.remedy", "read", [remedy], ["state"])[0][
            "state"
        ]

    def number(self):
        call = self.call
        return call("customer.complaint", "read", [self.complaint], ["name"])[0]["name"]

    def is_told(self, model, record):
        """Whether the document itself says for which complaint it was made."""
        return self.call(
            "mail.message",
            "search_count",
            [
                ("model", "=", model),
                ("res_id", "=", record),
                ("body", "ilike", self.number()),
            ],
        )

    def a_delivery_costs_what_its_goods_cost(self):
        values = {"name": "Sent again", "proof": "document", "document": "delivery"}
        self.call("customer.complaint.remedy.type", "create", values)
        remedy, picking = self.make(
            "Sent again", "delivery", product_id=self.product, quantity=2
        )
        assert self.cost(picking) == []
        self.call("stock.picking", "action_confirm", [picking])
        assert self.cost(picking) == [("replacement", 60, 0)]
        self.finish([picking])
        assert self.state(remedy) == "delivered"
        assert self.is_told("stock.picking", picking)

    def cost(self, picking):
        """What the report says of a delivery: kind, estimated, booked."""
        name = self.call("stock.picking", "read", [picking], ["name"])[0]["name"]
        return [
            (row["kind"], row["amount_estimated"], row["amount_booked"])
            for row in self.call(
                "customer.complaint.cost.report",
                "search_read",
                [("complaint_id", "=", self.complaint), ("document", "=", name)],
                ["kind", "amount_estimated", "amount_booked"],
            )
        ]

    def a_replacement_is_delivered_by_its_delivery(self):
        remedy, order = self.make(
            "Replacement", "sale", product_id=self.product, quantity=2
        )
        self.call("sale.order", "action_confirm", [order])
        assert self.state(remedy) == "requested"
        self.finish(self.delivery_of(order))
        assert self.state(remedy) == "delivered"

    def a_return_takes_back_what_was_delivered(self):
        remedy, picking = self.make(
            "Return", "return", product_id=self.product, quantity=2
        )
        fields = ["move_ids", "return_id", "origin"]
        known = self.call("stock.picking", "read", [picking], fields)[0]
        assert known["return_id"][0] in self.delivery_of(self.order)
        move = self.call("stock.move", "read", known["move_ids"], ["product_uom_qty"])
        assert [line["product_uom_qty"] for line in move] == [2]
        assert self.number() in known["origin"]
        assert self.is_told("stock.picking", picking)
        self.finish([picking])
        assert self.state(remedy) == "delivered"

    def a_repair_is_done_in_the_workshop(self):
        remedy, repair = self.make("Repair", "repair", product_id=self.product)
        for step in ("action_validate", "action_repair_start", "action_repair_end"):
            assert self.state(remedy) == "requested"
            self.call("repair.order", step, [repair])
        assert self.state(remedy) == "delivered"

    def a_coupon_is_worth_what_was_promised(self):
        program = self.call(
            "loyalty.program",
            "create",
            {"name": "Vouchers for complaints", "program_type": "gift_card"},
        )
        remedy, card = self.make(
            "Discount or coupon", "coupon", amount=25, program=program
        )
        assert self.call("loyalty.card", "read", [card], ["points"])[0]["points"] == 25
        assert self.state(remedy) == "delivered"
