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
    return lambda customers: prepared(PREPARE.format(customers=customers))


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
    seen = run_at_once(odoo_program, database, processes, script, go)
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
