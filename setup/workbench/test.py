"""Run the checks of this repository; nothing needs to be running.

Without a stage all of them run. A stage's databases are copies of two templates, which are kept
and used again until an addon changes.
"""

import argparse
import dataclasses
import textwrap
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, wait

from . import core, debian, ids, lint, machine, odoo, packaging, stages, templates, tools
from .report import Report, counts
from .say import Problem, step

LANES = 2  # stages at the same time
PULSE = 30  # seconds between two signs of life
# What a user calls a stage, the checks it consists of, and the round in which they run.
STAGES = {
    "lint": (1, lint.lint),
    "install": (1, stages.install_empty, stages.install_demo),
    "tours": (2, stages.tours),
    "addons": (2, stages.addons),
    "package": (2, packaging.package),
    "outside": (2, stages.outside),
    "uninstall": (2, stages.uninstall),
    "update": (2, stages.update),
    "ids": (3, ids.ids),
}
FULL = {"addons": (stages.addons_with_demo,)}  # what --full adds to a stage
LONG = {"core": (2, core.core)}  # only with --full, or when named
NAMED = {"baseline": (2, core.baseline)}  # only when named
ALL = {**STAGES, **LONG, **NAMED}


@dataclasses.dataclass(frozen=True)
class Ready(odoo.Odoo):
    """What stages work with: Odoo, and what the command line chose."""

    full: bool = False
    tags: str = ""
    pytest: tuple = ()


def main():
    """Run the chosen stages; the exit status."""
    options = parser().parse_args()
    debian.install_missing(debian.TO_TEST)
    machine.hand_over()
    began = time.monotonic()
    with machine.locked("test", "testing"):
        reports = run_stages(options)
    passed = sum(report.passed for report in reports)
    failed = sum(report.failed for report in reports)
    print(f"\n{time.monotonic() - began:.0f} s")
    silent = [report.stage for report in reports if not report.passed + report.failed]
    if silent:
        print(f"Nothing ran in: {', '.join(silent)}.")
        failed += len(silent)
    print(counts(passed, failed), flush=True)
    return 1 if failed or not passed else 0


def parser():
    """The options of ./setup/test."""
    parsed = argparse.ArgumentParser(
        prog="./setup/test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="stages:\n" + "\n".join(_described()),
    )
    parsed.add_argument(
        "stage",
        nargs="*",
        choices=[*ALL, []],
        metavar="stage",
        help="run only these",
    )
    parsed.add_argument("--full", action="store_true", help="also what is too long for every run")
    parsed.add_argument(
        "--tags", default="", help="for addons: Odoo's --test-tags, to run a few tests"
    )
    parsed.add_argument("-k", default="", help="for outside: pytest's -k, to run a few tests")
    parsed.add_argument("--keep", action="store_true", help="keep the databases of the stages")
    return parsed


def _described():
    for name, (_round, *checks) in ALL.items():
        text = checks[0].__doc__.splitlines()[0]
        yield textwrap.fill(text, 88, initial_indent=f"  {name:<10} ", subsequent_indent=" " * 13)


def run_stages(options):
    """Prepare, run the chosen stages round by round, clean up; the reports."""
    base = odoo.prepare()
    values = {field.name: getattr(base, field.name) for field in dataclasses.fields(base)}
    chosen = ("-k", options.k) if options.k else ()
    ready = Ready(**values, full=options.full, tags=options.tags, pytest=chosen)
    names = options.stage or [*STAGES, *(LONG if options.full else ())]
    if not odoo.present() and set(names) - {"lint", "ids"}:
        raise Problem(f"No addons in {machine.TREE}: get a complete copy of the repository.")
    with machine.locked("prepare", "preparing the tools"):
        tools.interpreter()
        tools.node_modules()
    templates.sweep(ready)
    reports = []
    for number in (1, 2, 3):
        reports += run_round(ready, jobs_of(names, number, options.full))
    if not options.keep:
        templates.sweep(ready)
    return reports


def jobs_of(names, number, full):
    """The (stage, check) pairs of one round, the longest first."""
    return [
        (name, check)
        for name, (of, *checks) in ALL.items()
        if name in names and of == number
        for check in (*checks, *(FULL.get(name, ()) if full else ()))
    ]


def run_round(ready, jobs):
    """Run checks side by side; their reports."""
    if not jobs:
        return []
    step(f"Running {', '.join(dict.fromkeys(name for name, _check in jobs))}")
    began, running = time.monotonic(), {}

    def one(job):
        name, check = job
        title = check.__name__.replace("_", " ")
        report, start = Report(title), time.monotonic()
        running[title] = start
        try:
            check(report, ready)
        except Problem as problem:
            report.check(title, [str(problem)])
        except Exception:
            report.check(title, traceback.format_exc().splitlines())
        del running[title]
        report.tell(time.monotonic() - start)
        return report

    with ThreadPoolExecutor(LANES) as pool:
        futures = [pool.submit(one, job) for job in jobs]
        while wait(futures, PULSE).not_done:
            print(
                f"  {time.monotonic() - began:.0f} s, running: {', '.join(running)} …",
                flush=True,
            )
    return [future.result() for future in futures]
