"""Going through registers for those who are entitled, a bounded batch at a time. As worker.

1. `begin`: for each item that is offered and due, one row in the log: why one looks, on what basis, in which registers.
2. `look_batch`: the next two hundred people of one register; whoever is clearly entitled gets an offer, of nobody else
   anything is written. The batch ends with the place where the next one begins.
3. `recheck`: at the end, open offers that were not met on the way are judged again; who is no longer entitled is told.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from backend.catalogue.model import Item, Pack
from backend.catalogue.queries import Published, city
from backend.core.db import Tx
from backend.core.jobs import enqueue
from backend.offers.offering import Person, settle
from backend.offers.rules import asked_of, judged
from backend.registers.model import RegisterFact
from backend.registers.queries import about as about_record

BATCH = 200  # people a transaction
EVERY = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "monthly": timedelta(days=30)}
EARLY = timedelta(hours=2)  # a job that ran late yesterday still runs today
STALE = timedelta(hours=6)  # a look that has not ended by then was cut off


class Look(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    item: Item
    version: int
    pack: Pack


async def begin(tx: Tx) -> int:
    """Starts every look that is due; how many."""
    published = await city(tx.db)
    await tx.db.execute("UPDATE offer_looks SET ended_at = $1 WHERE ended_at IS NULL AND begun_at < $2", tx.now, tx.now - STALE)  # fmt: skip
    items = [item for item in published.pack.items.values() if item.offered]
    return sum([await _begun(tx, published, item) for item in items])


async def _begun(tx: Tx, published: Published, item: Item) -> bool:
    assert item.offered
    elements, registers = asked_of(item, published.pack)
    look = await tx.db.fetchval(
        """INSERT INTO offer_looks (id, item_code, item_version, basis, registers, facts, begun_at)
           SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT 1 FROM offer_looks WHERE item_code = $2 AND begun_at > $8)
           ON CONFLICT DO NOTHING RETURNING id""",
        uuid4(),
        item.code,
        published.versions[item.code],
        item.offered.basis,
        registers,
        sorted(elements),
        tx.now,
        tx.now - EVERY[item.offered.looks] + EARLY,
    )
    if look:
        await enqueue(tx.db, "look_for_entitled", {"look": str(look), "after": ""})
    return look is not None


async def look_batch(tx: Tx, look_id: UUID, after: bytes) -> bytes | None:
    """Where the next batch begins; None: all were gone through, or this look was ended."""
    look = await _look(tx, look_id)
    if look is None or look.item.offered is None:
        return None
    subjects = [
        row["subject"]
        for row in await tx.db.fetch(
            "SELECT subject FROM register_records WHERE register = $1 AND subject > $2 ORDER BY subject LIMIT $3",
            look.item.offered.over,
            after,
            BATCH,
        )
    ]
    await _judge(tx, look, subjects)
    return subjects[-1] if len(subjects) == BATCH else None


async def recheck(tx: Tx, look_id: UUID) -> bool:
    """Open offers this look has not met; whether there may be more. With the last of them the look ends."""
    look = await _look(tx, look_id)
    if look is None:
        return False
    rows = await tx.db.fetch(
        """SELECT o.subject FROM offers o JOIN offer_looks l ON l.id = $2
           WHERE o.item_code = $1 AND o.state = 'open' AND o.checked_at < l.begun_at ORDER BY o.checked_at LIMIT $3""",
        look.item.code,
        look_id,
        BATCH,
    )
    await _judge(tx, look, [row["subject"] for row in rows])
    if len(rows) < BATCH:
        await tx.db.execute("UPDATE offer_looks SET ended_at = $2 WHERE id = $1", look_id, tx.now)
    return len(rows) == BATCH


async def _look(tx: Tx, look_id: UUID) -> Look | None:
    """Held while its batch runs: the same batch twice at once counts once."""
    row = await tx.db.fetchrow("SELECT id, item_code FROM offer_looks WHERE id = $1 AND ended_at IS NULL FOR UPDATE", look_id)  # fmt: skip
    published = await city(tx.db)
    item = published.pack.items.get(published.titles.get(row["item_code"], "")) if row else None
    return Look(id=look_id, item=item, version=published.versions[item.code], pack=published.pack) if item else None


async def _judge(tx: Tx, look: Look, subjects: Sequence[bytes]) -> None:
    if not subjects:
        return
    said = await _said(tx, look, subjects)
    people = [Person(one, tuple(said[one]), judged(look.item, look.pack, said[one], tx.today)) for one in subjects]
    offered = await settle(tx, look.id, look.item, look.version, people)
    await tx.db.execute(
        "UPDATE offer_looks SET looked = looked + $2, entitled = entitled + $3, offered = offered + $4 WHERE id = $1",
        look.id,
        len(people),
        sum(person.judged.entitled is True for person in people),
        offered,
    )


async def _said(tx: Tx, look: Look, subjects: Iterable[bytes]) -> dict[bytes, list[RegisterFact]]:
    """What the registers named in the log say; of each record only the facts named there, and those one needs to find her."""
    elements, registers = asked_of(look.item, look.pack)
    wanted = elements | {"person.name", "person.address"}
    rows = await tx.db.fetch(
        "SELECT register, subject, sealed, at FROM register_records WHERE subject = ANY($1) AND register = ANY($2)",
        list(subjects),
        registers,
    )
    said: dict[bytes, list[RegisterFact]] = {subject: [] for subject in subjects}
    for row in rows:
        values = tx.vault.registers.open_value(row["sealed"], about_record(row["register"], row["subject"]))
        source = f"register.{row['register']}"
        said[row["subject"]] += [RegisterFact(e, v, source, row["at"]) for e, v in values.items() if e in wanted]
    return said
