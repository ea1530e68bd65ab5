"""Text into the words that search compares. Pure, apart from the one dictionary that rjieba keeps.

A dictionary of one's own would cost 24 MB more a process; so a lexicon's words are added to rjieba's. A word that left
the lexicon stays known until the process ends: `_parts` finds what was stored without it.

Both sides are cut by the same dictionary: what is stored by `vector`, what is asked by `query`.
"""

import re
import unicodedata
from collections.abc import Iterable

import msgspec
import rjieba

from backend.catalogue.model import Guide, Item, Lexicon, Pack

LONGEST_QUERY = 200
LONGEST_TEXT = 5_000
MOST_WORDS = 16
ALWAYS_COMMON = frozenset("的了吗呢啊呀吧和与或及在是有我你您他她要想能去把被给个这那") | frozenset(
    [
        "怎么",
        "怎么办",
        "怎么样",
        "怎样",
        "如何",
        "什么",
        "哪里",
        "哪儿",
        "请问",
        "需要",
        "可以",
        "谁",
        "啥",
        "咋",
        "咋办",
        "为什么",
    ]
)
OLD = re.compile(
    r"(?<!\d)([6-9]\d|1[01]\d)\s*(周岁|岁|多|了)|[六七八九]十[一二三四五六七八九]?(多|几|周岁|岁|了|的)|(一百|百)(多|零.)?岁"
)
OLD_PERSON = "老人"


class Group(msgspec.Struct, frozen=True):
    """One word of a query with all that means the same: tsquery texts for the title (weight A) and for anywhere."""

    word: str
    same: tuple[str, ...]
    title: str
    anywhere: str


class Cut(msgspec.Struct, frozen=True):
    """A query in its words, and the life events (of the lexicon) it speaks of."""

    groups: tuple[Group, ...]
    life: tuple[str, ...]


class Words:
    """The dictionary, the synonyms, the empty words and the life events of one lexicon."""

    def __init__(self, lexicon: Lexicon, names: Iterable[str] = ()) -> None:
        self.common = ALWAYS_COMMON | frozenset(lexicon.common)
        self.same: dict[str, tuple[str, ...]] = {}
        for group in lexicon.synonyms:
            for word in group:
                self.same[word] = tuple(dict.fromkeys((*self.same.get(word, ()), *group)))
        for word in {*self.same, *names}:
            if len(word) > 1:
                rjieba.add_word(word, 100_000, "n")
        self.life = {said: frozenset(self.cut(said)) for said in lexicon.life}

    def cut(self, text: str) -> list[str]:
        """The words of a text, none inside another."""
        return self._kept(rjieba.cut(plain(text)[:LONGEST_TEXT]))

    def cut_fine(self, text: str) -> list[str]:
        """The same and the shorter words inside long ones."""
        return self._kept(rjieba.cut_for_search(plain(text)[:LONGEST_TEXT]))

    def _kept(self, words: Iterable[str]) -> list[str]:
        return [word for word in words if any(c.isalnum() for c in word) and word not in self.common]

    def vector(self, title: Iterable[str], body: Iterable[str]) -> str:
        """tsvector text: words of the title weigh A, those of the body C. Texts of each part are cut apart."""
        places: dict[str, list[str]] = {}
        position = 0
        for weight, texts in (("A", title), ("C", body)):
            for word in (word for text in texts for word in self.cut_fine(text)):
                position = min(position + 1, 16_383)
                if len(found := places.setdefault(word[:60], [])) < 8:
                    found.append(f"{position}{weight}")
        return " ".join(f"{quoted(word)}:{','.join(found)}" for word, found in places.items())

    def of_item(self, item: Item) -> str:
        title = (item.name, *item.aliases, *item.keywords)
        return self.vector(title, (item.summary, item.conditions, item.department, *item.themes))

    def of_guide(self, guide: Guide) -> str:
        body = (guide.department, guide.region_name, *guide.themes, *guide.materials[:20], guide.conditions[:500])
        return self.vector((guide.name, guide.parent, *guide.aliases), body)

    def query(self, text: str) -> Cut:
        """What a person typed; whatever she typed, it is never an error."""
        asked = plain(text[:LONGEST_QUERY])
        words = self.cut(OLD.sub(f" {OLD_PERSON} ", asked))
        words = list({frozenset(self.same.get(word, (word,))): word for word in reversed(words)}.values())[::-1]
        meant = {same for word in words for same in self.same.get(word, (word,))}
        life = tuple(said for said, needed in self.life.items() if needed and needed <= meant)
        return Cut(tuple(self._group(word) for word in words[:MOST_WORDS]), life)

    def _group(self, word: str) -> Group:
        same = tuple(dict.fromkeys((word, *self.same.get(word, ()))))
        return Group(word, same, self._asked(same, ":A"), self._asked(same, ""))

    def _asked(self, same: tuple[str, ...], weight: str) -> str:
        """Any of the equal words; the typed one, if it is long, also as all the shorter words it is made of."""
        typed = same[0]
        parts = [part for part in rjieba.cut_for_search(typed) if part != typed and len(part) > 1]
        asked = [quoted(word) + weight for word in same]
        if parts and sum(map(len, parts)) >= len(typed):
            asked.append("(" + " & ".join(quoted(part) + weight for part in parts) + ")")
        return " | ".join(asked)


def words_of(pack: Pack) -> Words:
    """The words of a city: its lexicon, and its items' names as words of their own."""
    return Words(pack.lexicon, (name for item in pack.items.values() for name in (item.name, *item.aliases)))


def plain(text: str) -> str:
    """Full-width to half-width, small letters, no control characters."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c if c.isprintable() else " " for c in folded)


def quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
