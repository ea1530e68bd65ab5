"""Her packages, her wish to be forgotten and what stands in its way, and every fact with whose word it is."""

from uuid import UUID

import msgspec

from backend.catalogue.answers import shown
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import NotFound, Problem
from backend.core.i18n import _
from backend.parties.model import Known, Party
from backend.parties.queries import parties_of
from backend.registers.model import Asked
from backend.registers.queries import asked_of_me, facts_about
from backend.rights.model import Erasure, Export, Hindrance, KnownFact

OWN_WORD = ("profile", "filing")
IDENTITY = "person.id_number"
ON_THE_CARD = ("person.name",)
"""What an officer has to see the card for, where it is about herself."""


async def exports_of(tx: Tx) -> list[Export]:
    """The newest ten, the newest first."""
    rows = await tx.db.fetch(
        """SELECT id, asked_at, ready_at, expires_at, size, gone_at FROM exports
           WHERE account_id = $1 ORDER BY asked_at DESC LIMIT 10""",
        tx.viewer.id,
    )
    return msgspec.convert(rows, list[Export])


async def erasure_of(tx: Tx) -> Erasure | None:
    """Her open wish to be forgotten."""
    row = await tx.db.fetchrow(
        """SELECT id, asked_at, due_at FROM erasures
           WHERE account_id = $1 AND cancelled_at IS NULL AND done_at IS NULL""",
        tx.viewer.id,
    )
    return None if row is None else msgspec.convert(row, Erasure)


async def hindrances_of(tx: Tx, account: UUID) -> list[Hindrance]:
    """Everything that stands in the way of erasing an account, each with the page that puts it right."""
    cases = await tx.db.fetch(
        """SELECT c.number, i.name FROM cases c JOIN items i ON i.code = c.item_code
           WHERE c.principal_id = $1 AND c.decided_at IS NULL ORDER BY c.received_at, c.number""",
        account,
    )
    mandates = await tx.db.fetch(
        """SELECT id, principal_id = $1 AS given FROM mandates
           WHERE $1 IN (principal_id, agent_id) AND ended_at IS NULL AND valid_to >= app_today() ORDER BY granted_at""",
        account,
    )
    open_case = _("「%(item)s」还在办。等它办完，或者先撤回。")
    given, held = _("您给别人的一份授权还在用。请先收回。"), _("您还在替别人办事。请先结束这份授权。")
    return [
        *(Hindrance(Problem(open_case, "", {"item": c["name"]}), f"/cases/{c['number']}") for c in cases),
        *(Hindrance(Problem(given if m["given"] else held), f"/mandates/{m['id']}") for m in mandates),
    ]


async def known_facts(tx: Tx) -> list[KnownFact]:
    """Every fact kept for her own affairs: her own words first party by party, then what registers say of herself."""
    parties, facts = await parties_of(tx, None)
    pack = (await city(tx.db)).pack
    own = [
        _fact(parties[party], element, known, pack)
        for (party, element), each in facts.items()
        for known in _newest_own(each)
        if element in pack.elements
    ]
    return own + await _registered(tx, parties, facts, pack)


def _newest_own(known: tuple[Known, ...]) -> list[Known]:
    """What she wrote once and wrote again is shown once: the newer word."""
    words = [k for k in known if k.source in OWN_WORD]
    newest = [max(words, key=lambda k: k.at)] if words else []
    return newest + [k for k in known if k.source not in OWN_WORD]


async def _registered(tx: Tx, parties: dict[UUID, Party], facts: dict, pack: Pack) -> list[KnownFact]:
    me = next((party for party in parties.values() if party.is_self), None)
    if me is None:
        return []
    number = next((k.value for k in facts.get((me.id, IDENTITY), ()) if k.source == "profile"), None)
    found = (await facts_about(tx, [number]))[number] if number else []
    return [
        _fact(me, f.element, Known(f.value, f.source, "B", f.at), pack) for f in found if f.element in pack.elements
    ]


def _fact(party: Party, element: str, known: Known, pack: Pack) -> KnownFact:
    entry = pack.elements[element]
    register = pack.registers.get(known.source.removeprefix("register."))
    department = pack.departments.get(register.department) if register else None
    phone = department.phones.enquiry if department else ""
    return KnownFact(
        party=party.id,
        whose=party.label,
        element=element,
        label=entry.label,
        value=shown(entry, known.value, pack.city.regions),
        source=known.source,
        at=known.at,
        editable=known.source in OWN_WORD and not entry.identity and not (party.is_self and element in ON_THE_CARD),
        ask=f"{department.name} {phone}".strip() if department else "",
    )


class AskedOfMe(msgspec.Struct, frozen=True, kw_only=True):
    """A question to a register about her, in people's words. `matters`: what for; `consent`: she agreed to it."""

    register: str
    matters: tuple[str, ...]
    consent: bool
    said: Asked


async def questions_about_me(tx: Tx) -> list[AskedOfMe]:
    """Every time a register was asked about her, the newest first."""
    published = await city(tx.db)
    registers = published.pack.registers
    return [
        AskedOfMe(
            register=registers[one.register].label if one.register in registers else one.register,
            matters=tuple(published.titles.get(code, code) for code in one.matters),
            consent=one.basis.startswith("consent:"),
            said=one,
        )
        for one in await asked_of_me(tx)
    ]


async def fact_of(tx: Tx, party: UUID, element: str) -> tuple[KnownFact, Known]:
    """One fact of her own words that she may correct; NotFound for anything else."""
    parties, facts = await parties_of(tx, None)
    pack = (await city(tx.db)).pack
    known = [k for k in _newest_own(facts.get((party, element), ())) if k.source in OWN_WORD]
    if party not in parties or element not in pack.elements or not known:
        raise NotFound()
    fact = _fact(parties[party], element, known[0], pack)
    if not fact.editable:
        raise NotFound()
    return fact, known[0]
