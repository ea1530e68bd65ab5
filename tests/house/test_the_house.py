"""What holds for every file of the project."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from backend.core.migrate import read

ROOT = Path(__file__).resolve().parents[2]
BACKEND = sorted((ROOT / "backend").rglob("*.py"))
MOST_LINES = 350
ANYTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "common", "misc"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tracked() -> list[Path]:
    """Every text file under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.suffix not in {".png", ".jpg", ".pdf", ".webp"} and path.is_file()]


def imported_by(path: Path) -> set[str]:
    """Every module a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("path", BACKEND, ids=name_of)
def test_a_module_fits_a_reader(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES
    assert not ANYTHING & set(path.with_suffix("").parts[-2:]), "a name that accepts anything"


@pytest.mark.parametrize("path", BACKEND, ids=name_of)
def test_nobody_imports_another_features_jobs(path: Path) -> None:
    feature = path.relative_to(ROOT / "backend").parts[0]
    others = {name for name in imported_by(path) if re.fullmatch(r"backend\.(?!core)\w+\.jobs", name)}
    assert others <= {f"backend.{feature}.jobs"}


@pytest.mark.parametrize("path", [p for p in BACKEND if p.name in ("routes.py", "api.py")], ids=name_of)
def test_handlers_have_real_types_at_run_time(path: Path) -> None:
    assert not {"__future__.annotations", "typing.TYPE_CHECKING"} & imported_by(path)


def test_migrations_are_numbered_without_a_gap_and_need_no_extension() -> None:
    for migration in read():
        assert not re.search(r"\bcreate\s+extension\b", migration.sql, re.IGNORECASE), migration.name


def test_every_setting_is_explained() -> None:
    source = (ROOT / "backend" / "settings.py").read_text("utf-8")
    read_there = set(re.findall(r'(?:environ\.get\(|_said\(|_whole\()"([A-Z_]+)"', source))
    explained = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.MULTILINE))
    assert len(read_there) > 10
    assert explained == read_there


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=name_of)
def test_a_lock_file_pins_every_package_by_hash_and_names_no_index(lock: Path) -> None:
    text = lock.read_text("utf-8")
    pins = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert pins
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)
    assert "://" not in text


def test_every_dependency_stands_in_its_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-test.lock": project["dependency-groups"]["test"],
        "requirements-node.lock": project["dependency-groups"]["node"],
    }
    for lock, dependencies in wanted.items():
        pinned = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        names = {re.split(r"[<>=;\[ ]", one, maxsplit=1)[0].lower().replace("_", "-") for one in dependencies}
        assert names <= pinned, f"{lock}: run `make lock`"


def test_npm_locks_pin_by_integrity_and_name_no_registry() -> None:
    locks = [path for path in tracked() if path.name == "package-lock.json"]
    assert locks
    for lock in locks:
        text = lock.read_text("utf-8")
        assert '"resolved"' not in text
        assert '"integrity"' in text


def test_no_path_of_somebodys_machine_and_nothing_left_undone() -> None:
    # The brackets keep this file from finding itself.
    undone = re.compile(r"/roo[t]/|/wor[k]/|#\s*(?:TOD[O]|FIXM[E]|XX[X])\b|NotImplementedErro[r]")
    for path in tracked():
        found = undone.search(path.read_text("utf-8", errors="replace"))
        assert found is None, f"{name_of(path)}: {found[0]}"
