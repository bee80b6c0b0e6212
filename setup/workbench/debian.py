"""Debian's packages: into the system when root asks, and the tree of Odoo 19 into the cache."""

import os
import re
import shutil
from pathlib import Path

from . import machine, postgres
from .say import Problem, run, step

UNSTABLE = "sid"
# Odoo's tree in Debian links to these packages; unstable's Font Awesome has other file names.
FROM_UNSTABLE = ("odoo-19", "fonts-montserrat")
FROM_OWN = (
    *("libjs-jquery", "libjs-jquery-form", "libjs-underscore", "fonts-font-awesome"),
    *("fonts-roboto-unhinted", "fonts-inconsolata", "fonts-ocr-b"),
)
LAYOUT = 1  # raised when the way of unpacking changes, so that older trees are replaced
# Every page of the web client asks for this file, which Debian's package leaves out.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def browser():
    """The Chromium on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def _program(name):
    return lambda: shutil.which(name)


def _file(pattern):
    return lambda: any(Path("/usr").glob(pattern))


def _postgresql():
    return postgres.configured() or postgres.binaries()


# The packages of the system that are needed, each with a function that says whether what it
# brings is there, from wherever it came.
TO_RUN = {
    "python3-venv": machine.worker_python,
    "postgresql": _postgresql,
    "wkhtmltopdf": _program("wkhtmltopdf"),
    "fonts-noto-cjk": _file("share/fonts/**/*CJK*"),
}
TO_TEST = TO_RUN | {
    "chromium": browser,
    "libatomic1": _file("lib/*/libatomic.so.1"),  # for the Node that Playwright brings
    "npm": _program("npm"),
    "git": _program("git"),
}


def install_missing(needs):
    """Install what the machine lacks; only root can.

    :raises Problem: when something is missing and cannot be installed by this user
    """
    wanted = [package for package, present in needs.items() if not present()]
    if not wanted:
        return
    names = " ".join(wanted)
    if not shutil.which("apt-get"):
        raise Problem(f"This machine has no apt: install the equivalents of {names} and try again.")
    if os.geteuid() != 0:
        raise Problem(f"Ask an administrator to run: apt-get install {names}")
    step(f"Installing {names} with apt")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run(
        ("apt-get", "update"),
        "update the package lists",
        machine.log("apt-update"),
        env=quiet,
    )
    run(
        ("apt-get", "install", "--yes", "--no-install-recommends", *wanted),
        f"install {names}",
        machine.log("apt-install"),
        env=quiet,
    )


def unpacked_odoo():
    """The root folder that holds Odoo 19 unpacked from Debian's packages.

    Nothing is installed: a private apt, set up from the machine's own sources, downloads and
    checks the packages as an ordinary user.
    """
    with machine.prepared("odoo", LAYOUT, FROM_UNSTABLE, FROM_OWN) as (root, empty):
        if empty:
            archive = _archive()
            options = _private_apt(archive)
            step("Fetching Odoo 19 from Debian's archive (some 120 MB)")
            debs = machine.folder("apt", "debs")
            download = ("apt-get", *options)
            update = (*download, "update")
            run(update, "read Debian's package lists", machine.log("odoo-lists"))
            names = [f"{name}/{UNSTABLE}" for name in FROM_UNSTABLE]
            names += [f"{name}/{archive['suite']}" for name in FROM_OWN]
            run(
                (*download, "download", *names),
                "download Odoo 19",
                machine.log("odoo-download"),
                watch=debs,
                cwd=debs,
            )
            step("Unpacking Odoo 19 (1.3 GB)")
            for deb in sorted(debs.glob("*.deb")):
                unpack = ("dpkg-deb", "-x", deb, root)
                run(unpack, f"unpack {deb.name}", machine.log("odoo-unpack"), watch=root)
            _complete(addons_of(root))
            shutil.rmtree(debs)
    return root


def addons_of(root):
    """The folder of the standard addons in an unpacked tree."""
    return root / "usr/lib/python3/dist-packages/odoo/addons"


def _complete(addons):
    """Add the file Debian leaves out, and make sure that no link in the tree leads nowhere.

    The links are absolute (/usr/share/…): they are turned to the files unpacked beside the tree.
    """
    stub = addons / LEFT_OUT
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(
            "// Left out of Debian's package; background blur in calls is not offered.\n"
        )
    root = addons.parents[5]
    dangling = []
    for path in addons.rglob("*"):
        if path.is_symlink() and not path.exists():
            target = Path(os.readlink(path))
            inside = root / target.relative_to("/") if target.is_absolute() else None
            if inside is None or not inside.exists():
                dangling.append(str(path.relative_to(addons)))
                continue
            path.unlink()
            path.symlink_to(os.path.relpath(inside.resolve(), path.parent))
    if dangling:
        raise Problem(
            f"Debian's Odoo 19 links to {len(dangling)} files that no fetched package holds "
            f"({', '.join(dangling[:3])}…): add their packages to {Path(__file__).name}."
        )


def _private_apt(archive):
    """Options of an apt of our own: own lists, own downloads, the machine's archive and keys."""
    place = machine.folder("apt")
    for name in ("state/lists/partial", "cache/archives/partial", "debs"):
        (place / name).mkdir(parents=True, exist_ok=True)
    (place / "status").touch()
    (place / "empty").mkdir(exist_ok=True)
    signed = f" [signed-by={archive['key']}]" if archive["key"] else ""
    (place / "sources.list").write_text(
        "".join(
            f"deb{signed} {archive['uri']} {suite} main\n" for suite in (archive["suite"], UNSTABLE)
        )
    )
    settings = {
        "Dir::State": place / "state",
        "Dir::State::status": place / "status",
        "Dir::Cache": place / "cache",
        "Dir::Etc::sourcelist": place / "sources.list",
        "Dir::Etc::sourceparts": place / "empty",
        "Dir::Etc::preferences": place / "none",
        "Dir::Etc::preferencesparts": place / "empty",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "1",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    # Hooks of the machine's own apt work on the system and must not run here.
    cleared = (
        "APT::Update::Pre-Invoke",
        "APT::Update::Post-Invoke",
        "APT::Update::Post-Invoke-Success",
    )
    lines = [f"#clear {name};" for name in cleared]
    lines += [f'{name} "{value}";' for name, value in settings.items()]
    (place / "apt.conf").write_text("\n".join(lines) + "\n")
    return ("-c", place / "apt.conf")


def _archive():
    """The Debian archive this machine uses: its address, its suite, and the key file if named.

    :raises Problem: on a machine that is not Debian or names no archive
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Problem(
            "This machine has no apt to fetch Odoo 19 with: "
            "install Odoo 19.0 and set ODOO_BIN to its program."
        )
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', Path("/etc/os-release").read_text(), re.M))
    suite = release.get("VERSION_CODENAME", "")
    if release.get("ID") == "debian":
        for uri, suites, key in _sources():
            if suite in suites:
                return {"uri": uri, "suite": suite, "key": key}
    raise Problem(
        "No Debian archive among this machine's apt sources to fetch Odoo 19 from: use Debian 12 "
        "or later, or install Odoo 19.0 and set ODOO_BIN to its program."
    )


def _sources():
    """Every apt source of the machine as (address, suites, key file), from both file formats."""
    etc = Path("/etc/apt")
    lists = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]
    for path in filter(Path.is_file, lists):
        for line in path.read_text().splitlines():
            if found := re.match(r"\s*deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+.*\bmain\b", line):
                key = re.search(r"signed-by=(\S+)", found[1] or "")
                yield found[2], [found[3]], key and key[1]
    for path in sorted((etc / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            lines = [line for line in stanza.splitlines() if not line.startswith("#")]
            fields = dict(re.findall(r"^([\w-]+):\s*(.*)$", "\n".join(lines), re.M))
            if "deb" in fields.get("Types", "").split() and "main" in fields.get("Components", ""):
                key = fields.get("Signed-By", "")
                for uri in fields.get("URIs", "").split():
                    yield (
                        uri,
                        fields.get("Suites", "").split(),
                        key if key.startswith("/") else None,
                    )
