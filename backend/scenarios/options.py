"""The options of a question, and the fact that each of them makes: choices, bands of a number, places."""

import re
from collections.abc import Callable

from backend.core.conditions import Band, ConditionError, Somewhere, Value
from backend.core.conditions_values import region_prefix
from backend.scenarios.model import ElementWords, Option, QuestionKind
from backend.scenarios.scenario_format import OptionFile, QuestionFile
from backend.scenarios.scenario_rules import spelt

MAX_OPTIONS = 300
ELSEWHERE = "elsewhere"

_BANDS: tuple[tuple[re.Pattern[str], Callable[..., Band]], ...] = (
    (re.compile(r"(\d{1,9})\s*[-–—~～至到]\s*(\d{1,9})\D*"), Band),
    (re.compile(r"(?:不到|不满|小于|低于)\s*(\d{1,9})\D*"), lambda limit: Band(None, limit - 1)),
    (re.compile(r"(\d{1,9})\s*\D*以上|满\s*(\d{1,9})\D*"), lambda limit: Band(limit, None)),
    (re.compile(r"(\d{1,9})\D*"), lambda number: Band(number, number)),
)


def options_of(where: str, kind: QuestionKind, file: QuestionFile, words: ElementWords) -> tuple[Option, ...]:
    if kind == "bands":
        return tuple(
            _band(f"{where}.bands[{i}]", str(text), file.unit or words.unit) for i, text in enumerate(file.bands)
        )
    if kind not in ("choice", "several"):
        return ()
    listed = listed_in(where, file, words)
    places = kind == "choice" and all(re.fullmatch(r"\d{6}|\d{9}|\d{12}", v) or v == ELSEWHERE for v in listed)
    means = _places(list(listed)) if places else dict.fromkeys(listed)
    return tuple(Option(value, one.label, means[value] or value, one.help) for value, one in listed.items())


def listed_in(where: str, file: QuestionFile, words: ElementWords) -> dict[str, OptionFile]:
    """The options by their value, in the author's order."""
    written = file.choose or file.several or dict(words.options)
    pairs = written.items() if isinstance(written, dict) else [(one, one) for one in written]
    listed = {
        spelt(value): one if isinstance(one, OptionFile) else OptionFile(label=spelt(one)) for value, one in pairs
    }
    if not 0 < len(listed) <= MAX_OPTIONS or len(listed) != len(written):
        raise ConditionError(where, f"要有 1 到 {MAX_OPTIONS} 个不同的选项。")
    if empty := [value for value, one in listed.items() if not value or not one.label]:
        raise ConditionError(where, f"选项“{empty[0]}”没有字。")
    return listed


def _places(codes: list[str]) -> dict[str, Value | None]:
    """A region chosen from a list is that region without the smaller ones that the list names, too."""
    regions = [code for code in codes if code != ELSEWHERE]
    found: dict[str, Value | None] = {ELSEWHERE: Somewhere(outside=tuple(regions))}
    for code in regions:
        inner = tuple(o for o in regions if o != code and region_prefix(o).startswith(region_prefix(code)))
        found[code] = Somewhere(inside=(code,), outside=inner)
    return found


def _band(where: str, text: str, unit: str) -> Option:
    """`不到79`, `79`, `80–89`, `100以上`: whole units, both ends included."""
    text = text.strip()
    for pattern, read in _BANDS:
        if found := pattern.fullmatch(text):
            band = read(*(int(number) for number in found.groups() if number))
            if isinstance(band.low, int) and isinstance(band.high, int) and band.low > band.high:
                raise ConditionError(where, "前一个数要比后一个小。")
            return Option(text, _band_label(band, unit) if unit else text, band)
    raise ConditionError(where, f"看不懂“{text[:20]}”这一段；可以写 不到79、79、80–89、100以上。")


def _band_label(band: Band, unit: str) -> str:
    if band.low is None:
        return f"不到 {band.high + 1} {unit}" if isinstance(band.high, int) else unit
    if band.high is None:
        return f"{band.low} {unit}以上"
    return f"{band.low} {unit}" if band.low == band.high else f"{band.low}–{band.high} {unit}"
