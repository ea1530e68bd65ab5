"""The languages of the product. The source language is Simplified Chinese: a message id is its Chinese sentence.

Python code marks a sentence with `_("…")` where it is written and it is translated where it is shown, because only
the page knows the reader's language. Parameters are named: `_("请找：%(authority)s")`. Where a number decides the
wording in other languages it is called `num`: `_n("还差 %(num)s 项")` here, `ngettext(one, one, num)` in a template.
"""

import gettext
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "i18n"
LANGUAGES = {"zh-Hans": "zh_Hans", "zh-Hant": "zh_Hant", "en": "en"}
DEFAULT = "zh-Hans"


def _(sentence: str) -> str:
    """Marks a sentence for the catalogues; translated later by `translate`."""
    return sentence


def _n(sentence: str) -> str:
    """The same for a sentence that is worded by its parameter `num`: `1 day`, `2 days`."""
    return sentence


@lru_cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; a sentence it lacks is shown in Chinese."""
    return gettext.translation("suishouban", FOLDER, [LANGUAGES.get(language, "zh_Hans")], fallback=True)


def translate(language: str, sentence: str, params: dict[str, object] | None = None) -> str:
    if not sentence:
        return ""
    known, num = translations(language), (params or {}).get("num")
    said = known.ngettext(sentence, sentence, num) if isinstance(num, int) else known.gettext(sentence)
    return said % params if params else said


def wanted(cookie: str | None, accept: str) -> str:
    """The reader's language: what she chose, else the first the browser accepts that we speak."""
    if cookie in LANGUAGES:
        return cookie
    for part in accept.split(",")[:20]:
        tag = part.split(";")[0].strip().lower()
        if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return DEFAULT
