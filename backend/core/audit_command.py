"""`suishouban audit …`: the event log as it was written, or where it first is not."""

import argparse
import asyncio

from backend.core.db import connect
from backend.core.embedded import reachable
from backend.core.seals import Fault, faults, read_heads, rewritten, written_heads
from backend.settings import Settings, load


def office(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--office", help="the short name of one department; without it all chains are walked")


def verify(args: argparse.Namespace) -> int:
    """prove that no event was altered, added, taken away or moved since it was sealed; exit code 1 if one was"""
    with reachable(load()) as settings:
        found, sealed, waiting = asyncio.run(_walked(settings, args.office))
    for fault in found:
        print(
            f"{fault.office or '(no office)'}, line {fault.place}: {fault.fault} (event {fault.event_id or 'missing'})"
        )
    print(f"{sealed} events sealed, {waiting} wait for the next seal, {len(found)} chains wrong.")
    return 1 if found else 0


async def _walked(settings: Settings, only: str | None) -> tuple[list[Fault], int, int]:
    owner = await connect(settings.login("owner"))
    try:
        row = await owner.fetchrow(
            """SELECT (SELECT count(*) FROM event_seals WHERE $1::text IS NULL OR office = $1) AS sealed,
                      (SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM event_seals s WHERE s.event_id = e.id)
                       AND ($1::text IS NULL OR coalesce(e.department_id, '') = $1)) AS waiting""",
            only,
        )
        heads = read_heads(written_heads(settings.data))
        found = {fault.office: fault for fault in [*await rewritten(owner, heads, only), *await faults(owner, only)]}
        return list(found.values()), row["sealed"], row["waiting"]
    finally:
        await owner.close()


COMMANDS = [("audit verify", office, verify)]
