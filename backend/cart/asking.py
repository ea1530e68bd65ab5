"""While the cart is open its registers are asked, so that what they know is there when it is filed."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from backend.cart.model import Draft, Line
from backend.cart.queries import open_draft, proved_number
from backend.core.db import Tx
from backend.registers.asking import remote, wish
from backend.registers.model import Outcome, Wish
from backend.registers.rules import NUMBERS, materials_anyway, registers_for

LATELY = timedelta(minutes=30)
NO_PERSON = 2**31 - 1  # the version of a consent that nobody has to give: of a business


async def ask_registers(tx: Tx, draft: Draft | None = None, lines: Iterable[Line] | None = None) -> None:
    """Leaves to jobs what the things in the cart need to know of the principal. Nothing where all registers are kept here."""
    if not await remote(tx):
        return
    draft = draft or await open_draft(tx)
    if draft:
        lines = draft.lines if lines is None else list(lines)
        await wish(tx, [*wishes_of(draft, lines), *wishes_of_things(draft, lines)])


def wishes_of(draft: Draft, lines: Iterable[Line]) -> list[Wish]:
    """Only with her consent, only by the number she is known by, and only the registers that the things she wants speak of."""
    own = draft.parties.get(draft.principal_id)
    number = proved_number(own, draft.told.known)
    if own is None or number is None or not draft.prefill:
        return []
    basis = "business" if draft.prefill == NO_PERSON else f"consent:prefill:{draft.prefill}"
    wanted: dict[str, list[str]] = {}
    for line in lines:
        if not line.gone and any(own.id in ids for ids in line.parties.values()):
            for register in sorted(registers_for(line.item, draft.pack, _materials(draft, line))):
                if draft.pack.registers[register].about == own.kind:
                    wanted.setdefault(register, []).append(line.item.code)
    return [
        Wish(register=register, number=number, items=tuple(dict.fromkeys(items)), basis=basis)
        for register, items in wanted.items()
    ]


def wishes_of_things(draft: Draft, lines: Iterable[Line]) -> list[Wish]:
    """The same for flats, cars and contracts, by the number that was filled in, where a machine may judge by it. It may be anybody's: what is
    told of it is shown to nobody, and counts only if it names one of the people of the filing (orders/things.py)."""
    if not draft.prefill or draft.prefill == NO_PERSON:
        return []
    return [
        Wish(register=register, number=number, items=(line.item.code,), basis=f"consent:prefill:{draft.prefill}")
        for line in lines
        if line.item.instant and not line.gone
        for kind, number in sorted(_numbers(draft, line))
        for register in sorted(registers_for(line.item, draft.pack, _materials(draft, line)))
        if draft.pack.registers[register].about == kind
    ]


def _numbers(draft: Draft, line: Line) -> set[tuple[str, str]]:
    """(kind, number) of each thing of a line that has one."""
    parties = {party for ids in line.parties.values() for party in ids}
    settled = ((draft.pack.elements[code], one) for (of, code), one in draft.sheet.settled.items() if of in parties)
    return {
        (element.kind, str(one.value)) for element, one in settled if element.identity and element.kind not in NUMBERS
    }


def _materials(draft: Draft, line: Line) -> list[str]:
    """What the line needs as it is filled in; one that was just put in, what everybody needs for it."""
    state = draft.sheet.states.get(line.id)
    return [need.material.code for need in state.materials] if state else materials_anyway(line.item)


class Asked(msgspec.Struct, frozen=True):
    """How it stands with one register, for the sheet."""

    label: str
    state: Outcome


async def asked_lately(tx: Tx, draft: Draft) -> list[Asked]:
    """The newest question to each register about the principal, as far as the viewer may know of it."""
    rows = await tx.db.fetch(
        """SELECT DISTINCT ON (register) register, state FROM register_requests
           WHERE principal_id = $1 AND asked_at > $2 ORDER BY register, asked_at DESC, state = 'waiting' DESC""",
        draft.principal_id,
        tx.now - LATELY,
    )
    known = draft.pack.registers
    return [Asked(known[row["register"]].label, row["state"]) for row in rows if row["register"] in known]
