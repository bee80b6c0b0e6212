"""The stage that reads the source: linters with pinned versions."""

import os
import subprocess

from . import machine, odoo, tools


def lint(report, _ready):
    """Run every linter over the addons, the tests and the setup; each one is a check."""
    python = tools.interpreter()
    programs = python.parent
    addons = odoo.present()
    sources = [name for name in (*addons, "tests", "setup") if (machine.TREE / name).exists()]

    def check(name, *command, **more):
        report.check(name, _said(command, more))

    short = ("--output-format=concise", "--quiet")
    check("ruff check", programs / "ruff", "check", "--no-fix", *short, *sources)
    check("ruff format", programs / "ruff", "format", "--check", *sources)
    xml = _files(addons, ".xml")
    scripts = _files(addons, ".js")
    translations = [*_files(addons, ".po"), *_files(addons, ".pot")]
    if addons:
        settings = machine.TREE / ".pylintrc-mandatory"
        check(
            "pylint-odoo",
            python,
            "-m",
            "pylint",
            f"--rcfile={settings}",
            "-sn",
            *addons,
        )
        check("oca-checks-odoo-module", programs / "oca-checks-odoo-module", *addons)
    if translations:
        check("oca-checks-po", programs / "oca-checks-po", *translations)
    if xml or scripts:
        modules = tools.node_modules()
        found = {"NODE_PATH": str(modules)}
        plugin = modules / "@prettier/plugin-xml/src/plugin.js"
        prettier = (modules / ".bin/prettier", "--list-different", "--plugin", plugin)
        check("prettier", *prettier, *xml, *scripts, **found)
        if scripts:
            settings = machine.TREE / "eslint.config.cjs"
            check(
                "eslint",
                modules / ".bin/eslint",
                "--config",
                settings,
                *scripts,
                **found,
            )


def _files(addons, suffix):
    """The addons' own files with a suffix, relative to the tree."""
    return sorted(
        str(path.relative_to(machine.TREE))
        for name in addons
        for path in (machine.TREE / name).rglob(f"*{suffix}")
        if "lib" not in path.parts
    )


def _said(command, more):
    """What a linter complains about; nothing when it is content."""
    place = machine.folder("lint")
    kept = {
        "PYLINTHOME": str(place),
        "RUFF_CACHE_DIR": str(place),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=machine.TREE,
        env=os.environ | kept | more,
        capture_output=True,
        text=True,
    )
    if not done.returncode:
        return []
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines or [f"ended with status {done.returncode}"]
