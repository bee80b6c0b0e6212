"""Virtual environments in the cache, one for Odoo and one for the tools that test it."""

import sys

from . import machine
from .say import run, step

SETUP = machine.TREE / "setup"


def environment(name, requirements, *links):
    """The Python of the virtual environment `name` with what a requirements file pins.

    :param links: folders whose packages the environment also sees
    """
    wanted = SETUP / requirements
    with machine.prepared(f"venv-{name}", wanted, sys.version, *links) as (
        place,
        empty,
    ):
        interpreter = place / "bin" / "python"
        if empty:
            step(f"Installing the Python packages of setup/{requirements}")
            log = machine.log(f"venv-{name}")
            run(
                (sys.executable, "-m", "venv", place),
                "create a virtual environment",
                log,
            )
            install = (
                interpreter,
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
            )
            run(
                (*install, "--no-cache-dir", "-r", wanted),
                f"install the packages of setup/{requirements}",
                log,
                watch=place,
            )
            site = next(place.glob("lib/python3.*/site-packages"))
            (site / "workbench.pth").write_text("".join(f"{link}\n" for link in links))
    return interpreter
