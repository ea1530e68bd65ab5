"""The city with one word changed, and what the rules find in it that they did not find before. Pure."""

from collections.abc import Iterable
from typing import Any

import msgspec

from backend.catalogue.model import Pack
from backend.catalogue.pack_check import item_faults
from backend.catalogue.pack_names import vocabulary_faults
from backend.catalogue.pack_read import Fault, PackError, build
from backend.catalogue.pack_words import with_word
from backend.core.errors import Problem
from backend.core.i18n import _

Raw = dict[str, Any]


def tried(data: Raw, now: Pack, kind: str, code: str, word: Raw) -> Pack:
    """PackError where it can be no such word at all."""
    fresh = build(with_word(data, kind, code, word) | {"items": {}})
    return msgspec.structs.replace(fresh, items=now.items, scenarios=now.scenarios)


def new_faults(data: Raw, now: Pack, kind: str, code: str, word: Raw, items: Iterable[str]) -> list[Problem]:
    """What the change breaks: in the vocabulary, and in the items it is part of. Reminders are left to the items."""
    try:
        fresh = tried(data, now, kind, code, word)
    except PackError as error:
        return [Problem("%(fault)s", "label", {"fault": fault.say}) for fault in error.faults]
    there = [name for name in items if name in now.items]
    found = _faults(fresh, there) - _faults(now, there)
    return [_problem(fault) for fault in sorted(found)] + _empty(kind, word)


def _faults(pack: Pack, items: Iterable[str]) -> set[Fault]:
    faults = {fault for fault in vocabulary_faults(pack) if not fault.warning}
    for name in items:
        faults |= {Fault(f"“{name}”", fault.say) for fault in item_faults(pack, pack.items[name]) if not fault.warning}
    return faults


def _problem(fault: Fault) -> Problem:
    where = fault.where if fault.where.startswith("“") else ""
    return Problem(_("%(where)s%(fault)s"), "", {"where": f"{where}：" if where else "", "fault": fault.say})


def _empty(kind: str, word: Raw) -> list[Problem]:
    """What the format allows to be empty and people need."""
    wanted = {"office": ("address", "window", "opens"), "element": ("topic", "label"), "material": ("label",)}
    names = [name for name in wanted.get(kind, ()) if not word.get(name)]
    phones = word.get("phones")
    names += [f"phones.{name}" for name, number in phones.items() if not number] if phones else []
    return [Problem(_("这里还没有填。"), name) for name in names]
