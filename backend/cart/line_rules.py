"""What one line asks, as the least fixed point of its own conditions over what is settled. Pure.

A question is shown when its `when` is true; it is hidden, and what was typed into it counts as absent, when its `when`
is false; while its `when` is undecided it is not shown yet and its value unknown. Whatever can still change an undecided
`when`, a material's `when` or `fits` is asked as well.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

import msgspec

from backend.cart.model import Cell, Line, LineState, Need, RoleQuestion
from backend.cart.settle import VOUCHED, Settler, follows
from backend.catalogue.answers import value_of
from backend.catalogue.model import Item, Pack, Role
from backend.catalogue.pack_covered import facts_of
from backend.core.conditions import Condition, Fact, Facts, Judgement, Key, bind, judge
from backend.core.conditions_judge import verdict_of
from backend.core.conditions_sight import Sight


class Wish(msgspec.Struct, frozen=True):
    """An ask or a material of one party: where it belongs, and when. `key` is how rules call it."""

    key: Key
    subject: UUID
    code: str
    when: Condition | None
    required: bool
    need: Need | None = None


def state_of(line: Line, pack: Pack, settler: Settler, on: date) -> LineState:
    reading = _Reading(line, pack, settler, on)
    asks = [wish for ask in line.item.asks for wish in reading.wishes(ask.fact, ask.when, ask.required)]
    needs = [
        msgspec.structs.replace(wish, need=_need(wish, pack, need))
        for need in line.item.materials
        for wish in reading.wishes(need.material, need.when, need.required)
    ]
    facts, hidden = reading.visible(asks)
    fits = judge(line.item.fits, facts) if line.item.fits else Judgement(True, (), frozenset())
    shown, given, opened = _wanted([*asks, *needs], facts)
    opened |= fits.open
    cells = {cell: True for cell in reading.cells(opened - hidden)} | shown
    return LineState(
        line=line.id,
        cells={c: r for c, r in cells.items() if not follows(pack.elements[c[1]], c, pack, cells, settler)},
        reads=frozenset(cell for key, cell in reading.named() if key not in hidden),
        roles=_role_questions(line, opened, facts),
        materials=given,
        fits=fits.verdict,
        against=tuple(r.say for r in fits.because if fits.verdict is False and r.say),
        situations=_excluding(line.item, facts),
    )


def _excluding(item: Item, facts: Facts) -> frozenset[str]:
    """The situations in which the item excludes others, as far as they hold for certain."""
    named = {entry.situation for entry in item.excludes if entry.situation}
    return frozenset(s.name for s in item.situations if s.name in named and judge(s.when, facts).verdict)


class _Reading:
    """One line's view of the cells: its roles by the names rules use."""

    def __init__(self, line: Line, pack: Pack, settler: Settler, on: date) -> None:
        self.line, self.pack, self.settler, self.on = line, pack, settler, on
        self.subjects = dict(_subjects(line))
        self.codes = _codes(line.item, pack)

    def wishes(self, fact: str, when: Condition | None, required: bool) -> Iterator[Wish]:
        """One per party of the role; a role nobody has declared stays one wish without a party."""
        role, _, field = fact.partition(".")
        code = self.line.item.element_of(fact)
        if role not in self.line.parties and role != "filing":
            yield Wish(role, self.line.id, code, when, required)
            return
        for name, subject in self.subjects.items():
            if name.partition("[")[0] == role:
                renamed = bind(when, {role: name}) if when and name != role else when
                yield Wish(f"{name}.{field}", subject, code, renamed, required)

    def visible(self, asks: list[Wish]) -> tuple[Facts, frozenset[Key]]:
        """The facts with hidden questions absent and undecided ones unknown, and the keys of both kinds."""
        conditional = {w.key for w in asks if w.when} - {w.key for w in asks if w.when is None}
        pending, absent = frozenset(conditional), frozenset[Key]()
        facts = self.facts(pending, absent)
        for _ in range(len(conditional) + 1):
            sight = Sight(facts)
            verdicts = {key: _shown([w for w in asks if w.key == key], sight) for key in conditional}
            found = tuple(frozenset(k for k, v in verdicts.items() if v is wanted) for wanted in (None, False))
            if found == (pending, absent):
                break
            pending, absent = found
            facts = self.facts(pending, absent)
        return facts, pending | absent

    def facts(self, pending: frozenset[Key], absent: frozenset[Key]) -> Facts:
        item, parties = self.line.item, self.line.parties
        known: dict[Key, Fact] = {}
        for key, cell in self.named():
            if key not in pending and key not in absent:
                known |= self._facts_of(key, cell)
        return Facts(
            known,
            absent=absent,
            declined=[role for role, ids in parties.items() if not ids],
            maybe=[name for name, role in item.roles.items() if role.optional and name not in parties],
            repeated={r: len(ids) for r, ids in parties.items() if r in item.roles and item.roles[r].repeated},
            kinds={name: role.kind for name, role in item.roles.items()},
            meanings=self.pack.meanings,
            on=self.on,
        )

    def _facts_of(self, key: Key, cell: Cell) -> dict[Key, Fact]:
        element = self.pack.elements[cell[1]]
        found: dict[Key, Fact] = {}
        settled = self.settler.get(cell)
        if settled and settled.source != "derived":
            found[key] = Fact(value_of(element, settled.value), settled.trust, settled.source)
        for known in self.settler.told.known.get(cell, ()):
            if known.trust in VOUCHED:
                found[f"{key}@{known.source}"] = Fact(value_of(element, known.value), known.trust, known.source)
        return found

    def named(self) -> Iterator[tuple[Key, Cell]]:
        """Every fact the item's rules or form can name, with its cell."""
        for name, subject in self.subjects.items():
            kind = self.line.item.kind_of(name.partition("[")[0])
            for code in self.codes.get(kind, ()):
                yield f"{name}.{code.partition('.')[2]}", (subject, code)

    def cells(self, keys: Iterable[Key]) -> Iterator[Cell]:
        """The cells behind open keys; what only a register can say, and roles nobody has declared, have none."""
        for key in keys:
            name, _, field = key.partition(".")
            if "@" not in key and name in self.subjects and field:
                yield (self.subjects[name], f"{self.line.item.kind_of(name.partition('[')[0])}.{field}")


