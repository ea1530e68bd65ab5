"""How many materials nobody has to hand in any more, item by item: `python -m tests.bench.fewer_materials`.

Each item is filed in its usual situation by somebody whose certificates are held and whom the registers know, judged by
the cart's own rules. A material counts as not asked for when a certificate, a register or the result of another thing
holds what it says. A pledge is something she still has to sign: it stands in a column of its own and counts as asked for.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.cart.binding import bind_roles, founds_business, waits
from backend.cart.model import Answer, Cell, Line, Need, Sheet, Told
from backend.cart.rules import sheet_of
from backend.catalogue.model import CertificateType, Element, ElementType, Item, Register
from backend.parties.model import Known, Party
from tests.bench.baskets import BASKETS, TODAY, city

NOW = datetime(2026, 9, 25, 2, tzinfo=UTC)
INSTANT, ALL, SALE = 0.60, 0.45, 0.25
ONLY_OF = {"births": "child", "birth_medical": "child", "deaths": "late"}
"""Sources that know only those who fill this role; of the others nobody has just been born or has died."""

USUAL = {
    "person.marital": "married",
    "person.capacity": "full",
    "filing.card_delivery": "electronic",
    "filing.fund_reason": "buy",
    "filing.reissue_why": "damaged",
    "business.registered": True,
    "person.has_job_card": True,
    "person.has_qualification": True,
    "deal.tax_paid": True,
}
"""Where the first choice is not the usual one, or a rarer one needs more."""

SAMPLES: dict[ElementType, Any] = {
    ElementType.yes_no: False,
    ElementType.date: "2020-06-01",
    ElementType.id_number: "460199194403051015",
    ElementType.uscc: "92460199AA0DEM001M",
    ElementType.phone: "13900000001",
    ElementType.region: "460106",
    ElementType.bank_card: "6217000000000000017",
    ElementType.area: "80",
}
NUMBERS = (ElementType.number, ElementType.years, ElementType.money)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one filing needs, and how each material is satisfied."""

    name: str
    instant: bool
    needs: tuple[Need, ...]

    def by(self, way: str) -> int:
        return sum(need.way == way for need in self.needs)

    @property
    def free(self) -> int:
        """Nobody hands these in."""
        return sum(not need.handed_in for need in self.needs)

    @property
    def pledges(self) -> int:
        """A signature instead of a paper."""
        return sum(need.handed_in and bool(need.pledge) for need in self.needs)

    @property
    def paper(self) -> int:
        return len(self.needs) - self.free - self.pledges


def table(*, whatever: bool = False) -> list[Row]:
    """A row for each item of the city, those that are granted at once first. `whatever`: every material an item can ask for,
    those of all its situations together, as nobody ever needs them at once."""
    rows = [row_of(_unconditional(item) if whatever else item) for item in city().items.values()]
    return sorted(rows, key=lambda row: (not row.instant, row.name))


def row_of(item: Item) -> Row:
    return Row(name=item.name, instant=bool(item.instant), needs=filled([item]).materials)


def _unconditional(item: Item) -> Item:
    needs = tuple(msgspec.structs.replace(need, when=None) for need in item.materials)
    return msgspec.structs.replace(item, materials=needs)


def share(rows: Iterable[Row]) -> float:
    """How many of the materials of these nobody hands in."""
    rows = list(rows)
    return sum(row.free for row in rows) / sum(len(row.needs) for row in rows)


def still_asked(names: tuple[str, ...]) -> tuple[int, int]:
    """In one cart: how many materials have to be handed in, of how many that separate filings without anything held need."""
    return filled(city().items[name] for name in names).saved.materials


def filled(items: Iterable[Item]) -> Sheet:
    """One cart with these things, every question answered as it usually is."""
    lines, parties = _bound(items)
    told = Told(known=_known(lines, parties))
    sheet = sheet_of(lines, parties, told, city(), TODAY)
    for _round in range(12):
        missing = [question for question in sheet.questions if not question.filled]
        if not missing:
            break
        said = {question.cell: Answer(_value(question.cell, question.element, lines)) for question in missing}
        told = msgspec.structs.replace(told, answers={**told.answers, **said})
        sheet = sheet_of(lines, parties, told, city(), TODAY)
    return sheet


