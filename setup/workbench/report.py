"""What the stages of a test run found, and how it is told."""

import threading

SHOWN = 25  # complaints shown per stage; the log has the rest


class Report:
    """Counts the checks of one stage and keeps what is wrong with the failed ones."""

    _printing = threading.Lock()

    def __init__(self, stage):
        self.stage = stage
        self.passed = 0
        self.failed = 0
        self.wrong = []

    def check(self, name, complaints=()):
        """Count one check: passed when there is nothing to complain about."""
        complaints = [line for line in complaints if line]
        if not complaints:
            self.passed += 1
            return
        self.failed += 1
        more = len(complaints) - SHOWN
        self.wrong += [f"{name}:", *(f"    {line}" for line in complaints[:SHOWN])]
        if more > 0:
            self.wrong.append(f"    … and {more} more")

    def count(self, passed, failed):
        """Add the tests a runner has counted."""
        self.passed += passed
        self.failed += failed

    def tell(self, seconds):
        """Print the result of the stage."""
        with self._printing:
            print(f"  {self.stage}: {counts(self.passed, self.failed)} ({seconds:.0f} s)")
            for line in self.wrong:
                print(f"      {line}")
            print(end="", flush=True)


def counts(passed, failed):
    """The plain line that people and programs look for."""
    return f"{passed} passed, {failed} failed"
