"""The deadline engine when several processes run it, and when one is killed."""

import os
import signal
import subprocess
import time

import pytest
from workbench import templates

COMPLAINTS = 150  # two deadlines each, all overdue by more than a day
PREPARE = f"""
env["customer.complaint.deadline"].search([]).next_step_at = False
env["customer.complaint"].create([
    {{"description": "Late %s" % i, "received_at": "2025-03-03 09:00:00", "acknowledge": False}}
    for i in range({COMPLAINTS})
])
"""
# The cron's own method, with batches small enough that two processes meet often.
RUN = """
import os, time
engine = env["customer.complaint.deadline"]
batch, seen = type(engine)._run_due_steps, []
def small(self, now):
    seen.append(batch(self, now, limit=20))
    return seen[-1]
type(engine)._run_due_steps = small
print("ready", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
env.cr.rollback()  # what it sees begins now
engine._cron_run_steps()
print("seen", sum(seen), flush=True)
"""
# Stops for good inside the third batch, when its to-dos are written and not committed.
STUCK = """
Escalation = type(env["customer.complaint.escalation"])
effect, calls = Escalation._effect_activity, []
def stuck(rows):
    effect(rows)
    calls.append(rows)
    if len(calls) == 3:
        env.flush_all()
        print("stuck", flush=True)
        time.sleep(600)
Escalation._effect_activity = stuck
"""


class Shell:
    """A process that runs a script inside Odoo on a database."""

    def __init__(self, odoo, database, script):
        self.process = subprocess.Popen(
            [*odoo.command, "shell", "--no-http", "--log-level=warn"],
            env=odoo.environment(database),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.process.stdin.write(f"{script}\nenv.cr.commit()\nprint('it is done')\n")
        self.process.stdin.close()
        self.told = []

    def wait_for(self, word):
        """The rest of the next line that begins with a word."""
        for line in self.process.stdout:
            self.told.append(line)
            if line.startswith(word):
                return line.removeprefix(word).strip()
        raise AssertionError(f"it never said “{word}”:\n{''.join(self.told)}")

    def ended(self):
        """Wait for a regular end."""
        self.wait_for("it is done")
        self.process.stdout.close()
        assert self.process.wait(60) == 0

    def kill(self):
        """End it as a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        assert self.process.wait(60) == -signal.SIGKILL
        self.process.stdout.close()


@pytest.fixture
def overdue(odoo_program, request):
    """A database with several hundred overdue deadlines and no server on it."""
    name = f"{templates.PREFIX}{request.node.name[:40]}"
    odoo_program.clone(templates.DEMO.ready(odoo_program), name)
    Shell(odoo_program, name, PREPARE).ended()
    yield name
    odoo_program.drop(name)


def steps(odoo, database):
    """(waiting rows, missing steps, doubled steps, to-dos) on the prepared complaints."""
    return [
        int(odoo.server.query(query, database)[0][0])
        for query in (
            """SELECT count(*) FROM customer_complaint_deadline
                WHERE next_step_at <= now() AT TIME ZONE 'UTC'""",
            # Overdue by days: every step after the due time has happened, no reminder.
            """SELECT count(*)
                 FROM customer_complaint_deadline d
                 JOIN customer_complaint c ON c.id = d.complaint_id
                 JOIN customer_complaint_escalation_step s ON s.timing = 'after'
                 LEFT JOIN customer_complaint_escalation e
                   ON e.deadline_id = d.id AND e.step_id = s.id AND e.due_at = d.due_at
                WHERE c.description LIKE 'Late %' AND e.id IS NULL""",
            """SELECT count(*) FROM (
                    SELECT 1 FROM mail_activity
                     WHERE res_model = 'customer.complaint' AND res_id IN (
                           SELECT id FROM customer_complaint
                            WHERE description LIKE 'Late %')
                     GROUP BY res_id, user_id, summary, note HAVING count(*) > 1
               ) doubled""",
            """SELECT count(*) FROM mail_activity a JOIN customer_complaint c
                   ON c.id = a.res_id AND a.res_model = 'customer.complaint'
                WHERE c.description LIKE 'Late %'""",
        )
    ]


# A to-do for the leader and one for the management per deadline.
ALL_DONE = [0, 0, 0, COMPLAINTS * 2 * 2]


def test_two_processes_at_once_do_each_step_once(odoo_program, overdue, tmp_path):
    # C-41 X-14
    go = tmp_path / "go"
    script = RUN.format(go=str(go))
    shells = [Shell(odoo_program, overdue, script) for _ in range(2)]
    for shell in shells:
        shell.wait_for("ready")
    go.touch()
    seen = [int(shell.wait_for("seen")) for shell in shells]
    for shell in shells:
        shell.ended()
    assert all(seen), f"both must have worked at the same time: {seen}"
    assert sum(seen) == COMPLAINTS * 2
    assert steps(odoo_program, overdue) == ALL_DONE


def test_a_killed_process_loses_nothing_and_the_next_run_repeats_nothing(
    odoo_program, overdue, tmp_path
):
    # C-41 X-14
    go = tmp_path / "go"
    go.touch()
    script = RUN.format(go=str(go))
    shell = Shell(odoo_program, overdue, "import time\n" + STUCK + script)
    shell.wait_for("stuck")
    shell.kill()
    wait_until_released(odoo_program, overdue)
    waiting, missing, doubled, to_dos = steps(odoo_program, overdue)
    assert waiting == COMPLAINTS * 2 - 40, "two batches of 20 were finished"
    assert missing == waiting * 3, "nothing of the third batch stays"
    assert (doubled, to_dos) == (0, 40 * 2)

    after = Shell(odoo_program, overdue, script)
    assert int(after.wait_for("seen")) == waiting
    after.ended()
    assert steps(odoo_program, overdue) == ALL_DONE


def wait_until_released(odoo, database):
    """Wait until the database server has noticed that a client is gone."""
    others = (
        "SELECT count(*) FROM pg_stat_activity "
        f"WHERE datname = '{database}' AND pid != pg_backend_pid()"
    )
    for _ in range(100):
        if odoo.server.query(others, database) == [["0"]]:
            return
        time.sleep(0.1)
    raise AssertionError("the killed process still holds its connection")
