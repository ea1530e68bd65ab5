"""Whose words a document is made of: the office's own version in force, else the city's out of its pack."""

from collections.abc import Iterable, Iterator

import asyncpg
import msgspec

from backend.catalogue.model import Pack
from backend.catalogue.pack_read import Fault
from backend.catalogue.queries import published
from backend.core.render import saying
from backend.documents.kinds import KINDS
from backend.documents.model import CityWords, Wording
from backend.documents.rules import wrong_with


async def city_words(db: asyncpg.Connection) -> CityWords | None:
    """None for a city whose pack brings no documents: it issues none here."""
    found = await published(db)
    return read_words(found.pack) if found else None


def read_words(pack: Pack) -> CityWords | None:
    """msgspec.ValidationError for a file that cannot be read; the pack's check says so before it is loaded."""
    return msgspec.convert(pack.documents, CityWords) if pack.documents else None


def word_faults(pack: Pack) -> Iterable[Fault]:
    """For the pack's check: what no office may leave out, the city may not either."""
    try:
        words = read_words(pack)
    except msgspec.ValidationError as error:
        return [Fault("documents.yaml", str(error))]
    return [] if words is None else list(_word_faults(words))


def _word_faults(words: CityWords) -> Iterator[Fault]:
    for said in ("行政复议", "行政诉讼"):
        if said not in words.remedies:
            yield Fault("documents.yaml: remedies", f"没有写明{said}的权利和期限")
    for name in sorted(words.wordings.keys() ^ KINDS.keys()):
        yield Fault(f"documents.yaml: {name}", "没有这种文书" if name in words.wordings else "缺少这种文书的文字")
    with saying("zh-Hans") as said_as:
        for name in sorted(words.wordings.keys() & KINDS.keys()):
            one = words.wordings[name]
            for problem in wrong_with(KINDS[name], one.title, one.body):
                yield Fault(f"documents.yaml: {name}.{problem.field}", said_as(problem))


async def wording_of(db: asyncpg.Connection, city: CityWords, department: str, kind: str) -> Wording:
    row = await db.fetchrow(
        "SELECT id, title, body FROM document_wordings WHERE (department_id, kind, state) = ($1, $2, 'published')",
        department,
        kind,
    )
    return msgspec.convert(row, Wording) if row else city.wordings[kind]


async def words_by_id(db: asyncpg.Connection, city: CityWords, kind: str, wording: int | None) -> Wording:
    """The words a document was numbered with, in force or replaced since."""
    if wording is None:
        return city.wordings[kind]
    row = await db.fetchrow("SELECT id, title, body FROM document_wordings WHERE id = $1", wording)
    return msgspec.convert(row, Wording)
