#!/usr/bin/env python3
"""Measure the addon on a database of its own; prints a table with goals and results.

The database is a copy of the one the tests use, and is removed afterwards. The work is
done inside `odoo shell`, which hands each number over as a line of JSON.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "setup"), str(HERE)]

import report  # noqa: E402
from workbench import machine, odoo, say, templates  # noqa: E402

DATABASE = f"{templates.PREFIX}bench_{os.getpid()}"
ADDONS = ("project", "bench_thread")
# What the goals are about. `blocks`: batch size -> batches per measurement.
FULL = {
    "rounds": 3,
    "blocks": {"1": 20, "100": 2, "1000": 1},
    "small": 1_000,
    "large": 100_000,
    "own": 300,
    "sweeps": [[1_000, 100], [100_000, 100], [100_000, 1_000], [100_000, 10_000]],
    "page": 80,
    "deep": 8_000,
    "repeats": 9,
    "answers": 20,
    "rated": 20_000,
    "registers": [50_000, 200_000],
}
# The same in miniature, for the test that keeps this from rotting.
TINY = {
    "rounds": 1,
    "blocks": {"1": 2, "5": 1},
    "small": 20,
    "large": 60,
    "own": 20,
    "sweeps": [[20, 5], [60, 10]],
    "page": 10,
    "deep": 20,
    "repeats": 1,
    "answers": 1,
    "rated": 40,
    "registers": [40],
}


def main():
    """Prepare, measure, print; the exit status says whether all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="only see whether it works")
    options = parser.parse_args()
    machine.hand_over()
    with machine.locked("test", "testing"):
        ready = odoo.prepare()
        load = os.getloadavg()[0]
        rows = measured(
            ready, templates.EMPTY, TINY if options.tiny else FULL, report.progress
        )
    print(report.table(rows, load, os.getloadavg()[0]))
    return 1 if report.missed(rows) else 0


def measured(ready, template, sizes, heard=lambda row: None):
    """Measure on a fresh copy of a template; the rows, each a dictionary.

    :param heard: called with each row as soon as it is known
    :raises Problem: when Odoo fails, with the log to read
    """
    ready.clone(template.ready(ready), DATABASE)
    try:
        _install(ready)
        return _run(ready, sizes, heard)
    finally:
        ready.drop(DATABASE)


def _paths():
    return f"--addons-path={machine.TREE},{HERE / 'addons'}"


def _install(ready):
    log = machine.log("bench-install")
    call = (_paths(), "-i", ",".join(ADDONS), *odoo.QUIET)
    if ready.run(DATABASE, *call, log=log, heard=False):
        raise say.Problem(f"Odoo could not install {', '.join(ADDONS)}: read {log}.")


def _run(ready, sizes, heard):
    log = machine.log("bench")
    shell = ("shell", _paths(), "--no-http", "--log-level=warn")
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        f"import workloads; workloads.run(env, {sizes!r})\n"
    )
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*ready.command, *shell],
            env=ready.environment(DATABASE),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        process.stdin.write(code)
        process.stdin.close()
        rows, ended = [], False
        for line in process.stdout:
            if line.startswith("{"):
                rows.append(json.loads(line))
                heard(rows[-1])
            ended = ended or line.strip() == "measured"
        process.wait()
    if not ended:
        raise say.Problem(f"Measuring ended early: read {log}.")
    return rows


if __name__ == "__main__":
    say.guarded(main)
