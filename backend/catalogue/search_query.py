"""A question as the engine is asked it, and the narrowing of its results. Pure."""

import math

import msgspec
from tantivy import Occur, Query

from backend.catalogue.search_index import SCHEMA, Index, grams
from backend.catalogue.search_ordinary import says_nothing
from backend.catalogue.search_speech import LATIN, MOST_MEANT, PART, SAME, Piece, Word, plain, uncounted

FIELDS = (("name", 3.0), ("alias", 2.2), ("told", 0.5))
OFFICE = 1.0
GRAM = 0.25  # what two neighbouring characters tell: enough to find what was misspelt, too little to outshout a word
SOUNDS_LIKE = 0.7
DEED, ASIDE = 0.4, 0.5  # how much less what she wants done, and who or where it is, tell than what it is about
NOT_IN_NAMES = 2.0  # what a word tells that no name bears
MOST_TOLD = 7.0
NEXT = 0.93  # how much less each further word of the trade tells that answered a question: the main one stands first
MUCH_ALIKE = 0.3  # of 1, from which on a question is taken for one that no office answers
Who = str
Alike = tuple[tuple[str, ...], str, float]


class Wanted(msgspec.Struct, frozen=True):
    """What the results are narrowed to; nothing by default. `region` is a GB/T 2260 code."""

    who: Who | None = None
    theme: str | None = None
    here: bool = False
    instant: bool = False
    no_errand: bool = False
    region: str | None = None

    @property
    def tags(self) -> list[str]:
        found = [self.who] if self.who else []
        found += [f"theme {self.theme}"] if self.theme else []
        found += [f"region {self.region}"] if self.region else []
        said = {"here": self.here, "instant": self.instant, "no errand": self.no_errand}
        return found + [tag for tag, is_wanted in said.items() if is_wanted]


Meant = dict[str, list[tuple[int, float]]]  # every way to say it → (which of her words, how much it tells)


class Asked(msgspec.Struct, frozen=True):
    """A question in its words with what each tells, what she wants done, and all that she said without the empty words."""

    words: tuple[tuple[Word, float], ...]
    meant: Meant
    actions: frozenset[str]
    text: str
    recalled: dict[str, float]
    beyond: float  # how much it is like a question that no office answers, 0 where it is more like another


def asked(index: Index, q: str) -> Asked:
    """What somebody typed; whatever it is, it is never an error."""
    speech = index.speech
    pieces = [piece for piece in speech.cut(uncounted(plain(q)), index.knows) if not _empty(index, piece)]
    said = [word for at, _ in enumerate(pieces) for word in _words(index, pieces, at)]
    text = " ".join(piece.text for piece in pieces)
    joined = together(index, said, text)
    actions = frozenset(speech.does[way] for word in said for way in likely(word) if way in speech.does)
    about = [
        word
        for word in said
        if len(word.said) > 1 or (word.said not in speech.does and word.said not in speech.joining)
    ]
    once = {frozenset(way for way, much in word.ways if much >= SAME): word for word in reversed(about or said)}
    words = [*joined, *list(once.values())[::-1]][:MOST_MEANT]
    alike = index.recalled.near(plain(q))
    return Asked(
        tuple((word, _tells(index, word)) for word in words),
        _meant(words),
        actions | _certifying(index, joined),
        text,
        recalled(alike),
        beyond(alike),
    )


def _empty(index: Index, piece: Piece) -> bool:
    """Whether it says nothing: by the lexicon, or by the language unless lexicon or catalogue have a use for it."""
    if piece.text in index.speech.empty:
        return True
    return says_nothing(piece.text) and piece.text not in index.speech.words and not index.knows(piece.text)


def together(index: Index, words: list[Word], text: str) -> list[Word]:
    """What several of her words lead to because they stand in one question."""
    once = {leads: parts for parts, leads in index.speech.led_to(said_by(words), text)}  # two ways to say it count once
    return [Word("".join(parts), index.speech.ways_together(leads)) for leads, parts in once.items()]


def recalled(alike: list[Alike]) -> dict[str, float]:
    """What answered the questions that were asked before and are most like it, and how much each tells, up to 1."""
    ways: dict[str, float] = {}
    for leads, _sentence, much in alike:
        for at, way in enumerate(leads):
            ways[way] = max(ways.get(way, 0.0), much * NEXT**at)
    return ways


def beyond(alike: list[Alike]) -> float:
    """How much it is like a question that no office answers, if that is the one it is most like."""
    leads, _sentence, much = alike[0] if alike else (("",), "", 0.0)
    return 0.0 if leads or much < MUCH_ALIKE else much


def _certifying(index: Index, joined: list[Word]) -> frozenset[str]:
    """What her words together lead to may be an item that only certifies: 去世 and 存款, a notary's."""
    meant = (way for word in joined for way, _much in word.ways)
    return index.speech.beside.intersection(deed for way in meant for deed in index.speech.deeds_in(way))


