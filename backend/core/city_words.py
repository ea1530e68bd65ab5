"""The city's own texts in the reader's language: what a pack or the desk says in Chinese, looked up by the Chinese.

A pack's text reaches a page by many ways: out of the pack, out of a list in the database, frozen in a case. So it is
translated where it is written, by what it says, as gettext does; whoever shows it need not know where it came from.
The same words mean the same thing everywhere in a city: that is what makes a glossary possible.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from backend.core.i18n import DEFAULT, traditional_like
from backend.core.traditional import simplified_only, traditional

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# How texts are put together here, and how the parts are joined in a language that writes words with spaces between them.
JOINTS = {"、": ", ", "，": ", ", "；": "; ", "：": ": ", "（": " (", "）": ")", "“": "“", "”": "”", "《": "“", "》": "”", " · ": " · ", " / ": " / ", "。": "."}  # fmt: skip
APART = re.compile("(" + "|".join(map(re.escape, JOINTS)) + ")")
# A stretch of Chinese with what stands between its words; group 1: markup, which is passed over with what it encloses.
RUN = re.compile(r"(<[^>]*lang=[^>]*>[^<]*<[^>]*>|<[^>]*>)|[\u4e00-\u9fff](?:[^<>&A-Za-z“”\"]*[\u4e00-\u9fff])?")
CLOSED = re.compile(r"\s+([),.;:])")
LONGEST = 2_000

_known: dict[str, dict[str, str]] = {}


def know(texts: Mapping[str, Mapping[str, str]]) -> None:
    """What this process says from now on: language → Chinese → text. Texts it knew before stay known: a case may be older."""
    for language, said in texts.items():
        _known.setdefault(language, {}).update(said)


def known_in(language: str) -> Mapping[str, str]:
    return _known.get(language, {})


def city_word(text: str, language: str) -> str:
    """The text in this language, whole or part by part; the text itself where the city does not say it."""
    if language == DEFAULT or not text or len(text) > LONGEST or not CHINESE.search(text):
        return text
    said = _known.get(language, {})
    whole = said.get(text) or said.get(text.strip())
    return whole or _put_together(text, said, language) or text


def _put_together(text: str, said: Mapping[str, str], language: str) -> str:
    """ID card (applicant) for 身份证（申请人）; "" unless every part is known."""
    parts = APART.split(text)
    if len(parts) < 3:
        return ""
    turned = [part if part in JOINTS or not CHINESE.search(part) else said.get(part.strip(), "") for part in parts]
    if not all(new for part, new in zip(parts, turned, strict=True) if part):
        return ""
    if traditional_like(language):
        return "".join(turned)
    spaced = "".join(JOINTS.get(part, part) for part in turned)
    return CLOSED.sub(r"\1", re.sub(r" {2,}", " ", spaced)).strip()


def marked(text: Any, language: str) -> Any:
    """For a page: looked up, and what is left in Chinese said to be so, because a screen reader then changes its voice.
    A sentence that is Markup already is only looked through."""
    if language == DEFAULT or not isinstance(text, str):
        return text
    said = text if isinstance(text, Markup) else escape(city_word(text, language))
    if not left_in_chinese(said, language):
        return said
    mark = _mark_simplified if traditional_like(language) else _mark
    return Markup(RUN.sub(mark, said))  # noqa: S704  `said` is escaped or was Markup


def _mark(run: re.Match[str]) -> str:
    return run[0] if run[1] else f'<span lang="zh-Hans">{run[0]}</span>'


def _mark_simplified(run: re.Match[str]) -> str:
    return run[0] if simplified_only().isdisjoint(run[0]) else _mark(run)


def left_in_chinese(text: str, language: str) -> bool:
    """Whether some of it is in the city's language and not in this one."""
    if language == DEFAULT:
        return False
    if traditional_like(language):
        return not simplified_only().isdisjoint(text)
    return bool(CHINESE.search(text))


def in_traditional(texts: Iterable[str]) -> dict[str, str]:
    return {text: traditional(text) for text in texts}
