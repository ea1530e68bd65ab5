"""`suishouban scenario run|check FILE`, `scenario schema`: a guide tried and proved from the command line."""

import argparse
import json
import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from backend.catalogue.pack_read import Fault, PackError, read_file, read_pack
from backend.core.conditions import ConditionError
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
    """The guide in a file, with the items and elements of the pack whose `scenarios/` folder it stands in."""
    faults: list[Fault] = []
    data = read_file(path, path.parent, faults)
    if faults:
        raise NotAGuide("\n".join(map(str, faults)))
    try:
        return read_scenario(path.stem, data, _around(path))
    except ConditionError as error:
        raise NotAGuide(f"错误 {path.name}{position(path, error.where)} {error.where}: {error.sentence}") from None
    except PackError as error:
        raise NotAGuide(str(error)) from None


def _around(path: Path) -> Vocabulary:
    folder = path.resolve().parent.parent
    return vocabulary(read_pack(folder)) if (folder / "pack.yaml").exists() else Vocabulary()


def position(path: Path, where: str) -> str:
    """`:line:column` of a place like `results[2].when.any[1]`, as far down as the file has it."""
    node = yaml.compose(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for step_down in re.findall(r"[^.\[\]]+", where):
        inner = _inside(node, step_down)
        if inner is None:
            break
        node = inner
    return f":{node.start_mark.line + 1}:{node.start_mark.column + 1}:" if node else ":"


def _inside(node: yaml.Node | None, step_down: str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and step_down.isdigit() and int(step_down) < len(node.value):
        found: yaml.Node = node.value[int(step_down)]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step_down), None)
    return None


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
    parser.add_argument("file", type=Path, help="a file in the scenarios folder of a pack")
    parser.add_argument("--today", type=_day, default=datetime.now(TOWN).date(), help="the day ages are counted to")


def run_arguments(parser: argparse.ArgumentParser) -> None:
    file_argument(parser)
    parser.add_argument("--answers", default="{}", help="JSON: question → answer")


COMMANDS = [
    ("scenario run", run_arguments, run),
    ("scenario check", file_argument, check),
    ("scenario schema", lambda parser: None, schema),
]
