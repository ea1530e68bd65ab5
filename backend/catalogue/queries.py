"""What the catalogue knows, out of the database."""

import asyncpg
import msgspec

from backend.catalogue.guide import GuidePage, page_of_guide, page_of_item
from backend.catalogue.model import Element, Guide, Item, Material, Pack
from backend.catalogue.pack_read import build
from backend.core.errors import NotFound
from backend.core.i18n import DEFAULT, _


class Published(msgspec.Struct, frozen=True):
    """The city in force: `pack.items` holds exactly the items that may be filed, `versions` their versions by code."""

    pack_id: int
    pack: Pack
    versions: dict[str, int]
    titles: dict[str, str]


class ItemVersion(msgspec.Struct, frozen=True):
    """One item as it was published, with the elements and materials it refers to as they were then."""

    code: str
    version: int
    item: Item
    elements: dict[str, Element]
    materials: dict[str, Material]


_kept: dict[tuple[int, str], Published] = {}
_versions: dict[tuple[str, int], ItemVersion] = {}  # a version never changes


async def published(db: asyncpg.Connection) -> Published | None:
    """The city in force, None before the first `pack load`. Kept in this process until something else is published."""
    row = await db.fetchrow(
        """SELECT p.id, (SELECT string_agg(i.code || ':' || i.version, ',' ORDER BY i.code) FROM items i
                          WHERE i.kind = 'item' AND i.version IS NOT NULL) AS items
             FROM packs p ORDER BY p.loaded_at DESC, p.id DESC LIMIT 1"""
    )
    if row is None:
        return None
    key = (row["id"], row["items"] or "")
    if key not in _kept:
        fresh = await _build(db, row["id"])
        _kept.clear()
        _kept[key] = fresh
    return _kept[key]


async def city(db: asyncpg.Connection) -> Published:
    """The city in force; NotFound before the first `pack load`."""
    found = await published(db)
    if found is None:
        raise NotFound()
    return found


async def _build(db: asyncpg.Connection, pack_id: int) -> Published:
    """The pack's vocabulary with the items as they were published, which may be older than the pack's own text."""
    data = await db.fetchval("SELECT data FROM packs WHERE id = $1", pack_id)
    rows = await db.fetch(
        """SELECT v.code, v.version, v.data FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
            WHERE i.kind = 'item' ORDER BY v.code"""
    )
    versions = {row["code"]: row["version"] for row in rows}
    data["items"] = {}
    for row in rows:
        stored = row["data"]
        data["items"][stored["item"]["name"]] = stored["item"]
        data["elements"] = stored["elements"] | data["elements"]
        data["materials"] = stored["materials"] | data["materials"]
    pack = build(data)
    return Published(pack_id, pack, versions, {item.code: name for name, item in pack.items.items()})


async def item_version(db: asyncpg.Connection, code: str, version: int) -> ItemVersion:
    """An item as some case was filed under; NotFound if there never was such a version."""
    if (code, version) not in _versions:
        if len(_versions) > 500:
            _versions.clear()
        _versions[code, version] = await _build_version(db, code, version)
    return _versions[code, version]


async def _build_version(db: asyncpg.Connection, code: str, version: int) -> ItemVersion:
    row = await db.fetchrow(
        """SELECT v.data, p.data AS pack FROM item_versions v JOIN packs p ON p.id = v.pack_id
            WHERE v.code = $1 AND v.version = $2""",
        code,
        version,
    )
    if row is None:
        raise NotFound()
    stored, data = row["data"], row["pack"]
    data |= {"items": {stored["item"]["name"]: stored["item"]}}
    data |= {"elements": stored["elements"], "materials": stored["materials"]}
    pack = build(data)
    item = pack.items[stored["item"]["name"]]
    return ItemVersion(code, version, item, pack.elements, pack.materials)


class Shelf(msgspec.Struct, frozen=True):
    """A theme or a department, and how many things stand on it."""

    name: str
    count: int


class Listed(msgspec.Struct, frozen=True):
    code: str
    name: str
    kind: str
    department: str
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None

    @property
    def fileable(self) -> bool:
        return self.kind == "item"


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


async def themes(db: asyncpg.Connection) -> list[Shelf]:
    rows = await db.fetch(
        """SELECT theme AS name, count(*) AS count FROM items, unnest(themes) AS theme WHERE version IS NOT NULL
            GROUP BY theme ORDER BY bool_or(kind = 'item') DESC, count(*) DESC, theme"""
    )
    return msgspec.convert(rows, list[Shelf])


async def departments(db: asyncpg.Connection) -> list[Shelf]:
    rows = await db.fetch(
        """SELECT department AS name, count(*) AS count FROM items WHERE version IS NOT NULL
            GROUP BY department ORDER BY bool_or(kind = 'item') DESC, count(*) DESC, department"""
    )
    return msgspec.convert(rows, list[Shelf])


async def fileable(db: asyncpg.Connection) -> list[Listed]:
    """What can be filed here, what is granted at once first."""
    rows = await db.fetch(
        """SELECT code, name, kind, department, instant, visits, promised, promised_unit FROM items
            WHERE kind = 'item' AND version IS NOT NULL ORDER BY instant DESC, promised, code"""
    )
    return msgspec.convert(rows, list[Listed])


async def on_shelf(
    db: asyncpg.Connection, theme: str | None, department: str | None, limit: int, offset: int
) -> list[Listed]:
    """One shelf, what can be filed here first."""
    rows = await db.fetch(
        """SELECT code, name, kind, department, instant, visits, promised, promised_unit FROM items
            WHERE version IS NOT NULL AND ($1::text IS NULL OR $1 = ANY (themes)) AND ($2::text IS NULL OR department = $2)
            ORDER BY kind DESC, name, code LIMIT $3 OFFSET $4""",
        theme,
        department,
        limit,
        offset,
    )
    return msgspec.convert(rows, list[Listed])
