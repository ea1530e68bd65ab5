"""A file made to hurt is refused with a sentence and its place, in bounded time."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from backend.__main__ import main

ASK = [{"ask": "a", "choose": ["x", "y"]}]
X = {"fact": "a", "is": "x"}


def guide(**parts: Any) -> str:
    return json.dumps({"title": "t", "questions": ASK, "results": [{"advice": "z", "when": X}], **parts})


def nested(times: int) -> dict[str, Any]:
    rule: dict[str, Any] = X
    for _ in range(times):
        rule = {"not": rule}
    return rule


DOUBLING = {f"r{i}": {"all": [{"holds": f"r{i + 1}"}, {"holds": f"r{i + 1}"}]} for i in range(60)} | {"r60": X}
CIRCLE = [{**ASK[0], "when": {"fact": "b", "is": "x"}}, {"ask": "b", "choose": ["x"], "when": X}]
CASES = {
    "a circle of questions": (guide(questions=CIRCLE), "questions[0].when"),
    "a circle of rules": (guide(rules={"p": {"holds": "q"}, "q": {"holds": "p"}}), "p → q → p"),
    "a circle of derived facts": (guide(derived={"p": {"days_since": "q"}, "q": {"days_since": "p"}}), "derived"),
    "rules that double": (guide(rules=DOUBLING), "条件太多"),
    "ten thousand conditions": (guide(results=[{"advice": "z", "when": {"any": [X] * 10_000}}]), ":1:"),
    "many large rules": (guide(results=[{"advice": f"{i}", "when": {"any": [X] * 90}} for i in range(90)]), "条件太多"),
    "a deep rule": (guide(results=[{"advice": "z", "when": nested(40)}]), "条件套得太深"),
    "a deep list": ("[" * 400_000, "guide.json:1:52"),
    "a deep object": ('{"a":' * 100_000, "guide.json:1:256"),
    "a number of 5,000 digits": (guide(questions=[{"ask": "a", "type": "number", "least": 1}]).replace('"least": 1', f'"least": {"9" * 5000}'), ":1:"),
    "a number without end": (guide(results=[{"advice": "z", "when": {"fact": "a", "at_least": 1}}]).replace("1}", "1e999}"), "results[0].when.at_least"),
    "a word twice": ('{"title": "t", "title": "u"}', "guide.json:1:25"),
    "an id twice": (guide(results=[{"advice": "z"}, {"advice": "z"}]), "results[1].id"),
    "a question twice": (guide(questions=ASK * 2), "questions[1].ask"),
    "an unknown fact": (guide(results=[{"advice": "z", "when": {"fact": "b", "is": "x"}}]), "results[0].when"),
    "an unknown option": (guide(results=[{"advice": "z", "when": {"fact": "a", "is": "q"}}]), "results[0].when.is"),
    "an unknown word": (guide(colour="red"), "colour"),
    "half a million values": ('{"x": [' + "1," * 499_000 + "1]}", "guide.json:1:"),
    "two megabytes": (" " * 2_000_000, "文件太大"),
    "nothing": ("", "guide.json:1:1"),
    "no object": ("[]", "guide.json:1:1"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_at_its_place_in_time(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, told = CASES[case]
    (tmp_path / "guide.json").write_text(text, encoding="utf-8")
    began = time.process_time()
    assert main(["scenario", "check", str(tmp_path / "guide.json")]) == 2
    assert time.process_time() - began < 2
    said = capsys.readouterr().err
    assert told in said
    assert "guide.json:1:" in said


def test_a_large_guide_is_proved_within_its_budget(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be walked to its end is said, not waited for."""
    ticks = [{"ask": f"q{i}", "several": [f"o{k}" for k in range(8)]} for i in range(12)]
    points = [{"fact": f"q{i}", "includes": f"o{k}"} for i in range(12) for k in range(8)]
    results = [{"id": f"r{n}", "advice": "z", "when": {"count": points, "at_least": 20 * n + 9}} for n in range(2)]
    (tmp_path / "guide.json").write_text(guide(questions=ticks, results=results), encoding="utf-8")
    began = time.process_time()
    assert main(["scenario", "check", str(tmp_path / "guide.json")]) in (0, 1)
    assert time.process_time() - began < 20
    assert json.loads(capsys.readouterr().out)["numbers"]["exact"] is False
