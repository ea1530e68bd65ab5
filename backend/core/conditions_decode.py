"""Reading rules strictly from plain YAML or JSON data, in bounded time."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from backend.core.conditions_derive import CHECKS, DERIVATIONS
from backend.core.conditions_model import (
    OPERATORS,
    All,
    AnyOf,
    Compare,
    Condition,
    ConditionError,
    Count,
    Every,
    ItemFits,
    Leaf,
    Meaning,
    Not,
    Operand,
    Operator,
    Scalar,
    Some,
    Sum,
    Trust,
)

MAX_DEPTH = 16
MAX_NODES = 1000
MAX_QUANTIFIERS_DEEP = 2
MAX_LIST = 300
MAX_WORDS = 300

_KEY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
_NAME = re.compile(r"[^\W\d]\w*")
_SOURCE = re.compile(r"[^\W\d]\w*(\.\w+)?")
_HEADS = ("all", "any", "not", "fact", "compare", "every", "some", "count", "sum", "item")
_SAID = frozenset({"say", "basis", "rule"})
_NUMERIC = frozenset({"at_least", "at_most", "more_than", "less_than"})


def decode(data: object, where: str = "") -> Condition:
    """The condition that plain data describes; `where` is the place in the file, for the error's words.

    Raises ConditionError for anything outside the language, too deep or too large.
    """
    return _Reader().node(data, where, depth=0, inside=())


def decode_derived(data: object, where: str = "", *, whole: bool = False) -> Meaning:
    """`{years_since: person.birth_date}` or `{per_head: [family.income, family.heads]}` as the Meaning of that element."""
    if not isinstance(data, dict) or len(data) != 1:
        raise ConditionError(where, "推算要写成“方法: 数据元”这样的一项。")
    how, of = next(iter(data.items()))
    parts = of if isinstance(of, list) else [of]
    if how not in DERIVATIONS:
        raise ConditionError(where, f"没有“{_short(how)}”这种推算方法；有：{'、'.join(sorted(DERIVATIONS))}。")
    if len(parts) != DERIVATIONS[how].takes:
        raise ConditionError(where, f"“{how}”要 {DERIVATIONS[how].takes} 个数据元。")
    return Meaning(whole=whole, derived=how, of=tuple(_key(part, where) for part in parts), asked=False)


class _Reader:
    """Counts what it has read, so that a file made to hurt is refused early."""

    def __init__(self) -> None:
        self.nodes = 0

    def node(self, data: object, where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ConditionError(where, f"条件太多：一处最多 {MAX_NODES} 条。")
        if depth > MAX_DEPTH:
            raise ConditionError(where, f"条件套得太深：最多 {MAX_DEPTH} 层。")
        if not isinstance(data, dict):
            raise ConditionError(where, f"这里应该是一个条件，不是“{_short(data)}”。")
        heads = [head for head in _HEADS if head in data]
        if len(heads) != 1:
            raise ConditionError(where, f"一个条件要有且只有一个开头：{'、'.join(_HEADS)}。")
        read: Callable[..., Condition] = getattr(self, f"_{heads[0]}")
        return read(data, where, depth + 1, inside)

    def _all(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        return All(of=self._several(data, "all", where, depth, inside), **_said(data, {"all"}, where))

    def _any(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        return AnyOf(of=self._several(data, "any", where, depth, inside), **_said(data, {"any"}, where))

    def _several(
        self, data: dict[Any, Any], head: str, where: str, depth: int, inside: tuple[str, ...]
    ) -> tuple[Condition, ...]:
        parts = data[head]
        if not isinstance(parts, list) or not parts:
            raise ConditionError(_in(where, head), "这里要列出至少一个条件。")
        return tuple(self.node(part, f"{_in(where, head)}[{i}]", depth, inside) for i, part in enumerate(parts))

    def _not(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        return Not(of=self.node(data["not"], _in(where, "not"), depth, inside), **_said(data, {"not"}, where))

    def _fact(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        op, value = _test(data, where)
        said = _said(data, {"fact", "from", "trust", op}, where)
        return Leaf(of=_operand(data, where), op=op, value=value, **said)

    def _compare(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        said = _said(data, {"compare", "with", "from", "trust"}, where)
        if "with" not in data:
            raise ConditionError(where, "compare 要写明和谁比：with。")
        left = _operand({**data, "fact": data["compare"]}, _in(where, "compare"))
        return Compare(left=left, right=_side(data["with"], _in(where, "with")), **said)

    def _every(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        role = _role(data, "every", where, inside)
        that = self._that(data, where, depth, (*inside, role))
        return Every(role=role, that=that, **_said(data, {"every", "that"}, where))

    def _some(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        role = _role(data, "some", where, inside)
        that = self._that(data, where, depth, (*inside, role))
        return Some(role=role, that=that, **_said(data, {"some", "that"}, where))

    def _count(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        role = _role(data, "count", where, inside)
        op, value = _number_test(data, where)
        that = self._that(data, where, depth, (*inside, role)) if "that" in data else None
        return Count(role=role, that=that, op=op, value=value, **_said(data, {"count", "that", op}, where))

    def _sum(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        of = _operand({**data, "fact": data["sum"]}, where)
        role, _, element = of.fact.partition(".")
        if not element:
            raise ConditionError(_in(where, "sum"), "sum 要写成“角色.数据元”。")
        _role({"sum": role}, "sum", where, inside)
        op, value = _number_test(data, where)
        that = self._that(data, where, depth, (*inside, role)) if "that" in data else None
        said = _said(data, {"sum", "that", "from", "trust", op}, where)
        return Sum(role=role, of=of, that=that, op=op, value=value, **said)

    def _that(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        if "that" not in data:
            raise ConditionError(where, "要写明每一位要满足什么：that。")
        return self.node(data["that"], _in(where, "that"), depth, inside)

    def _item(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        if data["item"] != "fits":
            raise ConditionError(_in(where, "item"), "这里只能写 item: fits,意思是“这件事自己的条件”。")
        return ItemFits(**_said(data, {"item"}, where))


def _said(data: dict[Any, Any], expected: set[str], where: str) -> dict[str, str]:
    for word in data:
        if word not in expected and word not in _SAID:
            raise ConditionError(where, f"不认识的词“{_short(word)}”。")
    return {word: _words(data[word], _in(where, word)) for word in _SAID & data.keys()}


def _words(text: object, where: str) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_WORDS or "\0" in text:
        raise ConditionError(where, f"这里要写 1 到 {MAX_WORDS} 个字的一句话。")
    return text


def _test(data: dict[Any, Any], where: str) -> tuple[Operator, Scalar | tuple[Scalar, ...]]:
    ops = [op for op in OPERATORS if op in data]
    if len(ops) != 1:
        raise ConditionError(where, f"要有且只有一个比较词：{'、'.join(OPERATORS)}。")
    return ops[0], _constant(ops[0], data[ops[0]], _in(where, ops[0]))


def _number_test(data: dict[Any, Any], where: str) -> tuple[Operator, Scalar | tuple[Scalar, ...]]:
    op, value = _test(data, where)
    numbers = value if isinstance(value, tuple) else (value,)
    if op not in _NUMERIC | {"is", "is_not", "in"} or not all(_is_number(number) for number in numbers):
        raise ConditionError(_in(where, op), "人数和合计只能和数字比。")
    return op, value


def _constant(op: Operator, data: object, where: str) -> Scalar | tuple[Scalar, ...]:
    if op == "in":
        return _list(data, where, _scalar)
    if op == "within":
        return _list(data if isinstance(data, list) else [data], where, _text)
    if op in _NUMERIC:
        return _number(data, where)
    return _READ.get(op, _scalar)(data, where)


def _list(data: object, where: str, read: Callable[[object, str], Scalar]) -> tuple[Scalar, ...]:
    if not isinstance(data, list) or not 0 < len(data) <= MAX_LIST:
        raise ConditionError(where, f"这里要列出 1 到 {MAX_LIST} 个值。")
    return tuple(read(part, where) for part in data)


def _scalar(data: object, where: str) -> Scalar:
    if isinstance(data, float):
        if not math.isfinite(data):
            raise ConditionError(where, "这里要一个有限的数。")
        return Decimal(str(data))
    if isinstance(data, int) and not isinstance(data, bool) and abs(data) >= 10**18:
        raise ConditionError(where, "这个数太大了。")
    if isinstance(data, str):
        return _text(data, where)
    if isinstance(data, datetime) or not isinstance(data, (bool, int, date)):
        raise ConditionError(where, f"这里要一个值(文字、数字、日期、yes 或 no),不是“{_short(data)}”。")
    return data


def _text(data: object, where: str) -> str:
    if not isinstance(data, str):
        raise ConditionError(where, f"这里要文字，不是“{_short(data)}”；编号请加引号。")
    return _words(data, where)


def _date(data: object, where: str) -> date:
    if isinstance(data, date) and not isinstance(data, datetime):
        return data
    try:
        return date.fromisoformat(data)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ConditionError(where, f"这里要一个日期，写成 2026-01-31,不是“{_short(data)}”。") from None


def _number(data: object, where: str) -> Scalar:
    number = _scalar(data, where)
    if not _is_number(number):
        raise ConditionError(where, f"这里要一个数字，不是“{_short(data)}”。")
    return number


def _check(data: object, where: str) -> str:
    if not isinstance(data, str) or data not in CHECKS:
        raise ConditionError(where, f"没有“{_short(data)}”这种检查；有：{'、'.join(sorted(CHECKS))}。")
    return data


def _yes_no(data: object, where: str) -> bool:
    if not isinstance(data, bool):
        raise ConditionError(where, "known 后面写 yes 或 no。")
    return data


_READ: dict[Operator, Callable[[object, str], Scalar]] = {
    "includes": _text,
    "matches": _check,
    "known": _yes_no,
    "before": _date,
    "after": _date,
}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _operand(data: dict[Any, Any], where: str) -> Operand:
    source, trust = data.get("from", ""), data.get("trust")
    if "from" in data and not (isinstance(source, str) and len(source) < 100 and _SOURCE.fullmatch(source)):
        raise ConditionError(_in(where, "from"), "来源要写成“register.名称”或“certificate.名称”。")
    if trust is not None and trust not in ("A", "B", "C", "D"):
        raise ConditionError(_in(where, "trust"), "可信程度只有 A、B、C、D。")
    return Operand(fact=_key(data["fact"], where), source=source, trust=cast("Trust | None", trust))


def _side(data: object, where: str) -> Operand:
    if isinstance(data, dict):
        if "fact" not in data or data.keys() - {"fact", "from", "trust"}:
            raise ConditionError(where, "这里写一个数据元，或者 fact、from、trust。")
        return _operand(data, where)
    return Operand(fact=_key(data, where))


def _key(data: object, where: str) -> str:
    if not isinstance(data, str) or len(data) > 100 or not _KEY.fullmatch(data):
        raise ConditionError(where, f"数据元要写成“角色.名称”，不是“{_short(data)}”。")
    return data


def _role(data: Mapping[Any, Any], head: str, where: str, inside: tuple[str, ...]) -> str:
    role = data[head]
    if not isinstance(role, str) or len(role) > 50 or not _NAME.fullmatch(role):
        raise ConditionError(_in(where, head), "这里要写一个可重复的角色的名字。")
    if role in inside or len(inside) >= MAX_QUANTIFIERS_DEEP:
        raise ConditionError(_in(where, head), f"同一个角色不能套在自己里面，最多套 {MAX_QUANTIFIERS_DEEP} 层。")
    return role


def _in(where: str, word: str) -> str:
    return f"{where}.{word}" if where else str(word)


def _short(data: object) -> str:
    text = data if isinstance(data, str) else type(data).__name__ if isinstance(data, (dict, list)) else str(data)
    return text[:40]
