"""The constants of a condition, as they stand in a rule and as they stand in a form: yuan for fen, words for yes and no. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from backend.core.conditions_derive import CHECKS
from backend.core.i18n import _

NUMBERS = ("years", "number", "money", "area")
CHOSEN = ("choice", "choices", "region")
ORDERED = ("at_least", "at_most", "more_than", "less_than")
OPS = {
    "yes_no": ("is", "is_not", "known"),
    "choice": ("is", "is_not", "in", "known"),
    "choices": ("includes", "known"),
    "region": ("within", "is", "is_not", "in", "known"),
    "date": ("before", "after", "known"),
    **dict.fromkeys(NUMBERS, (*ORDERED, "is", "is_not", "in", "known")),
}
TEXT_OPS = ("is", "is_not", "in", "matches", "known")
SEVERAL = ("in", "within")
BETWEEN = re.compile(r"[、，,;；\s]+")
LONGEST = 200


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One fact a rule may name. `kind` is an element's type (text, yes_no, choice, date, money …); `options`: code → words
    of choices and regions; `group`: under which heading it stands in a list."""

    kind: str
    key: str = ""
    label: str = ""
    group: str = ""
    unit: str = ""
    options: Mapping[str, str] = {}

    @property
    def ops(self) -> tuple[str, ...]:
        return OPS.get(self.kind, TEXT_OPS)


class ValueProblem(ValueError):
    def __init__(self, say: str) -> None:
        super().__init__(say)
        self.say = say


def typed_of(named: Named | None, op: str, value: Any) -> tuple[str, ...]:
    """A rule's constant as texts of the form: several for boxes to tick, else one."""
    kind = named.kind if named else ""
    values = value if isinstance(value, (list, tuple)) else [value]
    texts = tuple(_typed(kind, one) for one in values)
    return texts if kind in CHOSEN or len(texts) < 2 else ("、".join(texts),)


def _typed(kind: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "money" and isinstance(value, int):
        return f"{value // 100}" if value % 100 == 0 else f"{Decimal(value) / 100:.2f}"
    return str(value)


def value_of(named: Named, op: str, texts: tuple[str, ...]) -> Any:
    """The constant as a rule holds it; ValueProblem in words where it cannot be one."""
    given = [text for text in texts if text]
    if not given:
        raise ValueProblem(_("这里还没有填。"))
    if op == "known":
        return _yes_no(given[0])
    if op == "matches":
        if given[0] not in CHECKS:
            raise ValueProblem(_("没有这种检查，请重新选。"))
        return given[0]
    if op not in SEVERAL:
        return _one(named, given[0])
    parts = given if named.kind in CHOSEN else [part for text in given for part in BETWEEN.split(text) if part]
    found = [_one(named, part) for part in dict.fromkeys(parts)]
    if not found or len(found) > LONGEST:
        raise ValueProblem(_("这里列出 1 到 200 个，用顿号隔开。"))
    return found[0] if op == "within" and len(found) == 1 else found


def _one(named: Named, text: str) -> Any:
    if named.kind == "yes_no":
        return _yes_no(text)
    if named.kind == "region" and re.fullmatch(r"\d{6}", text, re.ASCII):
        return text
    if named.kind in CHOSEN:
        if text not in named.options:
            raise ValueProblem(_("请从列出的几项里选。"))
        return text
    if named.kind in NUMBERS:
        return _number(named.kind, text)
    if named.kind == "date":
        return _date(text)
    return text


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueProblem(_("请选“是”或“否”。"))
    return text == "yes"


def _number(kind: str, text: str) -> int | float:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueProblem(_("这里要写数字。")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise ValueProblem(_("这个数太大了。"))
    fen = number * 100 if kind == "money" else number
    if fen == fen.to_integral_value():
        return int(fen)
    if kind in ("money", "years"):
        raise ValueProblem(_("这里要写整数；金额最多两位小数。"))
    return float(fen)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueProblem(_("这个日期看不懂，请写成 2026-01-31 这样。")) from None
