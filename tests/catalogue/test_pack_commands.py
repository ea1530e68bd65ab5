"""The commands as an author runs them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backend.catalogue.pack_read import STARTER
from backend.catalogue.pack_schema import pack_schema

ROOT = Path(__file__).parents[2]


def suishouban(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backend", *words], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "city"))


def test_check_says_that_the_starter_city_is_right():
    done = suishouban("pack", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "错误 0，提醒 0" in done.stdout


def test_check_tells_everything_and_fails(folder: Path):
    for name, wrong in (("居住证", "气象局"), ("工伤认定", "邮局")):
        path = folder / "items" / f"{name}.yaml"
        path.write_text(path.read_text().replace("department: ", f"department: {wrong} #"))
    done = suishouban("pack", "check", str(folder))
    assert done.returncode == 1
    assert "气象局" in done.stdout
    assert "邮局" in done.stdout
    assert "Traceback" not in done.stderr


def test_check_proves_the_scenarios_too(folder: Path):
    path = folder / "scenarios" / "租房.yaml"
    path.write_text(path.read_text().replace("item: 居住证", "item: 没有的事"))
    done = suishouban("pack", "check", str(folder))
    assert done.returncode == 1
    assert "scenarios/租房.yaml" in done.stdout


def test_check_of_a_folder_that_is_no_pack_is_a_list_of_sentences(tmp_path: Path):
    done = suishouban("pack", "check", str(tmp_path))
    assert done.returncode == 1
    assert "pack.yaml" in done.stdout
    assert "elements.yaml" in done.stdout


def test_a_changed_item_is_reviewed_anew_by_one_command(folder: Path):
    path = folder / "items" / "居住证.yaml"
    path.write_text(path.read_text().replace("summary: ", "summary: 新的说明。"))
    assert "没有这个版本的法核记录" in suishouban("pack", "check", str(folder)).stdout
    assert suishouban("pack", "review", str(folder), "--demo").returncode == 0
    assert "提醒 0" in suishouban("pack", "check", str(folder)).stdout


def test_the_schema_in_the_docs_is_the_one_of_the_types():
    assert (ROOT / "docs" / "pack.schema.json").read_text(encoding="utf-8") == pack_schema(), (
        "run: python -m backend pack schema --out docs/pack.schema.json"
    )
    assert "ItemFile" in json.loads(pack_schema())["$defs"]