def _subjects(line: Line) -> Iterator[tuple[str, UUID]]:
    yield "filing", line.id
    for name, role in line.item.roles.items():
        ids = line.parties.get(name, ())
        if role.repeated:
            yield from ((f"{name}[{i}]", party) for i, party in enumerate(ids))
        elif ids:
            yield name, ids[0]


def _codes(item: Item, pack: Pack) -> dict[str, list[str]]:
    """Kind → the elements an item names and those they follow from, in the vocabulary's order."""
    found: set[str] = set()
    todo = {item.element_of(fact) for fact in facts_of(item)}
    while todo:
        found |= todo
        todo = {of for code in todo if code in pack.meanings for of in pack.meanings[code].of} - found
    kinds: dict[str, list[str]] = {}
    for code in sorted(found & pack.elements.keys()):
        kinds.setdefault(code.partition(".")[0], []).append(code)
    return kinds


def _shown(wishes: list[Wish], sight: Sight) -> bool | None:
    verdicts = {True if w.when is None else verdict_of(w.when, sight)[0] for w in wishes}
    return True if True in verdicts else None if None in verdicts else False


def _wanted(wishes: list[Wish], facts: Facts) -> tuple[dict[Cell, bool], tuple[Need, ...], frozenset[Key]]:
    """Cells shown → required, materials needed, and the keys that can still show more (a role's bare name: who is it?)."""
    shown: dict[Cell, bool] = {}
    given: list[Need] = []
    opened: set[Key] = set()
    sight = Sight(facts)
    for wish in wishes:
        verdict, still_open = verdict_of(wish.when, sight) if wish.when else (True, frozenset[Key]())
        opened |= still_open
        if verdict and "." not in wish.key:
            opened.add(wish.key)
        elif verdict and wish.need:
            given.append(wish.need)
        elif verdict:
            cell = (wish.subject, wish.code)
            shown[cell] = shown.get(cell, False) or wish.required
    return shown, tuple(given), frozenset(opened)


def _role_questions(line: Line, opened: frozenset[Key], facts: Facts) -> tuple[RoleQuestion, ...]:
    names = {key.partition("@")[0].partition(".")[0].partition("[")[0] for key in opened}
    wanted = [role for name, role in line.item.roles.items() if name in names and name not in line.parties]
    return tuple(_role_question(line, role) for role in wanted)


def _role_question(line: Line, role: Role) -> RoleQuestion:
    return RoleQuestion(line=line.id, role=role.name, label=role.label, least=role.least, most=role.most)


def _need(wish: Wish, pack: Pack, need: object) -> Need | None:
    if "." not in wish.key:
        return None
    return Need(
        subject=wish.subject,
        material=pack.materials[wish.code],
        variant=getattr(need, "variant", ""),
        needed_by=(),
        required=wish.required,
        max_age_days=getattr(need, "max_age_days", None),
        note=getattr(need, "note", ""),
    )
