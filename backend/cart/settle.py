"""What counts for a cell: the newest word of the person, else the best source, else what follows from other facts. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.cart.model import ANSWERED, DERIVED, Answer, Cell, Settled, Told
from backend.catalogue.answers import value_of
from backend.catalogue.model import Element, Pack
from backend.core.conditions import DERIVATIONS
from backend.parties.model import Known

VOUCHED = ("A", "B")
OTHERWISE = "otherwise"


class Settler:
    """Looks each cell up once. A hidden answer is settled like any other: who may see it is the line's business."""

    def __init__(self, told: Told, pack: Pack, on: date) -> None:
        self.told, self.pack, self.on = told, pack, on
        self.seen: dict[Cell, Settled | None] = {}

    def get(self, cell: Cell) -> Settled | None:
        if cell not in self.seen:
            self.seen[cell] = None  # an element that followed from itself would end here
            self.seen[cell] = self._settle(cell)
        return self.seen[cell]

    def _settle(self, cell: Cell) -> Settled | None:
        answer, known = self.told.answers.get(cell), self.told.known.get(cell, ())
        if answer is not None:
            return answered(answer, known)
        return best(known) or self._derived(cell) or self._otherwise(cell)

    def _otherwise(self, cell: Cell) -> Settled | None:
        """What counts where no register says anything; vouched for by nobody, so that only a person decides by it."""
        value = self.pack.elements[cell[1]].otherwise
        return Settled(value, OTHERWISE, "D") if value else None

    def _derived(self, cell: Cell) -> Settled | None:
        meaning = self.pack.meanings.get(cell[1])
        if meaning is None or not meaning.derived:
            return None
        sources = [self.get((cell[0], of)) for of in meaning.of]
        if not all(sources):
            return None
        values = [value_of(self.pack.elements[of], s.value) for of, s in zip(meaning.of, sources, strict=True) if s]
        found = DERIVATIONS[meaning.derived].compute(*values, self.on)
        worst = max(s.trust for s in sources if s)
        return None if found is None else Settled(plain_of(found), DERIVED, worst)


def answered(answer: Answer, known: tuple[Known, ...]) -> Settled | None:
    """An answer that an authority says as well is as good as the authority's."""
    if answer.value is None:
        return None
    for fact in known:
        if fact.trust in VOUCHED and fact.value == answer.value:
            return Settled(fact.value, fact.source, fact.trust, fact.at)
    return Settled(answer.value, answer.source or ANSWERED, "C" if answer.source else "D")


def best(known: tuple[Known, ...]) -> Settled | None:
    """The most trusted, then the newest; none where authorities disagree: then the person is asked."""
    vouched = [fact for fact in known if fact.trust in VOUCHED]
    if any(fact.value != vouched[0].value for fact in vouched):
        return None
    found = min(known, key=lambda fact: (fact.trust, -fact.at.timestamp(), fact.source), default=None)
    return Settled(found.value, found.source, found.trust, found.at) if found else None


def follows(element: Element, cell: Cell, pack: Pack, asked: Mapping[Cell, Any], settler: Settler) -> bool:
    """Can this cell be read off others that are asked or known anyway? Then it is not asked."""
    meaning = pack.meanings.get(element.code)
    if meaning is None or not meaning.derived or cell in settler.told.answers:
        return False
    sources = [(cell[0], of) for of in meaning.of]
    return all(source in asked or settler.get(source) is not None for source in sources)


def plain_of(value: object) -> Any:
    """A derived value as it is stored."""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (str, int, bool)) else str(value)
