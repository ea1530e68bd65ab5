"""The options of a question, and the fact that each of them makes: choices, bands of a number, places."""

import re
from collections.abc import Callable

from backend.core.conditions import Band, ConditionError, Somewhere, Value
from backend.core.conditions_values import region_prefix
from backend.scenarios.model import ElementWords, Option, QuestionKind
from backend.scenarios.scenario_format import QuestionFile

MAX_OPTIONS = 60
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
    written = file.choose or file.several or dict(words.options)
    labels = written if isinstance(written, dict) else {label: label for label in written}
    if not 0 < len(labels) <= MAX_OPTIONS or len(labels) != len(written):
        raise ConditionError(where, f"要有 1 到 {MAX_OPTIONS} 个不同的选项。")
    places = kind == "choice" and all(re.fullmatch(r"\d{6}|\d{9}|\d{12}", v) or v == ELSEWHERE for v in labels)
    means = _places(list(labels)) if places else dict.fromkeys(labels)
    return tuple(Option(value, label, means[value] or value) for value, label in labels.items())


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
