"""Ways to answer: mail scanners record nothing, many at once give one answer, keys suffice."""

import re

import pytest
from at_once import answers_at_once

SCANS = 3


@pytest.fixture
def asked_on_paper(running):
    """An order whose documents ask; the order and the address of the questions."""
    return _order_that_asks(running)


def test_scanners_of_links_record_nothing(running, asked_on_paper):
    # S-30
    _order, path = asked_on_paper
    session = running.session(None)
    page = session.get(running.url + path, timeout=300).text
    form = {
        name: value for name, value in re.findall(r'name="(q\d+)" value="(\d+)"', page)
    }
    chosen = "&".join(f"{name}={value}" for name, value in form.items())
    before = _stored(running)
    for url in (path, f"{path}?{chosen}"):
        for _scan in range(SCANS):
            assert session.get(running.url + url, timeout=300).status_code == 200
        assert session.head(running.url + url, timeout=300).status_code == 200
        session.options(running.url + url, timeout=300)
    # Without the session in which the page was opened, and with a token of another one.
    stranger = running.session(None)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    for data in (form, {**form, "csrf_token": token}):
        answer = stranger.post(running.url + path, data=data, timeout=300)
        assert answer.status_code == 400
    assert _stored(running) == before

    # The same for the personal link that an answer has once it exists.
    kept = session.post(
        running.url + path,
        data={"csrf_token": token, "later": "1", **dict(list(form.items())[:1])},
        timeout=300,
    )
    assert kept.status_code == 200
    link = running.sql(
        f"SELECT access_token FROM survey_user_input WHERE sale_order_id = {_order}"
    )[0][0]
    before = _stored(running)
    for _scan in range(SCANS):
        scanner = running.session(None)
        url = f"{running.url}/satisfaction/{link}"
        assert scanner.head(f"{url}?{chosen}", timeout=300).status_code == 200
        assert "checked" in scanner.get(f"{url}?{chosen}", timeout=300).text
        bare = running.session(None).post(url, data=form, timeout=300)
        assert bare.status_code == 400
    assert _stored(running) == before
    assert running.sql(
        f"SELECT state FROM survey_user_input WHERE sale_order_id = {_order}"
    ) == [["in_progress"]]


def test_one_paper_scanned_twenty_times_at_once_gives_one_answer(workers):
    # S-30
    order, path = _order_that_asks(workers)
    answers = answers_at_once(workers, path)
    assert {answer.status_code for answer in answers} == {200}
    thanks = [
        answer for answer in answers if "Thank you for your answer<" in answer.text
    ]
    assert len(thanks) == 1, "the others hear that it was answered already"
    assert workers.sql(
        "SELECT count(DISTINCT i.id), count(l.id), count(DISTINCT l.question_id) "
        "FROM survey_user_input i JOIN survey_user_input_line l "
        f"ON l.user_input_id = i.id WHERE i.sale_order_id = {order}"
    ) == [["1", "4", "4"]]


def test_questions_are_answered_with_keys_alone_and_every_choice_has_a_name(
    running, asked_on_paper, page
):
    # S-16
    _order, path = asked_on_paper
    page.set_viewport_size({"width": 390, "height": 844})
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(running.url + path)
    assert len(requests) <= 2, requests
    for role in ("radio", "checkbox", "textbox"):
        for field in page.get_by_role(role).all():
            assert re.search(r"\w", field.evaluate("e => e.labels[0].innerText"))
    for group in page.get_by_role("group").all():
        assert group.locator("legend").inner_text().strip()
    satisfied = page.get_by_role("radio", name="Satisfied", exact=True)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first of two: solved
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert satisfied.is_checked()
    page.keyboard.press("Tab")  # recommendation
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.type("Everything came on time.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you for your answer").wait_for()
    assert running.sql(
        f"SELECT state, csat_grade FROM survey_user_input WHERE sale_order_id = {_order}"
    ) == [["done", "4"]]


def _order_that_asks(server):
    """A confirmed order, and the address of the questions that its document carries."""
    admin = server.rpc("admin")
    survey = admin(
        "survey.survey",
        "search",
        [["title", "=", "How did we handle your complaint?"]],
    )[0]
    company = admin("res.users", "read", [2], ["company_id"])[0]["company_id"][0]
    admin("res.company", "write", [company], {"satisfaction_on_orders": True})
    if not admin(
        "customer.satisfaction.plan", "search_count", [["trigger", "=", "document"]]
    ):
        admin(
            "customer.satisfaction.plan",
            "create",
            {"name": "On paper", "survey_id": survey, "trigger": "document"},
        )
    partner = admin("res.partner", "create", {"name": "On paper", "lang": "en_US"})
    product = admin("product.product", "create", {"name": "Table", "type": "service"})
    order = admin(
        "sale.order",
        "create",
        {"partner_id": partner, "order_line": [[0, 0, {"product_id": product}]]},
    )
    admin("sale.order", "action_confirm", [order])
    report = server.session("admin").get(
        f"{server.url}/report/html/sale.report_saleorder/{order}", timeout=300
    )
    return order, re.search(r"/satisfaction/order/\d+/[0-9a-f]+", report.text)[0]


def _stored(server):
    return server.sql(
        "SELECT (SELECT count(*) FROM survey_user_input), "
        "(SELECT count(*) FROM survey_user_input_line), "
        "(SELECT max(write_date) FROM survey_user_input)"
    )
