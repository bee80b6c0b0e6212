"""Several people give, approve and link money at the same moment: budgets and limits hold.

Twenty clients with a thread and a connection each, so that all are inside a transaction at once.
"""

from itertools import count

import pytest
from at_once import at_once

MANY = 20
REQUEST = "customer.complaint.credit.request"
RANKS = count(50)  # no two levels have the same


def _codes(answers):
    return sorted(answer.status_code for answer in answers)


def _said(answers):
    """The sentences of those that were refused."""
    return {a.json()["message"] for a in answers if a.status_code != 200}


class Team:
    """A team with a goodwill budget and an approval limit, and complaints of one customer."""

    def __init__(self, server, complaints=1, budget=None, limit=None):
        self.server = server
        self.admin = server.rpc("admin")
        self.team = self.create("customer.complaint.team", name="At once")
        if budget is not None:
            self.create("customer.complaint.budget", team_id=self.team, amount=budget)
        self.level = self.create(
            "customer.complaint.level", name="At once", rank=next(RANKS)
        )
        self.limit = limit is not None and self.create(
            "customer.complaint.credit.limit", level_id=self.level, amount=limit
        )
        self.partner = self.create(
            "res.partner", name="At once", email="at.once@example.com"
        )
        self.complaints = self.admin(
            "customer.complaint",
            "create",
            [
                {
                    "description": "The door is cracked.",
                    "partner_id": self.partner,
                    "team_id": self.team,
                    "level_id": self.level,
                    "acknowledge": False,
                }
            ]
            * complaints,
        )
        # The lightest level is that of new complaints: those of other tests must not get it.
        self.admin("customer.complaint.level", "write", [self.level], {"active": False})

    def create(self, model, **values):
        return self.admin(model, "create", [values])[0]

    def type(self, name):
        """Id of a shipped type of remedy."""
        rows = self.server.sql(
            "SELECT res_id FROM ir_model_data WHERE module = 'customer_complaint' "
            f"AND name = 'remedy_type_{name}'"
        )
        return int(rows[0][0])

    def invoice(self, amount):
        """A posted invoice of the customer."""
        return self.move("out_invoice", amount)

    def move(self, kind, amount):
        line = {"name": "Door", "price_unit": amount, "tax_ids": [(5,)]}
        move = self.create(
            "account.move",
            move_type=kind,
            partner_id=self.partner,
            invoice_date="2026-01-05",
            invoice_line_ids=[(0, 0, line)],
        )
        self.admin("account.move", "action_post", [move])
        return move

    def promise(self, complaint, kind, amount, call):
        """Promise a remedy that no credit note gives."""
        return call(
            "customer.complaint.remedy",
            "create",
            vals_list=[{"type_id": kind, "amount": amount}],
            context={"complaint_promised_for": complaint},
        )

    def ask(self, complaint, amount, call=None):
        """Ask for goodwill that concerns no invoice."""
        arguments = {
            "invoice_id": False,
            "reason": "For the trouble",
            "amount": amount,
            "goodwill_tax": "compensation",
        }
        if call:
            return call(
                "customer.complaint",
                "request_credit_note",
                ids=[complaint],
                **arguments,
            )
        return self.admin(
            "customer.complaint", "request_credit_note", complaint, **arguments
        )

    def solution(self, complaint):
        """The chosen solution of a complaint."""
        [solution] = self.admin(
            "customer.complaint.solution",
            "search",
            [("complaint_id", "=", complaint), ("state", "=", "chosen")],
        )
        return solution

    def requests(self, *columns):
        """Columns of the requests of its complaints."""
        ids = ", ".join(map(str, self.complaints))
        return self.server.sql(
            f"SELECT {', '.join(columns)} FROM customer_complaint_credit_request "
            f"WHERE complaint_id IN ({ids}) ORDER BY id"
        )


