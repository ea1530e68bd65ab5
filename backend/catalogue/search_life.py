"""Life events a question speaks of, scenario guides that answer it, and what to offer when nothing was found. Pure."""

import msgspec

from backend.catalogue.search_index import Index, grams
from backend.catalogue.search_query import Asked, said_by
from backend.catalogue.search_speech import SAME, plain

MOST_GUIDES, MOST_NEAR = 2, 6
NAMED, LIVED_IN = 3, 2  # what a guide is worth that is called what she said, or belongs to an event she spoke of


class Guide(msgspec.Struct, frozen=True):
    """A scenario: an event in life with questions that lead to items."""

    name: str
    summary: str


def lived(index: Index, question: Asked) -> dict[str, str]:
    """Codes of the items that belong to a life event the question speaks of → the event."""
    if index.city is None:
        return {}
    items, life = index.city.pack.items, index.city.pack.lexicon.life
    events = reversed(lived_events(index, question))
    return {items[name].code: said for said in events for name in life[said] if name in items}


def lived_events(index: Index, question: Asked) -> list[str]:
    return [said for said in index.speech.lexicon.life if speaks_of(index, question, said)]


def speaks_of(index: Index, question: Asked, event: str) -> bool:
    """Whether every word of an event was said, or one that means the same."""
    needed = _meanings(index, event)
    said = said_by([word for word, _tells in question.words])
    return bool(needed) and all(not ways.isdisjoint(said) for ways in needed)


def _meanings(index: Index, event: str) -> list[frozenset[str]]:
    """All ways to say each word of an event; looked up once an index."""
    if event not in index.events:
        speech = index.speech
        pieces = [piece for piece in speech.cut(plain(event), index.knows) if piece.known]
        words = [piece.text for piece in pieces if piece.text not in speech.empty]
        index.events[event] = [frozenset(way for way, much in speech.ways(word) if much >= SAME) for word in words]
    return index.events[event]


def guides(index: Index, question: Asked, best: list[str]) -> list[Guide]:
    """The scenarios to offer above the items; `best`: codes of the first few that were found."""
    if index.city is None:
        return []
    pack, titles = index.city.pack, index.city.titles
    found = {titles[code] for code in best if code in titles}
    events = {name for said in lived_events(index, question) for name in pack.lexicon.life[said]}
    worth = {}
    for name, scenario in pack.scenarios.items():
        leads = {result.get("item") for result in scenario.get("results", [])} - {None}
        called = any(speaks_of(index, question, one) for one in (name, scenario.get("title", name)))
        worth[name] = len(leads & found) + NAMED * called + LIVED_IN * (len(events) > 1 and events <= leads)
    names = sorted((name for name in worth if worth[name] > 1), key=lambda name: -worth[name])
    return [Guide(name, pack.scenarios[name].get("summary", "")) for name in names[:MOST_GUIDES]]


def near(index: Index, q: str) -> list[str]:
    """Words of the catalogue that sound like what was typed, or share most of its characters: to try instead."""
    text = plain(q)
    count, typed = index.sounds.count, {character for character in text if "\u4e00" <= character <= "\u9fff"}
    alike = [word for pair in grams(text) for word in index.sounds.alike(pair)]
    looks = [word for word in count if 1 < len(word) <= 6 and not typed.isdisjoint(word)]
    looks.sort(key=lambda word: (-len(typed.intersection(word)) / len(word), -count[word]))
    found = dict.fromkeys([*alike, *looks])
    return [word for word in found if word not in index.speech.empty][:MOST_NEAR]
