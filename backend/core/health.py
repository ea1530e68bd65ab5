"""Is the process alive, and may traffic come: for supervisors and load balancers."""

from typing import Any

from litestar import Request, Response, get

from backend.core.db import LOST


@get("/livez", opt={"who": "anyone"}, sync_to_thread=False, include_in_schema=False)
def livez() -> dict[str, str]:
    return {"status": "alive"}


@get("/readyz", opt={"who": "anyone"}, include_in_schema=False)
async def readyz(request: Request) -> Response[dict[str, Any]]:
    """200 when the database answers."""
    try:
        async with request.app.state.pool.acquire(timeout=2) as connection:
            await connection.fetchval("SELECT 1")
    except LOST:
        return Response({"status": "database not reachable"}, status_code=503)
    return Response({"status": "ready"})


HEALTH = [livez, readyz]
