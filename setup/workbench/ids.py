"""Which entries of the catalogue of needs are proved by a test."""

import re

from . import machine, odoo

CATALOGUE = machine.TREE / "setup" / "catalogue.txt"
ENTRY = re.compile(r"^([A-Z]+-\d+)\s+(\S.*)$")
IDENTIFIER = re.compile(r"\b[CSX]-\d+\b")


def catalogue():
    """The known ids with their titles, in the order of the file."""
    lines = CATALOGUE.read_text().splitlines() if CATALOGUE.exists() else []
    return dict(match.groups() for match in map(ENTRY.match, lines) if match)


def test_files():
    """Every file that holds tests."""
    folders = [machine.TREE / name / "tests" for name in odoo.present()]
    folders += [machine.TREE / name / "static" / "tests" for name in odoo.present()]
    folders.append(machine.TREE / "tests")
    files = (path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*")))
    return [path for path in files if path.suffix in (".py", ".js")]


def marked():
    """The ids that comments of test files name, each with the files."""
    found = {}
    for path in test_files():
        for line in path.read_text().splitlines():
            comment = re.search(r"(?:#|//)(.*)$", line)
            for name in IDENTIFIER.findall(comment[1]) if comment else ():
                found.setdefault(name, set()).add(str(path.relative_to(machine.TREE)))
    return found


def ids(report, _ready):
    """Print what is covered, and complain about markers that name no entry of the catalogue."""
    known, named = catalogue(), marked()
    if not known:
        report.check("catalogue", [f"{CATALOGUE.name} is missing or lists no id"])
        return
    report.check(
        "markers name entries of the catalogue",
        [
            f"{name} in {', '.join(sorted(files))}"
            for name, files in named.items()
            if name not in known
        ],
    )
    covered = [name for name in known if name in named]
    open_ = [name for name in known if name not in named]
    print(f"  Covered by a test ({len(covered)} of {len(known)}): {_compact(covered)}")
    print(f"  Not covered ({len(open_)}): {_compact(open_)}")


def _compact(names):
    """Ids as one line, runs of numbers as ranges: C-1–4, C-7, S-2."""
    runs = []
    for name in names:
        letter, number = name.split("-")
        number = int(number)
        if runs and runs[-1][0] == letter and runs[-1][2] == number - 1:
            runs[-1][2] = number
        else:
            runs.append([letter, number, number])
    return (
        ", ".join(
            f"{letter}-{first:02d}" + (f"–{last:02d}" if last > first else "")
            for letter, first, last in runs
        )
        or "none"
    )
