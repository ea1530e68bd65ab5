"""What the parties of a cart are called, and who could fill a role. Pure."""

from uuid import UUID

import msgspec

from backend.cart.binding import candidates
from backend.cart.model import Draft, Line
from backend.cart.settle import best
from backend.parties.model import Party


def names_of(draft: Draft, principal: str) -> dict[UUID, str]:
    """Each party by label, or its role and what tells it from others; a number where two would be called the same."""
    found: dict[UUID, str] = {}
    for party in (*draft.parties.values(), *draft.earlier.values()):
        roles = [
            line.item.roles[role].label
            for line in draft.lines
            for role, ids in line.parties.items()
            if party.id in ids and role in line.item.roles
        ]
        role = roles[0] if roles else draft.pack.city.kinds.get(party.kind, "")
        own = _own_words(draft, party)
        name = principal if party.is_self else party.label or (f"{role} {own}" if own else role)
        same = sum(other == name or other.startswith(f"{name} ") for other in found.values())
        found[party.id] = f"{name} {same + 1}" if same and not own and not party.is_self else name
    return found


class Eligible(msgspec.Struct, frozen=True):
    """One role of a line, who fills it now ("none": declined) and whom one may choose, each by id and name."""

    role: str
    label: str
    optional: bool
    current: str
    choices: tuple[dict[str, str], ...]


def roles_of(draft: Draft, line: Line, principal: str) -> list[Eligible]:
    """The roles of a line that one party fills; how many fill the others is a question of the sheet."""
    names, known = names_of(draft, principal), [*draft.parties.values(), *draft.earlier.values()]
    found = []
    for name, role in line.item.roles.items():
        if not role.repeated and name in line.parties:
            free = candidates(role, [ids for other, ids in line.parties.items() if other != name], known)
            choices = tuple({"value": str(party.id), "label": names[party.id]} for party in free)
            current = str(line.parties[name][0]) if line.parties[name] else "none"
            found.append(Eligible(name, role.label, role.optional, current, choices))
    return found


def _own_words(draft: Draft, party: Party) -> str:
    """A name, an address, or the last four characters of the number that identifies it."""
    elements = draft.pack.elements
    numbers = [code for code, element in elements.items() if element.identity and element.kind == party.kind]
    for code in (f"{party.kind}.name", f"{party.kind}.address", *numbers):
        cell = (party.id, code)
        settled = draft.sheet.settled.get(cell) or best(draft.told.known.get(cell, ()))
        if settled and code in elements:
            return f"尾号 {settled.value[-4:]}" if code in numbers else str(settled.value)
    return ""
