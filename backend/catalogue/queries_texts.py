"""The city's texts in other languages, as the pack brought them and as an editor put them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from backend.catalogue.pack_texts import texts_of
from backend.core.city_words import in_traditional

Texts = dict[str, dict[str, str]]


async def texts_in_force(db: asyncpg.Connection, raw: dict[str, Any]) -> Texts:
    """Language → Chinese → text. Traditional characters are made here: only what an editor or the pack says otherwise is kept."""
    chinese = {text.chinese for text in texts_of(raw)}
    pack: Texts = raw.get("i18n", {})
    desk = await texts_of_the_desk(db)
    aliases = {alias for item in raw["items"].values() for alias in item.get("aliases", ())}
    known = {"zh-Hant": in_traditional(chinese | aliases)}
    for language in {*pack, *desk}:
        written = desk.get(language, {})
        own = {text: said for text, said in written.items() if said}
        known[language] = dict.fromkeys(written, "") | known.get(language, {}) | pack.get(language, {}) | own
    return known


async def texts_of_the_desk(db: asyncpg.Connection) -> Texts:
    """The newest of each; "" where an editor took hers back."""
    rows = await db.fetch(
        "SELECT DISTINCT ON (language, chinese) language, chinese, said FROM city_texts ORDER BY language, chinese, id DESC"
    )
    found: Texts = {}
    for row in rows:
        found.setdefault(row["language"], {})[row["chinese"]] = row["said"]
    return found


async def write_text(
    db: asyncpg.Connection, editor: UUID, now: datetime, language: str, chinese: str, said: str
) -> None:
    """What an editor writes beside one text, from now on; "" gives way to what the pack brought."""
    await db.execute(
        "INSERT INTO city_texts (language, chinese, said, written_by, written_at) VALUES ($1, $2, $3, $4, $5)",
        language,
        chinese,
        said,
        editor,
        now,
    )
