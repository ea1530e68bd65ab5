"""What somebody with these results should have ready: materials counted once, the fee, the slowest date, the ways. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from backend.catalogue.model import Item, Material, Pack
from backend.core.conditions import Fact, Facts, Key, bind, judge
from backend.scenarios.model import Fit, Scenario


class Thing(msgspec.Struct, frozen=True):
    """One material. `held`: a certificate or register may already give it."""

    label: str
    held: bool
    items: tuple[str, ...]


class Checklist(msgspec.Struct, frozen=True):
    """`fee` in fen, None if some fee depends on the case. `slowest` in the unit of that item's limit; `visits` in person."""

    materials: tuple[Thing, ...]
    fee: int | None
    slowest: int
    unit: str
    visits: int


def checklist(scenario: Scenario, fits: tuple[Fit, ...], pack: Pack, used: Mapping[Key, Fact], on: date) -> Checklist:
    items = [pack.items[fit.result.item] for fit in fits if fit.result.item in pack.items]
    facts = Facts(used, kinds=scenario.kinds, meanings=scenario.meanings, on=on)
    limits = max((item.limits for item in items), key=lambda limit: _days(limit.unit, limit.promised), default=None)
    return Checklist(
        materials=tuple(_merged(fits, pack, facts)),
        fee=_fee(items),
        slowest=limits.promised if limits else 0,
        unit=limits.unit if limits else "workday",
        visits=sum(item.visits.count for item in items),
    )


def _merged(fits: tuple[Fit, ...], pack: Pack, facts: Facts) -> Iterator[Thing]:
    """One entry for each party and material, with the items that want it; those that depend on more come later.

    A role that the guide gives to nobody is one party for all items that have it: so the cart proposes it, too.
    """
    wanted: dict[tuple[str, str], list[str]] = {}
    found: dict[tuple[str, str], Material] = {}
    for fit in fits:
        item = pack.items.get(fit.result.item)
        for need in item.materials if item else ():
            role, _, field = need.material.partition(".")
            if item and (need.when is None or judge(bind(need.when, fit.result.bind), facts).verdict):
                key = (fit.result.bind.get(role, role), field)
                found[key] = pack.materials[item.material_of(need.material)]
                wanted.setdefault(key, []).append(item.name)
    for key, material in found.items():
        held = any(way.certificate or way.register for way in material.satisfied_by)
        yield Thing(material.label, held, tuple(wanted[key]))


def _fee(items: list[Item]) -> int | None:
    charged = [item.fee.amount for item in items if item.fee.charged]
    return None if None in charged else sum(amount or 0 for amount in charged)


def _days(unit: str, number: int) -> float:
    """Only for comparing: five working days are a week."""
    return number * {"workday": 1.4, "day": 1.0, "month": 30.4}[unit]
