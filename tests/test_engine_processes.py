"""The deadline engine when several processes run it, and when one is killed."""

import time

import pytest
from processes import RUN, STUCK, Shell, run_at_once, run_until_killed

DEADLINES = 2  # of each complaint, both overdue by more than a year
# How the complaints of these tests are told from all others.
OURS = "description LIKE 'Late %'"
PREPARE = """
# The template may be old: nothing stood still.
env.ref("customer_complaint.health").last_run_at = env.cr.now()
env["customer.complaint.deadline"].search([]).next_step_at = False
env["customer.complaint"].create([
    {{"description": "Late %s" % i, "received_at": "2025-03-03 09:00:00", "acknowledge": False}}
    for i in range({complaints})
])
"""
CRON = {
    "model": "customer.complaint.deadline",
    "batch": "_run_due_steps",
    "cron": "_cron_run_steps",
}
KILLED = STUCK.format(model="customer.complaint.escalation", effect="_effect_activity")
# What a step does, changed by an administrator so that it fails for one complaint.
POISON = """
env.ref("customer_complaint.action_escalation_activity").code = '''
if 'Late 7' in records.complaint_id.mapped('description'):
    raise UserError('poisoned')
records._effect_activity()'''
"""
# Somebody who works on a complaint and takes his time.
HOLD = """
import os, time
env["customer.complaint"].search([("description", "=", "Late 7")]).lock_for_update()
print("held", flush=True)
while not os.path.exists({done!r}):
    time.sleep(0.01)
"""


@pytest.fixture
def overdue(prepared):
    """A function that makes a database with many overdue complaints and no server on it."""
    return lambda complaints: prepared(PREPARE.format(complaints=complaints))


def steps(odoo, database):
    """(waiting rows, missing steps, doubled steps, to-dos) on the prepared complaints."""
    return [
        int(odoo.server.query(query, database)[0][0])
        for query in (
            """SELECT count(*) FROM customer_complaint_deadline
                WHERE next_step_at <= now() AT TIME ZONE 'UTC'""",
            # Overdue by days: every step after the due time has happened, no reminder.
            f"""SELECT count(*)
                 FROM customer_complaint_deadline d
                 JOIN customer_complaint c ON c.id = d.complaint_id
                 JOIN customer_complaint_escalation_step s ON s.timing = 'after' AND s.active
                 LEFT JOIN customer_complaint_escalation e
                   ON e.deadline_id = d.id AND e.step_id = s.id AND e.due_at = d.due_at
                WHERE c.{OURS} AND e.id IS NULL""",
            f"""SELECT count(*) FROM (
                    SELECT 1 FROM mail_activity
                     WHERE res_model = 'customer.complaint' AND res_id IN (
                           SELECT id FROM customer_complaint WHERE {OURS})
                     GROUP BY res_id, user_id, summary, note HAVING count(*) > 1
               ) doubled""",
            f"""SELECT count(*) FROM mail_activity a JOIN customer_complaint c
                   ON c.id = a.res_id AND a.res_model = 'customer.complaint'
                WHERE c.{OURS}""",
        )
    ]


def all_done(complaints):
    """What `steps` tells at the end: a to-do for leader and management per deadline."""
    return [0, 0, 0, complaints * DEADLINES * 2]


@pytest.mark.parametrize(
    ("complaints", "processes"),
    [
        (500, 2),
        (500, 4),
        pytest.param(2500, 2, marks=pytest.mark.full),
        pytest.param(2500, 4, marks=pytest.mark.full),
    ],
)
def test_several_processes_at_once_do_each_step_once(
    odoo_program, overdue, tmp_path, complaints, processes
):
    # C-41 X-14
    database = overdue(complaints)
    go = tmp_path / "go"
    script = RUN.format(**CRON, go=str(go), size=50)
    seen = run_at_once(odoo_program, database, [script] * processes, go)
    assert all(seen), f"all must have worked at the same time: {seen}"
    assert sum(seen) == complaints * DEADLINES
    assert steps(odoo_program, database) == all_done(complaints)


def test_a_killed_process_loses_nothing_and_the_next_run_repeats_nothing(
    odoo_program, overdue, tmp_path
):
    # C-41 X-14
    complaints = 150
    database = overdue(complaints)
    go = tmp_path / "go"
    go.touch()
    script = RUN.format(**CRON, go=str(go), size=20)
    run_until_killed(odoo_program, database, KILLED + script)
    waiting, missing, doubled, to_dos = steps(odoo_program, database)
    assert waiting == complaints * DEADLINES - 40, "two batches of 20 were finished"
    assert missing == waiting * 3, "nothing of the third batch stays"
    assert (doubled, to_dos) == (0, 40 * 2)

    after = Shell(odoo_program, database, script)
    assert int(after.wait_for("seen")) == waiting
    after.ended()
    assert steps(odoo_program, database) == all_done(complaints)


