"""Small steps the tests of rights share."""

from typing import Any
from uuid import UUID

from backend.core.db import connect
from backend.core.jobs import Work
from backend.rights.jobs import make_export
from tests.web import Site


async def as_owner(site: Site, statement: str, *args: Any) -> list[Any]:
    owner = await connect(site.app.state.settings.login("owner"))
    try:
        return await owner.fetch(statement, *args)
    finally:
        await owner.close()


async def id_of(site: Site, handle: str) -> UUID:
    (row,) = await as_owner(site, "SELECT id FROM accounts WHERE handle = $1", handle)
    return row["id"]


async def packed(site: Site, person: Any, work: Work) -> UUID:
    """She asks for her package and the worker makes it."""
    assert (await person.post("/me/data/exports")).status_code == 303
    (row,) = await as_owner(site, "SELECT id FROM exports WHERE ready_at IS NULL")
    await make_export(work, {"export": str(row["id"])})
    return row["id"]