def test_ten_who_give_goodwill_at_once_never_exceed_the_budget(running):
    #
    case = Team(running, complaints=10, budget=100)
    clients = [running.json2(("admin", "manager")[i % 2]) for i in range(10)]
    answers = at_once(
        [
            lambda call=call, complaint=complaint: case.ask(complaint, 30, call)
            for call, complaint in zip(clients, case.complaints, strict=True)
        ]
    )
    given = answers and _codes(answers).count(200)
    rows = case.requests("id", "state", "approver_role", "is_over_budget")
    free = [row for row in rows if row[1] == "to_do"]
    held = [row[0] for row in rows if row[1:] == ["to_approve", "manager", "t"]]
    assert len(free) == min(3, given)  # 90 of 100
    assert len(held) == len(rows) - len(free) == given - len(free)
    # Each of the others waits with one sentence that says why.
    said = running.sql(
        "SELECT res_id FROM mail_message WHERE body LIKE '%above the budget%' "
        f"AND model = '{REQUEST}' AND res_id IN ({', '.join(held)})"
    )
    assert sorted(row[0] for row in said) == sorted(held)


def test_goodwill_without_a_credit_note_shares_the_same_budgetat_once(running):
    # C-92
    case = Team(running, complaints=10, budget=100)
    coupon = case.type("coupon")
    clients = [running.json2(("admin", "manager")[i % 2]) for i in range(10)]

    def promise(call, complaint, i):
        if i % 2:
            return case.ask(complaint, 30, call)
        return case.promise(complaint, coupon, 30, call)

    answers = at_once(
        [
            lambda call=call, complaint=complaint, i=i: promise(call, complaint, i)
            for i, (call, complaint) in enumerate(
                zip(clients, case.complaints, strict=True)
            )
        ]
    )
    ids = ", ".join(map(str, case.complaints))
    coupons = running.sql(
        "SELECT id, state FROM customer_complaint_remedy "
        f"WHERE complaint_id IN ({ids}) AND type_id = {coupon}"
    )
    rows = [*coupons, *case.requests("id", "state")]
    assert len(rows) == _codes(answers).count(200)
    free = [row for row in rows if row[1] != "to_approve"]
    assert len(free) == min(3, len(rows))
    held = [int(row[0]) for row in coupons if row[1] == "to_approve"]
    call = running.json2("admin")
    answers = [
        call("customer.complaint.remedy", "deliver", ids=[one], note="Sent")
        for one in held
    ]
    assert _codes(answers) == [422] * len(held)
    assert all("a manager has to approve it" in words for words in _said(answers))


def test_requests_for_one_complaint_at_once_do_not_pass_a_limit_together(running):
    #
    case = Team(running, limit=100)
    clients = [running.json2(("admin", "manager")[i % 2]) for i in range(MANY)]
    lower = running.json2("admin")
    calls = [
        lambda call=call: case.ask(case.complaints[0], 30, call) for call in clients
    ]
    answers = at_once(
        [
            *calls,
            lambda: lower(
                "customer.complaint.credit.limit",
                "write",
                ids=[case.limit],
                vals={"amount": 50},
            ),
        ]
    )
    assert answers[-1].status_code == 200
    rows = case.requests("state")
    assert len(rows) == _codes(answers[:-1]).count(200)
    free = [row for row in rows if row[0] != "to_approve"]
    assert 1 <= len(free) <= 3  # 90 below the old limit, 30 below the new one
    request = case.ask(case.complaints[0], 1)
    assert case.admin(REQUEST, "read", [request], ["state"])[0]["state"] == "to_approve"


def test_remedies_and_requests_of_one_complaint_share_a_limitat_once(running):
    #
    case = Team(running, limit=100)
    [complaint] = case.complaints
    coupon = case.type("coupon")
    clients = [running.json2(("admin", "manager")[i % 2]) for i in range(10)]

    def give(call, i):
        if i % 2:
            return case.ask(complaint, 30, call)
        return case.promise(complaint, coupon, 30, call)

    answers = at_once(
        [lambda call=call, i=i: give(call, i) for i, call in enumerate(clients)]
    )
    coupons = running.sql(
        "SELECT id, state FROM customer_complaint_remedy "
        f"WHERE complaint_id = {complaint} AND type_id = {coupon}"
    )
    rows = [*coupons, *case.requests("id", "state")]
    assert len(rows) == _codes(answers).count(200)
    free = [row for row in rows if row[1] != "to_approve"]
    assert len(free) == min(3, len(rows)) > 0  # 90 of 100
    # Approved by two at once: by one.
    one = case.create(
        "customer.complaint.remedy",
        solution_id=case.solution(complaint),
        type_id=coupon,
        amount=200,
    )
    manager = clients[1]
    answers = at_once(
        [lambda: manager("customer.complaint.remedy", "action_approve", ids=[one])] * 2
    )
    assert _codes(answers) == [200, 422]
    assert "does not wait for an approval" in _said(answers).pop()


