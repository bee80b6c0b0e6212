"""The deadline engine when PostgreSQL itself is restarted under it."""

import dataclasses
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from processes import Shell
from test_engine_processes import PREPARE, all_done, steps, wait_for_steps
from workbench import machine, postgres, server, templates

WAKE = 'env.ref("customer_complaint.ir_cron_run_deadline_steps")._trigger()'
# What Odoo says about a database server that goes away and comes back.
LOST = (
    "terminating connection",
    "connection already closed",
    "server closed the connection",
    "the database system is",
    "No such file or directory",
    "odoo.sql_db",
    "odoo.service.server",
    "odoo.addons.base.models.ir_cron",
    "odoo.addons.bus",
    "odoo.modules.registry",
)


class Cluster:
    """A PostgreSQL cluster of its own, which a test may stop while others work on theirs."""

    def __init__(self, folder):
        self.data, self.socket = folder / "restarted", folder / "socket"
        self.socket.mkdir()
        self.data.mkdir()
        postgres.create(self.data)
        postgres.start(self.data, self.socket)
        self.server = postgres.private(self.socket)

    def copy(self, source, database):
        """Bring a database of another server here, under the same name."""
        self.server.query(f'CREATE DATABASE "{database}" TEMPLATE template0')
        dump = subprocess.Popen(
            [source.program("pg_dump"), database],
            env=source.environment(),
            stdout=subprocess.PIPE,
        )
        with machine.log("restore").open("wb") as log:
            subprocess.run(
                [self.server.program("psql"), "-Xq", "-v", "ON_ERROR_STOP=1"]
                + ["-d", database],
                env=self.server.environment(),
                stdin=dump.stdout,
                stdout=log,
                stderr=log,
                check=True,
            )
        assert dump.wait() == 0

    def restart(self, mode, seconds):
        """Stop it, be away for a while, start again."""
        postgres.halt(self.data, mode)
        time.sleep(seconds)
        postgres.start(self.data, self.socket)


@pytest.fixture
def cluster(odoo_program):
    """A cluster with the template of the demo data; nothing else uses it."""
    # Not below tmp_path: the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix=templates.PREFIX) as folder:
        own = Cluster(Path(folder))
        try:
            own.copy(odoo_program.server, templates.DEMO.ready(odoo_program))
            yield own
        finally:
            postgres.halt(own.data, "immediate")


@pytest.mark.full
@pytest.mark.parametrize(
    ("mode", "seconds"), [("fast", 0), ("immediate", 5)], ids=["restart", "crash"]
)
def test_a_sweep_goes_on_by_itself_after_postgresql_was_restarted(
    odoo_program, new_server, servers, cluster, mode, seconds
):
    #
    complaints = 1500
    program = dataclasses.replace(odoo_program, server=cluster.server)
    # Workers as in production: Odoo replaces those that lost the database.
    running = new_server(
        "--workers=2",
        "--max-cron-threads=1",
        f"--gevent-port={server.free_port()}",
        program=program,
    )
    try:
        for part in LOST:
            running.expect(part)
        # Nobody sweeps while it is prepared; the first sweep begins with the server.
        running.stop()
        prepare = PREPARE.format(complaints=complaints) + WAKE
        Shell(program, running.database, prepare).ended()
        running.start()
        wait_for_steps(program, running.database, lambda left: left <= 2000)
        cluster.restart(mode, seconds)
        waiting, _missing, doubled, _to_dos = steps(program, running.database)
        assert waiting > 0, "it was in the middle"
        assert doubled == 0

        def is_done(left):
            # Odoo ends where it needs a new worker while the database is away; whatever
            # keeps services up starts it again. Nobody does more than that.
            if running.process.poll() is not None:
                assert not running.complaints()
                running.start()
            return not left

        # The scheduler looks again within a minute.
        wait_for_steps(program, running.database, is_done)
        assert steps(program, running.database) == all_done(complaints)
        assert running.rpc("manager")("customer.complaint", "search_count", [])
        assert not running.complaints()
    finally:
        running.close()
        servers.remove(running)
