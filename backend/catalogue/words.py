"""The texts of an item cut into the words it is found by, where it is published. Pure, apart from rjieba's dictionary.

The dictionary costs 32 MB, so only processes that publish have it; what is asked is cut by the words that come out of
here (`search_speech.py`). One of one's own would cost 24 MB more: a lexicon's words are added to rjieba's, and stay known
until the process ends.
"""

import unicodedata
from collections.abc import Iterable

from backend.catalogue.model import Guide, Item, Lexicon, Pack

LONGEST_TEXT = 5_000
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


class Words:
    """The dictionary with the words of one lexicon, without those that say nothing."""

    def __init__(self, lexicon: Lexicon, names: Iterable[str] = ()) -> None:
        import rjieba  # here, so that it is loaded where the first Words are made

        self._cut = rjieba.cut_for_search
        self.common = ALWAYS_COMMON | frozenset(lexicon.common)
        lexicon_words = {word for group in lexicon.synonyms for word in group}
        for word in {*lexicon_words, *(word for words in lexicon.means.values() for word in words), *names}:
            if len(word) > 1:
                rjieba.add_word(word, 100_000, "n")

    def cut_fine(self, text: str) -> list[str]:
        """The words of a text and the shorter words inside long ones."""
        return self._kept(self._cut(plain(text)[:LONGEST_TEXT]))

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


def words_of(pack: Pack) -> Words:
    """The words of a city: its lexicon, and its items' names as words of their own."""
    return Words(pack.lexicon, (name for item in pack.items.values() for name in (item.name, *item.aliases)))


def plain(text: str) -> str:
    """Full-width to half-width, small letters, no control characters."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c if c.isprintable() else " " for c in folded)


def quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
