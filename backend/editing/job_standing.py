"""Whether a job that an editor waits for still runs, is tried again, or has failed for good."""

from collections.abc import Mapping

import asyncpg
import msgspec


class Standing(msgspec.Struct, frozen=True):
    """`tries`: how often it went wrong so far; `held`: it failed for good and nothing will try it again by itself."""

    tries: int = 0
    held: bool = False


async def standing(db: asyncpg.Connection, name: str, payload: Mapping[str, str]) -> Standing:
    """How the newest job of this name and payload stands. A worker that died of it too often leaves it held as well."""
    row = await db.fetchrow(
        """SELECT attempts AS tries, status = 'failed' AS held FROM pgqueuer
            WHERE entrypoint = $1 AND payload = $2 ORDER BY id DESC LIMIT 1""",
        name,
        msgspec.json.encode(payload),
    )
    return msgspec.convert(row, Standing) if row else Standing()