def _bound(items: Iterable[Item]) -> tuple[list[Line], dict[UUID, Party]]:
    """As a cart binds its lines; optional roles are declined, of repeated ones there is one."""
    lines: list[Line] = []
    parties = [Party(id=uuid4(), kind="person", is_self=True)]
    for position, item in enumerate(items):
        bound = bind_roles(item, {}, parties, lines, uuid4)
        parties += [Party(id=new.id, kind=new.kind) for new in bound.new]
        declared: dict[str, tuple[UUID, ...]] = {}
        for role in item.roles.values():
            if role.name not in bound.parties and waits(item, role):
                members = [Party(id=uuid4(), kind=role.kind)] if role.repeated else []
                parties += members
                declared[role.name] = tuple(member.id for member in members)
        lines.append(Line(id=uuid4(), item=item, version=1, position=position, parties={**bound.parties, **declared}))
    return lines, {party.id: party for party in parties}


def _known(lines: list[Line], parties: dict[UUID, Party]) -> dict[Cell, tuple[Known, ...]]:
    """What the registers and the certificates held say of each party, in agreement with what is filed."""
    known: dict[Cell, tuple[Known, ...]] = {}
    for party in parties.values():
        for source, trust, facts in _sources(party, lines):
            for code in facts:
                value = _value((party.id, code), city().elements[code], lines)
                known[party.id, code] = (*known.get((party.id, code), ()), Known(value, source, trust, NOW))
    return known


def _sources(party: Party, lines: list[Line]) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    roles = {role for line in lines for role, ids in line.parties.items() if party.id in ids}
    founded = any(founds_business(city(), line.item) for line in lines if party.id in sum(line.parties.values(), ()))
    if party.kind == "business" and founded:
        return
    for code, held in city().certificates.items():
        if _of(code, held, party, roles) and _agrees(held, party, lines):
            yield f"certificate.{code}", "A", (*held.facts, *held.means)
    for code, register in city().registers.items():
        if _of(code, register, party, roles):
            yield f"register.{code}", "B", register.facts


def _of(code: str, source: CertificateType | Register, party: Party, roles: set[str]) -> bool:
    return source.about == party.kind and ONLY_OF.get(code) in (None, *roles)


def _agrees(held: CertificateType, party: Party, lines: list[Line]) -> bool:
    """She holds what means nothing else than she says: nobody is married and divorced."""
    return all(_value((party.id, code), city().elements[code], lines) == said for code, said in held.means.items())


def _value(cell: Cell, element: Element, lines: list[Line]) -> Any:
    """As the first example of an item that is not refused has it; else as usual; else anything of its type."""
    for line in lines:
        example = next((one for one in line.item.examples if one.expect != "false"), None)
        said = {**(example.facts if example else {})}
        for fact, plain in said.items():
            role = fact.partition(".")[0]
            ids = (line.id,) if role == "filing" else line.parties.get(role, ())
            if cell[0] in ids and line.item.element_of(fact) == element.code:
                return plain.isoformat() if isinstance(plain, date) else plain
    return USUAL.get(element.code, _sample(element))


def _sample(element: Element) -> Any:
    if element.type is ElementType.choice:
        return next(iter(element.options))
    if element.type is ElementType.choices:
        return list(element.options)[:1]
    if element.type in NUMBERS:
        return max(1, element.least or 0)
    return SAMPLES.get(element.type, "演示")


def main() -> int:
    rows = table()
    print(
        "| item | materials | certificate | register | other result | pledge | paper |\n|---|---|---|---|---|---|---|"
    )
    for row in rows:
        ways = (row.by("certificate"), row.by("register"), row.by("result_of"), row.pledges, row.paper)
        print(f"| {'⚡ ' if row.instant else ''}{row.name} | {len(row.needs)} | {' | '.join(map(str, ways))} |")
    instant, every = [row for row in rows if row.instant], table(whatever=True)
    asked, whole = still_asked(BASKETS["买二手房"])
    print("\n| not handed in | target | measured | |\n|---|---|---|---|")
    of_instant = [row for row in every if row.instant]
    met = [
        _told(f"the {len(instant)} instant items", share(instant), INSTANT, instant),
        _told(f"all {len(rows)} items", share(rows), ALL, rows),
        _told("all that the instant items can ever ask for", share(of_instant), INSTANT, of_instant),
        _told("all that any item can ever ask for", share(every), ALL, every),
    ]
    good = asked <= SALE * whole
    print(
        f"| still handed in for the ten things of a flat | at most {SALE:.0%} | {asked / whole:.1%} | {asked} of {whole} |"
    )
    return 0 if all(met) and good else 1


def _told(what: str, measured: float, target: float, rows: list[Row]) -> bool:
    free, needed = sum(row.free for row in rows), sum(len(row.needs) for row in rows)
    print(f"| {what} | at least {target:.0%} | {measured:.1%} | {free} of {needed} |")
    return measured >= target


if __name__ == "__main__":
    sys.exit(main())
