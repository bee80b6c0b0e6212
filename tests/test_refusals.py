"""What must be refused from outside: one clear answer, and nothing half-written."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

ROWS = (
    "customer_complaint",
    "customer_complaint_confirmation",
    "customer_complaint_contact",
    "customer_complaint_deadline",
    "customer_complaint_escalation",
    "customer_complaint_line",
    "ir_attachment",
    "mail_message",
)
MEGABYTE = 1024 * 1024


class Case:
    """A complaint whose customer was told the outcome, as an outsider finds it."""

    def __init__(self, server, partner):
        self.server = server
        handler = server.rpc("handler")
        hour_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
        self.id = handler(
            "customer.complaint",
            "create",
            {
                "description": "The door is cracked.",
                "demand": "A new door.",
                "partner_id": partner,
                "category_id": handler("customer.complaint.category", "search", [])[0],
                "received_at": hour_ago.strftime("%Y-%m-%d %H:%M:%S"),
                "acknowledge": False,
            },
        )
        handler("customer.complaint", "action_take", [self.id])
        handler(
            "customer.complaint",
            "write",
            [self.id],
            {"decision": "justified", "decision_reason": "Broken in transport."},
        )
        handler(
            "customer.complaint.contact",
            "create",
            {"complaint_id": self.id, "summary": "Told.", "outcome_told": True},
        )
        self.path = f"/my/complaints/{self.id}"
        self.page = server.url + self.path
        self.token = self.column("access_token")

    def column(self, name):
        """A stored value of the complaint."""
        return self.server.sql(
            f"SELECT {name} FROM customer_complaint WHERE id = {self.id}"
        )[0][0]

    def facts(self):
        """What a refused attempt must leave as it was."""
        # Bundles of styles and scripts are stored when a page first wants them.
        ours = {"ir_attachment": "WHERE url IS NULL OR url NOT LIKE '/web/assets/%'"}
        counts = self.server.sql(
            " UNION ALL ".join(
                f"SELECT count(*) FROM {table} {ours.get(table, '')}" for table in ROWS
            )
        )
        whole = "SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {} t"
        contents = [self.server.sql(whole.format(table)) for table in ROWS[:6]]
        return counts, contents

    def csrf(self, session):
        """The token of the form on the page, for a visitor who has the link."""
        page = session.get(self.page, params={"access_token": self.token}, timeout=300)
        return page.text.partition('name="csrf_token" value="')[2].partition('"')[0]


@pytest.fixture(scope="module")
def quiet(new_server):
    """A server on which nothing happens but what a test does."""
    return new_server("--max-cron-threads=0")


@pytest.fixture(scope="module")
def case(quiet):
    """A complaint of the portal customer, outcome told."""
    customer = quiet.rpc("admin")(
        "res.users", "search_read", [("login", "=", "customer")], ["partner_id"]
    )
    return Case(quiet, customer[0]["partner_id"][0])


@pytest.fixture(scope="module")
def foreign(quiet):
    """A complaint of another customer, outcome told."""
    stranger = quiet.rpc("admin")(
        "res.partner", "create", {"name": "Strange Ltd", "email": "s@example.com"}
    )
    return Case(quiet, stranger)


@pytest.fixture
def untouched(case, foreign):
    """Fail a test after which anything is different from before."""
    before = case.facts()
    yield
    assert case.facts() == before


def answer_of(session, case, method="GET", **parameters):
    """Status and target of an answer that is not followed."""
    answer = session.request(
        method, case.page, params=parameters, allow_redirects=False, timeout=300
    )
    return answer.status_code, answer.headers.get("Location", "").partition("?")[0]


@pytest.mark.parametrize("login", [None, "customer"])
def test_anothers_link_and_forged_tokens_all_lead_home(
    quiet, case, foreign, untouched, login
):
    session = quiet.session(login)
    answers = [answer_of(session, foreign)]
    for token in ("", "forged", case.token, foreign.token[:-1], "' OR 1=1 --"):
        answers.append(answer_of(session, foreign, access_token=token))
    assert {status for status, _target in answers} == {303}
    assert len({target for _status, target in answers}) == 1
    opened = answer_of(session, foreign, access_token=foreign.token)
    assert opened == (200, ""), "with the right token the page opens"


def test_a_customer_cannot_confirm_for_another(quiet, case, foreign, untouched):
    session = quiet.session("customer")
    for token in ("", "forged", case.token):
        answer = session.post(
            f"{foreign.page}/confirm",
            data={
                "csrf_token": case.csrf(session),
                "access_token": token,
                "solved": "solved",
                "grade": "5",
            },
            allow_redirects=False,
            timeout=300,
        )
        assert answer.status_code == 303
        assert foreign.path not in answer.headers["Location"]


def test_a_mail_scanner_that_follows_links_confirms_nothing(quiet, case, untouched):
    session = quiet.session()
    question = {"access_token": case.token, "solved": "solved", "grade": "5"}
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = session.request(
            method, f"{case.page}/confirm", params=question, timeout=300
        )
        assert answer.status_code == 405
    assert session.get(case.page, params=question, timeout=300).status_code == 200


def test_a_confirmation_from_another_site_is_refused(quiet, case, untouched):
    session = quiet.session()
    elsewhere = case.csrf(quiet.session())
    case.csrf(session)  # the visitor has a session of his own
    for token in ({}, {"csrf_token": "forged"}, {"csrf_token": elsewhere}):
        answer = session.post(
            f"{case.page}/confirm",
            data={
                "access_token": case.token,
                "solved": "solved",
                "grade": "5",
                **token,
            },
            timeout=300,
        )
        assert answer.status_code == 400
        assert "open for very long" in answer.text, "our page, with what he chose"


@pytest.mark.parametrize("login", [None, "customer"])
def test_programs_and_huge_files_are_refused_before_they_are_stored(
    quiet, case, untouched, login
):
    session = quiet.session(login)
    refused = {
        ("setup.exe", b"anything"): "is not accepted",
        ("photo.jpg", b"MZ\x90\x00" + b"\0" * 100): "is not accepted",
        ("script.png", b"#!/bin/sh\necho"): "is not accepted",
        ("page.html", b"<script>alert(1)</script>"): "is not accepted",
        ("film.mp4", b"\0" * (10 * MEGABYTE + 1)): "larger than 10 MB",
    }
    for (name, content), reason in refused.items():
        answer = session.post(
            f"{quiet.url}/mail/attachment/upload",
            data={
                "csrf_token": case.csrf(session),
                "thread_model": "customer.complaint",
                "thread_id": case.id,
                "is_pending": "true",
                "token": case.token,
            },
            files={"ufile": (name, content)},
            timeout=300,
        )
        assert reason in answer.json()["error"], name
        assert name in answer.json()["error"]


def test_a_stranger_cannot_attach_to_a_complaint(quiet, case, untouched):
    session = quiet.session()
    answer = session.post(
        f"{quiet.url}/mail/attachment/upload",
        data={
            "csrf_token": case.csrf(session),
            "thread_model": "customer.complaint",
            "thread_id": case.id,
            "token": "forged",
        },
        files={"ufile": ("crack.png", b"\x89PNG\r\n\x1a\n")},
        timeout=300,
    )
    assert answer.status_code == 404


def test_a_program_uploaded_for_another_document_does_not_reach_a_complaint(
    quiet, case, untouched_complaint
):
    session = quiet.session("customer")
    order, token = an_order_of_the_customer(quiet, session)
    uploaded = session.post(
        f"{quiet.url}/mail/attachment/upload",
        data={
            "csrf_token": case.csrf(session),
            "thread_model": "sale.order",
            "thread_id": order,
            "is_pending": "true",
            "token": token,
        },
        files={"ufile": ("setup.exe", b"MZ\x90\x00")},
        timeout=300,
    ).json()["data"]
    (file,) = uploaded["store_data"]["ir.attachment"]
    posted = session.post(
        f"{quiet.url}/mail/message/post",
        json={
            "params": {
                "thread_model": "customer.complaint",
                "thread_id": case.id,
                "post_data": {
                    "body": "Look",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    "attachment_ids": [file["id"]],
                    "attachment_tokens": [file["ownership_token"]],
                },
            }
        },
        timeout=300,
    ).json()
    assert "setup.exe is not accepted" in posted["error"]["data"]["message"]


@pytest.fixture
def untouched_complaint(quiet, case):
    """Fail a test after which the complaint has another message or file."""
    held = (
        "SELECT count(*) FROM {} WHERE {} = 'customer.complaint' "
        f"AND res_id = {case.id}"
    )
    queries = (
        held.format("mail_message", "model"),
        held.format("ir_attachment", "res_model"),
    )
    before = [quiet.sql(query) for query in queries]
    yield
    assert [quiet.sql(query) for query in queries] == before


def an_order_of_the_customer(server, session):
    """The id of an order of the portal customer, and the token of its page."""
    order = server.sql(
        "SELECT min(o.id) FROM sale_order o JOIN res_users u USING (partner_id) "
        "WHERE u.login = 'customer'"
    )[0][0]
    session.get(f"{server.url}/my/orders/{order}", timeout=300)
    token = server.sql(f"SELECT access_token FROM sale_order WHERE id = {order}")
    return order, token[0][0]


def test_two_clicks_on_this_solves_it_close_once(quiet, case):
    # C-118
    partner = int(case.column("partner_id"))
    own = Case(quiet, partner)
    sessions = [quiet.session() for _ in range(2)]
    tokens = [own.csrf(session) for session in sessions]
    start = Barrier(2)

    def click(session, token):
        start.wait(timeout=300)
        return session.post(
            f"{own.page}/confirm",
            data={
                "csrf_token": token,
                "access_token": own.token,
                "solved": "solved",
                "grade": "5",
            },
            allow_redirects=False,
            timeout=300,
        )

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(click, sessions, tokens))
    assert [answer.status_code for answer in answers] == [303, 303]
    closed = own.column("closed_at")
    assert own.column("stage_type") == "closed"
    start = Barrier(1)
    assert click(sessions[0], tokens[0]).status_code == 303
    assert own.column("closed_at") == closed
    said = "SELECT count(*) FROM customer_complaint_confirmation WHERE complaint_id = "
    assert quiet.sql(f"{said}{own.id}") == [["1"]]


OURS = (
    "customer.complaint",
    "customer.complaint.deadline",
    "customer.complaint.confirmation",
)


@pytest.mark.parametrize("login", ["customer", "accountant"])
def test_who_has_no_role_changes_nothing_over_json2(
    quiet, case, foreign, untouched, login
):
    call = quiet.json2(login)
    for model in OURS:
        table = model.replace(".", "_")
        row = int(quiet.sql(f"SELECT max(id) FROM {table}")[0][0])
        refused(call(model, "create", vals_list=[_values(model, case)]))
        refused(call(model, "write", ids=[row], vals={"round": 7}))
        refused(call(model, "unlink", ids=[row]))
    for complaint in (case, foreign):
        refused(call("customer.complaint", "unlink", ids=[complaint.id]))
        for button in ("action_take", "action_start"):
            refused(call("customer.complaint", button, ids=[complaint.id]))


def _values(model, case):
    if model == "customer.complaint":
        return {"description": "Let me in"}
    values = {"complaint_id": case.id}
    if model.endswith("deadline"):
        moment = "2030-01-01 00:00:00"
        values |= {"deadline_type": "completion", "start_at": moment, "due_at": moment}
        return values | {"company_id": 1, "round": 9}
    return values | {"solved": "solved", "grade": "5"}


def refused(answer):
    """Refused because of missing rights, with one sentence for people."""
    assert answer.status_code in (403, 404), answer.text
    message = answer.json()["message"]
    assert message and "Traceback" not in message
    return message


def test_a_sales_user_opens_complaints_but_does_not_decide_them(quiet, case, untouched):
    call = quiet.json2("submitter")
    refused(call("customer.complaint", "write", ids=[case.id], vals={"title": "Mine"}))
    refused(call("customer.complaint", "unlink", ids=[case.id]))
    for model in OURS[1:]:
        refused(call(model, "create", vals_list=[_values(model, case)]))


def test_a_handler_cannot_write_the_ledger_nor_what_the_process_sets(
    quiet, case, untouched
):
    call = quiet.json2("handler")
    deadline = int(
        quiet.sql(
            "SELECT min(id) FROM customer_complaint_deadline "
            f"WHERE complaint_id = {case.id}"
        )[0][0]
    )
    ledger = "customer.complaint.deadline"
    later = {"due_at": "2030-01-01 00:00:00"}
    refused(call(ledger, "write", ids=[deadline], vals=later))
    refused(call(ledger, "unlink", ids=[deadline]))
    refused(call(ledger, "create", vals_list=[_values(ledger, case)]))
    for name, value in {
        "name": "CC/2026/00001",
        "closed_at": "2026-01-01 00:00:00",
        "access_token": "known",
        "next_due_at": "2030-01-01 00:00:00",
    }.items():
        answer = call("customer.complaint", "write", ids=[case.id], vals={name: value})
        assert "set by its process" in refused(answer)
    refused(call("customer.complaint", "unlink", ids=[case.id]))
    refused(
        call("customer.complaint.confirmation", "write", ids=[1], vals={"grade": "5"})
    )


@pytest.mark.parametrize("login", ["admin", "customer"])
def test_the_inner_steps_of_the_process_cannot_be_called(quiet, case, untouched, login):
    call = quiet.json2(login)
    for model, method in (
        ("customer.complaint", "_close"),
        ("customer.complaint", "_tell_outcome"),
        ("customer.complaint", "_meet_deadlines"),
        ("customer.complaint", "_confirm_by_customer"),
        ("customer.complaint.deadline", "_open"),
        ("customer.complaint.deadline", "_move"),
        ("customer.complaint.deadline", "_cron_run_steps"),
        ("customer.complaint.deadline", "_run_due_steps"),
        ("customer.complaint.escalation", "_effect_activity"),
        ("base.automation", "_run_complaint_rules"),
    ):
        message = refused(call(model, method, ids=[case.id]))
        assert method in message


def test_what_is_missing_is_said_at_once_and_nothing_is_written(quiet):
    # C-11
    call = quiet.json2("handler")
    kept = {"description": "Only this", "acknowledge": False}
    (new,) = call("customer.complaint", "create", vals_list=[kept]).json()
    stored = f"SELECT user_id, title, stage_id FROM customer_complaint WHERE id = {new}"
    before = quiet.sql(stored)
    owner = int(quiet.sql("SELECT id FROM res_users WHERE login = 'handler'")[0][0])
    answer = call(
        "customer.complaint", "write", ids=[new], vals={"user_id": owner, "title": "No"}
    )
    assert answer.status_code == 422, answer.text
    for missing in ("Customer name", "Contact", "Customer demand", "Category"):
        assert missing in answer.json()["message"]
    assert quiet.sql(stored) == before


def test_a_receipt_in_the_future_is_refused_whole(quiet, case, untouched):
    values = [
        {"description": "Fine", "acknowledge": False},
        {"description": "Too early", "received_at": "2999-01-01 00:00:00"},
    ]
    answer = quiet.json2("handler")("customer.complaint", "create", vals_list=values)
    assert answer.status_code == 422, answer.text
    assert "lies in the future" in answer.json()["message"]


def test_a_call_without_a_valid_key_is_nobodys(quiet, case, untouched):
    session = quiet.session()
    for header in ({}, {"Authorization": "Bearer forged"}):
        answer = session.post(
            f"{quiet.url}/json/2/customer.complaint/unlink",
            json={"ids": [case.id]},
            headers={"X-Odoo-Database": quiet.database, **header},
            timeout=300,
        )
        assert answer.status_code == 401
