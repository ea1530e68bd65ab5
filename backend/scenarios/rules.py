"""Walking a guide backwards from its results: ask only what can still change one of them. Pure."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from backend.core.conditions import All, Condition, Fact, Facts, Key, Value, uses_of
from backend.core.conditions_judge import reasons_of, verdict_of
from backend.core.conditions_rest import rest_of
from backend.core.conditions_sight import MOST_EFFORT, Gap, Sight, sources_of
from backend.core.i18n import _
from backend.scenarios.answers import Answers, read_answers
from backend.scenarios.model import Fit, Option, Question, Result, Scenario, Step

Standing = tuple[bool | None, frozenset[Key]]
"""A result's verdict, and what can still change it."""
NOTHING: frozenset[Key] = frozenset()
ABSENT = Gap.ABSENT
MOST_REMEMBERED = 5000


class Outlook:
    """All that follows from some answers: which questions are visible, how each result stands, what is still open.

    `refused`: answers that make no sense beside the earlier ones, each with a sentence; they count as not given.
    """

    __slots__ = ("effort", "facts", "hidden", "refused", "scenario", "sight", "stands", "unsure", "used")

    def __init__(self, scenario: Scenario, given: Mapping[Key, Value], on: date | None) -> None:
        self.scenario = scenario
        self.hidden: set[Key] = set()
        self.unsure: dict[Key, frozenset[Key]] = {}
        self.used: dict[Key, Fact] = {}
        self.refused: dict[Key, str] = {}
        self.facts = Facts(
            self.used, declined=scenario.declined, kinds=scenario.kinds, meanings=scenario.meanings, on=on
        )
        self.effort = MOST_EFFORT
        for at in scenario.settled:
            self._look_at(scenario.questions[at], given)
        self.sight = self._looking()
        self.stands = self._standing()

    def _look_at(self, question: Question, given: Mapping[Key, Value]) -> None:
        """Answers count once their question is surely visible; one that is hidden is absent, however it was answered."""
        visible, waits_for = self._shown(question)
        if visible is None:
            self.unsure[question.ask] = waits_for
        elif visible is False:
            self.hidden.add(question.ask)
            self.facts.absent = frozenset(self.hidden)
        elif question.ask in given:
            self._take(question, given[question.ask])

    def _shown(self, question: Question) -> Standing:
        """Visible at all, and, where its options depend on other answers, is it settled which are offered?"""
        if question.when is None and not question.turns:
            return True, NOTHING
        visible, waits_for = self.verdict(question.when) if question.when else (True, NOTHING)
        if not visible or not question.turns:
            return visible, waits_for
        stands = [self.verdict(option.when) for option in question.options if option.when]
        if all(verdict is not None for verdict, _ in stands):
            return any(option.when is None for option in question.options) or any(
                verdict for verdict, _ in stands
            ), NOTHING
        return None, NOTHING.union(*(still_open for _, still_open in stands))

    def _take(self, question: Question, value: Value) -> None:
        say = out_of_days(question, value, self.facts.on) or ("" if self._offers(question, value) else NOT_OFFERED)
        self.used[question.ask] = Fact(value)
        if not say and question.must:
            say = next((must.say for must in question.must if self.verdict(must.that)[0] is False), "")
        if say:
            del self.used[question.ask]
            self.refused[question.ask] = say

    def _offers(self, question: Question, value: Value) -> bool:
        if not question.turns:
            return True
        offered = self.offered(question)
        if isinstance(value, frozenset):
            return value <= {option.value for option in offered}
        return any(option.means == value for option in offered)

    def offered(self, question: Question) -> list[Option]:
        """The options that can be chosen after these answers."""
        return [one for one in question.options if one.when is None or self.verdict(one.when)[0]]

    def verdict(self, rule: Condition) -> Standing:
        """As `verdict_of`, and remembered: it depends on nothing but the answers to the questions that the rule reads."""
        memory = self.scenario.memory
        place = (id(rule), self.facts.on)
        known = memory.get(place)
        if known is None or known[0] is not rule:
            if len(memory) > MOST_REMEMBERED:
                memory.clear()
            known = memory[place] = (rule, read_by(rule, self.facts), dict[tuple[Any, ...], Standing]())
        _, keys, outcomes = known
        used, hidden = self.used, self.hidden
        state = tuple([used[key].value if key in used else ABSENT if key in hidden else None for key in keys])
        found = outcomes.get(state)
        if found is None:
            if len(outcomes) > MOST_REMEMBERED:
                outcomes.clear()
            sight = self._looking()
            found = outcomes[state] = verdict_of(rule, sight)
            self.effort = sight.effort
        return found

    def _looking(self) -> Sight:
        """A fresh look at the facts as they stand; what is tried out is limited over all looks together."""
        sight = Sight(self.facts)
        sight.effort = self.effort
        return sight

    def _standing(self) -> dict[str, Standing]:
        results = self.scenario.results
        stands = {one.id: self.verdict(one.when) for one in results if not one.otherwise}
        if not self.scenario.entangled:
            return stands
        verdicts = [verdict for verdict, _ in stands.values()]
        other: bool | None = False if True in verdicts else None if None in verdicts else True
        stands = {one.id: (other, NOTHING) if one.otherwise else stands[one.id] for one in results}
        return _up_to_first(stands) if self.scenario.first_only else stands

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


