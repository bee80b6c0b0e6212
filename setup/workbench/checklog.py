"""Odoo's log: how many tests it reports, and the warnings that nobody has explained."""

import re

LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) (?P<rest>.*)$")
BAD = {"WARNING", "ERROR", "CRITICAL"}
TESTS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
SKIPPED = re.compile(r" odoo\.addons\.\S+: skipped (.*)$")
# What may be absent: nobody can be asked to have it.
ALLOWED = re.compile(r"COMPLAINT_PUBLIC_DATA")

# Lines that core logs by itself and that nothing in our addons can avoid, each with the reason.
EXPLAINED = {}


def complaints(log):
    """The warnings and errors in a log file that are not explained, without their time stamps."""
    found = []
    for line in log.read_text(errors="replace").splitlines():
        matched = LINE.match(line)
        if matched and matched["level"] in BAD:
            if not any(re.search(pattern, line) for pattern in EXPLAINED):
                found.append(f"{matched['level']} {matched['rest']}")
    return found


def tests(log):
    """What Odoo says of its tests: how many passed, how many failed, and which were skipped

    Nothing is returned for a run that ended before its summary.
    """
    text = log.read_text(errors="replace")
    summary = TESTS.search(text)
    if not summary:
        return None
    failures, errors, total = map(int, summary.groups())
    skipped = [
        match[1]
        for match in map(SKIPPED.search, text.splitlines())
        if match and not ALLOWED.search(match[1])
    ]
    failed = min(failures + errors, total)
    return total - failed, failed, skipped


def failed(log):
    """Names of the tests that failed in a run, as `TestClass.test_name`."""
    text = log.read_text(errors="replace")
    return re.findall(r" ERROR \S+ [\w.]+: (?:FAIL|ERROR): (?:Subtest )?([\w.]+)", text)
