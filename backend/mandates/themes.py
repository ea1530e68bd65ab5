"""Whole themes as what a mandate is for. Pure.

A theme is only a quicker way of choosing: at the grant it becomes the items that stand in it that day and may be left to an
agent, each named in the words that are agreed to (Civil Code art. 165: the matters are named). What the theme gets later is not
covered; docs/decisions/0011-themes-become-items.md says why.
"""

import re
from collections.abc import Iterable

import msgspec

from backend.catalogue.queries import Published

ALL = "所有允许代办的事项"
WHOLE = "“{theme}”一类（现有 {count} 件：{names}；以后新增的不算）"
LISTED = re.compile(r"一类（现有 (\d+) 件：.*?；以后新增的不算）")


class Theme(msgspec.Struct, frozen=True):
    """`items`: code and name of what an agent may do of it, today."""

    name: str
    items: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        return [name for _code, name in self.items]


class Matters(msgspec.Struct, frozen=True):
    """What is chosen. `items` None: everything an agent may do at all. `words`: as it stands in what is agreed to."""

    items: list[str] | None
    words: str


EVERYTHING = Matters(None, ALL)


def themes_of(published: Published) -> list[Theme]:
    """In the pack's order, people's first; none of which nothing may be left to an agent."""
    standing: dict[str, list[tuple[str, str]]] = {}
    for item in published.pack.items.values():
        for theme in item.themes if item.agent else ():
            standing.setdefault(theme, []).append((item.code, item.name))
    named = [theme for group in published.pack.city.themes.values() for theme in group]
    return [Theme(theme, tuple(standing[theme])) for theme in named if theme in standing]


def chosen(published: Published, themes: Iterable[str], codes: Iterable[str]) -> Matters:
    """Themes and single items together, each item once; what is not known is left out."""
    wanted = set(themes)
    whole = [theme for theme in themes_of(published) if theme.name in wanted]
    inside = list(dict.fromkeys(code for theme in whole for code, _name in theme.items))
    single = [code for code in dict.fromkeys(codes) if code in published.titles and code not in inside]
    words = [WHOLE.format(theme=t.name, count=len(t.items), names="，".join(t.names)) for t in whole]
    return Matters(inside + single, "、".join([*words, *(published.titles[code] for code in single)]))


def shortened(words: str) -> str:
    """For a text message: two of them, and how many things there are in all."""
    listed = [int(count) for count in LISTED.findall(words)]
    parts = LISTED.sub("一类", words).split("、")
    if len(parts) <= 2 and not listed:
        return words
    return f"{'、'.join(parts[:2])}{'等' if len(parts) > 2 else ''} {len(parts) - len(listed) + sum(listed)} 件事"
