"""What a register's answer is worth, which registers an item speaks of, and when to leave a register alone. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.model import Element, ElementType, Item, Pack
from backend.catalogue.pack_covered import conditions_of, facts_of
from backend.core.conditions import uses_of
from backend.registers.model import Question, Told, Unknown

AHEAD = timedelta(minutes=5)  # a clock may be off by
FAILURES = 5  # one after the other open the circuit
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 600.0  # seconds
LONGEST_ASKED = 3600.0  # seconds: no other side keeps us away for longer at once
SOURCE = "register."
PROVED = ("profile", "counter")
"""Sources of a number that registers may be asked by: the account was opened with it, or an officer saw the card."""
NUMBERS = {"person": "person.id_number", "business": "business.uscc"}
"""The number that somebody who can have an account is asked about by."""


class Record(msgspec.Struct, frozen=True):
    """One record of a register, as it sends it."""

    as_of: datetime
    facts: dict[str, Any]


class Answer(msgspec.Struct, frozen=True):
    """A register's answer: to which question, and every record it has of the subject."""

    request: str
    records: list[Record]


def told_of(answer: Answer, question: Question, pack: Pack, now: datetime, today: date) -> Told | Unknown:
    """The facts that may be relied on. What several records contradict each other about, what cannot be a value of its element, and what
    was not asked for, is left out; a record of somebody else, or of the future, spoils the whole."""
    if not answer.records:
        return Unknown("no_record")
    if any(record.as_of > now + AHEAD or _of_another(record, question, pack) for record in answer.records):
        return Unknown("contradiction")
    said: dict[str, list[Any]] = {}
    for record in answer.records:
        for element, value in record.facts.items():
            if element in question.facts and value is not None:
                said.setdefault(element, []).append(_read(pack.elements[element], value, today))
    facts = {element: values[0] for element, values in said.items() if _agree(values)}
    doubtful = tuple(sorted(said.keys() - facts.keys()))
    if not facts:
        return Unknown("contradiction" if doubtful else "no_record")
    at = min(record.as_of for record in answer.records)
    if at + age_of(question.register, pack) <= now:
        return Unknown("stale")
    return Told(facts=facts, at=min(at, now), doubtful=doubtful)


def age_of(register: str, pack: Pack) -> timedelta:
    """How old an answer may be when it is judged by."""
    return timedelta(days=pack.registers[register].max_age_days)


def _agree(values: list[Any]) -> bool:
    return values[0] is not None and all(value == values[0] for value in values)


def _of_another(record: Record, question: Question, pack: Pack) -> bool:
    """A number in the answer that is not the number asked by."""
    numbers = (value for code, value in record.facts.items() if code == identity_of(question.kind, pack))
    return any(number != question.identity for number in numbers)


def identity_of(kind: str, pack: Pack) -> str:
    """The element a kind of party is known by: the first of the vocabulary that is marked so."""
    return next((code for code, one in pack.elements.items() if one.identity and one.kind == kind), "")


def _read(element: Element, value: Any, today: date) -> Any:
    """The value if it can be one of this element's, as it is stored; None otherwise."""
    try:
        return checked(element, value, today)
    except AnswerError:
        return None


def checked(element: Element, value: Any, today: date) -> Any:
    """A value as another authority writes it, as it is stored here; AnswerError with what is wrong."""
    if element.type is ElementType.yes_no and not isinstance(value, bool):
        raise AnswerError("只能是 true 或 false。")
    if isinstance(value, float | dict) or value == []:
        raise AnswerError("这里不能写这样的值。")
    typed = [str(one) for one in value] if isinstance(value, list) else [_typed(element, value)]
    if isinstance(value, list) and element.type is not ElementType.choices:
        raise AnswerError("只能有一个值。")
    return read_answer(element, typed, today)


def _typed(element: Element, value: Any) -> str:
    """As a person would type it: money is in fen on the wire and in yuan on paper."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if element.type is ElementType.money and isinstance(value, int):
        return f"{value // 100}.{value % 100:02}"
    return str(value)


def registers_for(item: Item, pack: Pack, materials: Iterable[str]) -> set[str]:
    """The registers an item speaks of: named by a rule or by a way to satisfy one of these materials; and of what it asks or judges, the
    first that knows it. No others: what many registers happen to know is no reason to ask them all."""
    kinds = {role.kind for role in item.roles.values()}
    elements = elements_read(item, pack)
    found = set(_named(item, pack, materials))
    first = {element: code for code, register in reversed(pack.registers.items()) for element in register.facts}
    found |= {first[element] for element in elements if element in first}
    return {code for code in found if code in pack.registers and pack.registers[code].about in kinds}


def _named(item: Item, pack: Pack, materials: Iterable[str]) -> Iterator[str]:
    for _place, condition in conditions_of(item):
        yield from (use.source.removeprefix(SOURCE) for use in uses_of(condition) if use.source.startswith(SOURCE))
    for code in materials:
        yield from (way.register for way in pack.materials[code].satisfied_by if way.register)


def materials_anyway(item: Item) -> list[str]:
    """The materials an item needs of everybody."""
    return [
        item.material_of(need.material) for need in item.materials if need.when is None and _known(item, need.material)
    ]


def _known(item: Item, fact: str) -> bool:
    role = fact.partition(".")[0]
    return role == "filing" or role in item.roles


def elements_read(item: Item, pack: Pack) -> set[str]:
    """What an item asks or judges, and what that is derived from: a birth date, where it asks for an age."""
    found: set[str] = set()
    todo = {item.element_of(fact) for fact in facts_of(item) if _known(item, fact)}
    while todo:
        found |= todo
        todo = {of for code in todo if code in pack.meanings for of in pack.meanings[code].of} - found
    return found


def facts_wanted(register: str, items: Iterable[Item], pack: Pack) -> tuple[str, ...]:
    """The least to ask for: of what the register knows, what these items ask or judge; all of it where a material is satisfied by it."""
    knows, wanted = pack.registers[register].facts, set[str]()
    for item in items:
        wanted |= elements_read(item, pack)
    return tuple(code for code in knows if code in wanted) or knows


def pause_after(failures: int, chance: float) -> float:
    """Seconds the circuit stays open after so many failures one after the other; 0: it stays closed. `chance`: 0 to 1."""
    if failures < FAILURES:
        return 0.0
    usual = min(FIRST_PAUSE * 2 ** min(failures - FAILURES, 10), LONGEST_PAUSE)
    return usual * (0.75 + 0.5 * chance)


def wait_asked(seconds: float) -> float:
    return max(1.0, min(seconds, LONGEST_ASKED))
