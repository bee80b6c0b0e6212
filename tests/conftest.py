"""Fixtures for the tests from outside: they meet Odoo only through its front doors.

A session starts one server on a copy of the template database; a test that breaks
things, or must be alone, asks for `new_server` and gets its own.
`./setup/test outside` runs them.
"""

import email
import email.policy
import os
import sys
import time
from pathlib import Path

import pytest
import requests
from aiosmtpd.controller import Controller
from hypothesis import HealthCheck, configuration, settings
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "setup"))

from processes import Shell  # noqa: E402
from workbench import checklog, debian, machine, odoo, server, templates  # noqa: E402

# Odoo ends requests that take long: on a slow machine they may.
PATIENT = ("--limit-time-real=1200", "--limit-time-cpu=600")
VACUUM = "Job 'Base: Auto-vacuum internal data' (1) processed no record"


def pytest_configure(config):
    """Make the mark of the long tests known."""
    config.addinivalue_line("markers", "full: too long for every run (--full)")


def pytest_collection_modifyitems(config, items):
    """Leave out what is too long for every run, unless the whole is asked for."""
    if not os.environ.get("FULL"):
        long = [item for item in items if item.get_closest_marker("full")]
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)


def drawn(cases=150):
    """The settings of a property: the same cases in every run, no limit on a slow machine."""
    return settings(
        max_examples=cases,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


class Refused(Exception):
    """Odoo's answer to a call it refuses: the message, and the name of the error."""

    def __init__(self, data):
        super().__init__(data["message"])
        self.name = data["name"]


class Mailbox:
    """A mail server that takes every mail and delivers none."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):
        """Keep a mail, with whom it was for."""
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 kept"

    def wait_for(self, recipient, *words, seconds=300):
        """The newest mail to a recipient with all these words in the subject."""
        for _ in range(seconds * 2):
            for recipients, mail in reversed(self.mails):
                subject = mail["subject"] or ""
                if recipient in recipients and all(w in subject for w in words):
                    return mail
            time.sleep(0.5)
        raise AssertionError(f"no mail {words} to {recipient} in {seconds} s")


class Server:
    """A running Odoo on a database of its own."""

    def __init__(self, odoo_, name, *arguments):
        self.odoo = odoo_
        self.database = templates.PREFIX + name
        self.log = machine.log(f"outside-{name}")
        self.port = server.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arguments = arguments
        self.process = None
        self.expected = []
        self._told = 0
        self._keys = {}
        odoo_.clone(templates.DEMO.ready(odoo_), self.database)

    def start(self):
        """Start, and wait until it answers."""
        self._told = 0  # the log begins anew
        self.process = server.start(
            self.odoo, self.database, self.port, *self.arguments, log=self.log
        )

    def stop(self):
        """End the process; the database stays until `close`."""
        if self.process:
            server.end(self.process.pid)
            self.process = None

    def install(self, *modules):
        """Install other applications beside ours, while nobody calls, and start again."""
        self.stop()
        log = machine.log(f"install-{self.database}")
        call = ("-i", ",".join(modules), *odoo.QUIET)
        status = self.odoo.run(self.database, *call, log=log, heard=False)
        assert not status, f"Odoo ended with status {status}: read {log}"
        self.start()

    def close(self):
        """End the process and remove the database."""
        self.stop()
        self.odoo.drop(self.database)

    def expect(self, part):
        """Name a part of the lines that a test provokes in the otherwise clean log."""
        self.expected.append(part)

    def complaints(self):
        """The lines of the log since the last call that no test expects.

        A request that is refused leaves a warning; the tests judge the answer instead. And
        Odoo's own daily clean-up says so when somebody works on what it would remove.
        """
        lines = checklog.complaints(self.log)
        new, self._told = lines[self._told :], len(lines)
        expected = [f"WARNING {self.database} odoo.http: ", VACUUM, *self.expected]
        return [line for line in new if not any(part in line for part in expected)]

    def sql(self, query):
        """The rows of a query on the database, as lists of texts."""
        return self.odoo.server.query(query, self.database)

    def rpc(self, login="admin", password=None):
        """A function that calls a model's method as the web client does; the result.

        `rpc("lead")("res.partner", "search_count", [])`

        The function raises `Refused` with the server's message.
        """
        session = self.session(login, password)

        def call(model, method, *arguments, **named):
            parameters = {
                "model": model,
                "method": method,
                "args": arguments,
                "kwargs": named,
            }
            answer = session.post(
                f"{self.url}/web/dataset/call_kw/{model}/{method}",
                json={"jsonrpc": "2.0", "method": "call", "params": parameters},
                timeout=300,
            ).json()
            if "error" in answer:
                raise Refused(answer["error"]["data"])
            return answer.get("result")

        return call

    def json2(self, login="admin"):
        """A function that calls a model's method over JSON-2; the response."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.api_key(login)}"
        session.headers["X-Odoo-Database"] = self.database

        def call(model, method, **named):
            address = f"{self.url}/json/2/{model}/{method}"
            return session.post(address, json=named, timeout=300)

        return call

    def api_key(self, login):
        """An API key of a user, made once."""
        if login not in self._keys:
            self._keys[login] = self._make_api_key(login)
        return self._keys[login]

    def _make_api_key(self, login):
        code = (
            f"user = env['res.users'].search([('login', '=', {login!r})])\n"
            "keys = env['res.users.apikeys'].with_user(user).sudo()\n"
            "key = keys._generate('rpc', 'tests', None)\n"
            "print('the key is', key)"
        )
        told = odoo.script(self.odoo, self.database, code)
        return told.partition("the key is ")[2].split()[0]

    def session(self, login=None, password=None):
        """A `requests` session, logged in as a user or as nobody."""
        session = requests.Session()
        if login:
            page = session.get(f"{self.url}/web/login", timeout=300)
            token = page.text.partition('name="csrf_token" value="')[2].partition('"')[
                0
            ]
            answer = session.post(
                f"{self.url}/web/login",
                data={
                    "login": login,
                    "password": password or login,
                    "csrf_token": token,
                },
                timeout=300,
            )
            assert not answer.url.endswith("/web/login"), f"{login} cannot log in"
        return session


@pytest.fixture(scope="session", autouse=True)
def notes_of_hypothesis(tmp_path_factory):
    """Keep what hypothesis writes out of the tree."""
    configuration.set_hypothesis_home_dir(tmp_path_factory.mktemp("hypothesis"))


@pytest.fixture(scope="session")
def odoo_program():
    """Odoo 19 and its database server, prepared as for ./setup/run."""
    return odoo.prepare()


@pytest.fixture
def prepared(odoo_program):
    """A function that makes a demo database on which a script ran, and no server; its name."""
    name = f"{templates.PREFIX}prepared_{os.getpid()}"

    def make(script):
        odoo_program.clone(templates.DEMO.ready(odoo_program), name)
        Shell(odoo_program, name, script).ended()
        return name

    yield make
    odoo_program.drop(name)


@pytest.fixture(scope="session")
def servers():
    """The servers that are up; ended with the session."""
    up = []
    yield up
    for one in up:
        one.close()


@pytest.fixture(autouse=True)
def clean_log(servers):
    """Fail a test that leaves warnings in a server's log which it did not `expect`."""
    yield
    complaints = [line for one in servers for line in one.complaints()]
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def mailbox():
    """Where the mails of all servers arrive."""
    box = Mailbox()
    controller = Controller(
        box, hostname="127.0.0.1", port=server.free_port(), ready_timeout=60
    )
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


@pytest.fixture(scope="session")
def new_server(odoo_program, servers, mailbox):
    """A function that makes a server on a fresh copy of the demo database.

    `new_server("--workers=2")` passes options to Odoo; `program` is another Odoo than that
    of the session.
    """

    def make(*arguments, program=odoo_program):
        mail = ("--smtp=127.0.0.1", f"--smtp-port={mailbox.port}")
        name = f"outside_{len(servers) + 1}"
        one = Server(program, name, *mail, *PATIENT, *arguments)
        servers.append(one)
        one.start()
        return one

    return make


@pytest.fixture(scope="session")
def running(new_server):
    """The server that all tests share, with the demo data."""
    return new_server()


@pytest.fixture(scope="session")
def workers(new_server):
    """A server with two worker processes, as in production, for requests at once.

    Not for pages: without a proxy in front, their websocket has nowhere to go.
    """
    return new_server("--workers=2", f"--gevent-port={server.free_port()}")


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, without a window."""
    program = debian.browser()
    assert program, "Chromium is missing: run ./setup/test, which installs it"
    quiet = ("--disable-background-networking", "--disable-component-update")
    quiet += ("--disable-sync", "--no-first-run", "--disable-quic", "--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(quiet))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, running):
    """A page of laptop size without cookies; an uncaught error in it fails the test."""
    context = chromium.new_context(
        base_url=running.url, viewport={"width": 1366, "height": 768}, locale="en-US"
    )
    context.set_default_timeout(120_000)
    opened = context.new_page()
    errors = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    folder = machine.folder("log", "screenshots")
    name = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].split(" ")[0]
    opened.screenshot(path=folder / f"{name}.png")
    context.close()
    assert not errors, "\n".join(errors)


@pytest.fixture
def log_in(page):
    """A function that logs a user in on the page, as a person does."""

    def log_in_as(login, password=None):
        page.context.clear_cookies()
        page.goto("/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password or login)
        page.click("button[type=submit]:has-text('Log in')")
        page.wait_for_url(lambda url: "/web/login" not in url)
        return page

    return log_in_as
