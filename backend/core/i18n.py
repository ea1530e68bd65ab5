"""The languages of the product. The source language is Simplified Chinese: a message id is its Chinese sentence.

Python code marks a sentence with `_("…")` where it is written and it is translated where it is shown, because only
the page knows the reader's language. Parameters are named: `_("请找：%(authority)s")`. Where a number decides the
wording in other languages it is called `num`: `_n("还差 %(num)s 项")` here, `ngettext(one, one, num)` in a template.

A language is a folder with a catalogue: `i18n/ru/LC_MESSAGES/suishouban.po` and it is offered. See docs/languages.md.
"""

import gettext
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parents[2] / "i18n"
DEFAULT = "zh-Hans"
ORDER = (DEFAULT, "zh-Hant", "en")  # those that come with the product, as they are offered; others follow by name
MOST_TAGS = 20
OWN_NAMES = {"zh-Hans": "简体", "zh-Hant": "繁體"}


def found_in(folder: Path) -> dict[str, Path]:
    """Language → its folder, for every folder with a catalogue in it; the tag is written with a hyphen, the folder without."""
    found = {path.parents[1].name.replace("_", "-"): path.parents[1] for path in folder.glob("*/LC_MESSAGES/*.po")}
    return {tag: found[tag] for tag in (*(tag for tag in ORDER if tag in found), *sorted(found.keys() - set(ORDER)))}


LANGUAGES: dict[str, Path | None] = {DEFAULT: None} | found_in(FOLDER)


def offer(folder: Path) -> None:
    """Languages of this deployment beside those of the product."""
    LANGUAGES.update(found_in(folder))
    translations.cache_clear()


def _(sentence: str) -> str:
    """Marks a sentence for the catalogues; translated later by `translate`."""
    return sentence


def _n(sentence: str) -> str:
    """The same for a sentence that is worded by its parameter `num`: `1 day`, `2 days`."""
    return sentence


@lru_cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; a sentence it lacks is shown in Chinese."""
    folder = LANGUAGES.get(language)
    if folder is None:
        return gettext.NullTranslations()
    compiled, written = (folder / "LC_MESSAGES" / f"suishouban.{kind}" for kind in ("mo", "po"))
    if compiled.exists() and compiled.stat().st_mtime >= written.stat().st_mtime:
        return gettext.GNUTranslations(compiled.open("rb"))
    made = BytesIO()
    write_mo(made, read_po(BytesIO(written.read_bytes()), locale=folder.name))
    return gettext.GNUTranslations(BytesIO(made.getvalue()))


def translate(language: str, sentence: str, params: dict[str, object] | None = None) -> str:
    if not sentence:
        return ""
    known, num = translations(language), (params or {}).get("num")
    said = known.ngettext(sentence, sentence, num) if isinstance(num, int) else known.gettext(sentence)
    return said % params if params else said


def traditional_like(language: str) -> bool:
    return language.startswith("zh-Hant")


@lru_cache
def locale_of(language: str) -> Locale:
    """What the world knows of a language: its dates, its plurals, its name. A tag nobody knows is like English."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def own_name(language: str) -> str:
    """A language is called by its own name in all of them."""
    name = OWN_NAMES.get(language) or locale_of(language).get_language_name() or language
    return name if locale_of(language).language == language.partition("-")[0] else language


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
