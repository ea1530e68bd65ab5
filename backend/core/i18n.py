"""The languages of the product. The source language is Simplified Chinese: a message id is its Chinese sentence.

Python code marks a sentence with `_("…")` where it is written and it is translated where it is shown, because only
the page knows the reader's language. Parameters are named: `_("请找：%(authority)s")`. Where a number decides the
wording in other languages it is called `num`: `_n("还差 %(num)s 项")` here, `ngettext(one, one, num)` in a template.
What is put in may be a text of the city; it is said in the same language. See docs/languages.md.
"""

from backend.core.catalogues import DEFAULT, FOLDER, LANGUAGES, _, _n, locale_of, offer, own_name, translations
from backend.core.city_words import city_word

__all__ = [
    "DEFAULT",
    "FOLDER",
    "LANGUAGES",
    "_",
    "_n",
    "locale_of",
    "offer",
    "own_name",
    "translate",
    "translations",
    "wanted",
]
MOST_TAGS = 20


def translate(language: str, sentence: str, params: dict[str, object] | None = None) -> str:
    if not sentence:
        return ""
    known, num = translations(language), (params or {}).get("num")
    said = known.ngettext(sentence, sentence, num) if isinstance(num, int) else known.gettext(sentence)
    return said % {name: _worded(value, language) for name, value in params.items()} if params else said


def _worded(value: object, language: str) -> object:
    return city_word(value, language) if type(value) is str else value


def wanted(chosen: str | None, accept: str) -> str:
    """The reader's language: what she chose, else the one of ours the browser likes best, else the city's own."""
    if chosen in LANGUAGES:
        return str(chosen)
    for tag in _by_liking(accept):
        if language := _ours(tag):
            return language
    return DEFAULT


def _by_liking(accept: str) -> list[str]:
    """The tags of an Accept-Language, best first; those she cannot read (`q=0`) and what is no tag are left out."""
    liked = []
    for place, part in enumerate(accept.split(",")[:MOST_TAGS]):
        tag, _semicolon, rest = part.partition(";")
        liking = _liking(rest)
        if tag.strip() and liking > 0:
            liked.append((-liking, place, tag.strip().lower()))
    return [tag for _liking_, _place, tag in sorted(liked)]


def _liking(written: str) -> float:
    name, _equals, value = written.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _ours(tag: str) -> str | None:
    if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
        return "zh-Hant"
    if tag.partition("-")[0] == "zh":
        return DEFAULT
    known = {one.lower(): one for one in LANGUAGES}
    return known.get(tag) or known.get(tag.partition("-")[0])
