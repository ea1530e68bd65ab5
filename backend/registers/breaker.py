"""One circuit breaker a register, shared by all workers: its state is a row. As the worker.

Closed: everybody asks. After five failures one after the other it opens: nobody does, for a while. Then half open: one
tries, and what comes of it closes it again or opens it for longer. A register that asks to be left alone (Retry-After)
is left alone, which counts as no failure.
"""

import random
from collections.abc import Iterable
from datetime import timedelta

from backend.core.db import Tx
from backend.registers.model import Unknown
from backend.registers.rules import pause_after

PROBE = timedelta(seconds=30)  # a worker that died while it tried is not waited for any longer


async def let_through(tx: Tx, register: str) -> float:
    """0: ask now, and say how it went; else the seconds until somebody may. Whoever comes first after that time is the one who tries."""
    row = await tx.db.fetchrow(
        """UPDATE register_breakers SET probe_until = CASE WHEN open_until IS NULL THEN NULL ELSE $3::timestamptz END
           WHERE register = $1 AND coalesce(open_until, '-infinity') <= $2 AND coalesce(probe_until, '-infinity') <= $2
           RETURNING register""",
        register,
        tx.now,
        tx.now + PROBE,
    )
    if row:
        return 0.0
    until = await tx.db.fetchval(
        "SELECT greatest(open_until, probe_until) FROM register_breakers WHERE register = $1", register
    )
    return max(1.0, (until - tx.now).total_seconds()) if until else PROBE.total_seconds()


async def went_well(tx: Tx, register: str) -> None:
    await tx.db.execute(
        """UPDATE register_breakers SET failures = 0, open_until = NULL, probe_until = NULL, said = '', changed_at = $2
           WHERE register = $1 AND (failures > 0 OR open_until IS NOT NULL)""",
        register,
        tx.now,
    )


async def went_wrong(tx: Tx, register: str, unknown: Unknown) -> None:
    row = await tx.db.fetchrow("SELECT failures FROM register_breakers WHERE register = $1 FOR UPDATE", register)
    if row is None:
        return
    failures = row["failures"] + (0 if unknown.wait else 1)
    seconds = unknown.wait or pause_after(failures, random.random())  # noqa: S311
    await tx.db.execute(
        """UPDATE register_breakers SET failures = $2, said = $3, changed_at = $4, probe_until = NULL,
                  open_until = CASE WHEN $5::float = 0 THEN NULL ELSE greatest(open_until, $4::timestamptz + make_interval(secs => $5)) END
           WHERE register = $1""",
        register,
        failures,
        unknown.said,
        tx.now,
        seconds,
    )


async def know(tx: Tx, registers: Iterable[str]) -> None:
    """The registers that are asked over the network are these and no others."""
    listed = list(registers)
    await tx.db.execute("DELETE FROM register_breakers WHERE NOT register = ANY ($1)", listed)
    await tx.db.execute(
        "INSERT INTO register_breakers (register, changed_at) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING",
        listed,
        tx.now,
    )
