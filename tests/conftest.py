"""Fixtures for the tests from outside: they meet Odoo only through its front doors.

A session starts one server on a copy of the template database; a test that breaks things, or
must be alone, asks for `new_server` and gets its own. `./setup/test outside` runs them.
"""

import itertools
import os
import sys
import xmlrpc.client
from pathlib import Path

import pytest
import requests
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "setup"))

from workbench import checklog, debian, machine, odoo, server, templates  # noqa: E402


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
        self._keys = {}
        odoo_.clone(templates.DEMO.ready(odoo_), self.database)

    def start(self):
        """Start, and wait until it answers."""
        self.process = server.start(
            self.odoo, self.database, self.port, *self.arguments, log=self.log
        )

    def stop(self):
        """End the process; the database stays until `close`."""
        if self.process:
            server.end(self.process.pid)
            self.process = None

    def close(self):
        """End the process and remove the database."""
        self.stop()
        self.odoo.drop(self.database)

    def sql(self, query):
        """The rows of a query on the database, as lists of texts."""
        return self.odoo.server.query(query, self.database)

    def rpc(self, login="admin", password=None):
        """A function that calls a model's method over XML-RPC as a user.

        `rpc("lead")("res.partner", "search_count", [])`
        """
        password = password or login
        common = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/common")
        uid = common.authenticate(self.database, login, password, {})
        assert uid, f"{login} cannot log in"
        proxy = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/object", allow_none=True)

        def call(model, method, *arguments, **named):
            return proxy.execute_kw(
                self.database, uid, password, model, method, arguments, named
            )

        return call

    def json2(self, login="admin"):
        """A function that calls a model's method over JSON-2 as a user; the response."""
        if login not in self._keys:
            self._keys[login] = self._api_key(login)
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self._keys[login]}"
        session.headers["X-Odoo-Database"] = self.database

        def call(model, method, **named):
            address = f"{self.url}/json/2/{model}/{method}"
            return session.post(address, json=named, timeout=60)

        return call

    def _api_key(self, login):
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
            page = session.get(f"{self.url}/web/login", timeout=60)
            token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
            answer = session.post(
                f"{self.url}/web/login",
                data={
                    "login": login,
                    "password": password or login,
                    "csrf_token": token,
                },
                timeout=60,
            )
            assert not answer.url.endswith("/web/login"), f"{login} cannot log in"
        return session


@pytest.fixture(scope="session")
def odoo_program():
    """Odoo 19 and its database server, prepared as for ./setup/run."""
    return odoo.prepare()


@pytest.fixture(scope="session")
def new_server(odoo_program):
    """A function that makes a server on a fresh copy of the demo database.

    `new_server("--workers=2")` passes options to Odoo. The log of every server must be clean at
    the end; lines a test provokes are named by `expected`, a list of parts of log lines.
    """
    made, numbers = [], itertools.count(1)

    def make(*arguments, expected=()):
        one = Server(odoo_program, f"outside_{next(numbers)}", *arguments)
        made.append((one, expected))
        one.start()
        return one

    yield make
    complaints = []
    for one, expected in made:
        one.close()
        for line in checklog.complaints(one.log):
            if not any(part in line for part in expected):
                complaints.append(line)
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def running(new_server):
    """The server that all tests share: two workers, as in production, and the demo data."""
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
    """A page of laptop size in a browser of its own; errors in its console fail the test."""
    context = chromium.new_context(
        base_url=running.url, viewport={"width": 1366, "height": 768}, locale="en-US"
    )
    context.set_default_timeout(30_000)
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
