"""Survey invitations when several processes send them, and when one is killed."""

import pytest
from processes import RUN, STUCK, Shell, run_at_once, run_until_killed

OURS = "email_normalized LIKE '%@asked.example'"
# Each customer stands in two plans: the rest period lets one of them ask.
PREPARE = """
plans = env["customer.satisfaction.plan"].create([
    {{"name": name, "trigger": "manual", "company_id": env.company.id,
      "survey_id": env.ref("customer_satisfaction.survey_after_complaint").id}}
    for name in ("First", "Second")
])
env["customer.satisfaction.invitation"].search([("state", "=", "planned")]).unlink()
customers = env["res.partner"].create([
    {{"name": "Asked %s" % i, "email": "c%s@asked.example" % i}} for i in range({customers})
])
for plan in plans:
    plan._plan_now(env.cr.now(), env.company, [("id", "in", customers.ids)])
"""
# Each customer is due in two plans, and a colleague tells him the outcome of his complaint.
PREPARE_ALL = """
Plan, Invitation = (env["customer.satisfaction." + n] for n in ("plan", "invitation"))
Plan.search([]).active = False
Invitation.search([("state", "=", "planned")]).unlink()
common = {{"survey_id": env.ref("customer_satisfaction.survey_after_complaint").id,
           "company_id": env.company.id, "delay_hours": 0, "spare_complaining": False}}
customers = env["res.partner"].create([
    {{"name": "Asked %s" % i, "email": "c%s@asked.example" % i}} for i in range({customers})
])
_outcome, _order, regular = Plan.create([
    {{**common, "name": "Outcome", "trigger": "complaint_outcome", "rest_days": {rest}}},
    {{**common, "name": "Order", "trigger": "order_confirmed"}},
    {{**common, "name": "Regular", "trigger": "periodic",
      "group_domain": str([("id", "in", customers.ids)])}},
])
regular._plan_period(env.cr.now())
Invitation.search([("plan_id", "=", regular.id)]).send_at = env.cr.now()
product = env["product.product"].create({{"name": "Assembly", "type": "service"}})
env["sale.order"].create([
    {{"partner_id": customer.id, "order_line": [(0, 0, {{"product_id": product.id}})]}}
    for customer in customers
]).action_confirm()
env["customer.complaint"].create([
    {{"description": "Late.", "partner_id": customer.id, "acknowledge": False,
      "decision": "justified", "decision_reason": "The carrier was late.",
      "user_id": env.ref("base.user_admin").id, "demand": "A discount.",
      "category_id": env["customer.complaint.category"].search([], limit=1).id}}
    for customer in customers
])
"""
# As the button Send outcome does, and the server where it is in the way of another. Who is
# told that nothing was sent presses it again.
TELL = """
import os, time
import psycopg2
from odoo.exceptions import UserError
env = env(user=env.ref("base.user_admin"))
complaints = env["customer.complaint"].search([("email_from", "=like", "%@asked.example")])
def tell(complaint):
    action = complaint.action_send_outcome()
    composer = env["mail.compose.message"].with_context(
        **action["context"], mail_notify_force_send=False).create({{}})
    composer._action_send_mail()
tell(complaints[0])  # slow once, and rolled back
print("ready", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
for complaint in reversed(complaints):
    for attempt in range(5):
        env.cr.rollback()  # what it sees begins now
        try:
            tell(complaint)
            env.cr.commit()
            break
        except (UserError, psycopg2.OperationalError):
            print("again", complaint.name)
print("seen", len(complaints), flush=True)
"""
CRON = {
    "model": "customer.satisfaction.invitation",
    "batch": "_send_due",
    "cron": "_cron_send",
    "size": 20,
}
KILLED = STUCK.format(model=CRON["model"], effect="_queue_mails")


@pytest.fixture
def waiting(prepared):
    """A function that makes a database with invitations that are due and no server on it."""
    return lambda customers, script=PREPARE, **values: prepared(
        script.format(customers=customers, **values)
    )


def counts(odoo, database):
    """(planned, sent, persons asked, mails, not asked because of the rest period)"""
    [row] = odoo.server.query(
        f"""SELECT count(*) FILTER (WHERE state = 'planned'),
                   count(*) FILTER (WHERE state = 'sent'),
                   count(DISTINCT partner_id) FILTER (WHERE state = 'sent'),
                   (SELECT count(*) FROM mail_mail m JOIN mail_message t
                        ON t.id = m.mail_message_id AND t.model = 'survey.user_input'
                     WHERE m.email_to LIKE '%@asked.example'),
                   count(*) FILTER (WHERE reason = 'rest_period')
              FROM customer_satisfaction_invitation WHERE {OURS}""",
        database,
    )
    return [int(value) for value in row]


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_at_once_ask_nobody_twice(
    odoo_program, waiting, tmp_path, processes
):
    # S-28 X-14
    customers = 200
    database = waiting(customers)
    go = tmp_path / "go"
    script = RUN.format(**CRON, go=str(go))
    seen = run_at_once(odoo_program, database, [script] * processes, go)
    assert sum(seen) == customers * 2
    assert counts(odoo_program, database) == [0, *[customers] * 4]


def test_a_killed_process_loses_nobody_and_the_next_run_asks_nobody_twice(
    odoo_program, waiting, tmp_path
):
    # S-28 X-14
    customers = 100
    database = waiting(customers)
    go = tmp_path / "go"
    go.touch()
    script = RUN.format(**CRON, go=str(go))
    run_until_killed(odoo_program, database, KILLED + script)
    planned, sent, persons, mails, _rest = counts(odoo_program, database)
    assert planned == customers * 2 - 40, "two batches of 20 were finished"
    assert sent == persons == mails

    after = Shell(odoo_program, database, script)
    assert int(after.wait_for("seen")) == planned
    after.ended()
    assert counts(odoo_program, database) == [0, *[customers] * 4]


@pytest.mark.parametrize("rest", [30, 0])
def test_outcome_order_and_regular_plan_at_once_contact_a_customer_once(
    odoo_program, waiting, tmp_path, rest
):
    # S-28 X-14
    customers = 12
    database = waiting(customers, PREPARE_ALL, rest=rest)
    go = tmp_path / "go"
    scripts = [RUN.format(**CRON | {"size": 1}, go=str(go))] * 2
    run_at_once(odoo_program, database, [*scripts, TELL.format(go=str(go))], go)
    rows = odoo_program.server.query(
        f"""SELECT c.outcome_at IS NOT NULL,
                   count(*) FILTER (WHERE p.trigger = 'complaint_outcome'
                                    AND i.sent_at IS NOT NULL),
                   count(*) FILTER (WHERE p.trigger != 'complaint_outcome'
                                    AND i.sent_at IS NOT NULL),
                   count(*) FILTER (WHERE i.reason = 'rest_period'), count(*),
                   (SELECT count(*) FROM mail_message m
                     WHERE m.res_id = c.id AND m.model = 'customer.complaint'
                       AND m.message_type = 'comment')
              FROM customer_satisfaction_invitation i
              JOIN customer_satisfaction_plan p ON p.id = i.plan_id
              JOIN customer_complaint c ON c.partner_id = i.partner_id
             WHERE i.{OURS} GROUP BY c.id""",
        database,
    )
    assert len(rows) == customers
    for told, outcome, others, resting, planned, messages in rows:
        contacts = int(outcome) + int(others)
        assert (told, planned, messages) == ("t", "3", "1")
        assert contacts == 1 if rest else outcome == "1" and contacts <= 2
        assert int(resting) == 3 - contacts
