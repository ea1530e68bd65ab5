"""Why the machine could not tell something, for the officer: which register could have known it, when it was asked, how that ended."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from backend.approval.model import Finding, RuleFinding
from backend.cases.model import Case
from backend.catalogue.model import Item, Pack
from backend.catalogue.queries import city, item_version
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.registers.asking import remote
from backend.registers.messages import NEVER_ASKED, PUSHED, may_ask_again, why_silent
from backend.registers.model import Outcome
from backend.registers.rules import SOURCE, materials_anyway, registers_for

TOO_SOON = _("这些登记库刚刚问过，请过几分钟再问。")


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """One register that could have told. `words`: why it did not; `asked_at` None: it never was asked; `again`: it may be now."""

    register: str
    label: str
    words: str
    asked_at: datetime | None = None
    again: bool = False
    waiting: bool = False


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    register: str
    state: Outcome
    said: str
    asked_at: datetime
    done_at: datetime | None


async def silences(tx: Tx, case: Case, finding: Finding) -> dict[str, list[Silence]]:
    """Rule → the registers that could have known what it reads and is unknown; empty for who does not examine."""
    version, pack = await item_version(tx.db, case.item_code, case.item_version), (await city(tx.db)).pack
    asked, far = await _asked(tx, case), await remote(tx)
    found = {rule.rule: list(_registers(rule, version.item, pack)) for rule in finding.doubts if rule.verdict is None}
    return {
        rule: [_silence(tx, code, pack, asked.get(code), far=code in far) for code in codes]
        for rule, codes in found.items()
    }


async def ask_again(tx: Tx, case: Case, finding: Finding) -> list[str]:
    """Leaves it to a job to ask the silent registers once more; their labels. Invalid: all of them were asked a moment ago."""
    if not await tx.db.fetchval("SELECT examines($1, ARRAY['reviewer', 'approver', 'head'])", case.id):
        raise NotFound()
    open_ = {
        one.register: one.label for said in (await silences(tx, case, finding)).values() for one in said if one.again
    }
    if not open_ or case.decided_at is not None:
        raise Invalid(Problem(TOO_SOON))
    await enqueue(tx.db, "ask_again", {"case": case.id, "registers": sorted(open_), "at": tx.now})
    return list(open_.values())


def _registers(rule: RuleFinding, item: Item, pack: Pack) -> Iterator[str]:
    """Those that know what is unknown, or what it is read off."""
    spoken_of = registers_for(item, pack, materials_anyway(item))
    seen: set[str] = set()
    for looked in rule.values:
        if looked.value is not None or looked.hash:
            continue
        named = looked.source.removeprefix(SOURCE) if looked.source.startswith(SOURCE) else ""
        elements = _read_off(_element(looked.fact, item), pack)
        codes = [named] if named else sorted(c for c in spoken_of if elements & set(pack.registers[c].facts))
        yield from (code for code in codes if code in pack.registers and code not in seen)
        seen |= set(codes)


def _element(fact: str, item: Item) -> str:
    """`members[2].age` → the element."""
    role, _dot, field = fact.partition(".")
    return item.element_of(f"{role.partition('[')[0]}.{field}")


def _read_off(element: str, pack: Pack) -> set[str]:
    found, todo = set[str](), {element}
    while todo:
        found |= todo
        todo = {of for code in todo if code in pack.meanings for of in pack.meanings[code].of} - found
    return found


def _silence(tx: Tx, code: str, pack: Pack, asked: _Asked | None, *, far: bool) -> Silence:
    label = pack.registers[code].label
    if not far:
        return Silence(register=code, label=label, words=PUSHED)
    if asked is None:
        return Silence(register=code, label=label, words=NEVER_ASKED, again=True)
    return Silence(
        register=code, label=label, words=why_silent(asked.state, asked.said), asked_at=asked.asked_at, waiting=asked.state == "waiting",
        again=may_ask_again(asked.state, asked.done_at, tx.now),
    )  # fmt: skip


async def _asked(tx: Tx, case: Case) -> dict[str, _Asked]:
    rows = await tx.db.fetch("SELECT register, state, said, asked_at, done_at FROM asked_for_case($1)", case.id)
    return {row["register"]: msgspec.convert(row, _Asked) for row in rows}
