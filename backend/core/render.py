"""Pages: Jinja2 templates under pwa/, in the reader's language, whole or one named block of the same template."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import Any

from babel.dates import format_skeleton
from babel.lists import format_list
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from backend.core.assets import Assets
from backend.core.city_words import city_word, marked
from backend.core.clock import Span
from backend.core.db import SHANGHAI
from backend.core.html_places import Localising
from backend.core.i18n import DEFAULT, LANGUAGES, locale_of, own_name, translate, translations

ROOT = Path(__file__).resolve().parents[2] / "pwa"
WEEKDAYS = "一二三四五六日"

language: ContextVar[str] = ContextVar("language", default=DEFAULT)
today: ContextVar[date | None] = ContextVar("today", default=None)


class Pages:
    """The template environment with what every page may use: asset(), icon(), _(), and the filters below."""

    def __init__(self, assets: Assets, *, demo: bool, provider: bool = False) -> None:
        self._env = Localising(
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
        self._env.globals |= {"languages": LANGUAGES, "own_name": own_name, "tag_of": tag_of}
        self._env.globals |= {"demo": demo, "provider": provider}  # provider: one may sign in there
        self._env.filters |= {
            "date_zh": date_zh,
            "time_zh": time_zh,
            "money": money,
            "said": said,
            "by_field": by_field,
            "listed": listed,
            "city_plain": city_plain,
            "city_marked": city_marked,
            "city_plain_list": city_list,
            "city_marked_list": city_list_marked,
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
        if name in assets.rare_icons:  # on few pages: drawn into these, instead of sent to everybody at the first visit
            drawing = Markup(assets.rare_icons[name])  # noqa: S704 - lucide's own drawing, from our build
            return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>').format(
                drawing
            )
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
    return said(value) if hasattr(value, "say") else city_plain(value)


def by_field(problems: Any) -> dict[str, str]:
    """The first sentence for each field, to stand beside it; "" where there is none."""
    return defaultdict(str, {p.field: said(p) for p in reversed(problems)})


def listed(problems: Any) -> list[dict[str, str]]:
    """All sentences with the fields they lead to, for error_summary."""
    return [{"field": p.field, "text": said(p)} for p in problems]


def city_plain(text: Any) -> Any:
    """A text of the city in the reader's language, where no mark can stand: an attribute, a title, a message."""
    return text if isinstance(text, Markup) or not isinstance(text, str) else city_word(text, language.get())


def city_marked(text: Any) -> Any:
    """The same on a page; what stays Chinese is marked for screen readers."""
    return marked(text, language.get())


def city_list(texts: Iterable[Any]) -> str:
    """Several names in a row, as the language puts them: 甲、乙、丙; a, b and c."""
    named = [str(city_plain(text)) for text in texts]
    if language.get().startswith("zh"):
        return "、".join(named)
    return format_list(named, locale="en_GB" if language.get() == "en" else locale_of(language.get()))


def city_list_marked(texts: Iterable[Any]) -> Markup:
    return Markup(city_list([escape(city_marked(text)) for text in texts]))  # noqa: S704  each is escaped


def tag_of(lang: str) -> str:
    """As a browser is told it: a voice for zh-CN is found on every phone."""
    return "zh-CN" if lang == DEFAULT else lang


def date_zh(day: date | datetime | None) -> str:
    """10 月 21 日（周三）; with its year when that is not this year."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = day.astimezone(SHANGHAI).date()
    far = day.year != (today.get() or day).year
    if language.get() == "en":
        return f"{day:%a} {day.day} {day:%B}" + (f" {day.year}" if far else "")
    if not language.get().startswith("zh"):
        return format_skeleton("yMMMEd" if far else "MMMEd", day, locale=locale_of(language.get()))
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
    if not language.get().startswith("zh"):
        return f"{date_zh(first)} – {date_zh(last)}"
    end = f"{last.day} 日" if (first.year, first.month) == (last.year, last.month) else f"{last.month} 月 {last.day} 日"
    return f"{first.month} 月 {first.day}{'' if first.month == last.month else ' 日'}–{end}"


def time_zh(at: datetime) -> str:
    """10 月 21 日 09:05, where the office is."""
    local = at.astimezone(SHANGHAI)
    if language.get() == "en":
        return f"{local.day} {local:%B} {local:%H:%M}"
    if not language.get().startswith("zh"):
        return f"{format_skeleton('MMMd', local, locale=locale_of(language.get()))} {local:%H:%M}"
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


def money(fen: int) -> str:
    """1250 → 12.50 元; whole yuan without decimals."""
    yuan = f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"
    return f"{yuan} 元" if language.get().startswith("zh") else f"{yuan} CNY"