def test_a_request_is_approved_once_however_many_leads_approve_itat_once(running):
    #
    case = Team(running, complaints=MANY // 2, limit=0)
    requests = [case.ask(complaint, 30) for complaint in case.complaints]
    states = case.requests("state")
    assert states == [["to_approve"]] * len(requests)
    logins = [running.json2(login) for login in ("manager", "lead")]
    if _codes([logins[1](REQUEST, "read", ids=requests, fields=["name"])]) != [200]:
        pytest.fail("the lead of the demo data reads no request of another team")
    lower = running.json2("admin")
    answers = at_once(
        [
            *(
                lambda call=call, request=request: call(
                    REQUEST, "action_approve", ids=[request]
                )
                for request in requests
                for call in logins
            ),
            lambda: lower(
                "customer.complaint.credit.limit",
                "write",
                ids=[case.limit],
                vals={"approver_role": "manager"},
            ),
        ]
    )
    approved = _codes(answers[:-1]).count(200)
    rows = case.requests("id", "state", "approver_id IS NOT NULL")
    done = [row[0] for row in rows if row[1:] == ["to_do", "t"]]
    assert approved == len(done) == len(requests)
    assert all("does not wait for an approval" in words for words in _said(answers))
    logged = running.sql(
        "SELECT message.res_id FROM mail_message message "
        "JOIN mail_tracking_value value ON value.mail_message_id = message.id "
        "JOIN ir_model_fields field ON field.id = value.field_id "
        f"WHERE message.model = '{REQUEST}' AND field.name = 'state' "
        f"AND message.res_id IN ({', '.join(done)})"
    )
    assert sorted(row[0] for row in logged) == sorted(done)
    waiting = running.sql(
        f"SELECT count(*) FROM mail_activity WHERE res_model = '{REQUEST}' "
        f"AND res_id IN ({', '.join(done)})"
    )
    assert waiting == [["0"]]


def test_linking_and_unlinking_at_once_leave_the_request_consistent(running):
    #
    case = Team(running)
    invoice = case.invoice(240)
    request = case.admin(
        "customer.complaint",
        "request_credit_note",
        case.complaints[0],
        invoice,
        "Door cracked",
        amount=100,
    )
    notes = [case.move("out_refund", 60) for _ in range(MANY // 2)]
    case.admin(REQUEST, "link_credit_note", [request], notes[0])
    link = case.admin(
        "customer.complaint.credit.allocation",
        "search",
        [("request_id", "=", request)],
    )
    clients = [running.json2(("accountant", "admin")[i % 2]) for i in range(MANY)]

    def change(call, i):
        if i < len(notes):
            return call(REQUEST, "link_credit_note", ids=[request], move_id=notes[i])
        return call(
            "customer.complaint.credit.allocation",
            "unlink_credit_note",
            ids=link,
            reason="The wrong one",
        )

    answers = at_once(
        [lambda call=call, i=i: change(call, i) for i, call in enumerate(clients)]
    )
    unlinked = _codes(answers[len(notes) :]).count(200)
    assert unlinked == 1
    said = _said(answers[len(notes) :])
    assert all("unlinked already" in words for words in said), said
    rows = running.sql(
        "SELECT count(*), coalesce(sum(amount), 0) "
        f"FROM customer_complaint_credit_allocation WHERE request_id = {request}"
    )
    links, linked = int(rows[0][0]), float(rows[0][1])
    stands = running.sql(
        "SELECT open_amount, amount, state FROM customer_complaint_credit_request "
        f"WHERE id = {request}"
    )[0]
    assert linked + float(stands[0]) == float(stands[1]) == 100
    assert 1 + _codes(answers[: len(notes)]).count(200) - unlinked == links
    kept = running.sql(
        "SELECT count(*) FROM customer_complaint_credit_history "
        f"WHERE request_id = {request} AND reason = 'The wrong one'"
    )
    assert kept == [["1"]]
