"""PostgreSQL: the server the PG* variables point to, else a private cluster in the cache."""

import dataclasses
import os
import subprocess
import tempfile
from pathlib import Path

from . import machine
from .say import Problem, note, run, step

PATIENCE = 6  # attempts to copy a database in which somebody is

VARIABLES = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGPORT", "PGUSER")
ROLE = "odoo"
PORT = "5432"  # of the private cluster: only names its socket, nothing listens on the network
# A cluster for trying and testing: fast, and rebuilt rather than repaired after a power cut.
SETTINGS = {
    "listen_addresses": "''",
    "port": PORT,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "512MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "max_connections": "200",
    "jit": "off",
}


@dataclasses.dataclass(frozen=True)
class Server:
    """A PostgreSQL server that Odoo may use: how to reach it and which programs to use."""

    host: str
    port: str
    user: str
    password: str
    programs: Path | None
    private: bool

    def environment(self):
        """PG* variables for the client programs."""
        named = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        if self.password:
            named["PGPASSWORD"] = self.password
        return os.environ | named

    def program(self, name):
        """The path of a client program."""
        return str(self.programs / name) if self.programs else name

    def query(self, sql, database="postgres"):
        """The rows of a query as lists of texts.

        :raises Problem: when PostgreSQL refuses it
        """
        command = [self.program("psql"), "-XqAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*command, "-d", database, "-c", sql],
            env=self.environment(),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Problem(f"PostgreSQL refused: {done.stderr.strip() or sql}")
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def exists(self, database):
        """Whether a database of that name exists."""
        return [database] in self.query("SELECT datname FROM pg_database")

    def clone(self, template, database):
        """Copy a database that nobody works in, replacing an older copy."""
        self.drop(database)
        # Whoever has just worked in it may not have left yet; PostgreSQL waits 5 s each time.
        for attempt in range(PATIENCE):
            try:
                return self.query(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
            except Problem as problem:
                if "other users" not in str(problem) or attempt == PATIENCE - 1:
                    raise

    def drop(self, database):
        """Remove a database if it exists, closing its connections."""
        self.query(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def databases(self, prefix):
        """The names of the databases that begin with a prefix."""
        names = (row[0] for row in self.query("SELECT datname FROM pg_database ORDER BY 1"))
        return [name for name in names if name.startswith(prefix)]


def binaries():
    """The folder of the newest PostgreSQL server's programs on this machine, or None."""
    found = [
        path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()
    ]
    found.sort(key=lambda path: float(path.parent.name))
    return found[-1] if found else None


def configured():
    """Whether the standard variables point to a server."""
    return any(os.environ.get(name) for name in VARIABLES)


def server():
    """The server to use, started if it is the private one.

    :raises Problem: when the server the variables point to answers but cannot be used
    """
    return (configured() and _given()) or _private()


def _given():
    """The server the standard variables point to, or None when it does not answer."""
    given = Server(
        host=os.environ.get("PGHOST") or os.environ.get("PGHOSTADDR") or "",
        port=os.environ.get("PGPORT") or PORT,
        user=os.environ.get("PGUSER") or os.environ.get("USER") or "",
        password=os.environ.get("PGPASSWORD") or "",
        programs=binaries(),
        private=False,
    )
    advice = "or unset the PG* variables to have a private cluster made."
    try:
        rights = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        may_create = given.query(rights)
    except (Problem, FileNotFoundError):
        note("PostgreSQL does not answer where the PG* variables point: using a private cluster.")
        return None
    if given.user == "postgres":
        raise Problem(f"Odoo refuses the database user postgres: set PGUSER to another, {advice}")
    if may_create != [["t"]]:
        raise Problem(f"{given.user} may not create databases: grant it CREATEDB, {advice}")
    return given


def _private():
    programs = binaries()
    if not programs:
        raise Problem(
            "PostgreSQL is missing: ask an administrator to run: apt-get install postgresql"
        )
    if not machine.current("postgres", programs):
        stop()  # one of another version, whose databases this one cannot read
    with machine.prepared("postgres", programs) as (data, empty):
        if empty:
            step("Creating a private PostgreSQL cluster")
            create(data)
    socket = _socket_folder()
    if not _running(programs, data):
        start(data, socket)
    return private(socket)


def private(socket):
    """The server of a cluster that `start` started."""
    return Server(str(socket), PORT, ROLE, "", binaries(), private=True)


def create(data):
    """Create a cluster in an empty folder.

    :raises Problem: when PostgreSQL cannot
    """
    run(
        (binaries() / "initdb", "-D", data, "-U", ROLE, "-A", "trust")
        + ("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        "create a PostgreSQL cluster",
        machine.log("initdb"),
    )


def start(data, socket):
    """Start the cluster in a folder, reached through a socket in another, whose path is short.

    :raises Problem: when PostgreSQL does not start
    """
    settings = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    run(
        (binaries() / "pg_ctl", "start", "-w", "-D", data, "-l", machine.log(data.name))
        + ("-o", f"-k '{socket}' {settings}"),
        "start PostgreSQL",
        machine.log("postgres-start"),
    )


def halt(data, mode="fast"):
    """Stop the cluster in a folder: `fast` cuts all connections, `immediate` is a crash.

    :raises Problem: when it does not stop
    """
    call = (binaries() / "pg_ctl", "stop", "-w", "-D", data, "-m", mode)
    run(call, "stop PostgreSQL", machine.log("postgres-stop"))


def _socket_folder():
    """The folder of the private socket, whose path must stay short."""
    place = machine.folder("socket")
    if len(str(place)) < 80:
        return place
    place = Path(tempfile.gettempdir()) / f"{machine.NAME}-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def _running(programs, data):
    status = subprocess.run([programs / "pg_ctl", "status", "-D", data], capture_output=True)
    return status.returncode == 0


def stop():
    """Stop the private cluster if it runs."""
    programs, data = binaries(), machine.cache() / "postgres"
    if programs and data.exists() and _running(programs, data):
        halt(data)
