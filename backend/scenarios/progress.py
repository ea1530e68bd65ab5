"""About how many questions are still to come: computed over the ways the journey can still go, never guessed."""

from collections.abc import Mapping
from datetime import date

from backend.core.conditions import Key, Value
from backend.scenarios.model import Scenario
from backend.scenarios.proof import TooLarge, Walker
from backend.scenarios.rules import Outlook

MOST_WAYS = 300
MOST_GUIDES = 100

_walkers: dict[str, Walker] = {}


def questions_left(scenario: Scenario, given: Mapping[Key, Value], on: date) -> int:
    """The mean over all ways on, each answer equally likely, rounded; at least 1 while there is a question.

    Where there are too many ways, the number of questions that can still matter: never too few.
    """
    look = Outlook(scenario, given, on)
    if look.next() is None:
        return 0
    try:
        return max(1, round(_walker(scenario, on).ahead(dict(given)).mean))
    except TooLarge:
        wanted = look.wanted()
        return sum(look.asks(question.ask, wanted) for question in scenario.questions)


def _walker(scenario: Scenario, on: date) -> Walker:
    """What was walked once is known until the guide or the day changes."""
    walker = _walkers.get(scenario.id)
    if walker is None or walker.scenario is not scenario or walker.on != on:
        if len(_walkers) >= MOST_GUIDES:
            _walkers.clear()
        walker = _walkers[scenario.id] = Walker(scenario, on, most=MOST_WAYS)
    return walker
