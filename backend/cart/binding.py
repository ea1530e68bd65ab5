"""Who fills which role of a new line: what was chosen, else a default that can be changed. Pure.

`applicant` is the principal, or who handles the affairs of a principal that is a business. A person in another role is whoever already fills a role of that name, else the principal
where nobody else is in the line, else somebody new. A thing is the only one of its kind in the cart of which the same
would be asked (a sale and a lease are two deals), else a new one; a second line of the same item never takes its
sibling's thing. Her account and her business are the only ones she had before, too; an earlier flat has to be chosen.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

import msgspec

from backend.cart.model import Line
from backend.catalogue.model import Item, Pack, Role
from backend.parties.model import NewParty, Party

SHARED = frozenset({"person", "business", "bank_account"})
"""Kinds that act or receive. All others are what a filing is about: two lines of one item are about two of them."""

BUSINESS = "business"

Choice = UUID | str
"""A party, or "new"."""


class Bound(msgspec.Struct, frozen=True):
    parties: dict[str, tuple[UUID, ...]]
    new: tuple[NewParty, ...]


def founds_business(pack: Pack, item: Item) -> bool:
    """Its result is what a business is registered by, and it does not ask for the code of one that is there already."""
    certificate = pack.certificates.get(item.result.certificate or "")
    asked = {ask.fact for ask in item.asks}
    roles = [name for name, role in item.roles.items() if role.kind == BUSINESS]
    is_new = bool(roles) and not any(f"{role}.uscc" in asked for role in roles)
    return is_new and certificate is not None and certificate.about == BUSINESS


def repeatable(item: Item) -> bool:
    """Does the same item make sense twice? Only where there can be another thing that it is about."""
    return any(role.kind not in SHARED for role in item.roles.values())


def bind_roles(
    item: Item,
    chosen: Mapping[str, Choice],
    parties: Iterable[Party],
    lines: Iterable[Line],
    fresh: Callable[[], UUID],
    earlier: Iterable[Party] = (),
) -> Bound:
    """`parties`: those of the cart and the principal herself, in their order; `earlier`: those of what she filed before.

    Roles that only a condition calls for get a party too; an optional role that is always asked about, and a repeated
    one, wait until somebody declares them.
    """
    parties, lines = list(parties), list(lines)
    before = [party for party in earlier if party.kind in SHARED and party.kind != "person"]
    taken: dict[str, tuple[UUID, ...]] = {}
    new: list[NewParty] = []
    for name, role in sorted(item.roles.items(), key=lambda entry: entry[0] != "applicant"):
        if waits(item, role) and name not in chosen:
            continue
        of_kind = parties if any(party.kind == role.kind for party in parties) else before
        picked = chosen.get(name) or _default(item, role, taken, of_kind, lines)
        if picked == "new" or not isinstance(picked, UUID):
            new.append(NewParty(fresh(), role.kind))
            picked = new[-1].id
        taken[name] = (picked,)
    return Bound({name: taken[name] for name in item.roles if name in taken}, tuple(new))


def waits(item: Item, role: Role) -> bool:
    """Must somebody say first who, or how many, fill this role?"""
    if role.repeated:
        return True
    whens = [ask.when for ask in item.asks if ask.fact.startswith(f"{role.name}.")]
    whens += [need.when for need in item.materials if need.material.startswith(f"{role.name}.")]
    return role.optional and None in whens


def candidates(role: Role, taken: Iterable[tuple[UUID, ...]], parties: Iterable[Party]) -> list[Party]:
    """Whom one may choose for a role: of its kind, and in no other role of the line."""
    used = {party for ids in taken for party in ids}
    return [party for party in parties if party.kind == role.kind and party.id not in used]


def _default(
    item: Item, role: Role, taken: Mapping[str, tuple[UUID, ...]], parties: list[Party], lines: list[Line]
) -> UUID | None:
    free = candidates(role, taken.values(), parties)
    if role.kind == "person":
        return _person(role, free, taken, parties, lines)
    siblings = [line for line in lines if line.item.code == item.code and role.kind not in SHARED]
    used = {party for line in siblings for party in line.parties.get(role.name, ())}
    left = [party for party in free if party.id not in used and _alike(item, role, party.id, lines)]
    return left[0].id if len(left) == 1 else None


def _alike(item: Item, role: Role, party: UUID, lines: list[Line]) -> bool:
    """Would this line ask of the party something that another line asks already? True where no line is about it."""
    there = [asked(line.item, name) for line in lines for name, ids in line.parties.items() if party in ids]
    return not there or bool(asked(item, role.name) & set[str]().union(*there))


def asked(item: Item, role: str) -> set[str]:
    """The elements and materials an item asks of one role."""
    facts = [ask.fact for ask in item.asks] + [need.material for need in item.materials]
    return {fact.partition(".")[2] for fact in facts if fact.partition(".")[0] == role}


def _person(
    role: Role, free: list[Party], taken: Mapping[str, tuple[UUID, ...]], parties: list[Party], lines: list[Line]
) -> UUID | None:
    people = {party.id for party in parties if party.kind == "person"}
    alone = not any(party in people for ids in taken.values() for party in ids)
    herself = [party.id for party in free if party.is_self or party.handler]
    if herself and (role.name == "applicant" or (alone and not role.optional)):
        return herself[0]
    same = {party for line in lines for party in line.parties.get(role.name, ())}
    left = [party.id for party in free if party.id in same]
    return left[0] if len(left) == 1 else None
