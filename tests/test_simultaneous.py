"""Many clients at the same moment, against two worker processes."""

import re
from functools import partial

from at_once import answers_at_once, at_once

CLIENTS = 8
EACH = 12  # complaints per client: half one by one, half in one call


def test_eight_clients_at_once_get_their_own_numbers_and_deadlines(workers):
    # C-16
    mark = "At once"
    clients = [
        _over_json2(workers) if i % 2 else _over_rpc(workers) for i in range(CLIENTS)
    ]

    def enter(number, create):
        single = [
            create([{"description": f"{mark} {number}.{i}"}]) for i in range(EACH // 2)
        ]
        batch = create(
            [{"description": f"{mark} {number} batch {i}"} for i in range(EACH // 2)]
        )
        return sum(single, []) + batch

    given = at_once([partial(enter, *client) for client in enumerate(clients)])
    ids = sum(given, [])
    assert len(set(ids)) == CLIENTS * EACH
    rows = workers.sql(
        f"""SELECT c.id, c.name, string_agg(d.deadline_type, ' ' ORDER BY d.due_at)
              FROM customer_complaint c
              LEFT JOIN customer_complaint_deadline d ON d.complaint_id = c.id
             WHERE c.description LIKE '{mark}%' GROUP BY c.id"""
    )
    assert sorted(int(row[0]) for row in rows) == sorted(ids)
    assert {row[2] for row in rows} == {"first_response completion"}
    names = [row[1] for row in rows]
    assert all(re.fullmatch(r"CC/\d{4}/\d{5,}", name) for name in names), names
    everything = workers.sql(
        "SELECT count(*), count(DISTINCT name) FROM customer_complaint"
    )
    assert everything[0][0] == everything[0][1]
    # A worker that ended was replaced by another.
    assert len(_processes(workers.log)) >= 2, "both workers must have taken part"


def test_eight_calls_at_once_with_one_reference_open_one_complaint(workers):
    #
    answers = at_once(
        [
            partial(
                workers.json2("handler"),
                "customer.complaint",
                "api_v1_create",
                description=f"Sent twice {number}",
                channel="online_chat",
                external_source="shop",
                external_ref="at once",
            )
            for number in range(CLIENTS)
        ]
    )

    assert {answer.status_code for answer in answers} == {200}, [
        a.text for a in answers
    ]
    told = [answer.json() for answer in answers]
    assert len({answer["id"] for answer in told}) == 1
    assert [answer["created"] for answer in told].count(True) == 1


def test_twenty_submissions_at_once_are_one_answer(workers):
    # S-30
    survey = workers.rpc("admin")
    complaint = survey(
        "customer.complaint",
        "create",
        {
            "description": "Asked at once",
            "demand": "An answer.",
            "partner_name": "At once",
            "email_from": "asked.at.once@example.com",
            "category_id": survey("customer.complaint.category", "search", [])[0],
            "user_id": survey("res.users", "search", [["login", "=", "handler"]])[0],
            "acknowledge": False,
            "decision": "justified",
            "decision_reason": "Yes.",
        },
    )
    survey("customer.complaint", "action_send_outcome", [complaint])
    survey(
        "customer.complaint.contact",
        "create",
        {"complaint_id": complaint, "summary": "Told.", "outcome_told": True},
    )
    url = survey("customer.complaint", "get_satisfaction_url", [complaint])
    path = url[url.index("/satisfaction/") :]
    answers = answers_at_once(workers, path)
    assert {answer.status_code for answer in answers} == {200}
    assert workers.sql(
        "SELECT count(DISTINCT i.id), count(l.id), count(DISTINCT l.question_id) "
        "FROM survey_user_input i JOIN survey_user_input_line l "
        f"ON l.user_input_id = i.id WHERE i.complaint_id = {complaint}"
    ) == [["1", "4", "4"]]
    confirmed = workers.sql(
        "SELECT grade FROM customer_complaint_confirmation "
        f"WHERE complaint_id = {complaint}"
    )
    stored = workers.sql(
        f"SELECT csat_grade FROM survey_user_input WHERE complaint_id = {complaint}"
    )
    assert confirmed == stored


def test_messages_of_a_customer_at_once_are_all_kept_and_one_reply_is_owed(workers):
    # C-32
    admin = workers.rpc("admin")
    admin(
        "customer.complaint.policy",
        "create",
        {
            "name": "Replies",
            "is_supplement": True,
            "line_ids": [[0, 0, {"deadline_type": "next_reply", "amount": 8}]],
        },
    )
    user = admin("res.users", "search", [["login", "=", "customer"]])
    partner = admin("res.users", "read", user, ["partner_id"])[0]["partner_id"][0]
    complaint = admin(
        "customer.complaint",
        "create",
        {"description": "Written at once", "partner_id": partner, "acknowledge": False},
    )
    at_once(
        [
            partial(
                workers.rpc("customer"),
                "customer.complaint",
                "message_post",
                [complaint],
                body=f"Where is my answer? {number}",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            for number in range(CLIENTS)
        ]
    )

    assert workers.sql(
        "SELECT count(*) FROM mail_message WHERE model = 'customer.complaint' "
        f"AND res_id = {complaint} AND body LIKE '%Where is my answer?%'"
    ) == [[str(CLIENTS)]]
    assert workers.sql(
        "SELECT deadline_type, state FROM customer_complaint_deadline "
        f"WHERE complaint_id = {complaint} AND deadline_type = 'next_reply'"
    ) == [["next_reply", "open"]]


def _over_json2(server):
    """Create over JSON-2 with an API key."""
    call = server.json2("handler")

    def create(values):
        answer = call("customer.complaint", "create", vals_list=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return create


def _over_rpc(server):
    """Create with a session, as the web client does."""
    call = server.rpc("submitter")
    return lambda values: call("customer.complaint", "create", values)


def _processes(log):
    """The processes that answered calls of `create`."""
    return set(
        re.findall(
            r" (\d+) INFO \S+ werkzeug: .*POST \S+/customer\.complaint/create",
            log.read_text(errors="replace"),
        )
    )