def said_by(words: list[Word]) -> set[str]:
    """All she said, and what means the same."""
    said = {way for word in words for way, much in word.ways if much >= SAME}
    return said | {deed for word in words for deed in likely(word)}


def _meant(words: list[Word]) -> Meant:
    found: Meant = {}
    for place, word in enumerate(words):
        for way, much in word.ways:
            found.setdefault(way, []).append((place, much))
    return found


def _words(index: Index, pieces: list[Piece], at: int) -> list[Word]:
    piece = pieces[at]
    if piece.known:
        return [Word(piece.text, _ways(index, piece.text))]
    if LATIN.fullmatch(piece.text):
        return _spelt(index, piece.text)
    heard = _misheard(index, pieces, at)
    if not heard and (long := index.short.get(piece.text)):
        return [Word(part, _ways(index, part)) for part in long]
    return heard


def _ways(index: Index, text: str) -> tuple[tuple[str, float], ...]:
    if text in index.speech.elsewhere:
        return ((text, 1.0),)
    ways = dict(index.speech.ways(text))
    for part, much in index.speech.parts(text, index.knows):
        ways.setdefault(part, much)
    return tuple(ways.items())


def _spelt(index: Index, letters: str) -> list[Word]:
    """Pinyin, whole or its initials."""
    short = index.sounds.initials(letters)
    found = index.sounds.spelt(letters) or ([short] if short else [])
    if short and len(letters) <= 4 and found != [short]:
        found = [[*short, *found[0]]]
    return [_either(index, letters, words, 1.0) for words in found]


def _misheard(index: Index, pieces: list[Piece], at: int) -> list[Word]:
    """Words that sound like what nobody knows, alone or with what stands beside it; the longest that is found."""
    before = pieces[at - 1].text if at else ""
    after = pieces[at + 1].text if at + 1 < len(pieces) else ""
    middle = pieces[at].text
    for text in (before + middle + after, before + middle, middle + after, middle):
        if 1 < len(text) <= 8 and (like := index.sounds.alike(text)):
            return [_either(index, text, like, SOUNDS_LIKE)]
    parts = (middle[n : n + size] for size in (4, 3, 2) for n in range(len(middle) - size + 1))
    return [_either(index, part, like, SOUNDS_LIKE) for part in parts if (like := index.sounds.alike(part))][:2]


def _either(index: Index, said: str, words: list[str], much: float) -> Word:
    """One of several words is meant; the likeliest first."""
    ways: dict[str, float] = {}
    for place, word in enumerate(words):
        for way, tells in index.speech.ways(word):
            ways[way] = max(ways.get(way, 0.0), tells * much * 0.9**place)
    return Word(said, tuple(ways.items()))


def likely(word: Word) -> list[str]:
    """What she said, or, where she misspelt it, the likeliest of what she may have meant."""
    return [word.said, word.ways[0][0]]


def _tells(index: Index, word: Word) -> float:
    """How much it tells apart: ln of all items over those whose names or aliases bear it or what it means."""
    if word.said in index.speech.elsewhere:
        return MOST_TOLD
    borne = sum(index.sounds.count[way] for way, much in word.ways if much > PART)
    borne = borne or sum(index.sounds.count[way] for way, _much in word.ways)
    told = min(math.log(1 + index.number / borne), MOST_TOLD) if borne else NOT_IN_NAMES
    return told * (DEED if word.said in index.speech.does else ASIDE if word.said in index.speech.aside else 1.0)


def query(index: Index, question: Asked, wanted: Wanted) -> Query:
    """Any of her words anywhere; what she narrowed it to must hold."""
    ways = [(Occur.Should, _any_way(index, word, tells)) for word, tells in question.words]
    letters = [(Occur.Should, _boosted("gram", two, GRAM)) for two in dict.fromkeys(grams(question.text))]
    before = [
        (Occur.Should, _boosted(field, way, much))
        for way, much in question.recalled.items()
        for field in ("name", "alias")
    ]
    found = Query.boolean_query([*ways, *letters, *before])
    must = [(Occur.Must, Query.const_score_query(_term("tag", tag), 0.0)) for tag in wanted.tags]
    return Query.boolean_query([(Occur.Must, found), *must]) if must else found


def _any_way(index: Index, word: Word, tells: float) -> Query:
    """The best of all ways to say it and all places where it may stand. A rare equal tells no more than her own word."""
    parts = []
    for way, much in word.ways:
        own = math.log(1 + index.number / max(index.sounds.count[way], 1))
        scale = much * min(1.0, tells / own) if own else much
        parts += [_boosted(field, way, weight * scale) for field, weight in FIELDS]
        parts.append(_boosted("office", way, OFFICE * much))
    return Query.disjunction_max_query(parts, 0.1)


def _boosted(field: str, text: str, weight: float) -> Query:
    return Query.boost_query(_term(field, text), weight)


def _term(field: str, text: str) -> Query:
    return Query.term_query(SCHEMA, field, text, "basic" if field == "tag" else "freq")
