"""What a lexicon says about everyday speech, ready for search: which words mean the same, which lead to which, what
somebody wants done, and where one word ends and the next begins. Pure.

Text is cut at the words the catalogue and the lexicon know, fewest pieces first. What nobody knows cannot find anything,
so a dictionary of the whole language (32 MB a process) is needed where items are published, not where they are found.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

import msgspec
import opencc

from backend.catalogue.model import Lexicon

LONGEST_QUERY = 200
LONGEST_WORD = 12
MOST_MEANT = 16  # words of one question that are looked for
SAME, MEANT, MEANT_SAME, PART = 0.9, 0.6, 0.5, 0.4  # how much less a word tells than the very one she said
UNKNOWN = 1.6  # what a character nobody knows costs, where a word costs 1
YEARS = r"(?:周?岁|多岁|了|的?老|多了)"
SIXTY = re.compile(
    rf"(?<![\d一二三四五六七八九十百])(?:[67]\d\s*{YEARS}|[六七]十[一二三四五六七八九]?\s*(?:多|几|来)?{YEARS})"
)
EIGHTY = re.compile(
    rf"满[八九]十[一二三四五六七八九]?(?:周?岁)?|(?<![\d一二三四五六七八九十百])(?:(?:[89]\d|1[01]\d)\s*{YEARS}|[八九]十[一二三四五六七八九]?\s*(?:多|几|来)?{YEARS}|一?百(?:多|零.)?岁)"
)
RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
LATIN = re.compile(r"[a-z0-9]+")
BRACKETS = re.compile(r"[（(][^（）()]*[）)]")


class Word(msgspec.Struct, frozen=True):
    """One word she said, and all that finds what she means: (word, how much it tells)."""

    said: str
    ways: tuple[tuple[str, float], ...]


class Piece(msgspec.Struct, frozen=True):
    """A part of a question; `known` if it is a word at all."""

    text: str
    known: bool


class Speech:
    """One lexicon, turned so that every question about a word is one look-up."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.same: dict[str, tuple[str, ...]] = {}
        for group in lexicon.synonyms:
            for word in group:
                self.same[word] = tuple(dict.fromkeys((*self.same.get(word, ()), *group)))
        self.common, self.aside = frozenset(lexicon.common), frozenset(lexicon.aside)
        self.does = {word: name for name, action in lexicon.actions.items() for word in action.said}
        self.words = frozenset(self._every_word())
        self.empty = frozenset(word for word in self.common if word not in self.does)
        self._long = frozenset(word for word in self.words if len(word) > 2)
        self._ends: dict[str, set[int]] = {}  # how long the words are that begin with these two characters
        for word in self._long:
            self._ends.setdefault(word[:2], set()).add(len(word))

    def _every_word(self) -> Iterable[str]:
        yield from self.same
        yield from self.common
        yield from self.does
        yield from self.lexicon.narrow
        yield from self.aside
        for said, meant in self.lexicon.means.items():
            yield said
            yield from meant
        for action in self.lexicon.actions.values():
            yield from action.named

    def ways(self, word: str) -> tuple[tuple[str, float], ...]:
        """The word, its equals, what it leads to, and the equals of that; each once, with the most it tells."""
        found = {word: 1.0}
        for same in self.same.get(word, ()):
            found.setdefault(same, SAME)
        for one in list(found):
            for meant in self.lexicon.means.get(one, ()):
                found.setdefault(meant, MEANT)
                for same in self.same.get(meant, ()):
                    found.setdefault(same, MEANT_SAME)
        return tuple(found.items())

    def parts(self, word: str, known: Callable[[str], bool]) -> tuple[tuple[str, float], ...]:
        """The shorter words of the catalogue inside a long one: 户口 in 户口本."""
        ends = range(len(word), 1, -1)
        inside = (word[at:end] for at in range(len(word)) for end in ends if end - at > 1)
        return tuple((part, PART) for part in inside if part != word and known(part))

    def terms_in(self, name: str) -> list[str]:
        """The lexicon's longer words inside a name, wherever a dictionary would have cut it, what stands in brackets
        left out or not; 身份证明 is no 身份证."""
        bare = BRACKETS.sub("", name)
        return list(dict.fromkeys([*self._terms_in(name), *(self._terms_in(bare) if bare != name else ())]))

    def _terms_in(self, text: str) -> list[str]:
        begun = ((at, self._ends.get(text[at : at + 2], ())) for at in range(len(text) - 2))
        found = {(at, at + n) for at, lengths in begun for n in lengths if text[at : at + n] in self._long}
        return [text[start:end] for start, end in sorted(found) if (start, end + 1) not in found]

    def deeds_in(self, name: str) -> tuple[str, ...]:
        """What an item of this name does."""
        return tuple(deed for deed, one in self.lexicon.actions.items() if any(word in name for word in one.named))

    def few_in(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in self.lexicon.narrow if word in name)

    def cut(self, text: str, known: Callable[[str], bool]) -> list[Piece]:
        """A question in pieces: words of the lexicon or of the catalogue (`known`), and what lies between."""
        return [piece for run in RUN.findall(text) for piece in self._cut_run(run, known)]

    def _cut_run(self, run: str, known: Callable[[str], bool]) -> list[Piece]:
        if LATIN.fullmatch(run):
            return [Piece(run, run in self.words or known(run))]
        best: list[tuple[float, int, bool]] = [(0.0, 0, True)]
        for end in range(1, len(run) + 1):
            best.append(min(self._ending(run, end, best, known), key=lambda one: (one[0], -one[1])))
        return _joined(run, best)

    def _ending(
        self, run: str, end: int, best: list[tuple[float, int, bool]], known: Callable[[str], bool]
    ) -> Iterable[tuple[float, int, bool]]:
        """Each way in which the last piece of run[:end] may begin: (what it all costs, where, whether it is a word)."""
        yield best[end - 1][0] + UNKNOWN, end - 1, False
        for start in range(max(0, end - LONGEST_WORD), end):
            word = run[start:end]
            if word in self.words:
                yield best[start][0] + 0.95, start, True
            elif len(word) > 1 and known(word):
                yield best[start][0] + 1.0, start, True


def _joined(run: str, best: list[tuple[float, int, bool]]) -> list[Piece]:
    """The way back from the end; neighbouring unknown characters are one piece."""
    pieces: list[Piece] = []
    end = len(run)
    while end:
        _cost, start, known = best[end]
        if not known and pieces and not pieces[-1].known:
            pieces[-1] = Piece(run[start:end] + pieces[-1].text, False)
        else:
            pieces.append(Piece(run[start:end], known))
        end = start
    return pieces[::-1]


def plain(text: str) -> str:
    """Half-width, small, simplified, without control characters; an age is said as what it means."""
    folded = unicodedata.normalize("NFKC", text[: LONGEST_QUERY * 2]).lower()
    shown = "".join(c if c.isprintable() else " " for c in folded)[:LONGEST_QUERY]
    return SIXTY.sub(" 老人 ", EIGHTY.sub(" 高龄 老人 ", simplified(shown)))


def simplified(text: str) -> str:
    """Traditional characters as simplified ones."""
    return _converter().convert(text) if any("\u4e00" <= c <= "\u9fff" for c in text) else text


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
