"""Several people credit the same invoice at the same moment: against two worker processes, and
against one with a thread and a connection for each of twenty.
"""

from at_once import at_once

CLIENTS = 8
MANY = 20  # all of them inside a transaction at once


class Invoiced:
    """A posted invoice over 240 without tax, and complaints of the customer about it."""

    def __init__(self, server, complaints=1):
        self.server = server
        self.admin = server.rpc("admin")
        self.partner = self.admin(
            "res.partner", "create", {"name": "At once", "email": "at.once@example.com"}
        )
        self.invoice = self.move("out_invoice", 240)
        self.complaints = self.admin(
            "customer.complaint",
            "create",
            [
                {
                    "description": "The door is cracked.",
                    "partner_id": self.partner,
                    "acknowledge": False,
                }
            ]
            * complaints,
        )

    def move(self, kind, amount, **values):
        """A posted document of the customer over an amount."""
        move = self.admin(
            "account.move",
            "create",
            {
                "move_type": kind,
                "partner_id": self.partner,
                "invoice_date": "2026-01-05",
                "invoice_line_ids": [
                    (0, 0, {"name": "Door", "price_unit": amount, "tax_ids": [(5,)]})
                ],
                **values,
            },
        )
        self.admin("account.move", "action_post", [move])
        return move

    def request(self, amount):
        """A request that accounting can issue."""
        return self.admin(
            "customer.complaint",
            "request_credit_note",
            self.complaints[0],
            self.invoice,
            "Door cracked",
            amount=amount,
        )

    def claimed(self):
        """What requests and credit notes claim of the invoice."""
        return float(
            self.server.sql(
                f"""SELECT coalesce(sum(amount), 0)
                      FROM customer_complaint_credit_request
                     WHERE invoice_id = {self.invoice}"""
            )[0][0]
        )


def _at_once(calls):
    """Call functions at the same moment; the HTTP status of each, sorted."""
    return sorted(answer.status_code for answer in at_once(calls))


def test_requests_at_once_never_claim_more_than_the_invoice(workers):
    #
    case = Invoiced(workers, complaints=CLIENTS)
    clients = [workers.json2(("admin", "manager")[i % 2]) for i in range(CLIENTS)]
    answers = _at_once(
        [
            lambda call=call, complaint=complaint: call(
                "customer.complaint",
                "request_credit_note",
                ids=[complaint],
                invoice_id=case.invoice,
                reason="Door cracked",
                amount=100,
            )
            for call, complaint in zip(clients, case.complaints, strict=True)
        ]
    )
    assert answers == [200, 200] + [422] * (CLIENTS - 2)
    assert case.claimed() == 200


def test_one_credit_note_cannot_be_spent_twice_at_once(workers):
    #
    case = Invoiced(workers, complaints=CLIENTS)
    note = case.move("out_refund", 60)
    number = case.admin("account.move", "read", [note], ["name"])[0]["name"]
    call = workers.json2("admin")
    answers = _at_once(
        [
            lambda complaint=complaint: call(
                "customer.complaint",
                "link_credit_note",
                ids=[complaint],
                number=number,
            )
            for complaint in case.complaints
        ]
    )
    assert answers == [200] + [422] * (CLIENTS - 1)
    linked = workers.sql(
        f"""SELECT sum(amount) FROM customer_complaint_credit_allocation
             WHERE move_id = {note}"""
    )
    assert float(linked[0][0]) == 60


def test_two_accountants_cannot_settle_one_request_twice(workers):
    #
    case = Invoiced(workers)
    request = case.request(240)
    notes = [case.move("out_refund", 240) for _ in range(2)]
    calls = [workers.json2(login) for login in ("accountant", "admin")]
    answers = _at_once(
        [
            lambda call=call, note=note: call(
                "customer.complaint.credit.request",
                "link_credit_note",
                ids=[request],
                move_id=note,
            )
            for call, note in zip(calls, notes, strict=True)
        ]
    )
    assert answers == [200, 422]
    rows = workers.sql(
        f"""SELECT count(*), sum(amount) FROM customer_complaint_credit_allocation
             WHERE request_id = {request}"""
    )
    assert [float(value) for value in rows[0]] == [1, 240]


def test_twenty_clients_at_once_never_credit_more_than_was_invoiced(running):
    #
    case = Invoiced(running, complaints=MANY)
    logins = ("admin", "manager")
    clients = [running.json2(logins[i % 2]) for i in range(MANY)]
    goodwill = ({}, {"goodwill_tax": "compensation"})
    answers = _at_once(
        [
            lambda call=call, complaint=complaint, more=goodwill[i % 2]: call(
                "customer.complaint",
                "request_credit_note",
                ids=[complaint],
                invoice_id=case.invoice,
                reason="Door cracked",
                amount=50,
                **more,
            )
            for i, (call, complaint) in enumerate(
                zip(clients, case.complaints, strict=True)
            )
        ]
    )
    # Whoever was overtaken too often is told to try again; nobody gets too much.
    assert case.claimed() == 50 * answers.count(200) <= 240
    assert answers.count(200) >= 1


def test_twenty_accountants_make_one_draft_of_each_request(running):
    #
    case = Invoiced(running)
    requests = [case.request(60) for _ in range(4)]
    clients = [running.json2(("accountant", "admin")[i % 2]) for i in range(MANY)]
    answers = _at_once(
        [
            lambda call=call, request=requests[i % 4]: call(
                "customer.complaint.credit.request",
                "action_create_credit_note",
                ids=[request],
            )
            for i, call in enumerate(clients)
        ]
    )
    notes = running.sql(
        f"""SELECT move.id, move.amount_total
              FROM account_move move
              JOIN customer_complaint_credit_allocation allocation
                ON allocation.move_id = move.id
             WHERE move.reversed_entry_id = {case.invoice}"""
    )
    assert len(notes) == len({row[0] for row in notes}) == answers.count(200) <= 4
    assert sum(float(row[1]) for row in notes) <= 240
