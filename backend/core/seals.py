"""The seal of the event log: a chain of hashes an office, laid every minute, walked by `audit verify` (docs/decisions/0012).

What whoever owns the database could still do is to change an event and every seal after it. Against that the ends of the
chains are written down every hour outside the database, and compared.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import asyncpg
import msgspec

from backend.core.jobs import Work

AT_A_TIME = 5000  # events sealed in one transaction


async def seal(work: Work) -> None:
    """Lays the chains on over everything that is committed; once more finds nothing to do."""
    sealed = AT_A_TIME
    while sealed == AT_A_TIME:
        async with work.transaction() as tx:
            sealed = await tx.db.fetchval("SELECT seal_events($1)", AT_A_TIME)


class Fault(msgspec.Struct, frozen=True):
    """The first row of one office's chain that is not as it was sealed. `place` counts from 1; `office` is "" for what belongs
    to none.

    `fault`: content (altered), missing (taken away), order (a line taken out or put in), added (among sealed ones), end (the
    last lines are missing), rewritten (not what was written down outside the database).
    """

    office: str
    place: int
    event_id: int | None
    fault: str


async def faults(owner: asyncpg.Connection, office: str | None = None) -> list[Fault]:
    """As the owner: every chain that has one."""
    rows = await owner.fetch("SELECT office, place, event_id, fault FROM audit_faults($1)", office)
    return msgspec.convert(rows, list[Fault])


class Head(msgspec.Struct, frozen=True):
    """How long a chain was at some time, and the hash of its last line, hexadecimal."""

    at: str
    office: str
    n: int
    hash: str


def written_heads(data: Path) -> Path:
    return data / "audit" / "heads.jsonl"


async def write_heads(work: Work) -> None:
    """One line for each chain that has grown since the last time, appended and on disk."""
    path = written_heads(work.settings.data)
    known = {head.office: head.n for head in read_heads(path)}
    async with work.transaction() as tx:
        rows = await tx.db.fetch("SELECT office, n, hash FROM chain_heads()")
    grown = [
        Head(work.clock().isoformat(), r["office"], r["n"], r["hash"].hex())
        for r in rows
        if r["n"] > known.get(r["office"], 0)
    ]
    if grown:
        _append(path, b"".join(msgspec.json.encode(head) + b"\n" for head in grown))


def _append(path: Path, lines: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def read_heads(path: Path) -> list[Head]:
    """Oldest first; a last line that was not written whole does not count."""
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [msgspec.json.decode(line, type=Head) for line in whole.splitlines()]


async def rewritten(owner: asyncpg.Connection, heads: Iterable[Head], office: str | None = None) -> list[Fault]:
    """As the owner: of each chain the first end that is no longer what was written down."""
    wanted = [head for head in heads if office in (None, head.office)]
    rows = await owner.fetch(
        """SELECT h.office, h.n, s.event_id FROM unnest($1::text[], $2::bigint[], $3::text[]) AS h(office, n, hash)
           LEFT JOIN event_seals s ON (s.office, s.n) = (h.office, h.n) WHERE s.hash IS DISTINCT FROM decode(h.hash, 'hex') ORDER BY h.office, h.n""",
        [head.office for head in wanted],
        [head.n for head in wanted],
        [head.hash for head in wanted],
    )
    first = {row["office"]: row for row in reversed(rows)}
    return [Fault(office, row["n"], row["event_id"], "rewritten") for office, row in sorted(first.items())]
