"""Sensitive personal information is filed only with the principal's separate consent. Pure."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from uuid import UUID

from backend.cart.model import Draft
from backend.core.codes import CodeError, read_resident_id
from backend.mandates.ages import OWN_CONSENT, birthday

A_CHILDS = "不满 14 岁孩子的资料"
BORN = ("person.birth_date", "person.born_on")


def sensitive_unagreed(draft: Draft) -> list[str]:
    """What of the sheet is sensitive, by its labels, while the consent to use it is not in force; empty: nothing to ask."""
    return [] if draft.sensitive else list(dict.fromkeys(_sensitive(draft)))


def _sensitive(draft: Draft) -> Iterator[str]:
    """Answers and materials of the kinds that PIPL art. 28 names, and whatever is filled in about a child under fourteen."""
    children = {party.id for party in draft.parties.values() if party.kind == "person" and _is_child(draft, party.id)}
    for subject, code in draft.sheet.settled:
        element = draft.pack.elements.get(code)
        if element and element.special and draft.sheet.settled[subject, code] is not None:
            yield element.label
    yield from (need.material.label for need in draft.sheet.materials if need.material.special and need.way)
    if children & {subject for subject, _code in draft.sheet.settled}:
        yield A_CHILDS


def _is_child(draft: Draft, party: UUID) -> bool:
    """By what is filled in about her: a birthday, or the one in her number."""
    said = {code: settled.value for (subject, code), settled in draft.sheet.settled.items() if subject == party and settled}  # fmt: skip
    days = [date.fromisoformat(str(said[code])) for code in BORN if said.get(code)]
    with suppress(CodeError):
        days.append(read_resident_id(str(said.get("person.id_number", "")), draft.on).birth)
    return any(birthday(day, OWN_CONSENT) > draft.on for day in days)
