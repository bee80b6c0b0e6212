"""The stages that run Odoo. Each fills a report and uses databases copied from a template."""

import os
import xml.etree.ElementTree as ElementTree

from . import checklog, machine, odoo, server, tools
from .say import finish
from .templates import DEMO, EMPTY, PREFIX

BROWSER = "browser"  # tag of the tests that need one; they run in a process of their own
FULL = "full"  # tag of the tests that are too long for every run


def install_empty(report, ready):
    """Both addons on an empty database: no demo data, clean log."""
    report.check("install on an empty database", EMPTY.rebuilt(ready))


def install_demo(report, ready):
    """Both addons with demo data and both languages: clean log."""
    report.check("install with demo data and languages", DEMO.rebuilt(ready))


def addons(report, ready):
    """The addons' tests that need no browser."""
    tags = ready.tags or _tags()
    _tests(report, ready, "addons", EMPTY, tags, updated=not ready.tags)


def addons_with_demo(report, ready):
    """The same tests and the long ones beside demo data, on which they must not depend."""
    _tests(report, ready, "addons_demo", DEMO, _tags(full=True), updated=True)


def _tags(full=False):
    """What selects the addons' tests without those in a browser, or too long for every run."""
    tags = [f"/{name}" for name in odoo.present()]
    if full:
        return ",".join([*tags, *(FULL + tag for tag in tags), f"-{BROWSER}"])
    return ",".join([*tags, f"-{BROWSER}", f"-{FULL}"])


def tours(report, ready):
    """The addons' tests in a browser, and their JavaScript unit tests."""
    tags = [f"{BROWSER}/{name}" for name in odoo.present()]
    for name in odoo.present():
        if any((machine.TREE / name / "static" / "tests").rglob("*.test.js")):
            tags.append(f"/web:WebSuite.test_unit_desktop[@{name}]")
    _tests(report, ready, "tours", DEMO, ",".join(tags), updated=False)


def _tests(report, ready, name, template, tags, *, updated):
    """Run Odoo's test runner on a copy of a template.

    A skipped test counts as failed: what it needs is part of what this command prepares.
    """
    database, log = PREFIX + name, machine.log(f"test-{name}")
    ready.clone(template.ready(ready), database)
    pictures = machine.folder("log", "screenshots")
    arguments = [f"--test-tags={tags}", f"--http-port={server.free_port()}"]
    arguments += [
        f"--screenshots={pictures}",
        "--max-cron-threads=0",
        "--stop-after-init",
    ]
    if updated:  # tests that run while modules load only run when modules are loaded anew
        arguments += ["-u", ",".join(odoo.present())]
    status = ready.run(database, *arguments, log=log, heard=False)
    summary = checklog.tests(log)
    complaints = checklog.complaints(log)
    if not summary or (status and not summary[1]):
        report.check(f"run of {tags}", complaints or [f"Odoo ended early: read {log}"])
        return
    passed, failed, skipped = summary
    report.count(passed - len(skipped), failed + len(skipped))
    if passed + failed == 0:
        report.check(f"tests selected by {tags}", ["there are none"])
    if failed:
        report.wrong += [*_failures(log), f"(log: {log})"]
    else:
        report.check(f"clean log ({log})", complaints)
    report.wrong += [f"skipped: {line}" for line in skipped]


def _failures(log):
    """The failed tests with the last line of each traceback."""
    found, inside, last = [], False, ""
    for line in log.read_text(errors="replace").splitlines():
        if matched := checklog.LINE.match(line):
            if inside and last:
                found.append(f"    {last}")
            failed = matched["rest"].partition(": ")[2]
            inside = matched["level"] == "ERROR" and failed.startswith(("FAIL:", "ERROR:"))
            last = ""
            if inside:
                found.append(failed)
        elif inside and line.strip():
            last = line.strip()[:300]
    return found


def outside(report, ready):
    """The tests in tests/, against servers of their own."""
    place = machine.TREE / "tests"
    results = machine.folder("log") / "outside.xml"
    results.unlink(missing_ok=True)
    log = machine.log("test-outside")
    DEMO.ready(ready)
    command = [tools.interpreter(), "-m", "pytest", "-p", "no:cacheprovider", "-rA"]
    command += [f"--junitxml={results}", place, *ready.pytest]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    if ready.full:
        environment["FULL"] = "1"
    status = finish(command, log, env=environment, cwd=machine.TREE)
    if status not in (0, 1) or not results.exists():
        report.check("tests from outside", [f"pytest ended with status {status}: read {log}"])
        return
    suite = next(ElementTree.parse(results).iter("testsuite"))
    total, *bad = (int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped"))
    report.count(total - sum(bad), sum(bad))
    for case in suite.iter("testcase"):
        for kind in ("failure", "error", "skipped"):
            if (found := case.find(kind)) is not None:
                said = (found.get("message") or "").strip().splitlines() or [kind]
                report.wrong.append(f"{kind}: {case.get('name')}: {said[0][:300]}")
    if sum(bad):
        report.wrong.append(f"(log: {log})")


def update(report, ready):
    """Both addons updated over a database with demo data: clean log."""
    database, log = PREFIX + "update", machine.log("test-update")
    ready.clone(DEMO.ready(ready), database)
    odoo.update(ready, database, odoo.present(), log=log, heard=False)
    report.check("update of both addons", checklog.complaints(log))


def uninstall(report, ready):
    """Both addons removed, the second first: nothing of them stays; then installed again."""
    database = PREFIX + "uninstall"
    ready.clone(DEMO.ready(ready), database)
    for name in reversed(odoo.present()):
        log = machine.log(f"test-uninstall-{name}")
        status = ready.run(database, "module", "uninstall", name, log=log, heard=False)
        ended = f"Odoo ended with status {status}: read {log}" if status else ""
        report.check(f"uninstall of {name}", [ended, *checklog.complaints(log)])
    report.check("nothing stays behind", _remains(ready, database))
    log = machine.log("test-reinstall")
    call = ("-i", ",".join(odoo.present()), "--with-demo", *odoo.QUIET)
    status = ready.run(database, *call, log=log, heard=False)
    ended = f"Odoo ended with status {status}: read {log}" if status else ""
    report.check("install after uninstall", [ended, *checklog.complaints(log)])


def _remains(ready, database):
    """What uninstalled addons left in a database: records known by name, tables, columns."""
    names = ", ".join(f"'{name}'" for name in odoo.ADDONS)
    ours = "customer[._](complaint|satisfaction)"
    queries = {
        "record {}": f"SELECT module || '.' || name FROM ir_model_data WHERE module IN ({names})",
        "table or sequence {}": "SELECT relname FROM pg_class "
        f"WHERE relkind IN ('r', 'v', 'm', 'S') AND relname ~ '^{ours}'",
        "column {}": "SELECT table_name || '.' || column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name ~ '(complaint|satisfaction)'",
        "model {}": f"SELECT model FROM ir_model WHERE model ~ '^{ours}'",
        "parameter {}": f"SELECT key FROM ir_config_parameter WHERE key ~ '^{ours}'",
        "attachment of {}": "SELECT DISTINCT res_model FROM ir_attachment "
        f"WHERE res_model ~ '^{ours}'",
    }
    return [
        text.format(row[0])
        for text, sql in queries.items()
        for row in ready.server.query(sql, database)
    ]
