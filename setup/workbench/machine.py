"""This machine: where the cache is, who does the work, and what is already prepared."""

import contextlib
import fcntl
import hashlib
import os
import platform
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

from .say import Problem, note, step

NAME = "customer-complaint"
TREE = Path(__file__).resolve().parents[2]
PYTHONS = ((3, 11), (3, 12), (3, 13))
WORKER = "nobody"  # does the work when root asks: PostgreSQL refuses root, Odoo warns
NEEDED = 4_000_000_000  # bytes the whole preparation takes, with room for databases


def cache():
    """The folder that holds everything prepared; removing it is always safe."""
    if given := os.environ.get("SETUP_CACHE"):
        return Path(given).absolute()
    if os.geteuid() == 0:
        return Path("/var/cache") / NAME
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(home) / NAME


def folder(*parts):
    """A folder in the cache, created where missing."""
    path = cache().joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def log(name):
    """The log file of one step."""
    return folder("log") / f"{name}.log"


def check():
    """Refuse a machine this cannot work on, before anything is downloaded.

    :raises Problem: for another system than Linux, or too small a disk
    """
    if platform.system() != "Linux":
        raise Problem("This works on Linux only: use a Debian 12 machine, virtual or not.")
    place = folder()
    if not (place / "odoo").exists() and shutil.disk_usage(place).free < NEEDED:
        raise Problem(
            f"The disk is full: {place} needs {NEEDED // 10**9} GB, free some space or set "
            "SETUP_CACHE to a folder on another disk."
        )


def fingerprint(*inputs):
    """A hash of texts and of the contents of files."""
    digest = hashlib.sha256()
    for item in inputs:
        content = isinstance(item, Path) and item.is_file()
        digest.update(item.read_bytes() if content else str(item).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def current(name, *inputs):
    """Whether the cache folder `name` was completely prepared from these inputs."""
    stamp = cache() / f"{name}.stamp"
    complete = (cache() / name).is_dir() and stamp.exists()
    return complete and stamp.read_text() == fingerprint(*inputs)


@contextlib.contextmanager
def prepared(name, *inputs):
    """Prepare the cache folder `name` once per set of inputs.

    Yields the folder and whether it still has to be filled. What an interrupted or outdated
    run left is thrown away first; the stamp is written last, so that only complete work is
    trusted.
    """
    place, stamp = cache() / name, cache() / f"{name}.stamp"
    if current(name, *inputs):
        yield place, False
        return
    stamp.unlink(missing_ok=True)
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(parents=True)
    yield place, True
    stamp.write_text(fingerprint(*inputs))


@contextlib.contextmanager
def locked(name, doing):
    """Hold the lock `name`, waiting for another run of this repository to be done."""
    with (folder() / f"{name}.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"Waiting for another run that is {doing} …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def as_worker(*command):
    """A command line that runs `command` as the unprivileged user.

    Through `env`, since setpriv itself keeps root's right to start a program in root's home.
    """
    user = pwd.getpwnam(WORKER)
    return [
        *("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}"),
        *("--clear-groups", "--inh-caps=-all", "env", *map(str, command)),
    ]


def hand_over():
    """Started by root: go on as an unprivileged user that owns the cache; never returns then."""
    if os.geteuid() != 0:
        return
    if not shutil.which("setpriv"):
        raise Problem("setpriv is missing: install Debian's util-linux, or start this as a user.")
    user = pwd.getpwnam(WORKER)
    place = folder()
    known = {"home", "log"}  # the only things root itself makes in it before the copy below
    if place.stat().st_uid != user.pw_uid and {entry.name for entry in place.iterdir()} - known:
        raise Problem(f"{place} holds other things: set SETUP_CACHE to a new folder.")
    home, logs = folder("home"), folder("log")
    for path in (place, home, logs, *logs.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    if not _works("test", "-w", place):
        raise Problem(
            f"The user {WORKER} cannot reach {place}: set SETUP_CACHE to a folder outside "
            "root's home and run the same command again."
        )
    script = Path(sys.argv[0]).resolve()
    tree = _readable_tree()
    environment = os.environ | {
        "SETUP_CACHE": str(place),
        "HOME": str(home),
        "USER": WORKER,
        "LOGNAME": WORKER,
        "PYTHONDONTWRITEBYTECODE": "1",
        # The tree belongs to root; git would not read it otherwise.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": str(tree),
    }
    for name in (
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
    ):
        environment.pop(name, None)
    os.chdir(tree)
    if not (interpreter := worker_python()):
        raise Problem(
            f"The user {WORKER} can start no Python 3.11 to 3.13 with venv: "
            "install Debian's packages python3 and python3-venv."
        )
    command = as_worker(interpreter, tree / script.relative_to(TREE), *sys.argv[1:])
    os.execvpe(command[0], command, environment)


def _works(*command):
    """Whether a command succeeds for the one who does the work."""
    command = as_worker(*command) if os.geteuid() == 0 else command
    try:
        return subprocess.run(command, capture_output=True, cwd="/").returncode == 0
    except OSError:
        return False


def worker_python():
    """A suitable Python that the one who does the work can start, or None.

    Root's own may lie in root's home, which the unprivileged user cannot enter.
    """
    test = f"import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in {PYTHONS})"
    names = [sys.executable]
    if os.geteuid() == 0:
        names += [shutil.which(f"python3.{minor}") for _, minor in PYTHONS]
        names += [f"/usr/bin/python3.{minor}" for _, minor in PYTHONS]
    return next((name for name in filter(None, names) if _works(name, "-c", test)), None)


def _readable_tree():
    """This repository, or a copy in the cache when the unprivileged user cannot read it."""
    unreadable = ("-mindepth", "1", "-name", ".*", "-prune", "-o", "!", "-readable", "-print")
    command = as_worker("find", TREE, *unreadable, "-quit")
    found = subprocess.run(command, capture_output=True, cwd="/")
    if not found.returncode and not found.stdout:
        return TREE
    copy = folder("tree")
    step(f"Copying the repository to {copy}, where the user {WORKER} can read it")
    mirror(TREE, copy)
    user = pwd.getpwnam(WORKER)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return copy


def mirror(source, target):
    """Make `target` equal to `source`, leaving equal files alone (a server may be using them)."""
    target.mkdir(exist_ok=True)
    kept = {entry.name for entry in os.scandir(source)} - {
        "__pycache__",
        "node_modules",
    }
    for entry in list(os.scandir(target)):
        if entry.name not in kept:
            path = Path(entry.path)
            shutil.rmtree(path) if entry.is_dir(follow_symlinks=False) else path.unlink()
    for name in kept:
        old, new = target / name, source / name
        if new.is_dir() and not new.is_symlink():
            mirror(new, old)
            old.chmod(0o755)
            continue
        have, want = (
            path.lstat() if path.is_symlink() or path.exists() else None for path in (old, new)
        )
        if not have or (have.st_size, have.st_mtime_ns) != (
            want.st_size,
            want.st_mtime_ns,
        ):
            old.unlink(missing_ok=True)
            shutil.copy2(new, old, follow_symlinks=False)
            if not old.is_symlink():
                old.chmod(0o755 if want.st_mode & 0o100 else 0o644)
