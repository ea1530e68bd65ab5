"""The city's vocabulary as the desk shows it, and the changes that are being worked on."""

from typing import Any

import asyncpg
import msgspec

from backend.catalogue.pack_words import PLACES, Word, words_in
from backend.catalogue.queries import city
from backend.catalogue.states import OPEN
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.editing.queries import desks_of
from backend.editing.word_model import WordChange, WordDesk, WordEvent, used_by

Raw = dict[str, Any]


async def city_data(db: asyncpg.Connection) -> Raw:
    """The city in force, as written."""
    data: Raw | None = await db.fetchval("SELECT data FROM packs ORDER BY loaded_at DESC, id DESC LIMIT 1")
    if data is None:
        raise NotFound()
    return data


async def open_changes(tx: Tx) -> dict[tuple[str, str], WordChange]:
    """What is being worked on in her departments, by kind and code."""
    rows = await tx.db.fetch(
        """SELECT id, kind, code, department_id, state, revision, before, data, $2 = ANY (authors) AS wrote
             FROM word_changes WHERE state = ANY ($1) AND department_id = ANY ($3) ORDER BY id""",
        list(OPEN),
        tx.viewer.id,
        list(await desks_of(tx)),
    )
    return {(one.kind, one.code): one for one in msgspec.convert(rows, list[WordChange])}


async def word_desk(tx: Tx, kind: str, code: str) -> WordDesk:
    """NotFound for a word nobody has, and for whoever has no part in a catalogue. A change belongs to the department
    whose editor began it: only there it is worked on; a word without one may be changed from any desk."""
    desks = await desks_of(tx)
    if kind not in PLACES:
        raise NotFound()
    text = words_in(await city_data(tx.db), kind).get(code)
    change = (await open_changes(tx)).get((kind, code))
    if text is None and change is None:
        raise NotFound()
    every = frozenset(role for roles in desks.values() for role in roles)
    roles = desks[change.department_id] if change else every
    using = await items_with(tx.db, kind, code) or list(used_by((await city(tx.db)).pack, kind, code))
    lawful = bool(await tx.db.fetchval("SELECT word_in_use($1, $2)", kind, code))
    return WordDesk(
        kind=kind, code=code, text=text, change=change, roles=roles, used_by=tuple(using), lawful=lawful  # type: ignore[arg-type]
    )  # fmt: skip


async def items_with(db: asyncpg.Connection, kind: str, code: str) -> list[str]:
    """The names of published items that ask this element or want this material; none for other words."""
    rows = await db.fetch(
        """SELECT v.name FROM item_versions v WHERE v.state = 'published' AND v.department_id IS NOT NULL
              AND coalesce(v.effective_until, 'infinity') > app_today() AND $1 IN ('element', 'material')
              AND v.data->($1::text || 's')->($2::text) IS NOT NULL ORDER BY v.name""",
        kind,
        code,
    )
    return [row["name"] for row in rows]


async def history_of_word(tx: Tx, kind: str, code: str) -> list[WordEvent]:
    rows = await tx.db.fetch(
        """SELECT e.kind, e.actor_id, e.actor_name, e.at, e.data FROM word_events e JOIN word_changes c ON c.id = e.change_id
            WHERE (c.kind, c.code) = ($1, $2) ORDER BY e.id DESC LIMIT 100""",
        kind,
        code,
    )
    return msgspec.convert(rows, list[WordEvent])


async def decided_word(db: asyncpg.Connection, change: int) -> tuple[Word, Raw]:
    """A published change, and who reviewed (else checked) and who published it."""
    row = await db.fetchrow(
        """SELECT c.kind, c.code, c.before, c.data, p.actor_id AS editor_id, p.actor_name AS editor,
                  (SELECT e.actor_name FROM word_events e WHERE e.change_id = c.id AND e.kind IN ('reviewed', 'checked')
                    ORDER BY e.id DESC LIMIT 1) AS reviewer
             FROM word_changes c JOIN word_events p ON p.change_id = c.id AND p.kind = 'published'
            WHERE c.id = $1 AND c.state = 'published'""",
        change,
    )
    if row is None:
        raise NotFound()
    return msgspec.convert(dict(row), Word), {name: row[name] for name in ("editor_id", "editor", "reviewer")}
