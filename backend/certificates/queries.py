"""What is held. Everything is loaded through the viewer: missing and forbidden are both NotFound."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.catalogue.model import Pack
from backend.certificates.model import Certificate, Change, Content, DeskLook, Standing
from backend.certificates.rules import standing_on
from backend.core.codes import read_certificate_number
from backend.core.conditions import Trust
from backend.core.crypto import DataKey, Unsealable
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.parties.model import Known
from backend.parties.queries import Scope

TRUST: Trust = "A"


async def held_by(tx: Tx) -> list[Certificate]:
    """Every certificate of the principal on the screen that the viewer may see, whatever it is worth; newest first."""
    rows = await tx.db.fetch(
        """SELECT id, number, type, department_id, holder_id, party_id, case_id, source, sealed, digest, signature, key_id, issued_at, valid_from,
                  valid_until, state, state_since, state_reason, replaces
           FROM certificates WHERE holder_id = $1 ORDER BY issued_at DESC, number""",
        tx.viewer.principal_id,
    )
    return [opened(tx, row, tx.key) for row in rows]


async def valid_of(tx: Tx) -> list[Certificate]:
    """Those of the principal on the screen that hold today, and are as they were signed. One statement."""
    rows = await tx.db.fetch(
        """SELECT id, number, type, department_id, holder_id, party_id, case_id, source, sealed, digest, signature, key_id, issued_at, valid_from,
                  valid_until, state, state_since, state_reason, replaces
           FROM certificates WHERE holder_id = $1 AND state = 'valid' AND $2 BETWEEN valid_from AND coalesce(valid_until, 'infinity')
           ORDER BY issued_at DESC, number""",
        tx.viewer.principal_id,
        tx.today,
    )
    return [one for one in (opened(tx, row, tx.key) for row in rows) if one.standing is Standing.VALID]


async def listed(tx: Tx) -> list[Certificate]:
    """For the page of all: an agent has them only inside a case she sees, who stands in the principal's place by law has all."""
    rows = await tx.db.fetch(
        """SELECT id, number, type, department_id, holder_id, party_id, case_id, source, sealed, digest, signature, key_id, issued_at, valid_from,
                  valid_until, state, state_since, state_reason, replaces
           FROM certificates x WHERE holder_id = $1 AND (holder_id = $2 OR holder_id IN (SELECT my_wards())
                 OR EXISTS (SELECT 1 FROM cases c WHERE c.id = x.case_id)) ORDER BY issued_at DESC, number""",
        tx.viewer.principal_id,
        tx.viewer.id,
    )
    return [opened(tx, row, tx.key) for row in rows]


async def certificate_for(tx: Tx, certificate: UUID) -> Certificate:
    """One of those the page of all lists; NotFound for everything else."""
    found = next((one for one in await listed(tx) if one.id == certificate), None)
    if found is None:
        raise NotFound()
    return found


async def paper_of(tx: Tx, certificate: UUID) -> tuple[str, str | None]:
    """Its number, and where its sealed PDF lies, None while it is being made; NotFound as `certificate_for`."""
    one = await certificate_for(tx, certificate)
    return one.number, await tx.db.fetchval("SELECT store_key FROM certificates WHERE id = $1", one.id)


async def certificate_at_desk(tx: Tx, typed: str) -> Certificate:
    """By its whole number, for those who decide at the department that issued it; NotFound, CodeError for what is no number."""
    row = await tx.db.fetchrow("SELECT * FROM certificate_at_desk($1)", read_certificate_number(typed).text)
    if row is None:
        raise NotFound()
    return opened(tx, row, tx.vault.key(row["key_wrapped"]) if row["key_wrapped"] else None)


async def may_decide(tx: Tx) -> bool:
    """Whether she decides at any department that may have issued certificates."""
    return bool(await tx.db.fetchval("SELECT cardinality(my_certificate_desks()) > 0"))


