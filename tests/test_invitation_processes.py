"""Survey invitations when several processes send them, and when one is killed."""

import pytest
from test_engine_processes import Shell, wait_until_released
from workbench import templates

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
# The cron's own method, with batches small enough that several processes meet often.
RUN = """
import os, time
Invitation = env["customer.satisfaction.invitation"]
batch, seen = type(Invitation)._send_due, []
def small(self, now):
    seen.append(batch(self, now, limit=20))
    return seen[-1]
type(Invitation)._send_due = small
print("ready", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
env.cr.rollback()  # what it sees begins now
Invitation._cron_send()
print("seen", sum(seen), flush=True)
"""
# Stops for good inside the third batch, when its e-mails are written and not committed.
STUCK = """
import time
Invitation = type(env["customer.satisfaction.invitation"])
queue, calls = Invitation._queue_mails, []
def stuck(rows):
    queue(rows)
    calls.append(rows)
    if len(calls) == 3:
        env.flush_all()
        print("stuck", flush=True)
        time.sleep(600)
Invitation._queue_mails = stuck
"""


@pytest.fixture
def waiting(odoo_program, tmp_path):
    """A function that makes a database with invitations that are due and no server on it."""
    name = f"{templates.PREFIX}invitations_{tmp_path.name[-8:]}"

    def make(customers):
        odoo_program.clone(templates.DEMO.ready(odoo_program), name)
        Shell(odoo_program, name, PREPARE.format(customers=customers)).ended()
        return name

    yield make
    odoo_program.drop(name)


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
    script = RUN.format(go=str(go))
    shells = [Shell(odoo_program, database, script) for _ in range(processes)]
    for shell in shells:
        shell.wait_for("ready")
    go.touch()
    seen = [int(shell.wait_for("seen")) for shell in shells]
    for shell in shells:
        shell.ended()
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
    script = RUN.format(go=str(go))
    shell = Shell(odoo_program, database, STUCK + script)
    shell.wait_for("stuck")
    shell.kill()
    wait_until_released(odoo_program, database)
    planned, sent, persons, mails, _rest = counts(odoo_program, database)
    assert planned == customers * 2 - 40, "two batches of 20 were finished"
    assert sent == persons == mails

    after = Shell(odoo_program, database, script)
    assert int(after.wait_for("seen")) == planned
    after.ended()
    assert counts(odoo_program, database) == [0, *[customers] * 4]
