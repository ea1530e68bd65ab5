"""What the catalogue knows, out of the database."""

from typing import Any

import asyncpg
import msgspec

from backend.catalogue.guide import GuidePage, page_of_guide, page_of_item
from backend.catalogue.model import Guide, Item, Pack
from backend.catalogue.pack_read import build
from backend.catalogue.queries_texts import texts_in_force
from backend.catalogue.version_model import ItemVersion
from backend.core.city_words import know
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.i18n import DEFAULT, _

MOST_KEPT = 500


class Published(msgspec.Struct, frozen=True):
    """The city in force: `pack.items` holds exactly the items that may be filed, `versions` their versions by code.

    `written`: elements and materials as they were written, whose very words a review covers.
    """

    pack_id: int
    pack: Pack
    versions: dict[str, int]
    titles: dict[str, str]
    written: dict[str, Any] = {}


class _Stored(msgspec.Struct, frozen=True):
    """A published text as it lies in the database: `covered` of pack_read.py."""

    id: int
    code: str
    version: int
    sha256: bytes
    data: dict[str, Any]


_kept: dict[tuple[int, int, str, int | None], Published] = {}
_texts: dict[tuple[int, int], _Stored] = {}  # by database and id of the version: a published text never changes
_items: dict[tuple[int, int, int], Item] = {}  # by database, pack and id: a pack gives roles their words
_versions: dict[tuple[str, int], ItemVersion] = {}


async def published(db: asyncpg.Connection) -> Published | None:
    """The city in force on the day of this transaction, None before the first `pack load`. Kept in this process until
    another version is in force, because it was published or because its day has come."""
    row = await db.fetchrow(
        """SELECT p.id, (SELECT d.oid::bigint FROM pg_database d WHERE d.datname = current_database()) AS database,
                  (SELECT string_agg(v.id::text, ',' ORDER BY v.code) FROM item_versions v
                    WHERE v.state = 'published' AND v.department_id IS NOT NULL AND v.effective_from <= t.day
                      AND coalesce(v.effective_until, 'infinity') > t.day) AS versions,
                  (SELECT max(t.id) FROM city_texts t) AS texts
             FROM packs p, (SELECT app_today() AS day) t ORDER BY p.loaded_at DESC, p.id DESC LIMIT 1"""
    )
    if row is None:
        return None
    key = (row["database"], row["id"], row["versions"] or "", row["texts"])
    if key not in _kept:
        fresh = await _build(db, row["database"], row["id"], [int(n) for n in key[2].split(",") if n])
        _kept.clear()
        _kept[key] = fresh
    return _kept[key]


async def city(db: asyncpg.Connection) -> Published:
    """The city in force; NotFound before the first `pack load`."""
    found = await published(db)
    if found is None:
        raise NotFound()
    return found


async def city_in(tx: Tx) -> Published:
    """The same, asked for once in this transaction."""
    if city not in tx.known:
        tx.known[city] = await city(tx.db)
    return tx.known[city]  # type: ignore[no-any-return]


async def _build(db: asyncpg.Connection, database: int, pack_id: int, ids: list[int]) -> Published:
    """The pack's vocabulary with the items as they were published, which may be older than the pack's own text. Only
    what was not in force before is read and understood anew."""
    data = await db.fetchval("SELECT data FROM packs WHERE id = $1", pack_id)
    stored = await _stored(db, database, ids)
    vocabulary = with_words_of(data, [one.data for one in stored])
    fresh = {one.id: one.data["item"] for one in stored if (database, pack_id, one.id) not in _items}
    pack = build(vocabulary | {"items": {raw["name"]: raw for raw in fresh.values()}})
    _items.update({(database, pack_id, number): pack.items[raw["name"]] for number, raw in fresh.items()})
    items = {one.data["item"]["name"]: _items[database, pack_id, one.id] for one in stored}
    _forget(_items, {(database, pack_id, number) for number in ids})
    hashes = {one.data["item"]["name"]: one.sha256.hex() for one in stored}
    versions = {one.code: one.version for one in stored}
    whole = msgspec.structs.replace(pack, items=items, hashes=hashes)
    know(
        await texts_in_force(db, vocabulary | {"items": {one.data["item"]["name"]: one.data["item"] for one in stored}})
    )
    written = {kind: vocabulary[kind] for kind in ("elements", "materials")}
    return Published(pack_id, whole, versions, {item.code: name for name, item in items.items()}, written)


