"""Wheels: built with whool, one per addon, and proved by installing from them."""

import dataclasses
import os
import shutil
import zipfile

from . import checklog, debian, machine, odoo, tools
from .say import run
from .templates import PREFIX

LEFT_OUT = {"__pycache__", "pyproject.toml"}


def build():
    """Build a wheel of each addon and return their paths."""
    python = tools.interpreter()
    work, out = machine.folder("build"), machine.folder("dist")
    for place in (work, out):
        shutil.rmtree(place)
        place.mkdir()
    # The version is the manifest's alone, not one counted from the history of the repository.
    alone = os.environ | {"WHOOL_POST_VERSION_STRATEGY_OVERRIDE": "none"}
    for name in odoo.present():
        copy = work / name
        shutil.copytree(machine.TREE / name, copy, ignore=shutil.ignore_patterns("__pycache__"))
        wheel = (
            python,
            "-m",
            "pip",
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
        )
        run(
            (*wheel, "-w", out, copy),
            f"build the wheel of {name}",
            machine.log(f"wheel-{name}"),
            env=alone,
        )
    return sorted(out.glob("*.whl"))


def package(report, ready):
    """Wheels with the right name and every file, from which a clean Odoo installs both addons."""
    wheels = build()
    names = [wheel.name.partition("-")[0] for wheel in wheels]
    wanted = [f"odoo_addon_{name}" for name in odoo.present()]
    report.check("a wheel per addon", [f"{names} instead of {wanted}"] if names != wanted else [])
    for name, wheel in zip(odoo.present(), wheels, strict=False):
        report.check(f"files of {wheel.name}", _left_out(name, wheel))
    place = machine.folder("wheels")
    shutil.rmtree(place)
    install = (
        tools.interpreter(),
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--no-compile",
    )
    run(
        (*install, "--target", place, *wheels),
        "install the wheels",
        machine.log("wheels"),
    )
    clean = dataclasses.replace(ready, addons=place, packages=place)
    database, log = PREFIX + "package", machine.log("test-package")
    odoo.create(clean, database, odoo.present(), demo=False, log=log, heard=False)
    report.check("install from the wheels", checklog.complaints(log))
    for name in odoo.present():
        code = f"import odoo.addons.{name} as addon; print(addon.__file__)"
        told = odoo.script(clean, database, code)
        report.check(f"{name} comes from its wheel", [] if str(place) in told else [told])


def _left_out(name, wheel):
    """The addon's files that its wheel lacks."""
    held = set(zipfile.ZipFile(wheel).namelist())
    files = (
        path.relative_to(machine.TREE)
        for path in (machine.TREE / name).rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    )
    return [f"lacks {path}" for path in files if f"odoo/addons/{path}" not in held]


def main():
    """The command ./setup/package: build the wheels and say where they are; the exit status."""
    debian.install_missing(debian.TO_RUN)
    machine.hand_over()
    machine.check()
    with machine.locked("prepare", "preparing the tools"):
        for wheel in build():
            print(wheel)
    return 0
