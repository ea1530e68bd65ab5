"""What a legal review of an item covers, and the hash of it; what an item asks and judges. Pure."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.catalogue.item_model import Item
from backend.core.conditions import ALWAYS, Condition, uses_of

Raw = dict[str, Any]


def covered(raw: Raw, item: Item) -> Raw:
    """What a legal review of an item looks at: its own file, and the elements and materials it refers to."""
    materials = {item.material_of(need.material) for need in item.materials if _known(item, need.material)}
    elements = _elements_of(raw, item)
    return {
        "item": raw["items"][item.name],
        "elements": {code: data for code, data in raw["elements"].items() if code in elements},
        "materials": {code: data for code, data in raw["materials"].items() if code in materials},
    }


def conditions_of(item: Item) -> Iterator[tuple[str, Condition]]:
    """Every condition of an item, with its place in the item's file."""
    whens = [(f"asks[{i}].when", ask.when) for i, ask in enumerate(item.asks)]
    whens += [(f"materials[{i}].when", need.when) for i, need in enumerate(item.materials)]
    whens += [(f"situations[{i}].when", one.when) for i, one in enumerate(item.situations)]
    whens += [("renewal.when", item.renewal.when)] if item.renewal else []
    whens += [("offered.when", item.offered.when)] if item.offered and item.offered.when != ALWAYS else []
    whens += [(f"instant[{i}]", rule) for i, rule in enumerate(item.instant)]
    yield from ((place, condition) for place, condition in [("fits", item.fits), *whens] if condition is not None)


def facts_of(item: Item) -> set[str]:
    """Every fact (`role.field`) that an item asks for or judges."""
    used = {use.fact for _, condition in conditions_of(item) for use in uses_of(condition)}
    filled = item.offered.fills if item.offered else {}
    return used | {ask.fact for ask in item.asks} | {*filled, *filled.values()}


def _elements_of(raw: Raw, item: Item) -> set[str]:
    """The elements an item refers to, and those from which they are derived."""
    found: set[str] = set()
    todo = {item.element_of(fact) for fact in facts_of(item) if _known(item, fact)}
    while todo:
        found |= todo
        derived = (raw["elements"].get(code, {}).get("derived", {}) for code in todo)
        sources = (of if isinstance(of, list) else [of] for how in derived for of in how.values())
        todo = {code for codes in sources for code in codes} - found
    return found


def _known(item: Item, fact: str) -> bool:
    role = fact.partition(".")[0]
    return role == "filing" or role in item.roles


def review_hash(raw: Raw, name: str, item: Item) -> str:
    return sha256_of(covered(raw, replace(item, name=name)))


def sha256_of(data: Any) -> str:
    """SHA-256 of compact JSON in the order as written: the order of choices and questions is part of the text."""
    return hashlib.sha256(msgspec.json.encode(data)).hexdigest()
