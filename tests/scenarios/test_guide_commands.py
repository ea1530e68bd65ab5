"""`suishouban scenario run` and `scenario check`, as somebody types them."""

import json
import time
from pathlib import Path

import pytest

import backend
from backend.__main__ import main
from backend.scenarios.commands import schema_text

ELDER = str(Path(backend.__file__).parent / "packs" / "haikou" / "scenarios" / "家里老人满八十.yaml")
ALONE = """
title: 试一试
questions: [{ask: a, choose: [x, y]}]
results: [{advice: 好, id: good, when: {fact: a, is: x}}]
"""


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["scenario", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_answers_lead_to_results_with_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {"elder.age": "80–89", "elder.household": "460100", "elder.elder_allowance": False, "care": "family"}
    code, out, _ = run(capsys, "run", ELDER, "--answers", json.dumps(answers))
    found = json.loads(out)
    assert code == 0
    assert found["results"] == ["高龄老人长寿补贴", "老年人优待证", "护理补贴"]
    assert found["reasons"]["高龄老人长寿补贴"] == ["年满 80 周岁", "户籍在海口", "没有重复领取"]
    assert (found["next"], found["asked_not_needed"], found["invalid"]) == (None, [], {})


def test_no_answers_ask_the_first_question(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "run", ELDER)[1])
    assert (found["results"], found["next"]) == ([], "elder.age")


def test_nonsense_is_told_in_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "run", ELDER, "--answers", '{"elder.age": "x", "?": 1}')[1])
    assert found["invalid"] == {"elder.age": "没有这个选项，请从列出的里面选一个。", "?": "这份指引里没有这个问题。"}
    for text in ("[]", "{", "[" * 100_000, '{"a": 1e999}'):
        assert run(capsys, "run", ELDER, "--answers", text)[0] in (0, 2)


def test_a_guide_may_stand_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ALONE, encoding="utf-8")
    assert json.loads(run(capsys, "run", str(tmp_path / "a.yaml"), "--answers", '{"a": "x"}')[1])["results"] == ["good"]
    assert run(capsys, "check", str(tmp_path / "a.yaml"))[0] == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (ALONE.replace("is: x", "equals: x"), "a.yaml:4:39"),
        (ALONE.replace("fact: a,", "fact: nowhere,"), "a.yaml:4:39"),
        (ALONE.replace("[x, y]", "[x, y"), "a.yaml"),
        ("[" * 900_000, "a.yaml:1:51"),
        ("{a: " * 200_000, "a.yaml:1:201"),
        ("- " * 400_000, "a.yaml:1:101"),
        ("title: &a [x]\nb: *a", "a.yaml:2:4"),
        ("a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(9)), "a.yaml:2:10"),
        ("\0", "a.yaml"),
    ],
    ids=["word", "name", "yaml", "deep list", "deep map", "deep dashes", "reference", "bomb", "nul"],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, place: str
) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    began = time.process_time()
    code, _, err = run(capsys, "run", str(tmp_path / "a.yaml"))
    assert code == 2
    assert place in err
    assert time.process_time() - began < 20


def test_a_missing_file_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "check", "nowhere.yaml")
    assert code == 2
    assert "缺少这个文件" in err


def test_check_fails_with_the_place_of_a_dead_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = ALONE.replace("choose: [x, y]", "bands: [不到9, 9以上]").replace("is: x", "at_least: 5")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    code, _, err = run(capsys, "check", str(tmp_path / "a.yaml"))
    assert code == 1
    assert "results[0]: 回答 a=–8 以后" in err


def test_editors_get_the_shape_of_a_guide_as_it_is_read() -> None:
    written = (Path(backend.__file__).parent.parent / "docs" / "scenario.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: python -m backend scenario schema > docs/scenario.schema.json"
