"""Odoo's own tests of accounting and sales beside our addons, against a baseline without them."""

import ast
import json

from . import checklog, machine, odoo, server
from .say import Problem
from .templates import EMPTY, PREFIX

SUITES = ("account", "sale")
BASELINE = machine.TREE / "setup" / "core_baseline.json"


def core(report, ready):
    """Odoo's tests of account and sale: none fails beside our addons that passes without them."""
    if not BASELINE.exists():
        raise Problem("There is nothing to compare with: run `./setup/test baseline` first.")
    database, log = PREFIX + "core", machine.log("test-core")
    ready.clone(EMPTY.ready(ready), database)
    passed, failed = _suites(ready, database, log)
    known = json.loads(BASELINE.read_text())
    report.count(passed, 0)
    worse = sorted(failed - set(known["failed"]))
    report.check(f"passes without our addons, fails with them ({log})", worse)
    missing = known["tests"] - passed - len(failed)
    report.check("as many tests as without", [f"{missing} less"] if missing > 0 else [])


def baseline(report, ready):
    """How the tests of `core` end without our addons, to be kept as setup/core_baseline.json."""
    database, log = PREFIX + "core_alone", machine.log("test-core-alone")
    odoo.create(ready, database, _needed(), demo=False, log=machine.log(database), heard=False)
    odoo.prepare_assets(ready, database)
    passed, failed = _suites(ready, database, log)
    known = {"tests": passed + len(failed), "failed": sorted(failed)}
    kept = machine.folder("log") / BASELINE.name
    kept.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")
    report.count(passed, 0)
    report.wrong.append(f"(keep {kept} as {BASELINE.relative_to(machine.TREE)})")


def _needed():
    """What our addons depend on."""
    manifests = [machine.TREE / name / "__manifest__.py" for name in odoo.present()]
    depends = {
        name for manifest in manifests for name in ast.literal_eval(manifest.read_text())["depends"]
    }
    return sorted(depends - set(odoo.ADDONS))


def _suites(ready, database, log):
    """Run the suites on a database.

    :return: how many passed, and the names of those that failed
    :raises Problem: when Odoo ends before its summary
    """
    tags = ",".join(f"/{name}" for name in SUITES)
    arguments = [f"--test-tags={tags}", f"--http-port={server.free_port()}"]
    arguments += ["--max-cron-threads=0", "--stop-after-init"]
    ready.run(database, *arguments, log=log, heard=False)
    summary = checklog.tests(log)
    if not summary:
        raise Problem(f"Odoo's own tests ended early: read {log}")
    return summary[0], set(checklog.failed(log))
