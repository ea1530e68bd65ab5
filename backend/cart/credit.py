"""What a credit tier changes for a line (信易批), so that it can always be said. Pure.

The line is judged twice: as it stands, and as if the tier were an ordinary one. What differs is what the tier does.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from backend.cart.line_rules import state_of
from backend.cart.model import Draft, Line, LineState, Settled
from backend.cart.settle import OTHERWISE, Settler
from backend.catalogue.pack_covered import conditions_of
from backend.catalogue.pack_credit import tier_leaves
from backend.parties.model import Known


class CreditSays(msgspec.Struct, frozen=True, kw_only=True):
    """One line, one tier. `spared` and `more`: materials not asked for because of it, or asked for more; `blocked`: it may not be
    had with this tier, in the rule's words and with its basis."""

    line: UUID
    item: str
    tier: str
    label: str
    source: str
    at: datetime | None
    spared: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    blocked: str = ""
    basis: str = ""


def credit_of(draft: Draft) -> tuple[CreditSays, ...]:
    """For every line whose rules look at a tier that a register says; nothing where none is known: then nothing differs."""
    return tuple(said for line in draft.lines if not line.gone for said in _of_line(draft, line))


def _of_line(draft: Draft, line: Line) -> Iterator[CreditSays]:
    pack, credit = draft.pack, draft.pack.city.credit
    leaves = [
        leaf for _place, condition in conditions_of(line.item) for leaf in tier_leaves(pack, line.item, condition)
    ]
    for fact in sorted({leaf.of.fact for leaf in leaves}):
        code = line.item.element_of(fact)
        for party in line.parties.get(fact.partition(".")[0], ()):
            settled = draft.sheet.settled.get((party, code))
            if credit is None or settled is None or settled.source == OTHERWISE:
                continue
            usual = _usual(draft, line, party, code, credit.ordinary[0])
            found = _differs(draft.sheet.states[line.id], usual, line, code, settled, draft)
            block = next((leaf for leaf in tier_leaves(pack, line.item, line.item.fits) if leaf.of.fact == fact), None) if line.item.fits else None  # fmt: skip
            if found.blocked and block:
                found = msgspec.structs.replace(found, blocked=block.say or found.blocked, basis=block.basis)
            if found.spared or found.more or found.blocked:
                yield found


def _usual(draft: Draft, line: Line, party: UUID, code: str, tier: str) -> LineState:
    """The line as if the register said an ordinary tier."""
    known: Mapping[tuple[UUID, str], tuple[Known, ...]] = {
        **draft.told.known, (party, code): (Known(tier, "register.ordinary", "B", draft.now),)
    }  # fmt: skip
    told = msgspec.structs.replace(draft.told, known=dict(known))
    return state_of(line, draft.pack, Settler(told, draft.pack, draft.on), draft.on)


def _differs(now: LineState, usual: LineState, line: Line, code: str, settled: Settled, draft: Draft) -> CreditSays:
    here = {need.key: need.material.label for need in now.materials}
    there = {need.key: need.material.label for need in usual.materials}
    register = draft.pack.registers.get(settled.source.removeprefix("register."))
    return CreditSays(
        line=line.id,
        item=line.item.name,
        tier=str(settled.value),
        label=draft.pack.elements[code].options.get(str(settled.value), str(settled.value)),
        source=register.label if register else "",
        at=settled.at,
        spared=tuple(label for key, label in there.items() if key not in here),
        more=tuple(label for key, label in here.items() if key not in there),
        blocked="、".join(now.against) if now.fits is False and usual.fits is not False else "",
    )
