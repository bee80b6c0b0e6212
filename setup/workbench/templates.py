"""Databases that tests copy instead of installing the addons again and again."""

import threading

from . import checklog, machine, odoo

PREFIX = "t_"  # of every database the tests make
LANGUAGES = "en_US,zh_CN"


class Template:
    """A database with both addons, built once per state of the addons."""

    def __init__(self, name, demo):
        self.name = PREFIX + name
        self.demo = demo
        self._lock = threading.Lock()

    @property
    def log(self):
        """The log of its installation."""
        return machine.log(self.name)

    @property
    def _stamp(self):
        return machine.folder("databases") / self.name

    def ready(self, ready):
        """The name of the database, built if it is missing or outdated."""
        with self._lock:
            current = (
                self._stamp.exists()
                and self._stamp.read_text() == odoo.state_of_addons()
            )
            if not current or not ready.server.exists(self.name):
                self.build(ready)
        return self.name

    def build(self, ready):
        """Build it anew.

        :raises Problem: when Odoo cannot install the addons
        """
        self._stamp.unlink(missing_ok=True)
        state = odoo.state_of_addons()
        arguments = ("--load-language", LANGUAGES) if self.demo else ()
        odoo.create(
            ready,
            self.name,
            odoo.present(),
            *arguments,
            demo=self.demo,
            log=self.log,
            heard=False,
        )
        # A template whose log is not clean is good for the other stages, but is built again by the
        # next run, which then complains again.
        odoo.prepare_assets(ready, self.name)
        if not checklog.complaints(self.log):
            self._stamp.write_text(state)

    def rebuilt(self, ready):
        """Build it whether or not it is up to date, and complain about what its log says."""
        with self._lock:
            self.build(ready)
        return checklog.complaints(self.log)


EMPTY = Template("empty", demo=False)
DEMO = Template("demo", demo=True)


def sweep(ready):
    """Remove what earlier test runs left, except the two templates."""
    for database in ready.server.databases(PREFIX):
        if database not in (EMPTY.name, DEMO.name):
            ready.drop(database)
