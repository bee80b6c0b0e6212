"""One complaint from the sales order to the customer's confirmation, in a browser."""

import re

import pytest
from playwright.sync_api import TimeoutError as TooLong

LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_complaint_goes_from_the_order_to_the_customers_answer(
    running, mailbox, page, log_in, size
):
    # C-11 C-14 C-16 C-57 C-118 S-25 S-30 S-32 S-53 X-03 X-22
    page.set_viewport_size(size)
    order = confirmed_order(running)

    log_in("submitter")
    page.goto(f"/odoo/sales/{order}")
    press(page, "Open complaint")
    fill(page, "description", "The left door is cracked.\nTwo screws are missing too.")
    fits(page)
    page.locator(".o_form_button_save").click()
    number = page.locator("[name=name]", has_text=re.compile(r"CC/\d{4}/\d{5}"))
    number.first.wait_for()
    page.get_by_role("tab", name="Deadlines").click()
    for deadline in ("First response", "Completion"):
        page.locator("[name=deadline_ids]").get_by_text(deadline).first.wait_for()
    fits(page)
    complaint = Complaint(running, order)
    assert complaint["title"] == "The left door is cracked."

    log_in("handler")
    page.goto(f"/odoo/complaints/{complaint.id}")
    press(page, "Take over")
    dialog = page.locator(".modal")
    fill(dialog, "demand", "A new door, before Friday.")
    choose(dialog, "category_id", "Damaged on arrival")
    fits(page)
    dialog.get_by_role("button", name="Take over").click()
    dialog.wait_for(state="detached")
    press(page, "Send first answer")
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.wait_for(state="detached")
    press(page, "Start work")
    press(page, "Decide")
    dialog.get_by_label("Justified", exact=True).check()
    fill(
        dialog, "decision_reason", "Broken in transport. A new door comes on Thursday."
    )
    dialog.get_by_role("button", name="Decide").click()
    dialog.wait_for(state="detached")
    press(page, "Send outcome")
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.wait_for(state="detached")
    present(page, "Record confirmation").wait_for()
    assert complaint["user_id"] == complaint.login_id("handler")
    assert complaint["first_contact_id"] == complaint.login_id("submitter")
    # The first answer promised the next news; the outcome was that.
    assert sorted(complaint.results()) == [
        "commitment on_time",
        "completion on_time",
        "first_response on_time",
    ]

    outcome = mailbox.wait_for("customer@example.com", "Outcome", complaint["name"])
    page.context.clear_cookies()
    page.goto(link_in(outcome))
    page.get_by_label("Yes, solved").check()
    page.get_by_label("Satisfied", exact=True).check()
    fits(page)
    page.get_by_role("button", name="Send my answer").click()
    page.get_by_text("Thank you for your answer").wait_for()
    assert complaint["stage_type"] == "closed"
    assert complaint["close_reason"] == "confirmed"
    assert complaint.confirmations() == [["solved", "4", "survey"]]

    # The same link changes the answer; it broke again.
    page.get_by_role("link", name="Change my answer").click()
    page.get_by_label("Very dissatisfied").check()
    page.get_by_label("What should we keep").fill("It broke again.")
    fits(page)
    page.get_by_role("button", name="Send my answer").click()
    page.get_by_text("sorry that it is not right yet").wait_for()
    assert (complaint["stage_type"], complaint["round"]) == ("assessed", "2")
    assert complaint.confirmations() == [["solved", "1", "survey"]]


class Complaint:
    """The newest complaint of an order, as it is stored."""

    def __init__(self, server, order):
        self.server = server
        rows = server.sql(
            f"SELECT max(id) FROM customer_complaint WHERE order_id = {order}"
        )
        self.id = int(rows[0][0])

    def __getitem__(self, name):
        return self.server.sql(
            f"SELECT {name} FROM customer_complaint WHERE id = {self.id}"
        )[0][0]

    def login_id(self, login):
        """The id of a user, as text."""
        return self.server.sql(f"SELECT id FROM res_users WHERE login = '{login}'")[0][
            0
        ]

    def results(self):
        """Each deadline with its verdict."""
        rows = self.server.sql(
            "SELECT deadline_type || ' ' || result FROM customer_complaint_deadline "
            f"WHERE complaint_id = {self.id}"
        )
        return [row[0] for row in rows]

    def confirmations(self):
        """What the customer said."""
        return self.server.sql(
            "SELECT solved, grade, source FROM customer_complaint_confirmation "
            f"WHERE complaint_id = {self.id} ORDER BY id"
        )


def confirmed_order(server):
    """A confirmed order of the portal customer, sold by the submitter."""
    call = server.rpc("admin")

    def first(model, *domain):
        return call(model, "search", list(domain), limit=1)[0]

    customer = first("res.users", ("login", "=", "customer"))
    partner = call("res.users", "read", [customer], ["partner_id"])[0]["partner_id"][0]
    order = call(
        "sale.order",
        "create",
        {
            "partner_id": partner,
            "user_id": first("res.users", ("login", "=", "submitter")),
            "order_line": [
                (0, 0, {"product_id": first("product.product", ("sale_ok", "=", True))})
            ],
        },
    )
    call("sale.order", "action_confirm", [order])
    return order


def present(page, label):
    """A button of the form, which a phone keeps in a menu."""
    return (
        page.get_by_role("button", name=label, exact=True)
        .or_(page.get_by_role("menuitem", name=label, exact=True))
        .first
    )


def press(page, label):
    """Press a button of the form, opening the phone's menu of buttons where needed."""
    button = present(page, label)
    menu = page.locator(".o_statusbar_buttons .dropdown-toggle, .o-cp-cog-menu")
    for _ in range(60):
        try:
            button.wait_for(timeout=1_000)
            break
        except TooLong:
            # In the menu, unless the form is still being drawn, which closes it.
            if menu.first.is_visible():
                menu.first.click()
    button.click()


def fill(place, name, text):
    """Write into a field, as a person types."""
    field = place.locator(f".o_field_widget[name={name}] textarea")
    field.first.fill(text)


def choose(place, name, label):
    """Choose a proposal of a many2one field: from a list, on a phone from a dialog."""
    place.locator(f".o_field_widget[name={name}] input").click()
    proposals = place.page.locator(".o-autocomplete--dropdown-item, .o_kanban_record")
    proposals.filter(has_text=label).first.click()


def fits(page):
    """Nothing makes the page wider than the screen."""
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 1, f"the page is {wide} px wider than the screen"


def link_in(mail):
    """The link to the customer's question in a mail."""
    body = mail.get_body(("html",)).get_content()
    return re.search(r'href="([^"]*/satisfaction/[^"]*)"', body)[1]
