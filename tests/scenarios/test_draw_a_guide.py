"""`scenario draw`: every question, every result, every answer that leads somewhere, as SVG and as Mermaid."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from backend.__main__ import main
from backend.scenarios.drawing import graph_of
from backend.scenarios.drawing_mermaid import mermaid_of
from backend.scenarios.drawing_svg import svg_of
from backend.scenarios.model import Vocabulary
from backend.scenarios.scenario_read import read_scenario
from tests.scenarios.guides import ELDER, alone, guide
from tests.scenarios.published import GUIDES

SVG = "{http://www.w3.org/2000/svg}"


def test_edges_say_which_answers_lead_to_a_result() -> None:
    edges = {(edge.source, edge.target): edge.label for edge in graph_of(guide(ELDER)).edges}
    assert edges["elder.age", "→长寿补贴"] == "≥ 80"
    assert edges["elder.household", "→长寿补贴"] == "海口市"
    assert edges["elder.elder_allowance", "→长寿补贴"] == "否"
    assert edges["care", "→nursing"] == "家人、养老院"


def test_a_question_that_is_shown_by_another_stands_behind_it() -> None:
    shown = alone(
        questions=[
            {"ask": "a", "choose": ["x", "y"]},
            {"ask": "b", "type": "yes_no", "when": {"fact": "a", "is": "x"}},
        ],
        results=[{"advice": "好", "when": {"any": [{"fact": "b", "is": True}, {"fact": "a", "is": "y"}]}}],
    )
    graph = graph_of(shown)
    assert [node.layer for node in graph.nodes] == [0, 1, 2]
    assert [(edge.source, edge.label, edge.loose) for edge in graph.edges] == [
        ("a", "x", False),
        ("b", "是", True),
        ("a", "y", True),
    ]


@pytest.mark.parametrize("name", GUIDES)
def test_in_a_large_guide_no_two_labels_and_no_two_boxes_lie_on_each_other(name: str) -> None:
    graph = graph_of(read_scenario(name, GUIDES[name], Vocabulary()))
    drawn = ElementTree.fromstring(svg_of(graph))
    labels = [(text.get("x"), text.get("y")) for text in drawn.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    assert len(labels) == len(set(labels)) == len(graph.edges)
    boxes = sorted(
        (int(box.get("x", 0)), int(box.get("y", 0)), int(box.get("height", 0)))
        for box in drawn.findall(f"{SVG}g/{SVG}rect")
    )
    assert len(boxes) == len(graph.nodes)
    for (x, y, height), (next_x, next_y, _) in pairwise(boxes):
        assert x != next_x or y + height < next_y


def test_text_in_a_picture_stays_text() -> None:
    odd = alone(
        questions=[{"ask": "a", "text": '<script>"&\n', "choose": ['x"]', "y"]}],
        results=[{"advice": "]]></text>", "when": {"fact": "a", "is": 'x"]'}}],
    )
    svg, mermaid = svg_of(graph_of(odd)), mermaid_of(graph_of(odd))
    ElementTree.fromstring(svg)
    assert "<script>" not in svg
    assert all(line.count('"') in (0, 2) for line in mermaid.splitlines())
    assert "<" not in mermaid


def test_both_pictures_are_written_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text('{"title":"t","questions":[{"ask":"a","choose":["x","y"]}],"results":[{"advice":"z","when":{"fact":"a","is":"x"}}]}')  # fmt: skip
    assert main(["scenario", "draw", str(tmp_path / "a.json"), "--to", str(tmp_path)]) == 0
    assert re.search(r'n0 -->\|"x"\| n1', (tmp_path / "a.mmd").read_text(encoding="utf-8"))
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    capsys.readouterr()
    assert main(["scenario", "draw", str(tmp_path / "a.json"), "--mermaid"]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR")
