"""The index of this process, by tantivy: it follows the catalogue revision by revision.

Whoever writes to `items` raises the revision (migration 0017); a search that is behind first reads what changed. So
what is published is found by every process in its next search, and nobody has to tell anybody. Web processes hear of a
change at once and read it beforehand (`following`).
"""

import asyncio
import ctypes
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import msgspec
import tantivy

from backend.catalogue.model import Lexicon
from backend.catalogue.queries import Published, published
from backend.catalogue.search_meaning import Recalled
from backend.catalogue.search_sounds import Sounds
from backend.catalogue.search_speech import Speech

TOPIC = "catalogue:"  # of the live hub
BATCH = 200
BUILDING, FOLLOWING = 64_000_000, 15_000_000  # bytes the writer may hold before it writes a segment
TEXTS = ("name", "alias", "told", "office", "gram", "tag", "code")


class Entry(msgspec.Struct, frozen=True):
    """One item as the catalogue holds it. `titled`: the words of name, aliases and keywords; `told`: those of its text."""

    code: str
    kind: str
    name: str
    department: str
    region: str
    subjects: tuple[str, ...]
    themes: tuple[str, ...]
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None
    in_force: bool
    stamp: int
    titled: tuple[str, ...]
    told: tuple[str, ...]


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One item as results show it and put it in order: what it does (`actions`), and for which few it is (`few`)."""

    code: str
    kind: str
    name: str
    department: str
    region: str
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None
    themes: tuple[str, ...]
    titled: tuple[str, ...]
    office: tuple[str, ...]
    actions: tuple[str, ...]
    few: tuple[str, ...]


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in TEXTS:
        counted = "basic" if field in ("tag", "code") else "freq"
        builder.add_text_field(field, tokenizer_name="raw", index_option=counted)
    builder.add_bytes_field("row", stored=True)
    return builder.build()


SCHEMA = schema()
DECODE = msgspec.msgpack.Decoder(Row)


class State(msgspec.Struct, frozen=True):
    """Which catalogue an index shows. `own`: read in a transaction that itself wrote, and may yet be rolled back."""

    server: str
    revision: int
    own: bool


class Index:
    """What is found in: the inverted index, and the words that names and aliases are made of."""

    def __init__(self, speech: Speech, sounds: Sounds, recalled: Recalled) -> None:
        self.speech, self.sounds, self.recalled = speech, sounds, recalled
        self.city: Published | None = None
        self.short: dict[str, tuple[str, str]] = {}  # 体彩 → 体育, 彩票
        self.events: dict[str, list[frozenset[str]]] = {}  # what search_life.py looked up
        self.number = 0
        self.stamp = 0
        self._index = tantivy.Index(SCHEMA)
        self.searcher = self._index.searcher()

    def knows(self, word: str) -> bool:
        """Whether some name or alias bears it."""
        return word in self.sounds.count

    async def take(self, batches: AsyncIterator[list[Entry]], *, memory: int, fresh: bool) -> None:
        """Puts in what is in force and drops what is not; seen by searches when it returns."""
        writer, stamp = self._index.writer(memory, 1), self.stamp
        async for batch in batches:
            for entry in batch:
                self._put(writer, entry, fresh)
                stamp = max(stamp, entry.stamp)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self.searcher = self._index.searcher()
        self.number, self.stamp = self.searcher.num_docs, stamp
        self.events.clear()
        del writer
        _give_back()
        self.sounds.settle(self.speech.words)

    def _put(self, writer: tantivy.IndexWriter, entry: Entry, fresh: bool) -> None:
        if not fresh:
            writer.delete_documents_by_term("code", entry.code)
        if entry.in_force:
            writer.add_document(self._document(entry))

    def _document(self, entry: Entry) -> tantivy.Document:
        named = [word for word in entry.titled if word in entry.name]
        named += [term for term in self.speech.terms_in(entry.name) if term not in named]
        aliases = [word for word in entry.titled if word not in entry.name]
        self.sounds.hear((*named, *aliases))
        self.short |= shortened(entry.name, set(named))
        office = {word: None for word in entry.told if word in entry.department}
        office |= dict.fromkeys(self.speech.terms_in(entry.department))
        row = _row(entry, (*named, *aliases), tuple(office), self.speech)
        return tantivy.Document(
            code=entry.code,
            name=named,
            alias=aliases,
            told=[word for word in entry.told if word not in entry.department],
            office=list(office),
            gram=grams(entry.name),
            tag=tags(entry),
            row=msgspec.msgpack.encode(row),
        )

    def best(self, query: tantivy.Query, most: int) -> list[tuple[Row, float]]:
        found = self.searcher.search(query, most).hits
        return [(DECODE.decode(self.searcher.doc(address)["row"][0]), score) for score, address in found]


def _give_back() -> None:
    """What the writer held goes back to the system; by itself glibc keeps some 20 MB of it for ever."""
    with suppress(AttributeError, OSError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


def _row(entry: Entry, titled: tuple[str, ...], office: tuple[str, ...], speech: Speech) -> Row:
    return Row(
        entry.code,
        entry.kind,
        entry.name,
        entry.department,
        entry.region,
        entry.instant,
        entry.visits,
        entry.promised,
        entry.promised_unit,
        entry.themes,
        titled,
        office,
        speech.deeds_in(entry.name),
        speech.few_in(entry.name),
    )


def shortened(name: str, words: set[str]) -> dict[str, tuple[str, str]]:
    """The first characters of two words that follow each other, as people shorten them."""
    pairs = ((name[at : at + 2], name[at + 2 : at + 2 + n]) for at in range(len(name) - 3) for n in (3, 2))
    return {one[0] + two[0]: (one, two) for one, two in pairs if one in words and two in words}


def grams(text: str) -> list[str]:
    """Every two neighbouring characters: what is left to compare when a word is misspelt."""
    return [text[n : n + 2] for n in range(len(text) - 1) if text[n : n + 2].isalnum()]


def tags(entry: Entry) -> list[str]:
    """What results can be narrowed to."""
    found = [f"region {entry.region}", *(f"theme {theme}" for theme in entry.themes)]
    found += ["person"] if "自然人" in entry.subjects else []
    found += ["business"] if {"企业法人", "个体工商户", "非法人企业"} & set(entry.subjects) else []
    found += ["here"] if entry.kind == "item" else []
    found += ["instant"] if entry.instant else []
    return found + (["no errand"] if entry.visits == 0 else [])


# ── one index a process ─────────────────────────────────────────────────────────────────────────────────────────────

_kept: tuple[State, Index] | None = None
_locks: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}


async def index(db: asyncpg.Connection) -> Index:
    """The index, as new as what this connection sees."""
    state = await _state(db)
    if _kept is None or _kept[0] != state:
        async with _lock():
            return await _follow(db, await _state(db))
    return _kept[1]


def _lock() -> asyncio.Lock:
    loop = asyncio.get_running_loop()
    if loop not in _locks:
        _locks.clear()  # a process has one loop; tests have one after the other
        _locks[loop] = asyncio.Lock()
    return _locks[loop]


async def _state(db: asyncpg.Connection) -> State:
    row = await db.fetchrow(
        """SELECT current_database() || ' ' || pg_postmaster_start_time() AS server, revision,
                  pg_current_xact_id_if_assigned() IS NOT NULL AS own FROM catalogue_revision"""
    )
    return msgspec.convert(row, State)


async def _follow(db: asyncpg.Connection, state: State) -> Index:
    global _kept
    if _kept is None or _kept[0] != state:
        city = await published(db)
        lexicon = city.pack.lexicon if city else Lexicon()
        kept = await _caught_up(db, state, lexicon) or await _built(db, lexicon)
        kept.city = city
        _kept = state, kept
    return _kept[1]


async def _caught_up(db: asyncpg.Connection, state: State, lexicon: Lexicon) -> Index | None:
    """The index that is there with what changed since; none if it shows something else than this one's past."""
    if _kept is None or _kept[0].own or state.own:
        return None
    before, kept = _kept
    if before.server != state.server or before.revision > state.revision or kept.speech.lexicon != lexicon:
        return None
    await kept.take(_entries(db, kept.stamp), memory=FOLLOWING, fresh=False)
    return kept if kept.number == await _number(db) else None