def test_a_poisoned_row_waits_and_all_others_are_done(odoo_program, overdue, tmp_path):
    #
    complaints = 100
    database = overdue(complaints)
    Shell(odoo_program, database, POISON).ended()
    go = tmp_path / "go"
    go.touch()
    script = RUN.format(**CRON, go=str(go), size=500)
    shell = Shell(odoo_program, database, script)
    assert int(shell.wait_for("seen")) == complaints * DEADLINES
    shell.ended()
    waiting, missing, doubled, to_dos = steps(odoo_program, database)
    assert (waiting, doubled) == (0, 0)
    assert missing == DEADLINES * 2, "only the to-dos of the poisoned complaint wait"
    assert to_dos == (complaints - 1) * DEADLINES * 2
    told = odoo_program.server.query(
        f"""SELECT c.description, d.attempts, d.error, d.next_step_at > now() AT TIME ZONE 'UTC'
              FROM customer_complaint_deadline d
              JOIN customer_complaint c ON c.id = d.complaint_id
             WHERE d.error IS NOT NULL AND c.{OURS}""",
        database,
    )
    assert len(told) == DEADLINES
    for description, attempts, error, later in told:
        assert (description, attempts, later) == ("Late 7", "1", "t")
        assert "poisoned" in error

    # The rule is repaired, and its time comes.
    repaired = """
action = env.ref("customer_complaint.action_escalation_activity")
action.code = "records._effect_activity()"
failed = env["customer.complaint.deadline"].search([("error", "!=", False)])
failed.next_step_at = "2025-03-03 09:00:00"
"""
    Shell(odoo_program, database, repaired).ended()
    shell = Shell(odoo_program, database, script)
    assert int(shell.wait_for("seen")) == DEADLINES
    shell.ended()
    assert steps(odoo_program, database) == all_done(complaints)


def test_whoever_holds_a_complaint_delays_only_that(odoo_program, overdue, tmp_path):
    #
    complaints = 100
    database = overdue(complaints)
    done = tmp_path / "done"
    holder = Shell(odoo_program, database, HOLD.format(done=str(done)))
    holder.wait_for("held")
    go = tmp_path / "go"
    go.touch()
    script = RUN.format(**CRON, go=str(go), size=500)
    shell = Shell(odoo_program, database, script)
    assert int(shell.wait_for("seen")) == (complaints - 1) * DEADLINES
    shell.ended()
    waiting, _missing, doubled, to_dos = steps(odoo_program, database)
    assert (waiting, doubled) == (DEADLINES, 0)
    assert to_dos == (complaints - 1) * DEADLINES * 2
    done.touch()
    holder.ended()
    shell = Shell(odoo_program, database, script)
    assert int(shell.wait_for("seen")) == DEADLINES
    shell.ended()
    assert steps(odoo_program, database) == all_done(complaints)


def test_a_server_goes_on_after_the_database_went_away(odoo_program, new_server):
    #
    complaints = 1500
    # All connections of this database are cut, as a restart does; others use the server too.
    running = new_server("--max-cron-threads=1")
    running.expect("terminating connection")
    running.expect("connection already closed")
    running.expect("server closed the connection")
    running.expect("Complaints: reminders and escalations")
    running.expect("odoo.sql_db")
    running.expect("odoo.service.server")
    running.expect("odoo.addons.base.models.ir_cron")
    running.expect("odoo.addons.bus")
    Shell(
        odoo_program,
        running.database,
        PREPARE.format(complaints=complaints)
        + 'env.ref("customer_complaint.ir_cron_run_deadline_steps")._trigger()',
    ).ended()
    wait_for_steps(odoo_program, running.database, lambda left: left <= 2000)
    running.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{running.database}' AND pid != pg_backend_pid()"
    )
    waiting, _missing, doubled, _to_dos = steps(odoo_program, running.database)
    assert waiting > 0, "it was in the middle"
    assert doubled == 0
    # The scheduler looks again within a minute.
    wait_for_steps(odoo_program, running.database, lambda left: not left)
    assert steps(odoo_program, running.database) == all_done(complaints)


def wait_for_steps(odoo, database, reached, seconds=600):
    """Wait until the number of steps that are missing is as wanted."""
    for _ in range(seconds * 10):
        waiting, missing, _doubled, _to_dos = steps(odoo, database)
        if reached(waiting):
            return
        time.sleep(0.1)
    raise AssertionError(f"{waiting} rows wait, {missing} steps are missing")
