"""Pages: Jinja2 templates under pwa/, in the reader's language, whole or one named block of the same template."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backend.core.assets import Assets
from backend.core.clock import Span
from backend.core.db import SHANGHAI
from backend.core.i18n import DEFAULT, translate, translations

ROOT = Path(__file__).resolve().parents[2] / "pwa"
WEEKDAYS = "一二三四五六日"
BEGINS_IN_CHINESE = re.compile(r"[\W\d_]*[\u4e00-\u9fff]")

language: ContextVar[str] = ContextVar("language", default=DEFAULT)
today: ContextVar[date | None] = ContextVar("today", default=None)


class Pages:
    """The template environment with what every page may use: asset(), icon(), _(), and the filters below."""

    def __init__(self, assets: Assets, *, demo: bool, provider: bool = False) -> None:
        self._env = Environment(
            loader=FileSystemLoader(ROOT),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=demo,
        )
        self._env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._env.globals |= {"asset": assets.url, "icon": _icon_from(assets), "hotline": "12345"}
        self._env.globals |= {"demo": demo, "provider": provider}  # provider: one may sign in there
        self._env.filters |= {
            "date_zh": date_zh,
            "time_zh": time_zh,
            "money": money,
            "said": said,
            "by_field": by_field,
            "listed": listed,
            "in_chinese": in_chinese,
        }

    def render(self, template: str, context: dict[str, Any], *, lang: str = DEFAULT, block: str | None = None) -> str:
        """The page, or only the block of it that htmx asked for."""
        token, day = language.set(lang), today.set(context.get("today"))
        try:
            found = self._env.get_template(template)
            if block is None:
                return found.render(context)
            scope = found.new_context(context)
            # The first step of the whole page runs its {% from … import … %} lines; a block alone would not know them.
            next(found.root_render_func(scope), None)
            return "".join(found.blocks[block](scope))
        finally:
            language.reset(token)
            today.reset(day)


def _gettext(sentence: str) -> str:
    return translations(language.get()).gettext(sentence)


def _ngettext(one: str, many: str, n: int) -> str:
    return translations(language.get()).ngettext(one, many, n)


def _icon_from(assets: Assets) -> Any:
    def icon(name: str) -> Markup:
        return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(
            assets.url("icons.svg"), name
        )

    return icon


@contextmanager
def saying(lang: str, day: date | None = None) -> Iterator[Callable[[Any], str]]:
    """`said` for code that answers without a page: `with saying("en") as said: said(sentence)`."""
    token, before = language.set(lang), today.set(day)
    try:
        yield said
    finally:
        language.reset(token)
        today.reset(before)


def said(problem: Any) -> str:
    """A problem, or anything with `say` and `params`, in the reader's language. Dates, spans and sentences are worded."""
    return translate(language.get(), problem.say, {name: _worded(value) for name, value in problem.params.items()})


def _worded(value: Any) -> Any:
    if isinstance(value, Span):
        return days_zh(value)
    if isinstance(value, datetime):
        return time_zh(value)
    if isinstance(value, date):
        return date_zh(value)
    return said(value) if hasattr(value, "say") else value


def by_field(problems: Any) -> dict[str, str]:
    """The first sentence for each field, to stand beside it; "" where there is none."""
    return defaultdict(str, {p.field: said(p) for p in reversed(problems)})


def listed(problems: Any) -> list[dict[str, str]]:
    """All sentences with the fields they lead to, for error_summary."""
    return [{"field": p.field, "text": said(p)} for p in problems]


def in_chinese(text: Any) -> Markup:
    """The attribute for an element whose text is the city's own, on an English page: a screen reader changes its voice."""
    foreign = language.get() == "en" and BEGINS_IN_CHINESE.match(str(text or ""))
    return Markup(' lang="zh-CN"') if foreign else Markup("")


def date_zh(day: date | datetime | None) -> str:
    """10 月 21 日（周三）; with its year when that is not this year."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = day.astimezone(SHANGHAI).date()
    far = day.year != (today.get() or day).year
    if language.get() == "en":
        return f"{day:%a} {day.day} {day:%B}" + (f" {day.year}" if far else "")
    week = "週" if language.get() == "zh-Hant" else "周"
    return (f"{day.year} 年 " if far else "") + f"{day.month} 月 {day.day} 日（{week}{WEEKDAYS[day.weekday()]}）"


def days_zh(span: Span) -> str:
    """10 月 1–7 日; each end with its month where they differ."""
    first, last = span.first, span.last
    if first == last:
        return date_zh(first)
    if language.get() == "en":
        same = (first.year, first.month) == (last.year, last.month)
        return f"{first.day}{'' if same else f' {first:%B}'} to {last.day} {last:%B}"
    end = f"{last.day} 日" if (first.year, first.month) == (last.year, last.month) else f"{last.month} 月 {last.day} 日"
    return f"{first.month} 月 {first.day}{'' if first.month == last.month else ' 日'}–{end}"


def time_zh(at: datetime) -> str:
    """10 月 21 日 09:05, where the office is."""
    local = at.astimezone(SHANGHAI)
    if language.get() == "en":
        return f"{local.day} {local:%B} {local:%H:%M}"
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


def money(fen: int) -> str:
    """1250 → 12.50 元; whole yuan without decimals."""
    yuan = f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"
    return f"{yuan} CNY" if language.get() == "en" else f"{yuan} 元"
