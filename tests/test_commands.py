"""The command line: one program under two names, quick to start, and never a traceback for what a person typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend.__main__ import MODULES, main

ROOT = Path(__file__).resolve().parents[1]


def said(*words: str, program: tuple[str, ...] = (sys.executable, "-m", "backend"), **environ: str) -> tuple[int, str]:
    done = subprocess.run([*program, *words], cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for word in MODULES:
        assert word in told


def test_both_names_are_the_same_program() -> None:
    own = Path(sys.executable).with_name("suishouban")
    if not own.exists():
        pytest.skip("the project itself is not installed in this environment")
    words = ("clock", "--start", "2026-09-25", "--limit", "20", "--today", "2026-09-25")
    assert said(*words) == said(*words, program=(str(own),))


def test_a_word_is_imported_only_when_it_is_said() -> None:
    program = "import sys; from backend.__main__ import main; main(sys.argv[1:]); print(sorted(sys.modules))"
    _, told = said(
        *("clock", "--start", "2026-09-25", "--limit", "1", "--today", "2026-09-25"),
        program=(sys.executable, "-c", program),
    )
    for heavy in ("litestar", "pgqueuer", "backend.catalogue", "uvicorn"):
        assert f"'{heavy}'" not in told


@pytest.mark.parametrize("words", [(), ("nonsense",), ("pack",), ("run", "faster")])
def test_what_cannot_be_understood_is_answered_with_the_usage(words: tuple[str, ...]) -> None:
    code, told = said(*words)
    assert code == 2
    assert "usage: suishouban" in told


def test_a_folder_that_cannot_be_made_is_a_sentence() -> None:
    code, told = said("migrate", DATA="/proc/nowhere")
    assert code == 2
    assert told.startswith("/proc/nowhere")


def test_settings_that_cannot_be_are_sentences() -> None:
    code, told = said("migrate", PORT="eighty", DATABASE_URL="sqlite://x")
    assert code == 2
    assert len(told.splitlines()) == 2
