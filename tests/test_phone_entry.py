"""A complaint told on the phone, entered without touching the mouse."""

import time

# A trained person: no more than this, and well under a minute with the talking left out.
MOST_INTERACTIONS = 14


def test_a_phone_complaint_is_registered_with_the_keyboard_only(running, page, log_in):
    # C-06 C-10 C-14
    call = running.rpc("admin")
    order = confirmed_order(call)
    log_in("handler")
    page.goto("/odoo/complaints/new")
    field(page, "partner_id").wait_for()
    keys = Keyboard(page)
    # The cursor stands where the talk begins; the customer only knows his phone number.
    keys.find("partner_id", "08 555 01 01", "Clara Customer")
    page.locator(".o_field_widget[name=customer_context] a").first.wait_for()
    keys.next("order_id")
    keys.find("order_id", order["name"], order["name"])
    keys.next("description")
    keys.type("The glass shelf broke.\nNobody was hurt.")
    keys.next("demand")
    keys.type("A new shelf this week")
    keys.next("category_id")
    keys.find("category_id", "Damaged on arrival", "Damaged on arrival")
    hint = page.locator(".o_field_widget[name=duplicate_hint]")
    hint.get_by_text("Is it this one?").wait_for()
    fits_without_scrolling(page)
    keys.press("Alt+s")
    page.locator(".o_field_widget[name=name]", has_text="CC/").wait_for()
    assert keys.count <= MOST_INTERACTIONS, keys.count
    assert time.monotonic() - keys.start < 60

    complaint = call(
        "customer.complaint",
        "search_read",
        [("order_id", "=", order["id"])],
        ["title", "demand", "partner_id", "category_id", "line_ids", "email_from"],
    )[0]
    assert complaint["title"] == "The glass shelf broke."
    assert complaint["demand"] == "A new shelf this week"
    assert "Clara Customer" in complaint["partner_id"][1]
    assert "Damaged on arrival" in complaint["category_id"][1]
    assert complaint["line_ids"]
    assert complaint["email_from"] == "customer@example.com"


class Keyboard:
    """Types as a person does, and counts: a text is one interaction, a key another."""

    def __init__(self, page):
        self.page = page
        self.count = 0
        self.start = time.monotonic()

    def type(self, text):
        self.count += 1
        self.page.keyboard.type(text)

    def press(self, key):
        self.count += 1
        self.page.keyboard.press(key)

    def find(self, name, said, proposal):
        """Type into the field where the cursor stands and take what is proposed first."""
        assert focused(self.page) == name
        self.type(said)
        first = self.page.locator(".o-autocomplete--dropdown-item").first
        first.filter(has_text=proposal).wait_for()
        self.press("Enter")
        first.wait_for(state="detached")

    def next(self, name):
        """Go on to the next field, which must be this one."""
        self.press("Tab")
        assert focused(self.page) == name


def focused(page):
    """Name of the field in which the cursor stands."""
    return page.evaluate(
        "document.activeElement.closest('.o_field_widget')?.getAttribute('name')"
    )


def field(page, name):
    """Where something is entered into a field."""
    return (
        page.locator(f".o_field_widget[name={name}]").locator("input, textarea").first
    )


def fits_without_scrolling(page):
    """What a person enters and reads while talking stands on the first screen of a laptop."""
    for name in (
        "partner_id",
        "order_id",
        "description",
        "demand",
        "category_id",
        "level_id",
        "phone",
        "channel_id",
        "received_at",
    ):
        place = page.locator(f".o_field_widget[name={name}]").first.bounding_box()
        assert place["y"] >= 0, name
        assert place["y"] + place["height"] <= page.viewport_size["height"], name
    beside = page.locator(".o_field_widget[name=customer_context]").bounding_box()
    assert beside["y"] + 100 <= page.viewport_size["height"]


def confirmed_order(call):
    """A confirmed order of the customer of the demo data."""
    customer = call("res.users", "search", [("login", "=", "customer")], limit=1)
    partner = call("res.users", "read", customer, ["partner_id"])[0]["partner_id"][0]
    product = call("product.product", "search", [("sale_ok", "=", True)], limit=1)[0]
    order = call(
        "sale.order",
        "create",
        {"partner_id": partner, "order_line": [(0, 0, {"product_id": product})]},
    )
    call("sale.order", "action_confirm", [order])
    return call("sale.order", "read", [order], ["name"])[0]
