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
from backend.catalogue.search_ordinary import is_ordinary

LONGEST_QUERY = 200
LONGEST_WORD = 12
LONGEST_JOINED = 6
MOST_MEANT = 16  # words of one question that are looked for
SAME, MEANT, MEANT_SAME, PART = 0.9, 0.6, 0.5, 0.4  # how much less a word tells than the very one she said
TOGETHER, TOGETHER_SAME = 0.7, 0.6  # the same for what several words lead to
UNKNOWN = 1.6  # what a character nobody knows costs, where a word costs 1
SPOKEN, ORDINARY, ALONE = 0.95, 1.05, 1.3  # the same for the lexicon's words, for common ones, for a single character
YEARS = r"(?:周?岁|多岁|了|的?老|多了)"
SIXTY = re.compile(
    rf"(?<![\d一二三四五六七八九十百])(?:[67]\d\s*{YEARS}|[六七]十[一二三四五六七八九]?\s*(?:多|几|来)?{YEARS})"
)
EIGHTY = re.compile(
    rf"满[八九]十[一二三四五六七八九]?(?:周?岁)?|(?<![\d一二三四五六七八九十百])(?:(?:[89]\d|1[01]\d)\s*{YEARS}|[八九]十[一二三四五六七八九]?\s*(?:多|几|来)?{YEARS}|一?百(?:多|零.)?岁)"
)
RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
LATIN = re.compile(r"[a-z0-9]+")
COUNTED = re.compile(
    r"(?<=[\u4e00-\u9fff])了?(?:[一二两三四五六七八九十百千几半多\d]+|(?<=[开养办建盖买租补换生结离种])(?=个(?![人体税])))"
    r"(?:多|来)?(?:个|只|头|棵|口|家|间|辆|条|座|套|栋|亩|台|匹|尾|艘|份|场|张|本|块|把|位|名|株|片|项|笔|幢|层)(?!人|月|月份|小时)"
)
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
        self.together = tuple(
            (tuple(tuple(part.split("|")) for part in said.split()), meant) for said, meant in lexicon.together.items()
        )
        self.beside = frozenset(name for name, action in lexicon.actions.items() if action.beside)
        self.elsewhere = frozenset(lexicon.elsewhere)
        self.common, self.aside = frozenset(lexicon.common), frozenset(lexicon.aside)
        self.does = {word: name for name, action in lexicon.actions.items() for word in action.said}
        self._joined: dict[str, list[int]] = {}  # which of them begin with this word or one that means the same
        for number, (parts, _leads) in enumerate(self.together):
            for word in (same for one in parts[0] for same in self.same.get(one, (one,))):
                self._joined.setdefault(word, []).append(number)
        meant = {*self.same, *lexicon.means, *self.does}
        self.joining = frozenset(
            word for parts, _leads in self.together for part in parts for word in part if word not in meant
        )
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
        yield from self.elsewhere
        for said, meant in self.lexicon.means.items():
            yield said
            yield from meant
        for parts, leads in self.together:
            yield from (word for part in parts for word in part)
            yield from leads
        for named in self.lexicon.asked:
            yield from named.split()
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

    def led_to(self, said: set[str], text: str) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
        """What the words of one question lead to together: (these words, what they lead to)."""
        stretches = {text[at : at + n] for n in range(2, LONGEST_JOINED + 1) for at in range(len(text) - n + 1)}
        for number in sorted({number for word in said | stretches for number in self._joined.get(word, ())}):
            parts, leads = self.together[number]
            found = [next((one for one in part if self._is_said(one, said, text)), "") for part in parts]
            if all(found):
                yield tuple(found), leads

    def _is_said(self, part: str, said: set[str], text: str) -> bool:
        return (len(part) > 1 and part in text) or not said.isdisjoint(self.same.get(part, (part,)))

    def ways_together(self, meant: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
        """What several words lead to, and its equals."""
        found = dict.fromkeys(meant, TOGETHER)
        for word in meant:
            for same in self.same.get(word, ()):
                found.setdefault(same, TOGETHER_SAME)
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
                yield best[start][0] + (SPOKEN if len(word) > 1 else ALONE), start, True
            elif len(word) > 1 and known(word):
                yield best[start][0] + 1.0, start, True
            elif 1 < len(word) < 5 and is_ordinary(word):
                yield best[start][0] + ORDINARY, start, True


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


def uncounted(text: str) -> str:
    """How many there are is left out, so that verb and object stand together: 砍了几棵树 is 砍树."""
    return COUNTED.sub("", text)


def simplified(text: str) -> str:
    """Traditional characters as simplified ones."""
    return _converter().convert(text) if any("\u4e00" <= c <= "\u9fff" for c in text) else text


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
