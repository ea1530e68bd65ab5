"""What of a page is in another language than the page says: text and what is read aloud, unless it is marked so."""

import re
from html.parser import HTMLParser

from backend.core.traditional import simplified_only

CHINESE = re.compile(r"[\u4e00-\u9fff][^<>]*")
READ_ALOUD = {"title", "aria-label", "alt", "placeholder", "label", "aria-description"}
NO_TEXT = {"script", "style", "textarea"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Reader(HTMLParser):
    def __init__(self, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language, self.open, self.left = language, [("", "")], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        lang = said.get("lang") or self.open[-1][1]
        for name in READ_ALOUD & said.keys():
            self._read(f"{name}={said[name]}", said[name] or "", lang)
        if tag not in VOID:
            self.open.append((tag, lang))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1:
            closed, _lang = self.open.pop()
            if closed == tag:
                break

    def handle_data(self, data: str) -> None:
        if not {tag for tag, _lang in self.open} & NO_TEXT:
            self._read(data.strip(), data, self.open[-1][1])

    def _read(self, shown: str, text: str, lang: str) -> None:
        if lang != self.language:
            return
        foreign = not simplified_only().isdisjoint(text) if lang.startswith("zh") else CHINESE.search(text)
        if foreign:
            self.left.append(shown[:120])


def left_over(html: str, language: str) -> list[str]:
    """The texts that are not the page's language (`en`, `zh-Hant`) and do not say so."""
    reader = _Reader(language)
    reader.feed(html)
    return reader.left
