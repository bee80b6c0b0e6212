"""What the person at the terminal sees: steps, progress, and one sentence when it cannot go on."""

import contextlib
import errno
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

# What the last lines of a failed command mean for the reader.
FULL = "The disk is full: free some gigabytes and run the same command again."
CAUSES = (
    (
        r"No space left on device|ENOSPC|not enough free space",
        FULL,
    ),
    (
        r"Temporary failure (in name resolution|resolving)|Could not (resolve|connect)"
        r"|Network is unreachable|Connection (refused|timed out)|ENOTFOUND|ECONNREFUSED"
        r"|EAI_AGAIN|ETIMEDOUT|NewConnectionError|Failed to establish a new connection"
        r"|Name or service not known|Failed to fetch",
        "A package archive cannot be reached: check the network (or the proxy settings) and "
        "run the same command again.",
    ),
    (
        r"No matching distribution found|ETARGET|E404|Unable to locate package",
        "A package archive does not offer a version this repository pins: check that the "
        "configured archive is complete.",
    ),
)
LITTLE = 50_000_000  # bytes below which a disk is as good as full
TICK = 10  # seconds between two signs of life of a long command
LIMIT = 45 * 60  # seconds after which a command is taken to hang


class Problem(Exception):
    """A reason to stop: one sentence that says what is wrong and what to do."""


def step(text):
    """Announce what is being done."""
    print(f"* {text}", flush=True)


def note(text):
    """Say something about the step that was announced last."""
    print(f"  {text}", flush=True)


def cause_of(text):
    """The sentence for a known cause in a command's output, or None."""
    return next((said for pattern, said in CAUSES if re.search(pattern, text)), None)


def run(command, what, log, *, watch=None, **options):
    """Run a command with its output in the file `log` and a sign of life every few seconds.

    :param what: the thing being done, as in "could not <what>"
    :param watch: a folder whose size shows the progress
    :raises Problem: with the known cause, or the last line of the log
    """
    sign = (lambda: f"{megabytes(watch)} MB") if watch else str
    if finish(command, log, sign, **options):
        text = log.read_text(errors="replace")[-5000:]
        last = next((line for line in reversed(text.splitlines()) if line.strip()), "no output")
        full = FULL if shutil.disk_usage(log.parent).free < LITTLE else None
        reason = full or cause_of(text) or last.strip()[:300]
        raise Problem(f"Could not {what}. {reason} (log: {log})")


def finish(command, log, sign=None, **options):
    """Run a command to its end, with its output in `log`; its exit status.

    :param sign: a function whose text is shown every few seconds; without it nothing is shown
    :raises Problem: when it takes longer than any honest run
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("wb") as out:
        child = subprocess.Popen(
            [*_bound(), *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            **options,
        )
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return child.wait(TICK)
                seconds = time.monotonic() - began
                if seconds > LIMIT:
                    raise Problem(
                        f"{command[0]} was ended after {LIMIT // 60} minutes: read {log}."
                    )
                if sign:
                    note(", ".join(filter(None, (f"{seconds:.0f} s", sign()))) + " …")
        except BaseException:
            child.terminate()
            child.wait()
            raise


def _bound():
    """What makes a command end with the one that started it, so that no two ever mix."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()


def megabytes(folder):
    """Size of the files in a folder, in megabytes."""
    total = 0
    for path in Path(folder).rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total // 1_000_000


def guarded(main):
    """Run `main` and end the process: where it goes wrong, a sentence instead of a traceback."""
    try:
        status = main()
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        status = 2
    except KeyboardInterrupt:
        print("\nStopped; the next run takes up where this one ended.", file=sys.stderr)
        status = 130
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sentence = FULL
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            sentence = (
                f"Not allowed to use {error.filename}: set SETUP_CACHE to a folder you own and run "
                "the same command again."
            )
        else:
            raise
        print(f"\n{sentence}", file=sys.stderr)
        status = 2
    sys.stdout.flush()
    sys.exit(status or 0)
