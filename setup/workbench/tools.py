"""The tools that only the tests need: Python's in a virtual environment, Node's beside it."""

import shutil
import subprocess

from . import machine, python
from .say import Problem, run, step


def interpreter():
    """The Python that has the pinned linters, test runner and package builder."""
    return python.environment("tools", "requirements-tools.txt")


def node_modules():
    """The folder of the pinned Node packages, kept out of the source tree.

    :raises Problem: when Node is missing, too old, or its packages cannot be installed
    """
    wanted = python.SETUP / "package.json"
    version = node_version()
    if not version or version < 18:
        raise Problem(
            "Node 18 or later with npm is needed to check XML and JavaScript: install Debian's npm."
        )
    with machine.prepared("node", wanted, version) as (place, empty):
        if empty:
            step("Installing the Node packages of setup/package.json")
            shutil.copy(wanted, place)
            install = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
            run(
                install,
                "install the Node packages",
                machine.log("npm"),
                cwd=place,
                watch=place,
            )
    return place / "node_modules"


def node_version():
    """The main version of Node, or None where it is missing."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return int(told.lstrip("v").partition(".")[0] or 0)
