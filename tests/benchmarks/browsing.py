"""What the customer's list on the portal costs, asked as his browser asks."""

import threading

import filling
from measuring import Cost, dominant, fresh, statements, summary, tell
from werkzeug.test import Client

from odoo import http
from odoo.service import security

LOGIN = "bench_customer"
LISTS = {"": "first page", "/page/3": "third page", "?filterby=open": "open ones"}


def run(registry, people, stored, sizes):
    """Look through a customer's own complaints among `stored` ones.

    `database` is what the log of requests calls SQL time, of the quickest one: milliseconds.
    """
    with fresh(registry) as env:
        original = env["customer.complaint"].browse(people["original"])
        others = env["res.partner"].browse(people["partners"])
        filling.fill(env, original, others, stored)
        user = _customer(env)
        filling.give(env, user.partner_id, sizes["own"])
        browser = _browser(registry, user)
    for address, name in LISTS.items():

        def work(address=address):
            page = browser.get(f"/my/complaints{address}")
            if page.status_code != 200 or "/my/complaints/" not in page.text:
                raise RuntimeError(f"{page.status} instead of the list")

        work()
        costs, waited = [], []
        for _ in range(sizes["repeats"]):
            with Cost() as cost:
                work()
            costs.append(cost)
            waited.append(threading.current_thread().query_time * 1000)
        tell(
            "browsing",
            f"{name} among {stored:,}",
            stored=stored,
            database=round(min(waited), 3),
            dominant=dominant(work),
            statements=statements(work),
            **summary(costs),
        )


def _customer(env):
    """Somebody with a login for the portal and a company of his own."""
    users = env["res.users"].with_context(no_reset_password=True)
    return users.search([("login", "=", LOGIN)]) or users.create(
        {
            "name": "Bench customer",
            "login": LOGIN,
            "email": f"{LOGIN}@example.com",
            "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
        }
    )


def _browser(registry, user):
    """A browser inside this process, logged in as `user`."""
    root = http.root
    session = root.session_store.new()
    session.update(
        http.get_default_session(),
        db=registry.db_name,
        _trace_disable=True,  # one session is one device: written once, not by the list
    )
    own = user.with_user(user).env
    session.uid, session.login = user.id, user.login
    session.context = dict(own.user.context_get())
    session.session_token = security.compute_session_token(session, own)
    root.session_store.save(session)
    browser = Client(root)
    browser.set_cookie("session_id", session.sid)
    return browser
