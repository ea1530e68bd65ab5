"""Which of the found comes first, and why it was found in people's words. Pure."""

import math

import msgspec

from backend.catalogue.search_index import Row
from backend.catalogue.search_query import Asked, Meant
from backend.catalogue.search_speech import SAME, Speech, Word
from backend.core.i18n import _, translate

HERE = 1.35  # what can be filed here comes before a guide that says as much
AS_MUCH = 0.9
DOES, DOES_USUAL, DOES_NOTHING, DOES_NOT, DOES_UNASKED = 1.5, 1.2, 0.8, 0.6, 0.75
FOR_FEW = 0.7
LIVED = 1.6
OFFICE = 0.8  # how much less a word of its department says than one of its name
BESIDE = 0.5  # it only tells of the thing or certifies it, and nobody asked for that
LONG = 0.01  # how much less each character of a name says that answers nothing
ASKED_BEFORE = 0.6  # how much more it counts that it answered like questions, of the best score
LEAST_BEST = 12.0  # a score that says something: below it the words of a question found next to nothing
LEAST_SHARE = 0.35  # what is left of the score when none of the telling words are in name or alias


class Scored(msgspec.Struct, frozen=True):
    """`found`: how well the words were found; `score`: how well it suits her besides; `share`: how much of what she said
    its name or aliases say, from LEAST_SHARE to 1."""

    row: Row
    score: float
    found: float
    share: float


def ordered(speech: Speech, question: Asked, found: list[tuple[Row, float]], lived: dict[str, str]) -> list[Scored]:
    """The best first; of several ways of handling the same item of the same department the best one."""
    shares = [_share(question, question.meant, row) for row, _score in found]
    as_much = max(shares, default=0.0) * AS_MUCH
    told = max((score * share for (_row, score), share in zip(found, shares, strict=True)), default=0.0)
    before = ASKED_BEFORE * max(told, LEAST_BEST)
    scored = []
    for (row, score), share in zip(found, shares, strict=True):
        here = HERE if row.kind == "item" and share >= as_much else 1.0
        suits = _suits(speech, question, row) * (LIVED if row.code in lived else 1.0)
        answered = before * _answered(question, row)
        scored.append(Scored(row, (score * share * here + answered) * suits, score * share + answered, share))
    scored.sort(key=lambda one: (-one.score, len(one.row.name), one.row.code))
    once: dict[tuple[str, str], Scored] = {}
    for one in scored:
        once.setdefault((one.row.name, one.row.department), one)
    return list(once.values())


def _suits(speech: Speech, question: Asked, row: Row) -> float:
    return _done(speech, question, row) * _few(question, row) * _brevity(question.meant, row)


def _answered(question: Asked, row: Row) -> float:
    """How much it is what answered like questions before: a word of a long name is less of it than of a short one."""
    told = ((question.recalled[word], word) for word in row.titled if word in question.recalled)
    return max((much * math.sqrt(min(1.0, len(word) / len(row.name))) for much, word in told), default=0.0)


def _few(question: Asked, row: Row) -> float:
    """Whether it is for few people and she is not known to be one."""
    said = " ".join(question.meant) if row.few else ""
    return FOR_FEW if any(few not in said for few in row.few) else 1.0


def _share(question: Asked, meant: Meant, row: Row) -> float:
    """How much of what she said its name or aliases say."""
    whole = sum(tells for _word, tells in question.words)
    if not whole:
        return 1.0
    said = [0.0] * len(question.words)
    for titled in row.titled:
        for place, much in meant.get(titled, ()):
            said[place] = max(said[place], much)
    for office in row.office:
        for place, much in meant.get(office, ()):
            said[place] = max(said[place], much * OFFICE)
    told = sum(tells * much for (_word, tells), much in zip(question.words, said, strict=True))
    return LEAST_SHARE + (1 - LEAST_SHARE) * told / whole


def _done(speech: Speech, question: Asked, row: Row) -> float:
    """Whether it does what she wants done with the thing; where she says nothing, the usual."""
    if not speech.beside.intersection(row.actions) <= question.actions:
        return BESIDE
    actions = speech.lexicon.actions
    usual = all(actions[action].usual for action in question.actions)
    if not question.actions.isdisjoint(row.actions):
        return DOES_USUAL if usual else DOES
    if usual:
        return 1.0 if all(actions[action].usual for action in row.actions) else DOES_UNASKED
    does_usual = all(actions[action].usual for action in row.actions)
    return DOES_NOTHING if does_usual else DOES_NOT


def _brevity(meant: Meant, row: Row) -> float:
    """The plain item before the one whose name says much else."""
    said = {place for word in row.titled if word in meant for place in _places(row.name, word)}
    return 1 / (1 + LONG * (len(row.name) - len(said)))


def _places(name: str, word: str) -> range:
    at = name.find(word)
    return range(at, at + len(word)) if at >= 0 else range(0)


def _best(word: Word, row: Row) -> float:
    return max((much for way, much in word.ways if way in row.titled), default=0.0)


def reason(question: Asked, row: Row, lived: dict[str, str], lang: str) -> str:
    if row.code in lived:
        return translate(lang, _("和“%(word)s”有关"), {"word": lived[row.code]})
    told = sorted(question.words, key=lambda one: -one[1] * _best(one[0], row))
    said: dict[str, str] = {}  # each word of the name once
    for word in (word for word, _tells in told if _best(word, row)):
        borne, much = _borne(word, row)
        said.setdefault(borne, _named(word, borne, much, lang))
    if said:
        return translate(lang, _("；")).join(list(said.values())[:2])
    if any(word in question.recalled for word in row.titled):
        return translate(lang, _("问得差不多的人，办的是它"))
    words = "、".join(f"“{word.said}”" for word, _tells in told[:2])
    return translate(lang, _("内容提到%(words)s"), {"words": words}) if words else ""


def _borne(word: Word, row: Row) -> tuple[str, float]:
    """What the name says for the word, and how near it is; nothing if an alias says it."""
    return next((way for way in sorted(word.ways, key=lambda way: -way[1]) if way[0] in row.name), ("", 0.0))


def _named(word: Word, name: str, much: float, lang: str) -> str:
    """How the word and the name belong together."""
    if not name:
        return translate(lang, _("和“%(word)s”有关"), {"word": word.said})
    if name == word.said:
        return translate(lang, _("名称里有“%(word)s”"), {"word": name})
    if much < SAME:
        return translate(lang, _("“%(word)s”和“%(borne)s”有关"), {"word": word.said, "borne": name})
    return translate(lang, _("您说的“%(word)s”，这里叫“%(borne)s”"), {"word": word.said, "borne": name})
