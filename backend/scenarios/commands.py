"""`suishouban scenario run|check|draw FILE`, `scenario schema`: a guide tried, proved and drawn from the command line."""

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from backend.catalogue.pack_read import PackError, read_pack
from backend.core.conditions import ConditionError
from backend.scenarios.drawing import graph_of
from backend.scenarios.drawing_mermaid import mermaid_of
from backend.scenarios.drawing_svg import svg_of
from backend.scenarios.guide_file import Unreadable, position, read_guide_file
from backend.scenarios.model import Fit, Scenario, Vocabulary
from backend.scenarios.proof import prove
from backend.scenarios.rules import not_needed, step
from backend.scenarios.scenario_format import ScenarioFile
from backend.scenarios.scenario_read import read_scenario
from backend.scenarios.vocabulary import vocabulary
from backend.scenarios.words import reason_words
from backend.settings import Refused

TOWN = ZoneInfo("Asia/Shanghai")


class NotAGuide(Refused):
    """The file cannot be read as a guide; one line a fault, each with its place."""


def scenario_of(path: Path) -> Scenario:
    """The guide in a file, with the items and elements of the pack whose `scenarios/` folder it stands in, if any."""
    try:
        data, text = read_guide_file(path)
    except Unreadable as error:
        raise NotAGuide(f"错误 {path.name}{error.place}: {error.say}") from None
    try:
        return read_scenario(path.stem, data, _around(path))
    except ConditionError as error:
        place = position(text, error.where, json_text=path.suffix.lower() == ".json")
        raise NotAGuide(f"错误 {path.name}{place} {error.where}: {error.sentence}") from None
    except PackError as error:
        raise NotAGuide(str(error)) from None


def _around(path: Path) -> Vocabulary:
    folder = path.resolve().parent.parent
    stands_in = path.resolve().parent.name == "scenarios" and (folder / "pack.yaml").exists()
    return vocabulary(read_pack(folder)) if stands_in else Vocabulary()


def run_scenario(path: Path, answers: dict[str, Any], on: date) -> dict[str, Any]:
    """`results` in order, `reasons` in words, the `next` question's id or None, `asked_not_needed`, `invalid`."""
    scenario = scenario_of(path)
    stands = step(scenario, answers, on)
    return {
        "results": [fit.result.id for fit in stands.results],
        "reasons": {fit.result.id: _words(scenario, fit) for fit in stands.results},
        "almost": {fit.result.id: _words(scenario, fit) for fit in stands.almost},
        "next": stands.next.ask if stands.next else None,
        "asked_not_needed": not_needed(scenario, answers, on),
        "undecided": [result.id for result in stands.undecided],
        "invalid": dict(stands.invalid),
    }


def _words(scenario: Scenario, fit: Fit) -> list[str]:
    return [words for reason in fit.reasons if (words := reason_words(scenario, reason))]


def read_json(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise NotAGuide('--answers 要写成 JSON,例如 \'{"elder.age": "80–89"}\'。') from None


def run(args: argparse.Namespace) -> int:
    """where answers lead in a guide: results with reasons and the next question, as JSON"""
    found = run_scenario(args.file, read_json(args.answers), args.today)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


def check(args: argparse.Namespace) -> int:
    """prove a guide: every journey ends, every result can be reached, no question is useless"""
    proof = prove(scenario_of(args.file), args.today)
    for finding in proof.findings:
        print(f"{'提醒' if finding.warning else '错误'} {finding.where}: {finding.say}", file=sys.stderr)
    print(json.dumps(msgspec.to_builtins(proof), ensure_ascii=False, indent=1))
    return 1 if any(not finding.warning for finding in proof.findings) else 0


def draw(args: argparse.Namespace) -> int:
    """a picture of a guide: SVG, or Mermaid; with --to both, as files in a folder"""
    scenario = scenario_of(args.file)
    graph = graph_of(scenario)
    if args.to is None:
        print(mermaid_of(graph) if args.mermaid else svg_of(graph), end="")
        return 0
    args.to.mkdir(parents=True, exist_ok=True)
    for name, text in ((f"{scenario.id}.svg", svg_of(graph)), (f"{scenario.id}.mmd", mermaid_of(graph))):
        (args.to / name).write_text(text, encoding="utf-8")
        print(args.to / name)
    return 0


def schema_text() -> str:
    """JSON text, stable: the shape of `scenarios/*.yaml`, for editors."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(ScenarioFile)
    return msgspec.json.format(msgspec.json.encode(described), indent=1).decode() + "\n"


def schema(args: argparse.Namespace) -> int:
    """the JSON Schema of a guide's file, for editors"""
    print(schema_text(), end="")
    return 0


def _day(text: str) -> date:
    return date.fromisoformat(text)


def file_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="a guide, YAML or JSON: in the scenarios folder of a pack, or on its own"
    )
    parser.add_argument("--today", type=_day, default=datetime.now(TOWN).date(), help="the day ages are counted to")


def run_arguments(parser: argparse.ArgumentParser) -> None:
    file_argument(parser)
    parser.add_argument("--answers", default="{}", help="JSON: question → answer")


def draw_arguments(parser: argparse.ArgumentParser) -> None:
    file_argument(parser)
    parser.add_argument("--mermaid", action="store_true", help="Mermaid text instead of SVG")
    parser.add_argument("--to", type=Path, help="a folder for both, instead of printing one")


COMMANDS = [
    ("scenario run", run_arguments, run),
    ("scenario check", file_argument, check),
    ("scenario draw", draw_arguments, draw),
    ("scenario schema", lambda parser: None, schema),
]
