"""Several Odoo processes on one database: they work at once, or one of them is killed."""

import os
import signal
import subprocess
import time

# A cron's own method, with batches small enough that several processes meet often.
RUN = """
import os, time
worked = env[{model!r}]
batch, seen = type(worked).{batch}, []
def small(self, now):
    seen.append(batch(self, now, limit={size}))
    return seen[-1]
type(worked).{batch} = small
print("ready", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
env.cr.rollback()  # what it sees begins now
worked.{cron}()
print("seen", sum(seen), flush=True)
"""
# Stops for good inside the third batch, when what it writes is written and not committed.
STUCK = """
import time
Stuck = type(env[{model!r}])
effect, calls = Stuck.{effect}, []
def stuck(rows):
    effect(rows)
    calls.append(rows)
    if len(calls) == 3:
        env.flush_all()
        print("stuck", flush=True)
        time.sleep(600)
Stuck.{effect} = stuck
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
        assert self.process.wait(300) == 0

    def kill(self):
        """End it as a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        assert self.process.wait(300) == -signal.SIGKILL
        self.process.stdout.close()


def run_at_once(odoo, database, scripts, go):
    """Run scripts as those made from `RUN` at the same time, a process each.

    :param Path go: the file the scripts wait for
    :return: how many rows each of them worked on
    """
    shells = [Shell(odoo, database, script) for script in scripts]
    for shell in shells:
        shell.wait_for("ready")
    go.touch()
    seen = [int(shell.wait_for("seen")) for shell in shells]
    for shell in shells:
        shell.ended()
    return seen


def run_until_killed(odoo, database, script):
    """Run a script made from `STUCK` and `RUN`, and kill it inside the third batch."""
    shell = Shell(odoo, database, script)
    shell.wait_for("stuck")
    shell.kill()
    wait_until_released(odoo, database)


def wait_until_released(odoo, database):
    """Wait until the database server has noticed that a client is gone."""
    others = (
        "SELECT count(*) FROM pg_stat_activity "
        f"WHERE datname = '{database}' AND pid != pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    for _ in range(600):
        if odoo.server.query(others, database) == [["0"]]:
            return
        time.sleep(0.1)
    raise AssertionError("the killed process still holds its connection")
