"""One word of a city's vocabulary in its plain data: an office, a department, an element, a material. Pure but for
`words_of_the_desk`."""

from collections.abc import Iterable
from typing import Any, Literal

import asyncpg
import msgspec

Raw = dict[str, Any]
WordKind = Literal["office", "department", "element", "material"]
PLACES: dict[str, tuple[str, ...]] = {
    "office": ("offices", "offices"),
    "department": ("offices", "departments"),
    "element": ("elements",),
    "material": ("materials",),
}


class Word(msgspec.Struct, frozen=True):
    """What the desk made of a word. `before`: as it stood then, None for a new one."""

    kind: WordKind
    code: str
    before: Raw | None
    data: Raw


def words_in(raw: Raw, kind: str) -> dict[str, Raw]:
    """All words of a kind, as written."""
    found = raw
    for name in PLACES[kind]:
        found = found[name]
    return found


def with_word(raw: Raw, kind: str, code: str, data: Raw) -> Raw:
    """The same city with this word; a new one comes last, for the order is part of what reviews cover."""
    return _put(raw, (*PLACES[kind], code), data)


def _put(raw: Raw, path: tuple[str, ...], data: Raw) -> Raw:
    head, *rest = path
    return {**raw, head: _put(raw[head], tuple(rest), data) if rest else data}


def replayed(raw: Raw, words: Iterable[Word]) -> Raw:
    """A pack with what the desk made of its words, as long as the pack's text is the one that was changed: an older
    pack does not take that back, a pack with another text of the word does."""
    for word in words:
        if words_in(raw, word.kind).get(word.code) == word.before:
            raw = with_word(raw, word.kind, word.code, word.data)
    return raw


async def words_of_the_desk(db: asyncpg.Connection) -> list[Word]:
    """In the order in which they were published."""
    rows = await db.fetch(
        "SELECT kind, code, before, data FROM word_changes WHERE state = 'published' ORDER BY published_at, id"
    )
    return msgspec.convert(rows, list[Word])
