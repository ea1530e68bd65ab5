"""How the words of the catalogue sound and what the sentences of the lexicon mean, looked up where items are published: see
`search_sounds.py` and `search_meaning.py`."""

from collections.abc import Iterable
from functools import cache

import asyncpg

from backend.catalogue.search_meaning import meanings

BATCH, SENTENCES = 500, 100


async def learn(db: asyncpg.Connection, lexicon: Iterable[str] = ()) -> None:
    """In the transaction that publishes: every word of a name, an alias or the lexicon that is new."""
    rows = await db.fetch(
        """SELECT word FROM (
               SELECT unnest(tsvector_to_array(ts_filter(words, '{a}'))) AS word FROM items
               UNION SELECT unnest($1::text[])) AS every
            WHERE char_length(word) > 1 AND word !~ '[[:ascii:]]' AND NOT EXISTS (
                  SELECT FROM search_words s WHERE s.word = every.word)""",
        list(lexicon),
    )
    words = [row["word"] for row in rows]
    if not await db.fetchval("SELECT EXISTS (SELECT FROM search_words WHERE char_length(word) = 1)"):
        words += every_character()
    for start in range(0, len(words), BATCH):  # a slow machine must not leave the transaction idle for long
        some = words[start : start + BATCH]
        await db.execute(  # the worker may not COPY into a table with row-level security
            "INSERT INTO search_words (word, sound) SELECT * FROM unnest($1::text[], $2::text[])",
            some,
            [_sound(word) for word in some],
        )


async def learn_sentences(db: asyncpg.Connection, sentences: Iterable[str]) -> None:
    """In the transaction that loads a pack: what the new ones of these mean."""
    rows = await db.fetch(
        """SELECT sentence FROM unnest($1::text[]) AS sentence
            WHERE NOT EXISTS (SELECT FROM search_sentences s WHERE s.sentence = sentence.sentence)""",
        list(dict.fromkeys(sentences)),
    )
    new = [row["sentence"] for row in rows]
    for start in range(0, len(new), SENTENCES):
        some = new[start : start + SENTENCES]
        await db.execute(
            "INSERT INTO search_sentences (sentence, meaning) SELECT * FROM unnest($1::text[], $2::bytea[])",
            some,
            _meanings(tuple(some)),
        )


@cache
def _meanings(sentences: tuple[str, ...]) -> list[bytes]:
    return meanings(sentences)


def every_character() -> list[str]:
    """The 6,763 of GB 2312: one may mistype a character that no name bears."""
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return [character for pair in pairs if (character := pair.decode("gb2312", "ignore"))]


@cache
def _sound(word: str) -> str:
    from pypinyin import lazy_pinyin  # here, for it is 56 MB that no other process needs

    return " ".join(lazy_pinyin(word))
