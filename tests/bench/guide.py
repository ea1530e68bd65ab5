"""Guides: one evaluation of a large one, 10,000 stored journeys replayed, and how many questions each guide asks.

`python -m tests.bench.guide`. Targets: under 1 ms a step of 90 results with one condition each over 14 questions; every
stored journey ends where the plainest reading of the file ends; never more questions than in the author's order.
"""

import random
import statistics
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import backend
from backend.catalogue.pack_read import read_pack
from backend.scenarios.model import Scenario, Vocabulary
from backend.scenarios.proof import numbers
from backend.scenarios.rules import step
from backend.scenarios.scenario_read import read_scenario
from backend.scenarios.vocabulary import vocabulary
from tests.scenarios.published import GUIDES
from tests.scenarios.reference import Reference, some_journey

QUESTIONS, RESULTS, JOURNEYS = 14, 90, 10_000
TODAY = date(2026, 11, 22)
HAIKOU = Path(backend.__file__).parent / "packs" / "haikou"


def large_guide(dice: random.Random) -> Scenario:
    questions = [_question(at) for at in range(QUESTIONS)]
    results = [{"advice": f"r{at}", "when": _rule(dice)} for at in range(RESULTS)]
    return read_scenario("large", {"title": "large", "questions": questions, "results": results}, Vocabulary())


def _question(at: int) -> dict[str, Any]:
    if at % 4 == 3:
        return {"ask": f"q{at}", "several": [f"s{i}" for i in range(5)], "none": "none"}
    return {"ask": f"q{at}", "type": "number"} if at % 4 == 2 else {"ask": f"q{at}", "choose": ["a", "b", "c", "d"]}


def _rule(dice: random.Random) -> dict[str, Any]:
    one, two, three, four = (_leaf(at, dice) for at in dice.sample(range(QUESTIONS), 4))
    return {"all": [one, {"any": [two, three]}, {"not": four}]}


def _leaf(at: int, dice: random.Random) -> dict[str, Any]:
    if at % 4 == 3:
        return {"fact": f"q{at}", "includes": f"s{dice.randrange(5)}"}
    if at % 4 == 2:
        return {"fact": f"q{at}", "at_least": dice.randrange(100)}
    return {"fact": f"q{at}", "in": dice.sample(["a", "b", "c", "d"], 2)}


def some_answers(dice: random.Random) -> dict[str, Any]:
    kinds = (lambda: dice.choice("abcd"), lambda: dice.choice("abcd"), lambda: dice.randrange(100),
             lambda: [f"s{dice.randrange(5)}"])  # fmt: skip
    return {f"q{at}": kinds[at % 4]() for at in range(dice.randrange(QUESTIONS + 1))}


def evaluation(dice: random.Random) -> None:
    guide = large_guide(dice)
    times = []
    for given in [some_answers(dice) for _ in range(JOURNEYS)]:
        began = time.process_time()
        step(guide, given)
        times.append(time.process_time() - began)
    said = f"{RESULTS} results, {QUESTIONS} questions: median {statistics.median(times) * 1e3:.2f} ms of processor time"
    tell(f"{said}, {sum(times):.1f} s for {JOURNEYS} journeys, reasons included")


def replay(dice: random.Random) -> None:
    """2,000 journeys through each of the five guides of the tests, drawn and judged first, then replayed."""
    stored = [
        (name, answers, Reference(guide, answers, TODAY).results())
        for name, guide in GUIDES.items()
        for answers in (some_journey(guide, dice, TODAY) for _ in range(JOURNEYS // len(GUIDES)))
    ]
    guides = {name: read_scenario(name, guide, Vocabulary()) for name, guide in GUIDES.items()}
    began = time.process_time()
    ends = [[fit.result.id for fit in step(guides[name], answers, TODAY).results] for name, answers, _ in stored]
    spent = time.process_time() - began
    wrong = sum(found != results for found, (_name, _answers, results) in zip(ends, stored, strict=True))
    tell(f"{len(stored)} stored journeys replayed in {spent:.1f} s of processor time, {wrong} with another result")


def questions() -> None:
    pack = read_pack(HAIKOU)
    for name, data in pack.scenarios.items():
        found = numbers(read_scenario(name, data, vocabulary(pack)))
        more = "" if found.mean <= found.author_mean else "  MORE THAN IN THE AUTHOR'S ORDER"
        tell(f"{name}: {found.mean:.2f} questions on average, {found.author_mean:.2f} in the author's order{more}")


def tell(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    dice = random.Random(14)
    evaluation(dice)
    replay(dice)
    questions()


if __name__ == "__main__":
    main()
