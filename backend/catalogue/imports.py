"""Writing imported guides: a new version of each that changed, all or nothing."""

import asyncio

import asyncpg
import msgspec

from backend.catalogue.intake_model import Intake
from backend.catalogue.model import Guide, Lexicon
from backend.catalogue.pack_covered import sha256_of
from backend.catalogue.queries import published
from backend.catalogue.search_learn import learn
from backend.catalogue.words import Words, words_of

BATCH = 500


class Imported(msgspec.Struct, frozen=True):
    new: int
    changed: int
    unchanged: int
    gone: int  # in the catalogue from the same source and place, and not in the file
    kept_back: tuple[str, ...]  # codes that are items of the city itself: a guide never replaces one


async def dictionary(db: asyncpg.Connection) -> Words:
    """The words of the city in force; without one, the plain dictionary."""
    city = await published(db)
    return words_of(city.pack) if city else Words(Lexicon())


async def begin(db: asyncpg.Connection) -> None:
    """In the caller's transaction, as owner, before the first batch."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('suishouban catalogue import'))")
    await db.execute(
        """CREATE TEMPORARY TABLE incoming (
               code text, name text, department text, region text, source text, subjects text[], themes text[],
               visits integer, promised integer, promised_unit text, words text, sha256 bytea, data text
           ) ON COMMIT DROP"""
    )


async def add(db: asyncpg.Connection, words: Words, guides: list[Guide]) -> None:
    """One batch; nothing of it is to be seen before `finish`. Words are cut in a thread: the worker has others to serve."""
    records = await asyncio.to_thread(lambda: [_record(words, guide) for guide in guides])
    await db.copy_records_to_table("incoming", records=records)


def _record(words: Words, guide: Guide) -> tuple:
    data = msgspec.to_builtins(guide)
    return (
        guide.code,
        guide.name,
        guide.department,
        guide.region,
        guide.source,
        list(guide.subjects),
        list(guide.themes),
        guide.visits,
        guide.promised,
        guide.promised_unit,
        words.of_guide(guide),
        bytes.fromhex(sha256_of(data)),
        msgspec.json.encode(data).decode(),
    )


async def compared(db: asyncpg.Connection) -> Imported:
    """What `finish` would do with what was added, nothing done."""
    rows = await db.fetch(
        """SELECT n.code, i.kind = 'item' AS kept, v.sha256 IS NULL AS new, v.sha256 IS DISTINCT FROM n.sha256 AS changed
             FROM incoming n LEFT JOIN items i ON i.code = n.code
             LEFT JOIN LATERAL (SELECT sha256 FROM item_versions WHERE code = n.code AND department_id IS NULL
                                 ORDER BY version DESC LIMIT 1) v ON true"""
    )
    back = tuple(row["code"] for row in rows if row["kept"])
    fresh = [row for row in rows if not row["kept"]]
    new, changed = sum(row["new"] for row in fresh), sum(row["changed"] for row in fresh)
    return Imported(new, changed - new, len(fresh) - changed, len(await _missing(db)), back)


async def finish(db: asyncpg.Connection, intake: Intake, *, withdraw: bool = False) -> Imported:
    """Publish what changed. What is in the catalogue and not in the file stays, unless it is to be withdrawn."""
    await db.execute("ANALYZE incoming")
    kept_back = await db.fetch(
        "DELETE FROM incoming n USING items i WHERE i.code = n.code AND i.kind = 'item' RETURNING n.code"
    )
    changed = await db.fetch(
        """INSERT INTO item_versions (code, version, sha256, data)
           SELECT n.code, (SELECT coalesce(max(version), 0) + 1 FROM item_versions WHERE code = n.code), n.sha256, n.data::json
             FROM incoming n
             LEFT JOIN LATERAL (SELECT sha256 FROM item_versions WHERE code = n.code AND department_id IS NULL
                                 ORDER BY version DESC LIMIT 1) v ON true
            WHERE v.sha256 IS DISTINCT FROM n.sha256
        RETURNING version"""
    )
    await db.execute(
        """INSERT INTO items (code, kind, name, department, region, version, source, subjects, themes, visits, promised,
                              promised_unit, words)
           SELECT n.code, 'guide', n.name, n.department, n.region, v.version, n.source, n.subjects, n.themes, n.visits,
                  n.promised, n.promised_unit, n.words::tsvector
             FROM incoming n
             JOIN LATERAL (SELECT max(version) AS version FROM item_versions WHERE code = n.code AND department_id IS NULL) v ON true
           ON CONFLICT (code) DO UPDATE SET
               name = excluded.name, department = excluded.department, region = excluded.region,
               version = excluded.version, source = excluded.source, subjects = excluded.subjects,
               themes = excluded.themes, visits = excluded.visits, promised = excluded.promised,
               promised_unit = excluded.promised_unit, words = excluded.words
            WHERE (items.version, items.words) IS DISTINCT FROM (excluded.version, excluded.words)"""
    )
    if changed:
        await db.execute("ANALYZE items")
    gone = await _gone(db, withdraw)
    await db.execute("DROP TABLE incoming")  # another file may follow in the same transaction
    await learn(db)
    new = sum(row["version"] == 1 for row in changed)
    back = tuple(row["code"] for row in kept_back)
    return Imported(new, len(changed) - new, len(intake.guides) - len(back) - len(changed), gone, back)


async def _gone(db: asyncpg.Connection, withdraw: bool) -> int:
    """Withdrawn ones are found no more; their versions stay."""
    codes = await _missing(db)
    if withdraw and codes:
        await db.execute("UPDATE items SET version = NULL WHERE code = ANY ($1)", codes)
    return len(codes)


async def _missing(db: asyncpg.Connection) -> list[str]:
    """What is in the catalogue and not in the file: it speaks for its source in the regions it names."""
    rows = await db.fetch(
        """SELECT i.code FROM items i
                  WHERE i.kind = 'guide' AND i.version IS NOT NULL
                    AND (i.source, i.region) IN (SELECT DISTINCT source, region FROM incoming)
                    AND NOT EXISTS (SELECT FROM incoming n WHERE n.code = i.code)"""
    )
    return [row["code"] for row in rows]