async def _built(db: asyncpg.Connection, lexicon: Lexicon) -> Index:
    fresh = Index(Speech(lexicon), await _sounds(db), await _recalled(db, lexicon))
    await fresh.take(_entries(db, 0), memory=BUILDING, fresh=True)
    return fresh


async def _number(db: asyncpg.Connection) -> int:
    return await db.fetchval("SELECT count(*) FROM items WHERE version IS NOT NULL")


async def _sounds(db: asyncpg.Connection) -> Sounds:
    return Sounds({row["word"]: row["sound"] for row in await db.fetch("SELECT word, sound FROM search_words")})


async def _recalled(db: asyncpg.Connection, lexicon: Lexicon) -> Recalled:
    asked = lexicon.sentences
    rows = await db.fetch("SELECT sentence, meaning FROM search_sentences WHERE sentence = ANY ($1::text[])", [*asked])
    return Recalled([(asked[row["sentence"]], row["sentence"], row["meaning"]) for row in rows])


async def _entries(db: asyncpg.Connection, since: int) -> AsyncIterator[list[Entry]]:
    """Items written after this revision, some at a time, so that others get their turn meanwhile."""
    last = ""
    while True:
        rows = await db.fetch(
            """SELECT code, kind, name, department, region, subjects, themes, instant, visits, promised, promised_unit,
                      version IS NOT NULL AS in_force, stamp,
                      tsvector_to_array(ts_filter(words, '{a}')) AS titled,
                      tsvector_to_array(ts_filter(words, '{c}')) AS told
                 FROM items WHERE stamp > $1 AND code > $2 ORDER BY code LIMIT $3""",
            since,
            last,
            BATCH,
        )
        yield msgspec.convert(rows, list[Entry])
        if len(rows) < BATCH:
            return
        last = rows[-1]["code"]
