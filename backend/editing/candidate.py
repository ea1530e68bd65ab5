"""A draft as it would be if it were published now: understood, checked by every rule, and hashed for its review. Pure."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_check import item_faults
from backend.catalogue.pack_covered import covered, sha256_of
from backend.catalogue.pack_read import Fault, read_item
from backend.catalogue.queries import Published
from backend.core.errors import Problem
from backend.editing.fields import SECTION_OF
from backend.editing.model import Finding

FIRST_WORD = re.compile(r"\w+")


class Candidate(msgspec.Struct, frozen=True):
    """The item, the city with it in the place of what is in force now, and what a review of it would cover."""

    item: Item
    pack: Pack
    covered: dict[str, Any]

    @property
    def sha256(self) -> bytes:
        return bytes.fromhex(sha256_of(self.covered))


def candidate(city: Published, raw: dict[str, Any]) -> Candidate:
    """PackError where the data cannot be an item at all."""
    item = read_item(raw, city.pack.city)
    others = {name: other for name, other in city.pack.items.items() if other.code != item.code}
    pack = msgspec.structs.replace(city.pack, items=others | {item.name: item})
    return Candidate(item, pack, covered({"items": {item.name: raw}, **city.written}, item))


def findings(city: Published, tried: Candidate) -> list[Finding]:
    """Errors first, each with the page and the field where it is put right."""
    faults = {*item_faults(tried.pack, tried.item), *_of_the_city(city, tried)}
    return [_finding(fault) for fault in sorted(faults, key=lambda f: (f.warning, f.where, f.say))]


def problems(found: list[Finding]) -> list[Problem]:
    """What stops the next step."""
    return [Problem(one.say, f"{one.section}#{one.anchor}", one.params) for one in found if not one.warning]


def _of_the_city(city: Published, tried: Candidate) -> Iterator[Fault]:
    """What concerns other things of the city: two items of one name, and what calls this item by its old one."""
    item, before = tried.item, city.titles.get(tried.item.code)
    if (same := city.pack.items.get(item.name)) and same.code != item.code:
        yield Fault("name", f"已经有一件事叫“{item.name}”")
    if item.department not in city.pack.departments:
        yield Fault("department", f"没有“{item.department}”这个部门")
    if before and before != item.name:
        for who in dict.fromkeys(_calling(city.pack, before)):
            yield Fault("name", f"{who}还用着旧名称“{before}”，改了就连不上")


def _calling(pack: Pack, name: str) -> Iterator[str]:
    for title, scenario in pack.scenarios.items():
        if any(result.get("item") == name for result in scenario.get("results", []) if isinstance(result, dict)):
            yield f"生活场景“{title}”"
    for item in pack.items.values():
        if item.name != name and any(excluded.item == name for excluded in item.excludes):
            yield f"事项“{item.name}”"
    for material in pack.materials.values():
        if any(way.result_of == name for way in material.satisfied_by):
            yield f"材料“{material.label}”"


def _finding(fault: Fault) -> Finding:
    where = re.split(r"[ （(]", fault.where, maxsplit=1)[0]
    word = FIRST_WORD.match(where)
    head = word[0] if word else "name"
    anchor = "roles" if head == "roles" else re.sub(r"\[(\d+)\]", r".\1", where)
    return Finding("%(fault)s", {"fault": fault.say}, fault.warning, SECTION_OF.get(head, "basics"), anchor)
