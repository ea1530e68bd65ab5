"""The catalogues of the product's languages, one folder each: `i18n/ru/LC_MESSAGES/suishouban.po` and Russian is offered."""

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
OWN_NAMES = {"zh-Hans": "简体", "zh-Hant": "繁體"}


def found_in(folder: Path) -> dict[str, Path]:
    """Language → its folder, for every folder with a catalogue in it; the tag is written with a hyphen, the folder without."""
    found = {path.parents[1].name.replace("_", "-"): path.parents[1] for path in folder.glob("*/LC_MESSAGES/*.po")}
    return {tag: found[tag] for tag in (*(tag for tag in ORDER if tag in found), *sorted(found.keys() - set(ORDER)))}


LANGUAGES: dict[str, Path | None] = {DEFAULT: None} | found_in(FOLDER)


def offer(folder: Path) -> None:
    """Languages of this deployment beside those of the product, for this process."""
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
