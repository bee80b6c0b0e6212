"""Prepare this machine, create a database and start Odoo with the addons of this repository.

What runs afterwards in the background is ended by --stop. To pass a command to Odoo or to
PostgreSQL's client instead, with the right configuration and database, put it last:

  ./setup/run odoo shell
  ./setup/run odoo -u customer_complaint --stop-after-init
  ./setup/run psql -c 'SELECT count(*) FROM customer_complaint'
"""

import argparse
import os
import re
import sys
import time

from . import debian, machine, odoo, postgres, server, templates
from .say import Problem, note, step

RESERVED = ("postgres", "template0", "template1")
# The demo users the addons ship: login (also the password) and what that person does.
DEMO_USERS = {
    "submitter": "sales user: opens complaints from sales orders",
    "handler": "handles complaints",
    "lead": "leads a team: sees its complaints, moves due dates",
    "manager": "manages and configures",
    "accountant": "accounting, sees no complaint",
    "customer": "portal customer",
}
# Two of the people in the sample data: login (also the password), e-mail, what that person does.
SAMPLE_USERS = {
    "lin": ("lin.yue@yunlan.example.com", "leads a team of the Chinese sample company, in Chinese"),
    "greta": ("customer15@nordwind.example.com", "portal customer of the European sample company"),
}
# The sample's users have no password of their own; nobody needs the notices about a new one.
LOAD_SAMPLE = """
env["customer.complaint.sample"]._load()
notices = env["mail.mail"].search([])
for login, email in {logins!r}.items():
    env["res.users"].search([("login", "=", email)]).write({{"login": login, "password": login}})
(env["mail.mail"].search([]) - notices).unlink()
"""


def main():
    """Do what the command line asks for; the exit status."""
    options = parser().parse_args()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,50}", options.db):
        raise Problem(f"“{options.db}” is no database name: use letters, digits, _ and - only.")
    reserved = options.db in RESERVED or options.db.startswith(templates.PREFIX)
    if reserved and not options.command:
        raise Problem(f"The database {options.db} serves other purposes: choose another --db.")
    if not options.stop:
        debian.install_missing(debian.TO_RUN)
    machine.hand_over()
    if options.stop:
        return stop()
    began = time.monotonic()
    ready = odoo.prepare()
    if options.command:
        return passed_on(ready, options)
    with machine.locked(f"run-{options.db}", "preparing this database"):
        if options.reset:
            reset(ready, options.db)
        running = {database for _pid, database in server.running().values()}
        if options.db not in running and not server.is_free(options.port):
            raise server.taken(options.port)
        up_to_date(ready, options.db, demo=not options.without_demo)
        port = served(ready, options.db, options.port)
    print_address(ready, options.db, port, time.monotonic() - began)
    return 0


def parser():
    """The options of ./setup/run."""
    parsed = argparse.ArgumentParser(
        prog="./setup/run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parsed.add_argument
    option("--db", default="complaint", help="name of the database (default: %(default)s)")
    option("--port", type=int, default=8069, help="port to serve on (default: %(default)s)")
    option(
        "--without-demo",
        action="store_true",
        help="create the database without demo data",
    )
    option(
        "--reset",
        action="store_true",
        help="throw the database away and create it anew",
    )
    option(
        "--stop",
        action="store_true",
        help="stop what was started, and the private PostgreSQL",
    )
    option(
        "command",
        nargs=argparse.REMAINDER,
        metavar="odoo … | psql …",
        help="run this instead",
    )
    return parsed


def stop():
    """Stop every server started here and the private database cluster."""
    count = server.stop()
    postgres.stop()
    note(f"Stopped: {count} server{'' if count == 1 else 's'}.")
    return 0


def passed_on(ready, options):
    """Become the command that was put last on the command line."""
    program, *arguments = options.command
    if program == "odoo":
        port = options.port if server.is_free(options.port) else server.free_port()
        environment = ready.environment(options.db, port=port)
        command = [*ready.command, *arguments]
    elif program == "psql":
        environment = ready.server.environment() | {"PGDATABASE": options.db}
        command = [ready.server.program("psql"), *arguments]
    else:
        raise Problem(f"“{program}” is not understood: see ./setup/run --help.")
    sys.stdout.flush()
    os.execvpe(command[0], command, environment)


def stamp(database):
    """The file that says from which state of the addons a database was completed."""
    return machine.folder("databases") / database


def reset(ready, database):
    """Throw a database away."""
    server.stop(database)
    stamp(database).unlink(missing_ok=True)
    ready.drop(database)


def up_to_date(ready, database, demo):
    """Create the database, or update it when the addons have changed.

    A creation that was interrupted is begun anew.

    :raises Problem: when there are no addons, or the database is somebody else's
    """
    addons = odoo.present()
    if not addons:
        raise Problem(f"No addons in {machine.TREE}: get a complete copy of the repository.")
    mark = stamp(database)
    state = odoo.state_of_addons()
    known = mark.read_text() if mark.exists() else None
    log = machine.log(f"create-{database}")
    if not ready.server.exists(database) or known == "begun":
        mark.write_text("begun")
        step(f"Creating the database {database} with {', '.join(addons)} (a minute or two)")
        odoo.create(
            ready, database, addons, "--load-language", templates.LANGUAGES, demo=demo, log=log
        )
        if demo:
            step("Loading two sample companies with a year of complaints (a minute)")
            logins = {login: email for login, (email, _who) in SAMPLE_USERS.items()}
            odoo.script(ready, database, LOAD_SAMPLE.format(logins=logins))
        odoo.prepare_assets(ready, database)
    elif known is None:
        raise Problem(
            f"The database {database} was not made by this command: "
            "choose another one with --db, or replace it with --reset."
        )
    elif known != state:
        server.stop(database)
        step("Updating the addons, which changed since the last start")
        odoo.update(ready, database, addons, log=machine.log(f"update-{database}"))
    mark.write_text(state)


def served(ready, database, port):
    """A server on the database, on the wanted port unless one runs already; its port."""
    for used, (_pid, on) in server.running().items():
        if on == database:
            return used
    step("Starting Odoo")
    process = server.start(ready, database, port)
    server.remember(process, database, port)
    return port


def print_address(ready, database, port, seconds):
    """Say where Odoo is and who can log in."""
    logins = [
        row[0] for row in ready.server.query("SELECT login FROM res_users WHERE active", database)
    ]
    print(f"\nReady after {seconds:.0f} s: {server.address(port)}  (database {database})\n")
    print("  login        password     who")
    sample = {login: who for login, (_email, who) in SAMPLE_USERS.items()}
    people = {"admin": "administrator", **DEMO_USERS, **sample}
    for login, who in people.items():
        if login in logins:
            print(f"  {login:<12} {login:<12} {who}")
    print(
        f"\nLog: {machine.log(f'server-{database}')}\nStop: ./setup/run --stop",
        flush=True,
    )
