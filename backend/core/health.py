"""Is the process alive, and may traffic come: for supervisors and load balancers."""

from functools import cache
from typing import Any

import asyncpg
from litestar import Request, Response, get

from backend.core.db import LOST
from backend.core.migrate import read


@get("/livez", opt={"who": "anyone"}, sync_to_thread=False, include_in_schema=False)
def livez() -> dict[str, str]:
    return {"status": "alive"}


@get("/readyz", opt={"who": "anyone"}, include_in_schema=False)
async def readyz(request: Request) -> Response[dict[str, Any]]:
    """200 when the database answers and has run every migration that this code knows. What features have to tell whoever
    watches stands beside it and changes nothing about traffic."""
    signs: dict[str, Any] = {}
    try:
        async with request.app.state.pool.acquire(timeout=2) as connection:
            migrated = await connection.fetchval("SELECT max(number) FROM schema_migrations")
            for sign in request.app.state.signs if (migrated or 0) >= newest() else ():
                signs |= await sign(connection)
    except LOST:
        return Response({"status": "database not reachable"}, status_code=503)
    except asyncpg.UndefinedTableError:
        migrated = 0
    if (migrated or 0) < newest():
        return Response({"status": "migrations are missing"}, status_code=503)
    return Response({"status": "ready", **signs})


@cache
def newest() -> int:
    return len(read())


HEALTH = [livez, readyz]
