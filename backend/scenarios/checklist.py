"""What somebody with these results should have ready: materials counted once, the fee, the slowest date, the ways. Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import msgspec

from backend.catalogue.model import Item, Material, Pack
from backend.core.clock import Calendar, Unit, due
from backend.core.conditions import Fact, Facts, Key, bind, judge
from backend.scenarios.model import Fit, Scenario


class Thing(msgspec.Struct, frozen=True):
    """One material. `held`: a certificate or register may already give it; `ticked`: one surely does."""

    label: str
    held: bool
    ticked: bool
    items: tuple[str, ...]


class Checklist(msgspec.Struct, frozen=True):
    """`fee` in fen, None if some fee depends on the case. `slowest` in the unit of that item's limit, and the `latest` day
    it ends on if everything is handed in today, None for at once; `visits` in person."""

    materials: tuple[Thing, ...]
    fee: int | None
    slowest: int
    unit: str
    latest: date | None
    visits: int


def checklist(
    scenario: Scenario,
    fits: tuple[Fit, ...],
    pack: Pack,
    used: Mapping[Key, Fact],
    on: date,
    held: Collection[tuple[str, str]],
    days: Calendar,
) -> Checklist:
    """`held`: (party, source) of what is known for sure."""
    items = [pack.items[fit.result.item] for fit in fits if fit.result.item in pack.items]
    facts = Facts(used, kinds=scenario.kinds, meanings=scenario.meanings, on=on)
    ends = [(_end(item, on, days), item.limits) for item in items]
    latest, limits = max(ends, key=lambda end: end[0], default=(on, None))
    return Checklist(
        materials=tuple(_merged(fits, pack, facts, held)),
        fee=_fee(items),
        slowest=limits.promised if limits else 0,
        unit=limits.unit if limits else "workday",
        latest=latest if latest > on else None,
        visits=sum(item.visits.count for item in items),
    )


def _end(item: Item, on: date, days: Calendar) -> date:
    return due(on, item.limits.promised, Unit(item.limits.unit), (), on, days).due


def _merged(fits: tuple[Fit, ...], pack: Pack, facts: Facts, known: Collection[tuple[str, str]]) -> Iterator[Thing]:
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
        ways = {f"certificate.{way.certificate}" for way in material.satisfied_by if way.certificate}
        ways |= {f"register.{way.register}" for way in material.satisfied_by if way.register}
        ticked = any((key[0], way) in known for way in ways)
        yield Thing(material.label, bool(ways), ticked, tuple(wanted[key]))


def _fee(items: list[Item]) -> int | None:
    charged = [item.fee.amount for item in items if item.fee.charged]
    return None if None in charged else sum(amount or 0 for amount in charged)
