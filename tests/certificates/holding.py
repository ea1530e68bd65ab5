"""Somebody of the cast holds a certificate, as a register told of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.catalogue.queries import city
from backend.certificates.actions import take_from_register
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.settings import Settings
from tests.web import Site

ID_CARD = {"person.name": "林长福", "person.id_number": "460199194403051015", "person.birth_date": "1944-03-05"}
FROM = date(2020, 1, 1)


async def give(
    site: Site,
    handle: str,
    kind: str = "resident_id",
    fields: Mapping[str, Any] = ID_CARD,
    *,
    until: date | None = None,
    since: date = FROM,
) -> UUID:
    """About herself; `until`: its last day."""
    state = site.app.state
    return await given(state.settings, state.vault, site.clock.now, handle, kind, fields, since=since, until=until)


async def given(
    settings: Settings,
    vault: Vault,
    now: datetime,
    handle: str,
    kind: str,
    fields: Mapping[str, Any],
    *,
    until: date | None = None,
    since: date = FROM,
) -> UUID:
    """The same where no site runs in this process."""
    owner = await connect(settings.login("owner"))
    try:
        async with owner.transaction():
            await owner.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
            tx = Tx(owner, vault, now)
            row = await owner.fetchrow(
                """SELECT a.id, p.id AS party, (SELECT count(*) FROM certificates) AS n FROM accounts a
                   JOIN parties p ON p.principal_id = a.id AND p.is_self WHERE a.handle = $1""",
                handle,
            )
            pack = (await city(owner)).pack
            held = await take_from_register(
                tx, pack, kind, holder=row["id"], party=row["party"], serial=f"T{row['n']:06}", fields=fields,
                valid_from=since, valid_until=until,
            )  # fmt: skip
            assert held is not None
            return held
    finally:
        await owner.close()


async def owner_says(site: Site, statement: str, *values: object) -> list[dict[str, Any]]:
    """What stands in the database, or what its owner does there."""
    owner = await connect(site.app.state.settings.login("owner"))
    try:
        return [dict(row) for row in await owner.fetch(statement, *values)]
    finally:
        await owner.close()


REVOKE = "UPDATE certificates SET state = 'revoked', state_since = now(), state_reason = '登记有误' WHERE id = $1"
SUSPEND = "UPDATE certificates SET state = 'suspended', state_since = now(), state_reason = '等核实' WHERE id = $1"
