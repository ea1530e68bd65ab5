"""What a newer version of an item changes for the person whose line is on an older one. Pure.

Both versions are judged over what she has told so far: only what becomes different on her own sheet is said.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from backend.cart.fields import typed
from backend.cart.line_rules import state_of
from backend.cart.model import Cell, Line, LineState, Need, Told
from backend.cart.renewal_model import Asked, Renewal, Words
from backend.cart.settle import Settler
from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.guide import TERMS
from backend.catalogue.model import Element, Fee, Item, Pack
from backend.catalogue.version_model import ItemVersion
from backend.core.i18n import _


def renewal_of(line: Line, before: ItemVersion, now: LineState, told: Told, pack: Pack, on: date) -> Renewal:
    """`now` is the line's state by the version in force, `before` the version she began with."""
    past = pack_of_then(pack, before)
    old_line = msgspec.structs.replace(line, item=before.item, parties=parties_in(before.item, line.parties))
    old = state_of(old_line, past, Settler(told, past, on), on)
    again = [cell for cell in now.cells if _unfit(cell, before, told, pack, on)]
    return Renewal(
        line=line.id,
        asked=_asked((cell for cell in now.cells if cell not in old.cells and cell not in again), pack),
        dropped=_asked((cell for cell in old.cells if cell not in now.cells), past),
        again=_asked(again, pack),
        needs=_brought(_new_needs(old, now)),
        spared=_brought(need for need in old.materials if need.key not in {other.key for other in now.materials}),
        facts=tuple(_facts(before.item, line.item)),
    )


def _asked(cells: Iterable[Cell], pack: Pack) -> tuple[Asked, ...]:
    return tuple(Asked(subject, code, pack.elements[code].label) for subject, code in cells)


def _brought(needs: Iterable[Need]) -> tuple[Asked, ...]:
    return tuple(Asked(n.subject, n.material.code, n.material.label, n.max_age_days) for n in needs)


def pack_of_then(pack: Pack, before: ItemVersion) -> Pack:
    """The city with the questions and materials as the older version knew them."""
    return msgspec.structs.replace(
        pack,
        elements=pack.elements | before.elements,
        materials=pack.materials | before.materials,
        meanings=pack.meanings | before.meanings,
    )


def parties_in(item: Item, parties: dict[str, tuple[UUID, ...]]) -> dict[str, tuple[UUID, ...]]:
    return {role: ids for role, ids in parties.items() if role in item.roles}


def same_kind(role: str, before: Item, now: Item) -> bool:
    """May whoever filled this role go on filling it?"""
    return role in now.roles and (role not in before.roles or before.roles[role].kind == now.roles[role].kind)


def _unfit(cell: Cell, before: ItemVersion, told: Told, pack: Pack, on: date) -> bool:
    """She answered this, the question is another one now, and her answer cannot be one to it."""
    answer, element = told.answers.get(cell), pack.elements[cell[1]]
    if answer is None or answer.value is None or before.elements.get(cell[1]) == element:
        return False
    return not fits(element, answer.value, on)


def fits(element: Element, value: object, on: date) -> bool:
    try:
        shown = typed(element, value)
        return bool(read_answer(element, shown if isinstance(shown, list) else [shown], on) == value)
    except (AnswerError, TypeError, ValueError):
        return False


def _new_needs(old: LineState, now: LineState) -> tuple[Need, ...]:
    """Materials she did not have to bring before, or that must be fresher now."""
    before = {need.key: need for need in old.materials}
    return tuple(need for need in now.materials if need.key not in before or _stricter(before[need.key], need))


def _stricter(old: Need, new: Need) -> bool:
    ages = (old.max_age_days, new.max_age_days)
    return (new.required and not old.required) or (ages[1] is not None and (ages[0] is None or ages[1] < ages[0]))


def _facts(old: Item, new: Item) -> list[Words]:
    """What is the same for everybody: name, limit, fee, visits, who may file, what comes of it."""
    found = []
    if old.name != new.name:
        found.append(Words(_("现在叫“%(now)s”，原来叫“%(was)s”"), {"was": old.name, "now": new.name}))
    if _limit(old) != _limit(new):
        found.append(Words(_("办理时间：原来%(was)s，现在%(now)s"), {"was": _limit(old), "now": _limit(new)}))
    if _fee(old.fee) != _fee(new.fee):
        found.append(Words(_("费用：原来%(was)s，现在%(now)s"), {"was": _fee(old.fee), "now": _fee(new.fee)}))
    if old.visits.count != new.visits.count:
        counts = {"was": str(old.visits.count), "now": str(new.visits.count)}
        found.append(Words(_("要去窗口：原来 %(was)s 次，现在 %(now)s 次"), counts))
    if old.fits != new.fits:
        found.append(Words(_("谁能办的条件改了：%(now)s"), {"now": new.conditions}))
    if old.agent and not new.agent:
        found.append(Words(_("现在要本人办：%(now)s"), {"now": new.agent_reason}))
    if old.result.name != new.result.name:
        found.append(
            Words(_("办好后得到的，原来是%(was)s，现在是%(now)s"), {"was": old.result.name, "now": new.result.name})
        )
    return found


def _limit(item: Item) -> Words:
    if not item.limits.promised:
        return Words(_("当天办结"))
    return Words(TERMS[item.limits.unit], {"num": item.limits.promised})


def _fee(fee: Fee) -> Words:
    if not fee.charged:
        return Words(_("不收费"))
    if fee.amount is None:
        return Words("%(said)s", {"said": fee.standard}) if fee.standard else Words(_("要收费"))
    return Words(_("%(yuan)s 元"), {"yuan": fee.amount // 100 if fee.amount % 100 == 0 else f"{fee.amount / 100:.2f}"})
