"""The common words of the language, as far as they matter where one searches: a word somebody really said is not a
misspelt one, it ends where it ends, and a question made of words no office has anything to do with finds nothing.
Pure, apart from rjieba's dictionary, of which only what is neither a name nor a saying counts."""

from functools import lru_cache

TELLING = frozenset(("n", "v", "a", "vn", "t", "z", "b", "s", "an"))
SELDOM = 28  # so often in rjieba's sixty million words, or less: 一叶障目 is no word of a question
EMPTY = frozenset(("m", "d", "r", "c", "f", "p", "ad", "q", "o", "mq", "u", "e", "y", "ul", "uv", "ug", "uz"))


def is_ordinary(word: str) -> bool:
    """Whether it is a common word at all."""
    return _kind(word) in TELLING | EMPTY


def says_nothing(word: str) -> bool:
    """Whether it is one of those that name nothing: 已经, 非常, 三个."""
    return _kind(word) in EMPTY


@lru_cache(20_000)
def _kind(word: str) -> str:
    import rjieba  # here: 34 MB that only who searches needs

    if len(word) < 2 or not rjieba.has_word(word):
        return ""
    kind: str = rjieba.tag(word, hmm=False)[0][1]
    return "" if kind in TELLING and rjieba.suggest_freq(word) <= SELDOM else kind
