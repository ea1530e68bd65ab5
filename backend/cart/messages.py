"""The cart in people's words: what pages and the API say about lines, questions and materials. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from backend.cart.model import ANSWERED, DERIVED, Draft, Line, Need, Question
from backend.cart.settle import best
from backend.catalogue.answers import shown
from backend.catalogue.model import Element, ElementType, Pack
from backend.core.clock import Calendar, Unit, due
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.parties.model import Party


class LineWords(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the cart. `due`: the latest day if it is accepted today; `about`: whom and what it is for."""

    id: UUID
    code: str
    name: str
    instant: bool
    due: date | None
    fee: int | None
    free: bool
    visits: int
    about: tuple[str, ...]
    renewed: bool
    gone: bool
    doubts: tuple[str, ...]


class QuestionWords(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the sheet. `value` as the form shows it; `whose`: the label with its owner, for lists."""

    name: str
    label: str
    whose: str
    kind: str
    value: Any
    shown: str
    required: bool
    filled: bool
    hint: str
    why: str
    source: str
    unit: str
    autocomplete: str
    max_length: int
    example: str
    not_after: str
    options: tuple[dict[str, str], ...]
    needed_by: tuple[str, ...]
    problem: Problem | None


class Section(msgspec.Struct, frozen=True):
    """The questions of one topic about one subject. `other`: another person, who is always named."""

    title: str
    other: bool
    open: tuple[QuestionWords, ...]
    known: tuple[QuestionWords, ...]


class NeedWords(msgspec.Struct, frozen=True, kw_only=True):
    """One material of the list."""

    name: str
    label: str
    whose: str
    help: str
    mistakes: tuple[str, ...]
    issuer: str
    note: str
    pages: int
    formats: tuple[str, ...]
    required: bool
    way: str
    by: str
    files: tuple[Any, ...]
    pledge: str
    upload: bool
    needed_by: tuple[str, ...]
    problem: Problem | None


class Speaker:
    """Knows a draft's parties and items by their everyday names."""

    def __init__(self, draft: Draft, pack: Pack, principal: str) -> None:
        self.draft, self.pack, self.principal = draft, pack, principal
        self.items = {line.id: line.item.name for line in draft.lines}
        self.people = _names(draft, pack, principal)

    def subject(self, subject: UUID) -> str:
        """Who or what a question is about; for one filing alone the item's name."""
        return self.people.get(subject) or self.items.get(subject, "")

    def lines(self, calendar: Calendar) -> list[LineWords]:
        return [self._line(line, calendar) for line in self.draft.lines]

    def _line(self, line: Line, calendar: Calendar) -> LineWords:
        item, state = line.item, self.draft.sheet.states.get(line.id)
        unit = Unit(item.limits.unit)
        end = due(self.draft.on, item.limits.promised, unit, (), self.draft.on, calendar).due
        about = [
            self.people[one]
            for ids in line.parties.values()
            for one in ids
            if one in self.people and self._told_of(line, one)
        ]
        return LineWords(
            id=line.id,
            code=item.code,
            name=item.name,
            instant=bool(item.instant),
            due=end,
            fee=item.fee.amount if item.fee.charged else 0,
            free=not item.fee.charged,
            visits=item.visits.count,
            about=tuple(about),
            renewed=line.renewed,
            gone=line.gone,
            doubts=state.against if state else (),
        )

    def _told_of(self, line: Line, subject: UUID) -> bool:
        """Worth a word: another person who is asked about, a thing that two lines share, or one of two things."""
        state, party = self.draft.sheet.states.get(line.id), self.draft.parties[subject]
        if state is None or party.is_self or not any(cell[0] == subject for cell in state.cells):
            return False
        everything = (*self.draft.parties.values(), *self.draft.earlier.values())
        same = sum(other.kind == party.kind for other in everything)
        shared = sum(subject in ids for other in self.draft.lines for ids in other.parties.values())
        return party.kind == "person" or same > 1 or (shared > 1 and party.kind != "bank_account")

    def question(self, question: Question) -> QuestionWords:
        element, settled = question.element, question.settled
        return QuestionWords(
            name=question.name,
            label=element.label,
            whose=self.labelled(question.subject, element.label),
            kind=_kind(question),
            value=question.raw or (typed(element, settled.value) if settled else None),
            shown=shown(element, settled.value, self.pack.city.regions) if settled else "",
            required=question.required,
            filled=question.filled,
            hint=element.help,
            why=element.why,
            source=self.source(settled.source) if settled else "",
            unit=element.unit,
            autocomplete=element.autocomplete if self._herself(question.subject) else "",
            max_length=element.max_length,
            example=element.example,
            not_after=self.draft.on.isoformat() if element.not_after == "today" else element.not_after,
            options=options(element, self.pack.city.regions),
            needed_by=tuple(self.items[line] for line in question.needed_by),
            problem=question.problem,
        )

    def worded(self, problems: Iterable[Problem]) -> list[Problem]:
        """The same problems; those about somebody or something else say whose."""
        asked = {q.name: (q.subject, q.element.label) for q in self.draft.sheet.questions}
        asked |= {need.name: (need.subject, need.material.label) for need in self.draft.sheet.materials}
        return [
            self._whose(problem, *asked[problem.field]) if problem.field in asked else problem for problem in problems
        ]

    def _whose(self, problem: Problem, subject: UUID, label: str) -> Problem:
        if "label" not in problem.params:
            return problem
        return msgspec.structs.replace(problem, params={**problem.params, "label": self.labelled(subject, label)})

    def labelled(self, subject: UUID, label: str) -> str:
        """「姓名」 of herself, 「卖方的姓名」 of another; what belongs to one filing needs no owner."""
        party = self.draft.parties.get(subject)
        return label if party is None or party.is_self else f"{self.subject(subject)}的{label}"

    def _herself(self, subject: UUID) -> bool:
        """The browser may fill in her own data only where the question is about her."""
        party = self.draft.parties.get(subject)
        return bool(party and party.is_self and self.draft.actor_id == self.draft.principal_id)

    def source(self, source: str) -> str:
        """Where a value is from; nothing for what she typed herself."""
        kind, _dot, name = source.partition(".")
        match kind:
            case "register" if name in self.pack.registers:
                return f"来自{self.pack.registers[name].label}"
            case "certificate" if name in self.pack.certificates:
                return f"来自{self.pack.certificates[name].label}"
            case _:
                return {ANSWERED: "", DERIVED: _("由您填的算出"), "profile": _("来自个人资料")}.get(
                    source, _("以前填过")
                )

    def sections(self, questions: Iterable[Question]) -> list[Section]:
        """Questions of one topic, party by party."""
        grouped: dict[UUID, list[Question]] = {}
        for question in questions:
            grouped.setdefault(question.subject, []).append(question)
        return [
            Section(
                self.subject(subject),
                self._other_person(subject),
                tuple(self.question(q) for q in asked if not q.filled),
                tuple(self.question(q) for q in asked if q.filled),
            )
            for subject, asked in grouped.items()
        ]

    def _other_person(self, subject: UUID) -> bool:
        party = self.draft.parties.get(subject)
        return bool(party and party.kind == "person" and not party.is_self)

    def need(self, need: Need) -> NeedWords:
        material = need.material
        rule = next((way.file for way in material.satisfied_by if way.file), None)
        return NeedWords(
            name=need.name,
            label=material.label,
            whose=self.subject(need.subject),
            help=material.help,
            mistakes=material.mistakes,
            issuer=material.issuer,
            note=need.note,
            pages=rule.pages if rule else 0,
            formats=rule.formats if rule else (),
            required=need.required,
            way=need.way,
            by=self._by(need),
            files=need.files,
            pledge=need.pledge,
            upload=rule is not None,
            needed_by=tuple(self.items[line] for line in need.needed_by),
            problem=need.problem,
        )

    def _by(self, need: Need) -> str:
        match need.way:
            case "register":
                return self.pack.registers[need.by].label
            case "certificate":
                return self.pack.certificates[need.by].label
            case _:
                return need.by


def topics_of(draft: Draft) -> list[str]:
    """The topics of the sheet in their order."""
    return list(dict.fromkeys(question.element.topic for question in draft.sheet.questions))


def options(element: Element, regions: Mapping[str, str]) -> tuple[dict[str, str], ...]:
    """The choices of a field, for a region the places one may choose."""
    named = places(element, regions) if element.type is ElementType.region else element.options
    return tuple({"value": value, "label": label} for value, label in named.items())


def places(element: Element, regions: Mapping[str, str]) -> dict[str, str]:
    """Regions inside the element's `within`; the whole itself only if it has no parts."""
    if not element.within:
        return dict(regions)
    prefix = element.within.rstrip("0")
    inside = {code: name for code, name in regions.items() if code.startswith(prefix) and code != element.within}
    return inside or {code: name for code, name in regions.items() if code == element.within}


def typed(element: Element, plain: Any) -> Any:
    """What stands in the form's field for a stored value; reading it again gives the value back."""
    match element.type:
        case ElementType.money:
            return str(plain // 100) if plain % 100 == 0 else f"{plain / 100:.2f}"
        case ElementType.yes_no:
            return "yes" if plain else "no"
        case ElementType.choices:
            return list(plain)
        case _:
            return str(plain)


def _kind(question: Question) -> str:
    """The field for the element's type; raw text a date field cannot show stands in a plain one."""
    kind = question.element.type
    if question.raw and kind in (ElementType.date, ElementType.region):
        return "text"
    return str(kind)


def _names(draft: Draft, pack: Pack, principal: str) -> dict[UUID, str]:
    """Each party by label, or its role and what tells it from others; a number where two would be called the same."""
    found: dict[UUID, str] = {}
    for party in (*draft.parties.values(), *draft.earlier.values()):
        roles = [
            line.item.roles[role].label
            for line in draft.lines
            for role, ids in line.parties.items()
            if party.id in ids and role in line.item.roles
        ]
        role = roles[0] if roles else pack.city.kinds.get(party.kind, "")
        own = _own_words(draft, pack, party)
        name = principal if party.is_self else party.label or (f"{role} {own}" if own else role)
        same = sum(other == name or other.startswith(f"{name} ") for other in found.values())
        found[party.id] = f"{name} {same + 1}" if same and not own and not party.is_self else name
    return found


def _own_words(draft: Draft, pack: Pack, party: Party) -> str:
    """A name, an address, or the last four characters of the number that identifies it."""
    numbers = [code for code, element in pack.elements.items() if element.identity and element.kind == party.kind]
    for code in (f"{party.kind}.name", f"{party.kind}.address", *numbers):
        cell = (party.id, code)
        settled = draft.sheet.settled.get(cell) or best(draft.told.known.get(cell, ()))
        if settled and code in pack.elements:
            return f"尾号 {settled.value[-4:]}" if code in numbers else str(settled.value)
    return ""