async def _stored(db: asyncpg.Connection, database: int, ids: list[int]) -> list[_Stored]:
    wanted = [number for number in ids if (database, number) not in _texts]
    if wanted:
        rows = await db.fetch("SELECT id, code, version, sha256, data FROM item_versions WHERE id = ANY ($1)", wanted)
        _texts.update({(database, row["id"]): msgspec.convert(row, _Stored) for row in rows})
    _forget(_texts, {(database, number) for number in ids})
    return [_texts[database, number] for number in ids]


def _forget(cache: dict[Any, Any], needed: set[Any]) -> None:
    if len(cache) > MOST_KEPT:
        for key in cache.keys() - needed:
            del cache[key]


def with_words_of(data: dict[str, Any], stored: list[dict[str, Any]]) -> dict[str, Any]:
    """A pack's plain data with the elements and materials that published items refer to and it does not know any more.
    Its own order stays: the order of the vocabulary is part of what a review covers."""
    words = {}
    for kind in ("elements", "materials"):
        gone = {code: value for one in stored for code, value in one[kind].items() if code not in data[kind]}
        words[kind] = data[kind] | gone
    return data | words


async def item_version(db: asyncpg.Connection, code: str, version: int) -> ItemVersion:
    """An item as some case was filed under; NotFound if there never was such a version."""
    if (code, version) not in _versions:
        if len(_versions) > MOST_KEPT:
            _versions.clear()
        _versions[code, version] = await _build_version(db, code, version)
    return _versions[code, version]


async def _build_version(db: asyncpg.Connection, code: str, version: int) -> ItemVersion:
    item, pack = await version_with_pack(db, code, version)
    return ItemVersion(code, version, item, pack.elements, pack.materials, pack.meanings)


async def version_with_pack(db: asyncpg.Connection, code: str, version: int) -> tuple[Item, Pack]:
    """A published item and the city of its time; of the vocabulary only what it refers to. NotFound if it never was."""
    row = await db.fetchrow(
        """SELECT v.data, p.data AS pack FROM item_versions v JOIN packs p ON p.id = v.pack_id
            WHERE v.code = $1 AND v.version = $2 AND v.state IN ('published', 'withdrawn')""",
        code,
        version,
    )
    if row is None:
        raise NotFound()
    return read_version(row["data"], row["pack"])


async def guide_as_filed(db: asyncpg.Connection, code: str, version: int, lang: str = DEFAULT) -> GuidePage:
    """What people read of the item when something was filed under this version; nothing is asked there any more."""
    item, pack = await version_with_pack(db, code, version)
    return msgspec.structs.replace(page_of_item(pack, item, lang), questions=())


def read_version(stored: dict[str, Any], data: dict[str, Any]) -> tuple[Item, Pack]:
    """One stored text, understood with the rest of its pack."""
    words = {kind: stored[kind] for kind in ("elements", "materials")}
    pack = build(data | words | {"items": {stored["item"]["name"]: stored["item"]}})
    return pack.items[stored["item"]["name"]], pack


async def guide_page(db: asyncpg.Connection, code: str, lang: str = DEFAULT) -> GuidePage:
    """Anything published, to read in this language; NotFound if there is no such code or it was withdrawn."""
    city_now = await published(db)
    if city_now and code in city_now.titles:
        return page_of_item(city_now.pack, city_now.pack.items[city_now.titles[code]], lang)
    data = await db.fetchval(
        """SELECT v.data FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
            WHERE i.code = $1 AND i.kind = 'guide'""",
        code,
    )
    if data is None:
        raise NotFound(
            _("没有找到这件事。它可能已经停办，请搜一搜别的说法。"), next_step="/items", next_say=_("看看能办什么")
        )
    return page_of_guide(msgspec.convert(data, Guide), lang)
