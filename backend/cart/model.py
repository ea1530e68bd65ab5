"""The cart as data: lines bound to parties, what is asked once, what is given once.

What filing needs: `sheet.problems`, which must be empty, and each line's `bound()`, `frozen_facts(line)`, `files_of(line)`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from backend.cart.pledged import Pledged
from backend.cart.renewal_model import Renewal
from backend.cases.model import CaseFile
from backend.cases.model import Fact as CaseFact
from backend.catalogue.model import Element, Item, Material, Pack, Trust
from backend.catalogue.version_model import ItemVersion
from backend.certificates.model import Certificate
from backend.core.errors import Problem
from backend.parties.model import Known, Party

Cell = tuple[UUID, str]
"""One question of the whole city about one subject: (subject, element code). The subject is a party, or the line itself
for what belongs to one filing alone (kind `filing`). A page calls it `<subject>.<element>`."""

MaterialKey = tuple[UUID, str, str]
"""(subject, material code, variant)."""

Way = Literal["", "file", "certificate", "register", "result_of", "pledge"]
"""What satisfies a material, "" nothing yet; `result_of`: another line's result, for which this line's case waits."""

ANSWERED, DERIVED = "answered", "derived"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One item in the cart. `parties`: role → who; a declined role has none, one nobody has declared yet is missing.

    `before`: the version it was put in under, or filed under the last time, where a newer one is in force now; the line is judged by the newer one and
    filed once she knows what that changes for her (`Sheet.renewals`).
    `gone`: the item cannot be filed any more, the line must be taken out.
    """

    id: UUID
    item: Item
    version: int
    position: int = 0
    parties: dict[str, tuple[UUID, ...]] = {}
    before: ItemVersion | None = None
    gone: bool = False

    def bound(self) -> dict[str, Any]:
        """Role → party id as text, or a list of them for a repeated role; a declined role is left out."""
        return {
            role: [str(p) for p in ids] if self.item.roles[role].repeated else str(ids[0])
            for role, ids in self.parties.items()
            if ids and role in self.item.roles
        }


class Answer(msgspec.Struct, frozen=True):
    """What was typed into this draft: a value, or `raw` text that cannot be one, or neither: cleared on purpose.

    `version`: the cart's when it was written. `source`: taken over from there, not looked at yet; "" typed or confirmed.
    """

    value: Any = None
    raw: str = ""
    version: int = 0
    source: str = ""


class HeldFile(msgspec.Struct, frozen=True):
    """`waiting`: the virus scanner has not answered yet."""

    id: UUID
    media_type: str
    pages: int
    name: str = ""
    waiting: bool = False


class UnderWay(msgspec.Struct, frozen=True):
    """A case of the principal that is not decided yet: its item as it is now, and whom and what it is about."""

    item: Item
    parties: frozenset[UUID]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything said so far, by subject; and what is with a department already. `certificates`: those that may be used;
    `lapsed`: hers that hold no more, to say so where they are missed. `barred`: item code → until when she may not pledge."""

    answers: dict[Cell, Answer] = {}
    known: dict[Cell, tuple[Known, ...]] = {}
    files: dict[MaterialKey, tuple[HeldFile, ...]] = {}
    pledged: dict[MaterialKey, Pledged] = {}
    barred: dict[str, date] = {}
    under_way: tuple[UnderWay, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    lapsed: tuple[Certificate, ...] = ()


class Settled(msgspec.Struct, frozen=True):
    """What counts for a cell now: plain value, where it is from, how far it is trusted."""

    value: Any
    source: str
    trust: Trust
    at: datetime | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the sheet. `needed_by`: line ids in the cart's order. `raw`: typed text that is not a value yet."""

    subject: UUID
    element: Element
    needed_by: tuple[UUID, ...]
    required: bool
    settled: Settled | None = None
    raw: str = ""
    problem: Problem | None = None

    @property
    def cell(self) -> Cell:
        return (self.subject, self.element.code)

    @property
    def name(self) -> str:
        return f"{self.subject}.{self.element.code}"

    @property
    def filled(self) -> bool:
        return self.settled is not None

    @property
    def prefilled(self) -> bool:
        """Nobody had to type it."""
        return self.settled is not None and self.settled.source != ANSWERED


class RoleQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """An optional or repeated role of which nobody has said yet who fills it: yes or no, or how many."""

    line: UUID
    role: str
    label: str
    least: int
    most: int
    problem: Problem | None = None

    @property
    def name(self) -> str:
        return f"{self.line}.role.{self.role}"


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One material of the list. `max_age_days`: the strictest line's. `pledge`: what one may pledge instead, or "", `barred`: until when not."""

    subject: UUID
    material: Material
    variant: str
    needed_by: tuple[UUID, ...]
    required: bool
    max_age_days: int | None = None
    note: str = ""
    way: Way = ""
    by: str = ""
    files: tuple[HeldFile, ...] = ()
    pledge: str = ""
    barred: date | None = None
    problem: Problem | None = None

    @property
    def key(self) -> MaterialKey:
        return (self.subject, self.material.code, self.variant)

    @property
    def name(self) -> str:
        return f"{self.subject}.{self.material.code}" + (f".{self.variant}" if self.variant else "")

    @property
    def handed_in(self) -> bool:
        """She has to give something herself: it counts among the materials asked."""
        return self.way in ("", "file", "pledge")


class Saved(msgspec.Struct, frozen=True):
    """Asked once, against the sum of separate forms."""

    questions: tuple[int, int]
    materials: tuple[int, int]


class LineState(msgspec.Struct, frozen=True, kw_only=True):
    """What one line asks, whatever else is in the cart. `cells`: asked → required; `reads`: what its rules look at.

    `fits`: the verdict on entitlement, None while open; `against`: the words of it that are false. `situations`: those of its
    item that are certain, as far as other items are excluded in them.
    """

    line: UUID
    cells: dict[Cell, bool]
    reads: frozenset[Cell]
    roles: tuple[RoleQuestion, ...]
    materials: tuple[Need, ...]
    fits: bool | None
    against: tuple[str, ...] = ()
    situations: frozenset[str] = frozenset()


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The union over all lines. `states` by line id; `settled` holds every cell that counts, asked or derived;
    `renewals`: lines on an older version of which something is different for her now."""

    questions: tuple[Question, ...]
    roles: tuple[RoleQuestion, ...]
    materials: tuple[Need, ...]
    states: dict[UUID, LineState]
    settled: dict[Cell, Settled]
    problems: tuple[Problem, ...]
    saved: Saved
    renewals: dict[UUID, Renewal] = {}

    @property
    def open(self) -> tuple[Question, ...]:
        """Still to be filled in."""
        return tuple(q for q in self.questions if q.required and not q.filled)


class LineMaterial(msgspec.Struct, frozen=True):
    """One material of a case as filed. `by`: the register, certificate type, pledge text or item that satisfies it."""

    subject: UUID
    material: Material
    variant: str
    way: Way
    by: str
    files: tuple[UUID, ...]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The open cart, loaded and judged. `parties`: herself and those of its lines; `earlier`: of what she filed before;
    `pack`: the city in force, kept in this process; `sensitive`: the principal's consent to sensitive data is in force;
    `prefill`: the version of that to look things up for her, 0: not in force."""

    cart_id: UUID
    version: int
    principal_id: UUID
    actor_id: UUID
    lines: tuple[Line, ...]
    parties: dict[UUID, Party]
    earlier: dict[UUID, Party] = {}
    told: Told
    sheet: Sheet
    pack: Pack
    sensitive: bool = False
    prefill: int = 0
    on: date
    now: datetime

    def line(self, line_id: UUID) -> Line | None:
        return next((line for line in self.lines if line.id == line_id), None)

    def frozen_facts(self, line_id: UUID) -> list[CaseFact]:
        """The case's own copy: what its form shows and what its rules read; hidden answers are not in it.

        Of several facts for one cell the first is what was filed, the others are what registers and certificates say.
        """
        state = self.sheet.states[line_id]
        return [fact for cell in sorted(state.reads.union(state.cells), key=str) for fact in self._facts_of(cell)]

    def _facts_of(self, cell: Cell) -> Iterator[CaseFact]:
        subject, element = cell
        settled = self.sheet.settled.get(cell)
        vouched = [k for k in self.told.known.get(cell, ()) if k.trust in ("A", "B")]
        facts: list[Settled | Known] = [settled] if settled else []
        facts += [k for k in vouched if not settled or k.source != settled.source]
        for fact in facts:
            yield CaseFact(
                subject=subject, element=element, value=fact.value, source=fact.source, trust=fact.trust,
                at=fact.at or self.now,
            )  # fmt: skip

    def materials_of(self, line_id: UUID) -> list[LineMaterial]:
        """What the case hands in, in the list's order; pledges and registers have no files."""
        mine = {need.key for need in self.sheet.states[line_id].materials}
        return [
            LineMaterial(need.subject, need.material, need.variant, need.way, need.by, tuple(f.id for f in need.files))
            for need in self.sheet.materials
            if need.key in mine
        ]

    def files_of(self, line_id: UUID) -> list[CaseFile]:
        """The same as rows of the case: one per file, pages in order."""
        return [
            CaseFile(subject=m.subject, material=m.material.code, variant=m.variant, position=place, file_id=file)
            for m in self.materials_of(line_id)
            for place, file in enumerate(m.files)
        ]
