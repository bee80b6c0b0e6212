"""Databases that tests copy instead of installing the addons again and again."""

import threading

from . import checklog, machine, odoo
from .say import Problem

PREFIX = "t_"  # of every database the tests make
LANGUAGES = "en_US,zh_CN"


class Template:
    """A database with both addons, built once per state of the addons."""

    def __init__(self, name, demo):
        self.name = PREFIX + name
        self.demo = demo
        self._lock = threading.Lock()
        self._outcome = None  # of this run: a Problem, or the complaints about its log

    @property
    def log(self):
        """The log of its installation."""
        return machine.log(self.name)

    @property
    def _stamp(self):
        return machine.folder("databases") / self.name

    def ready(self, ready):
        """The name of the database, built if it is missing or outdated.

        :raises Problem: when Odoo cannot install the addons
        """
        with self._lock:
            if self._outcome is None and not self._current(ready):
                self._build(ready)
        if isinstance(self._outcome, Problem):
            raise self._outcome
        return self.name

    def rebuilt(self, ready):
        """Build it whether or not it is up to date; the complaints about its log.

        :raises Problem: when Odoo cannot install the addons
        """
        with self._lock:
            self._build(ready)
        if isinstance(self._outcome, Problem):
            raise self._outcome
        return self._outcome

    def _current(self, ready):
        made = self._stamp.read_text() if self._stamp.exists() else None
        return made == odoo.state_of_addons() and ready.server.exists(self.name)

    def _build(self, ready):
        """Build it. Complaints about the log are the install stage's to tell."""
        self._stamp.unlink(missing_ok=True)
        state = odoo.state_of_addons()
        more = ("--load-language", LANGUAGES) if self.demo else ()
        options = {"demo": self.demo, "log": self.log, "heard": False}
        try:
            odoo.create(ready, self.name, odoo.present(), *more, **options)
            odoo.prepare_assets(ready, self.name)
        except Problem as problem:
            self._outcome = problem
            return
        self._outcome = checklog.complaints(self.log)
        self._stamp.write_text(state)


EMPTY = Template("empty", demo=False)
DEMO = Template("demo", demo=True)


def sweep(ready):
    """Remove what earlier test runs left, except the two templates."""
    for database in ready.server.databases(PREFIX):
        if database not in (EMPTY.name, DEMO.name):
            ready.drop(database)
