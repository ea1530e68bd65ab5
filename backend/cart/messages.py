"""The cart in people's words: what pages and the API say about lines, questions and materials. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from backend.cart.fields import kind_of, options, typed
from backend.cart.model import ANSWERED, DERIVED, Draft, Line, Need, Question
from backend.cart.naming import names_of
from backend.cart.renewal_model import Asked, Words
from backend.catalogue.answers import shown
from backend.catalogue.model import FileRule, Pack
from backend.core.clock import Calendar, Unit, due
from backend.core.errors import Problem
from backend.core.i18n import _


class LineWords(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the cart. `due`: the latest day if it is accepted today; `about`: whom and what it is for; `again`: what was
    taken over from an earlier filing of it and not looked at yet."""

    id: UUID
    code: str
    name: str
    instant: bool
    due: date | None
    fee: int | None
    free: bool
    visits: int
    about: tuple[str, ...]
    changes: tuple[Words, ...]
    gone: bool
    doubts: tuple[str, ...]
    again: tuple[str, ...]
    level: str


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
    source: Words | None
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
    barred: date | None
    upload: bool
    needed_by: tuple[str, ...]
    problem: Problem | None


class Speaker:
    """Knows a draft's parties and items by their everyday names."""

    def __init__(self, draft: Draft, principal: str) -> None:
        self.draft, self.pack, self.principal = draft, draft.pack, principal
        self.items = {line.id: line.item.name for line in draft.lines}
        self.people = names_of(draft, principal)

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
            changes=self.changes(line.id),
            gone=line.gone,
            doubts=state.against if state else (),
            again=tuple(
                q.element.label for q in self.draft.sheet.questions if q.subject == line.id and self._taken_over(q)
            ),
            level=item.level,
        )

    def _taken_over(self, question: Question) -> bool:
        answer = self.draft.told.answers.get(question.cell)
        return bool(answer and answer.source)

    def changes(self, line: UUID) -> tuple[Words, ...]:
        """What a newer version changes for her, a sentence each; none where she is up to date."""
        renewal = self.draft.sheet.renewals.get(line)
        if renewal is None:
            return ()
        filled = self.draft.sheet.settled
        new = [one for one in renewal.asked if one.cell not in filled]
        known = [one for one in renewal.asked if one.cell in filled]
        said = [
            (_("新增要填：%(what)s"), new),
            (_("新增的这些，已经替您填好：%(what)s"), known),
            (_("要重新填（选项或写法变了）：%(what)s"), renewal.again),
            (_("不用再填：%(what)s"), renewal.dropped),
            (_("要交的材料：%(what)s"), renewal.needs),
            (_("不用再交：%(what)s"), renewal.spared),
        ]
        lists = [Words(say, {"what": "、".join(dict.fromkeys(map(self._asked, all_)))}) for say, all_ in said if all_]
        return (*renewal.facts, *lists)

    def _asked(self, one: Asked) -> str:
        label = self.labelled(one.subject, one.label)
        return f"{label}（{one.max_age_days} 天内开的）" if one.max_age_days else label

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
            kind=kind_of(question),
            value=question.raw or (typed(element, settled.value) if settled else None),
            shown=shown(element, settled.value, self.pack.city.regions) if settled else "",
            required=question.required,
            filled=question.filled,
            hint=element.help,
            why=element.why,
            source=source_words(settled.source, self.pack) if settled else None,
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
        rule = next((way.file for way in material.satisfied_by if way.file), FileRule() if need.barred else None)
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
            barred=need.barred,
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


SOURCES = {
    DERIVED: _("由您填的算出"),
    "profile": _("来自个人资料"),
    "counter": _("窗口核对过"),
    "filing": _("以前填过"),
}


def source_words(source: str, pack: Pack) -> Words | None:
    """Where a value is from; nothing for what she typed herself."""
    labels = {f"register.{code}": one.label for code, one in pack.registers.items()}
    labels |= {f"certificate.{code}": one.label for code, one in pack.certificates.items()}
    if source in labels:
        return Words(_("来自%(source)s"), {"source": labels[source]})
    return None if source == ANSWERED else Words(SOURCES.get(source, SOURCES["filing"]))
