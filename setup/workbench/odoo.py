"""Odoo 19: the program to start, its configuration, and the databases it works on."""

import dataclasses
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import debian, machine, postgres, python
from .say import Problem, finish

VERSION = "19.0"
ADDONS = ("customer_complaint", "customer_satisfaction")
# Complaints published by others, for tests; they stand beside the checkout where there are any.
PUBLIC_DATA = machine.TREE.parent / "shared" / "data"


@dataclasses.dataclass(frozen=True)
class Odoo:
    """An Odoo 19 together with the database server it uses."""

    command: tuple
    server: postgres.Server
    addons: Path = machine.TREE
    packages: Path | None = None  # a folder with installed packages, seen before all others

    def environment(self, database, port=None):
        """The environment that makes Odoo use the given database and this repository's addons."""
        environment = os.environ | {
            "ODOO_RC": str(self.configuration(database, port)),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        # Odoo prefers the standard variables to its configuration.
        for name in [name for name in environment if name.startswith("PG")]:
            del environment[name]
        if PUBLIC_DATA.is_dir():
            environment.setdefault("COMPLAINT_PUBLIC_DATA", str(PUBLIC_DATA))
        if self.packages:
            environment["PYTHONPATH"] = str(self.packages)
        return environment

    def configuration(self, database, port=None):
        """Write the configuration file for a database and return its path."""
        values = {
            "addons_path": addons_path(self.addons),
            "data_dir": machine.folder("data"),
            "db_host": self.server.host,
            "db_name": database,
            "db_password": self.server.password,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "http_interface": "127.0.0.1",
            "http_port": port or "",
            "list_db": "False",
        }
        path = machine.folder("conf") / f"{database}.conf"
        lines = [f"{name} = {value}" for name, value in values.items() if value != ""]
        path.write_text("\n".join(["[options]", *lines, ""]))
        path.chmod(0o600)
        return path

    def run(self, database, *arguments, log, heard=True):
        """Run an Odoo command to its end with its output in `log`; its exit status.

        :param heard: whether its progress is shown
        """
        sign = (lambda: progress(log)) if heard else None
        return finish((*self.command, *arguments), log, sign, env=self.environment(database))

    def clone(self, template, database):
        """Copy a database with its files, replacing an older copy."""
        self.server.clone(template, database)
        target = filestore(database)
        shutil.rmtree(target, ignore_errors=True)
        if (source := filestore(template)).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # Odoo never changes a stored file, so that both may share it.
            shutil.copytree(source, target, copy_function=os.link)

    def drop(self, database):
        """Remove a database and its files."""
        self.server.drop(database)
        shutil.rmtree(filestore(database), ignore_errors=True)


def progress(log):
    """What a running Odoo did last, from the end of its log."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        text = file.read().decode(errors="replace")
    found = re.findall(r"Starting \w+\.\w+|Loading module \S+ \(\d+/\d+\)", text)
    return found[-1].partition(" ")[2].removeprefix("module ") if found else ""


def reason(log):
    """The last error of a log, and where to read on."""
    lines = log.read_text(errors="replace").splitlines()
    errors = [
        line for line in lines if re.match(r"[\w.]*(Error|Exception|Failure|Violation)\b", line)
    ]
    return f"{errors[-1][:300] if errors else 'it ended early'} (log: {log})"


def filestore(database):
    """The folder of a database's attachments."""
    return machine.folder("data") / "filestore" / database


def addons_path(folder):
    """The folder when it holds addons (Odoo refuses one that does not), else nothing."""
    return folder if present(folder) else ""


def present(folder=machine.TREE):
    """Which of this repository's addons are in a folder."""
    return [name for name in ADDONS if (folder / name / "__manifest__.py").exists()]


def prepare():
    """Odoo 19 ready to start, with its database server running.

    An Odoo 19.0 that is already there (ODOO_BIN, or `odoo` on the path) is preferred to Debian's.

    :raises Problem: when something cannot be prepared
    """
    machine.check()
    with machine.locked("prepare", "preparing Odoo"):
        server = postgres.server()
        return Odoo(_existing() or _unpacked(), server)


def _existing():
    if named := os.environ.get("ODOO_BIN"):
        version = _version_of(named)
        if version != VERSION:
            raise Problem(
                f"ODOO_BIN={named} is {version or 'not a working Odoo'}: "
                f"point it to Odoo {VERSION}, or unset it to have one fetched."
            )
        return (named,)
    found = shutil.which("odoo")
    return (found,) if found and _version_of(found) == VERSION else None


def _version_of(program):
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+\.\d+)", done.stdout)
    return found and found[1]


def _unpacked():
    root = debian.unpacked_odoo()
    packages = debian.addons_of(root).parents[1]
    interpreter = python.environment("odoo", "requirements.txt", packages)
    return (str(interpreter), str(root / "usr/bin/odoo"))


def state_of_addons(folder=machine.TREE):
    """A hash over the files of the addons that decide what is in a database."""
    kinds = {".py", ".xml", ".csv", ".po", ".pot", ".scss", ".js"}
    files = [
        path
        for name in present(folder)
        for path in sorted((folder / name).rglob("*"))
        if path.suffix in kinds and "tests" not in path.parts
    ]
    return machine.fingerprint(
        *(part for path in files for part in (path.relative_to(folder), path))
    )


QUIET = ("--stop-after-init", "--no-http", "--max-cron-threads=0")


def create(odoo, database, modules, *arguments, demo, log, heard=True):
    """Create a database with modules, with or without demo data.

    :raises Problem: when Odoo fails; the database is then removed
    """
    odoo.drop(database)
    demo_data = "--with-demo" if demo else "--without-demo"
    call = ("-i", ",".join(modules), demo_data, *QUIET, *arguments)
    if odoo.run(database, *call, log=log, heard=heard):
        odoo.drop(database)
        raise Problem(f"Odoo could not create the database {database}: {reason(log)}")


def update(odoo, database, modules, *, log, heard=True):
    """Update modules in a database.

    :raises Problem: when Odoo fails
    """
    if odoo.run(database, "-u", ",".join(modules), *QUIET, log=log, heard=heard):
        raise Problem(f"Odoo could not update the database {database}: {reason(log)}")


def prepare_assets(odoo, database):
    """Build the web client's bundles, which the first visitor would otherwise wait for.

    :raises Problem: when Odoo fails
    """
    script(odoo, database, "env['ir.qweb']._pregenerate_assets_bundles()")


def script(odoo, database, code):
    """Run a few lines of Python with `env` on a database and commit; what they print.

    :raises Problem: when they fail
    """
    log = machine.log(f"script-{database}")
    command = [*odoo.command, "shell", "--no-http", "--log-level=warn"]
    done = subprocess.run(
        command,
        input=f"{code}\nenv.cr.commit()\nprint('it is done')\n",
        env=odoo.environment(database),
        capture_output=True,
        text=True,
    )
    log.write_text(done.stdout + done.stderr)
    if "it is done" not in done.stdout:
        raise Problem(f"Odoo could not prepare the database {database}: read {log}.")
    return done.stdout
