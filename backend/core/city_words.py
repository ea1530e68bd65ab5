"""The city's own texts in the reader's language: what a pack or the desk says in Chinese, looked up by the Chinese.

A pack's text reaches a page by many ways: out of the pack, out of a list in the database, frozen in a case. So it is
translated where it is written, by what it says, as gettext does; whoever shows it need not know where it came from.
The same words mean the same thing everywhere in a city: that is what makes a glossary possible.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from backend.core.catalogues import DEFAULT, _, found_in, offer, traditional_like, translations
from backend.core.traditional import simplified_only, traditional

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# How texts are put together, the loosest joint first, and how their parts are joined where words have spaces between them.
JOINTS = (
    (" · ", " · "), ("；", "; "), ("，并且", ", and "), ("，或者", ", or "), ("，", ", "), (" / ", " / "), ("、", ", "), ("”或“", "” or “"),
    ("：", ": "), (" ", " "),
)  # fmt: skip
# Sentences the program makes of the city's words, tried in this order.
MADE = (
    _("不是“%(a)s”的"), _("%(a)s不是“%(b)s”"), _("%(a)s是“%(b)s”"), _("%(a)s不在%(b)s"), _("%(a)s在%(b)s"),
    _("%(a)s不少于 %(b)s"), _("%(a)s不超过 %(b)s"), _("%(a)s多于 %(b)s"), _("%(a)s少于 %(b)s"), _("%(a)s早于 %(b)s"), _("%(a)s晚于 %(b)s"),
    _("《%(a)s》%(b)s：%(c)s"), _("不到 %(a)s"), _("%(a)s以上"), _("没有填%(a)s"), _("填了%(a)s"), _("有一位%(a)s"), _("每一位%(a)s"), _("%(a)s（%(b)s）"), _("“%(a)s”"),
)  # fmt: skip
COUNTED = re.compile(r"([\d.,–-]+) ?(\D+)")
# A stretch of Chinese with what stands between its words; group 1: markup, which is passed over with what it encloses.
RUN = re.compile(r"(<[^>]*lang=[^>]*>[^<]*<[^>]*>|<[^>]*>)|[\u4e00-\u9fff](?:[^<>&A-Za-z“”\"]*[\u4e00-\u9fff])?")
LONGEST, DEEPEST = 2_000, 4

_known: dict[str, dict[str, str]] = {}


def know(texts: Mapping[str, Mapping[str, str]]) -> None:
    """What this process says from now on: language → Chinese → text. Texts it knew before stay known: a case may be older."""
    for language, said in texts.items():
        _known.setdefault(language, {}).update(said)


def speak(folder: Path | None) -> None:
    """A deployment's own languages: the product's sentences (`suishouban.po`) and, beside them, its city's texts (`city.po`)."""
    if folder is None:
        return
    offer(folder)
    for language, path in found_in(folder).items():
        written = path / "LC_MESSAGES" / "city.po"
        if written.exists():
            read = read_po(BytesIO(written.read_bytes()))
            know({language: {str(one.id): str(one.string) for one in read if one.id and one.string and not one.fuzzy}})


def known_in(language: str) -> Mapping[str, str]:
    return _known.get(language, {})


def city_word(text: str, language: str) -> str:
    """The text in this language, whole or part by part; the text itself where the city does not say it."""
    if language == DEFAULT or not text or len(text) > LONGEST or not CHINESE.search(text):
        return text
    return _Saying(language).of(text, DEEPEST) or text


class _Saying:
    def __init__(self, language: str) -> None:
        self.language, self.said = language, _known.get(language, {})

    def of(self, text: str, depth: int) -> str:
        """ "" unless every part of it is known."""
        text = text.strip()
        if not left_in_chinese(text, self.language):
            return text
        whole = self.said.get(text) or self._of_the_product(text)
        if whole or not depth:
            return whole
        return self._joined(text, depth - 1) or self._made(text, depth - 1) or self._counted(text)

    def _of_the_product(self, text: str) -> str:
        """The program and the city share some words: 是, 否, 人."""
        said = translations(self.language).gettext(text)
        return said if said != text else ""

    def _joined(self, text: str, depth: int) -> str:
        for joint, between in JOINTS:
            if joint in text:
                parts = [self.of(part, depth) for part in text.split(joint)]
                if all(parts):
                    return (joint if traditional_like(self.language) else between).join(parts)
        return ""

    def _made(self, text: str, depth: int) -> str:
        for sentence, shape in _shapes():
            if found := shape.fullmatch(text):
                parts = {name: self.of(part, depth) for name, part in found.groupdict().items()}
                if all(parts.values()):
                    return translations(self.language).gettext(sentence) % parts
        return ""

    def _counted(self, text: str) -> str:
        found = COUNTED.fullmatch(text)
        unit = self.said.get(found[2].strip()) if found else None
        return f"{found[1]} {unit}" if found and unit else ""


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each with its first part as short and as long as it can be: 户籍所在地在海口 has two 在."""
    return tuple(
        (one, re.compile(re.sub(r"%\\\((\w)\\\)s", rf"(?P<\1>{part})", re.escape(one))))
        for one in MADE
        for part in (".+?", ".+")
    )


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
