"""Odoo servers in the background: start, find, stop."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request

from . import machine
from .say import Problem

PATIENCE = 300  # seconds until a server that does not answer is given up
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    """A port of the loopback interface that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port):
    """Whether a server could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def taken(port):
    """The problem of a port that somebody else listens on."""
    return Problem(f"Port {port} is taken: choose another one with --port.")


def address(port):
    """The address of a server for a browser on this machine."""
    return f"http://localhost:{port}"


def start(odoo, database, port, *arguments, log=None):
    """Start Odoo on a database and wait until it answers; the process.

    :raises Problem: when the port is taken, or Odoo ends or stays silent
    """
    if not is_free(port):
        raise taken(port)
    log = log or machine.log(f"server-{database}")
    command = [*odoo.command, f"--http-port={port}", *map(str, arguments)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env=odoo.environment(database),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        _wait_for(process, port, log)
    except BaseException:
        end(process.pid)
        raise
    return process


def _wait_for(process, port, log):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Problem(f"Odoo ended while starting: read {log}.")
        with contextlib.suppress(OSError):
            with NO_PROXY.open(f"http://127.0.0.1:{port}/web/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        time.sleep(0.2)
    raise Problem(f"Odoo does not answer on port {port} after {PATIENCE} s: read {log}.")


def end(pid, patience=20):
    """End a server and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(patience * 10):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)


def remember(process, database, port):
    """Note down a server that goes on after this command."""
    noted = {"pid": process.pid, "database": database, "born": _born(process.pid)}
    (machine.folder("servers") / str(port)).write_text(json.dumps(noted))


def running():
    """The noted servers that still run, as {port: (pid, database)}."""
    found = {}
    for path in machine.folder("servers").iterdir():
        noted = json.loads(path.read_text() or "{}")
        if noted and noted["born"] == _born(noted["pid"]):
            found[int(path.name)] = (noted["pid"], noted["database"])
        else:
            path.unlink()
    return found


def _born(pid):
    """When a process started, so that another one with the same number is not mistaken for it."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return None


def stop(database=None):
    """Stop the noted servers, or only those on one database; how many were stopped."""
    chosen = {port: pid for port, (pid, on) in running().items() if database in (None, on)}
    for port, pid in chosen.items():
        end(pid)
        (machine.folder("servers") / str(port)).unlink(missing_ok=True)
    return len(chosen)
