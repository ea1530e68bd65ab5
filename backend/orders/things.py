"""What registers say of the things of a cart that is being filed (approval/things.py). Asked only with the consent to registers."""

from collections.abc import Iterator
from uuid import UUID

from backend.approval.things import facts_of, is_of_a_thing, names_one_of
from backend.cart.model import Draft, Line
from backend.cart.queries import proved_number
from backend.cases.model import Fact
from backend.core.db import Tx
from backend.registers.queries import facts_about
from backend.registers.rules import NUMBERS

PERSON = NUMBERS["person"]


async def told_of_things(tx: Tx, draft: Draft) -> dict[UUID, list[Fact]]:
    """Line → facts, of the lines that a machine may grant. One query."""
    named = [one for line in draft.lines if line.item.instant for one in _numbers(draft, line)] if draft.prefill else []
    told = await facts_about(tx, {number for _line, _thing, number in named}) if named else {}
    found: dict[UUID, list[Fact]] = {}
    for line, thing, number in named:
        if names_one_of(told[number], _people(draft, line), draft.pack.elements):
            found.setdefault(line.id, []).extend(facts_of(thing, told[number]))
    return found


def _numbers(draft: Draft, line: Line) -> Iterator[tuple[Line, UUID, str]]:
    """What each thing of a line is known by, as filed."""
    parties = {party for ids in line.parties.values() for party in ids}
    for (subject, code), settled in draft.sheet.settled.items():
        if subject in parties and is_of_a_thing(draft.pack.elements[code]):
            yield line, subject, str(settled.value)


def _people(draft: Draft, line: Line) -> set[str]:
    """Their numbers: the principal's as it was proved, of the others as filed."""
    parties = {party for ids in line.parties.values() for party in ids}
    filed = {
        str(settled.value)
        for (subject, code), settled in draft.sheet.settled.items()
        if code == PERSON and subject in parties and subject != draft.principal_id
    }
    own = proved_number(draft.parties.get(draft.principal_id), draft.told.known)
    return filed | ({own} if own else set())
