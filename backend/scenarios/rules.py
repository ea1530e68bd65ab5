"""Walking a guide backwards from its results: ask only what can still change one of them. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from backend.core.conditions import All, Fact, Facts, Key, Value
from backend.core.conditions_judge import reasons_of, verdict_of
from backend.core.conditions_rest import rest_of
from backend.core.conditions_sight import Sight
from backend.scenarios.answers import Answers, read_answers
from backend.scenarios.model import Fit, Question, Result, Scenario, Step


class Outlook:
    """All that follows from some answers: which questions are visible, how each result stands, what is still open."""

    __slots__ = ("hidden", "scenario", "sight", "stands", "unsure", "used")

    def __init__(self, scenario: Scenario, given: Mapping[Key, Value], on: date | None) -> None:
        self.scenario = scenario
        self.hidden: set[Key] = set()
        self.unsure: dict[Key, frozenset[Key]] = {}
        self.used: dict[Key, Fact] = {}
        self.sight = self._seen(given, on)
        self.stands = {result.id: verdict_of(result.when, self.sight) for result in scenario.results}

    def _seen(self, given: Mapping[Key, Value], on: date | None) -> Sight:
        """Answers count once their question is surely visible; one that is hidden is absent, however it was answered."""
        facts = Facts(
            self.used,
            declined=self.scenario.declined,
            kinds=self.scenario.kinds,
            meanings=self.scenario.meanings,
            on=on,
        )
        for at in self.scenario.settled:
            question = self.scenario.questions[at]
            visible, waits_for = (True, None) if question.when is None else verdict_of(question.when, Sight(facts))
            if visible is None:
                self.unsure[question.ask] = waits_for or frozenset()
            elif visible is False:
                self.hidden.add(question.ask)
                facts.absent = frozenset(self.hidden)
            elif question.ask in given:
                self.used[question.ask] = Fact(given[question.ask])
        return Sight(facts)

    def wanted(self) -> set[Key]:
        """The facts that can still change a result or the visibility of a question that can."""
        wanted = set().union(*(still_open for verdict, still_open in self.stands.values() if verdict is None))
        wanted |= {question.ask for question in self.scenario.questions if question.force}
        while more := set().union(*(self.unsure.get(key, ()) for key in wanted)) - wanted:
            wanted |= more
        return wanted

    def next(self) -> Question | None:
        """The first question in the author's order that is wanted, visible and not answered."""
        wanted = self.wanted()
        return next((question for question in self.scenario.questions if self.asks(question.ask, wanted)), None)

    def asks(self, ask: Key, wanted: Collection[Key]) -> bool:
        return ask in wanted and ask not in self.used and ask not in self.hidden and ask not in self.unsure


def step(scenario: Scenario, answers: Answers, on: date | None = None) -> Step:
    """Where these answers lead; those that make no sense are in `invalid` and count as not given."""
    given, invalid = read_answers(scenario, answers)
    look = Outlook(scenario, given, on)
    next_question = look.next()
    undecided = [result for result in scenario.results if look.stands[result.id][0] is None]
    return Step(
        next=next_question,
        results=tuple(_fit(result, look) for result in scenario.results if look.stands[result.id][0]),
        almost=tuple(near for result in scenario.results if (near := _near(result, look))),
        answered=tuple(question for question in scenario.questions if question.ask in look.used),
        undecided=() if next_question else tuple(undecided),
        invalid=invalid,
    )


def _fit(result: Result, look: Outlook) -> Fit:
    return Fit(result, reasons_of(result.when, look.sight, True))


def _near(result: Result, look: Outlook) -> Fit | None:
    """An item of which a single condition fails, and some other one is known to hold."""
    if not result.item or look.stands[result.id][0] is not False or not isinstance(result.when, All):
        return None
    verdicts = [rest_of(part, look.sight) for part in result.when.of]
    if True not in verdicts or verdicts.count(False) != 1:
        return None
    return Fit(result, reasons_of(result.when, look.sight, False))


def used_by(scenario: Scenario, given: Mapping[Key, Value], on: date | None) -> Mapping[Key, Fact]:
    """The answers that count: those of questions that are surely visible."""
    return Outlook(scenario, given, on).used


def walk(scenario: Scenario, answers: Answers, on: date | None = None) -> tuple[list[Question], Question | None]:
    """The questions the guide would have asked somebody with these answers, one after the other, and the next one."""
    given, _ = read_answers(scenario, answers)
    asked: list[Question] = []
    taken: dict[Key, Value] = {}
    while (question := Outlook(scenario, taken, on).next()) and question.ask in given:
        asked.append(question)
        taken[question.ask] = given[question.ask]
    return asked, question


def not_needed(scenario: Scenario, answers: Answers, on: date | None = None) -> list[Key]:
    """The answered questions that the guide would not have asked, and that change nothing now, either."""
    given, _ = read_answers(scenario, answers)
    asked = {question.ask for question in walk(scenario, answers, on)[0]}
    return [
        question.ask
        for question in scenario.questions
        if question.ask in given and question.ask not in asked and not _changes(scenario, given, question.ask, on)
    ]


def _changes(scenario: Scenario, given: Mapping[Key, Value], ask: Key, on: date | None) -> bool:
    without = Outlook(scenario, {key: value for key, value in given.items() if key != ask}, on)
    return without.asks(ask, without.wanted())
