"""What is in force today as the folder of a pack: the way back from the desk to files, with each item's own review."""

from pathlib import Path
from typing import Any

import asyncpg
import yaml

from backend.catalogue.pack_covered import sha256_of
from backend.catalogue.pack_po import FOLDER as LANGUAGES
from backend.catalogue.pack_po import catalogues_of
from backend.catalogue.pack_read import OPTIONAL
from backend.catalogue.queries import with_words_of
from backend.catalogue.queries_texts import Texts, texts_of_the_desk
from backend.core.errors import NotFound

Raw = dict[str, Any]
FOLDERS = ("items", "scenarios", "letters")
WIDTH = 120


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Every thing is written out: the reader takes no references."""

    def ignore_aliases(self, data: object) -> bool:
        return True


async def published_raw(db: asyncpg.Connection) -> Raw:
    """The city in force as `read_folder` would read it; loading it again changes nothing. NotFound before the first load."""
    data: Raw | None = await db.fetchval("SELECT data FROM packs ORDER BY loaded_at DESC, id DESC LIMIT 1")
    if data is None:
        raise NotFound()
    rows = await db.fetch(
        """SELECT v.data, v.review FROM item_versions v WHERE v.state = 'published' AND v.department_id IS NOT NULL
              AND v.effective_from <= app_today() AND coalesce(v.effective_until, 'infinity') > app_today() ORDER BY v.name"""
    )
    guides = await db.fetch("SELECT id, data FROM scenarios ORDER BY id")
    raw = with_words_of(data, [row["data"] for row in rows])
    items = {row["data"]["item"]["name"]: row["data"]["item"] for row in rows}
    reviews = {row["data"]["item"]["name"]: _signed(row["review"]) for row in rows}
    return raw | {
        "items": dict(sorted(items.items())),
        "scenarios": await _as_at_the_desk(db, {row["id"]: row["data"] for row in guides}),
        "reviews": dict(sorted(reviews.items())),
        LANGUAGES: _with_the_desks(data.get(LANGUAGES, {}), await texts_of_the_desk(db)),
    }


def _with_the_desks(pack: Texts, desk: Texts) -> Texts:
    """What an editor wrote stands before what the pack brought; nothing where she took it back."""
    written = {language: {text: said for text, said in desk.get(language, {}).items() if said} for language in desk}
    return {language: pack.get(language, {}) | written.get(language, {}) for language in sorted({*pack, *written})}


async def _as_at_the_desk(db: asyncpg.Connection, guides: Raw) -> Raw:
    """What was published at the desk stands as long as the pack's text is the one it was written from."""
    rows = await db.fetch("SELECT scenario_id, pack_sha256, data FROM guide_versions WHERE state = 'published'")
    newer = {
        row["scenario_id"]: row["data"]
        for row in rows
        if row["pack_sha256"].hex() == sha256_of(guides.get(row["scenario_id"]))
    }
    return dict(sorted({**guides, **newer}.items()))


def _signed(review: Raw) -> Raw:
    """In the order in which a file says it; jsonb keeps none."""
    return {key: review[key] for key in ("sha256", "by", "day", "demo") if review.get(key)}


def files_of(raw: Raw) -> dict[Path, str]:
    """The text of each file: one a thing, as an author would lay them out."""
    files = {Path(f"{name}.yaml"): data for name, data in raw.items() if name not in (*FOLDERS, LANGUAGES)}
    files = {path: data for path, data in files.items() if data or path.stem not in (*OPTIONAL, "reviews")}
    files |= {Path(kind) / f"{name}.yaml": data for kind in FOLDERS for name, data in raw[kind].items()}
    return {path: to_yaml(data) for path, data in files.items()} | dict(catalogues_of(raw))


def write_folder(raw: Raw, folder: Path) -> int:
    """How many files. The folder is new or empty."""
    files = files_of(raw)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return len(files)


def to_yaml(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=None)