async def changes_at_desk(db: asyncpg.Connection, certificate: UUID) -> list[Change]:
    """The same as `changes_of`, for those who may move it."""
    rows = await db.fetch("SELECT state, reason, actor_id, at FROM certificate_changes_at_desk($1)", certificate)
    return msgspec.convert(rows, list[Change])


async def desk_looks(tx: Tx, certificate: UUID) -> list[DeskLook]:
    """When officers of the department that issued it found it by its number, the last one first; for the holder herself."""
    rows = await tx.db.fetch(
        """SELECT e.at, d.name AS department FROM events e JOIN departments d ON d.id = e.department_id
           WHERE e.kind = 'certificate_looked' AND e.data->>'certificate' = $1 AND e.principal_id = $2 ORDER BY e.id DESC LIMIT 50""",
        str(certificate),
        tx.viewer.principal_id,
    )
    return msgspec.convert(rows, list[DeskLook])


async def issued_on(db: asyncpg.Connection, case: UUID) -> tuple[UUID, str] | None:
    """Id and number of the certificate a case led to, for whoever sees the case."""
    row = await db.fetchrow("SELECT id, number FROM certificates WHERE case_id = $1", case)
    return (row["id"], row["number"]) if row else None


async def changes_of(db: asyncpg.Connection, certificate: UUID) -> list[Change]:
    """Oldest first."""
    rows = await db.fetch(
        "SELECT state, reason, actor_id, at FROM certificate_changes WHERE certificate_id = $1 ORDER BY id", certificate
    )
    return msgspec.convert(rows, list[Change])


def opened(tx: Tx, row: Mapping[str, Any], key: DataKey | None) -> Certificate:
    """The words in clear, held against hash, signature and the row itself: what differs in anything is altered."""
    columns = {name: value for name, value in row.items() if name not in ("sealed", "key_wrapped")}
    text = _text(key, row["sealed"], row["id"])
    same = hashlib.sha256(text).digest() == row["digest"]
    signed = same and tx.vault.keyring.verifies(row["key_id"], text, row["signature"])
    content = msgspec.json.decode(text, type=Content) if signed else None
    genuine = content is not None and _says(content, row)
    standing = standing_on(tx.today, row["state"], row["valid_from"], row["valid_until"], genuine=genuine)
    return Certificate(**columns, content=content if genuine else None, standing=standing, text=text)


def _text(key: DataKey | None, sealed: bytes, certificate: UUID) -> bytes:
    try:
        return key.open(sealed, place(certificate)) if key else b""
    except Unsealable:
        return b""


def _says(content: Content, row: Mapping[str, Any]) -> bool:
    """The columns that are read without opening it are what was signed."""
    until = row["valid_until"] and row["valid_until"].isoformat()
    said = (content.number, content.type, content.valid_from, content.valid_until, content.source)
    return said == (
        row["number"],
        row["type"],
        row["valid_from"].isoformat(),
        until,
        row["source"],
    )


def place(certificate: UUID) -> str:
    """Where sealed words belong: they open as no other certificate."""
    return f"certificate:{certificate}:words"


def paper_place(certificate: UUID) -> str:
    """The same for its PDF; as the sealed files of an export name theirs."""
    return f"certificate:{certificate}"


def source_of(one: Certificate) -> str:
    """What facts out of it name as their source: `certificate.elder_card`."""
    return f"certificate.{one.type}"


def facts_in(held: Iterable[Certificate], pack: Pack, scope: Scope | None) -> Iterator[tuple[UUID, str, Known]]:
    """(party, element, fact) of everything they vouch for, trust A; of an agent's principal what is in her scope."""
    for one in held:
        kind = pack.certificates.get(one.type)
        if one.party_id is None or kind is None:
            continue
        for element in (*kind.facts, *kind.means):
            if element in one.fields and (scope is None or element in scope.elements):
                yield one.party_id, element, Known(one.fields[element], source_of(one), TRUST, one.issued_at)


async def place_of(tx: Tx, certificate: UUID) -> int:
    """Where it stands in the status list."""
    return int(await tx.db.fetchval("SELECT place FROM certificates WHERE id = $1", certificate))
