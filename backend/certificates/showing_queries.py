"""What is being shown, to whom it was shown, and what they see of it."""

from uuid import UUID

import asyncpg
import msgspec

from backend.catalogue.answers import shown
from backend.catalogue.model import Pack
from backend.certificates.model import Standing
from backend.certificates.queries import opened
from backend.certificates.showing import Look, Offered, Seen, Showing, UsedIn
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.viewer import hash_of

MOST = 100
OF_THE_LOOK = ("standing", "purpose", "elements", "mark", "at", "key_wrapped")


async def showing_for(tx: Tx, showing: UUID) -> Showing:
    """With the newest of its codes, for whoever shows it; NotFound for everybody else."""
    row = await tx.db.fetchrow(
        """SELECT s.id, s.certificate_id, c.type, s.purpose, s.elements, s.begun_at, s.ends_at, s.ended_at, k.token_sealed, k.expires_at
           FROM showings s JOIN certificates c ON c.id = s.certificate_id
           CROSS JOIN LATERAL (SELECT * FROM showing_codes x WHERE x.showing_id = s.id ORDER BY x.made_at DESC, x.token_hash LIMIT 1) k
           WHERE s.id = $1 AND s.holder_id = $2""",
        showing,
        tx.viewer.principal_id,
    )
    if row is None:
        raise NotFound()
    token = tx.key.open(row["token_sealed"], f"showing:{showing}").decode()
    look = await tx.db.fetchrow(
        """SELECT l.purpose, l.elements, l.standing, l.mark, l.at, coalesce(d.name, '') AS department
           FROM certificate_looks l LEFT JOIN departments d ON d.id = l.department_id WHERE l.showing_id = $1""",
        showing,
    )
    return msgspec.convert({**dict(row), "token": token, "look": look and dict(look)}, Showing)


async def looks_of(tx: Tx, certificate: UUID) -> list[Look]:
    """Who looked at one of the principal's certificates, the last one first."""
    rows = await tx.db.fetch(
        """SELECT l.purpose, l.elements, l.standing, l.mark, l.at, coalesce(d.name, '') AS department
           FROM certificate_looks l LEFT JOIN departments d ON d.id = l.department_id
           WHERE l.certificate_id = $1 AND l.holder_id = $2 ORDER BY l.at DESC, l.id LIMIT $3""",
        certificate,
        tx.viewer.principal_id,
        MOST,
    )
    return msgspec.convert(rows, list[Look])


async def used_by(tx: Tx, certificate: UUID) -> list[UsedIn]:
    """In which cases of the principal it was used, the last one first."""
    rows = await tx.db.fetch(
        """SELECT c.number, v.name AS item_name, d.name AS department, c.received_at AS at, s.elements
           FROM case_sources s JOIN cases c ON c.id = s.case_id JOIN departments d ON d.id = c.department_id
           JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           WHERE s.certificate_id = $1 AND c.principal_id = $2 ORDER BY c.received_at DESC, c.number, s.n LIMIT $3""",
        certificate,
        tx.viewer.principal_id,
        MOST,
    )
    return msgspec.convert(rows, list[UsedIn])


async def offered_at(db: asyncpg.Connection, token: str) -> Offered | None:
    """What a code is about, without using it up; None for what is no code."""
    row = await db.fetchrow("SELECT type, purpose, elements, outcome FROM code_at($1)", hash_of(token))
    return msgspec.convert(row, Offered) if row else None


async def seen_at(tx: Tx, pack: Pack, look: UUID, telephone: bytes) -> Seen:
    """What the telephone that looked may read, for two minutes; NotFound for every other and later."""
    row = await tx.db.fetchrow("SELECT * FROM looked_at($1, $2)", look, telephone)
    if row is None:
        raise NotFound()
    one = opened(
        tx, {name: value for name, value in row.items() if name not in OF_THE_LOOK}, tx.vault.key(row["key_wrapped"])
    )
    whole, fits = row["purpose"] == "whole", one.content is not None
    said = [(e, one.fields[e]) for e in row["elements"] if e in one.fields and e in pack.elements]
    return Seen(
        id=look,
        label=one.content.label if one.content else pack.certificates[one.type].label,
        issuer=one.content.issuer if one.content else "",
        standing=Standing(row["standing"]) if fits else Standing.ALTERED,
        since=one.state_since,
        purpose=row["purpose"],
        fields=[(pack.elements[e].label, shown(pack.elements[e], v, pack.city.regions)) for e, v in said],
        number=one.number if whole else "",
        until=one.valid_until if whole or one.standing is Standing.EXPIRED else None,
        mark=row["mark"],
        at=row["at"],
    )