NOT_OFFERED = _("没有这个选项，请从列出的里面选一个。")


def read_by(rule: Condition, facts: Facts) -> tuple[Key, ...]:
    """Every fact a rule looks at, and those it derives them from."""
    sight, found, todo = Sight(facts), dict[Key, None](), list(uses_of(rule))
    while todo:
        of = todo.pop()
        meaning = sight.meaning(of.fact)
        if of.fact not in found and meaning.derived:
            todo += sources_of(of, meaning)
        found[of.fact] = None
    return tuple(found)


def _up_to_first(stands: dict[str, Standing]) -> dict[str, Standing]:
    """Only the first that holds counts; after one that is open, all but the refused are open, too."""
    found: dict[str, Standing] = {}
    before: bool | None = False
    for name, (verdict, still_open) in stands.items():
        if before is True or verdict is False:
            found[name] = (False, NOTHING)
        elif before is None:
            found[name] = (None, still_open)
        else:
            found[name] = (verdict, still_open)
        before = True if before is True or (verdict and before is False) else None if verdict is None else before
    return found


def out_of_days(question: Question, value: Value, on: date | None) -> str:
    """A date before the earliest or after the latest that the question takes."""
    if not isinstance(value, date) or not (question.earliest or question.latest):
        return ""
    first, last = (
        on if day == "today" else date.fromisoformat(day) if day else None
        for day in (question.earliest, question.latest)
    )
    if first and value < first:
        return _("这个日期太早了，请再看一遍。")
    return _("这个日期太晚了，请再看一遍。") if last and value > last else ""


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
        invalid={**invalid, **look.refused},
        hidden=frozenset(look.hidden),
        offered={one.ask: tuple(look.offered(one)) for one in scenario.questions if one.turns},
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
    given, _invalid = read_answers(scenario, answers)
    asked: list[Question] = []
    taken: dict[Key, Value] = {}
    while (question := Outlook(scenario, taken, on).next()) and question.ask in given:
        asked.append(question)
        taken[question.ask] = given[question.ask]
    return asked, question


def not_needed(scenario: Scenario, answers: Answers, on: date | None = None) -> list[Key]:
    """The answered questions that the guide would not have asked, and that change nothing now, either."""
    given, _invalid = read_answers(scenario, answers)
    asked = {question.ask for question in walk(scenario, answers, on)[0]}
    return [
        question.ask
        for question in scenario.questions
        if question.ask in given and question.ask not in asked and not _changes(scenario, given, question.ask, on)
    ]


def _changes(scenario: Scenario, given: Mapping[Key, Value], ask: Key, on: date | None) -> bool:
    without = Outlook(scenario, {key: value for key, value in given.items() if key != ask}, on)
    return without.asks(ask, without.wanted())
