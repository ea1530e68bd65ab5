"""The parts of a rule that are not conditions: operands, comparison words and their constants, names, people's words."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from backend.core.conditions_derive import CHECKS
from backend.core.conditions_model import OPERATORS, ConditionError, Operand, Operator, Scalar, Trust

MAX_QUANTIFIERS_DEEP = 2
MAX_LIST = 300
MAX_WORDS = 300

_KEY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
_NAME = re.compile(r"[^\W\d]\w*")
_SOURCE = re.compile(r"[^\W\d]\w*(\.\w+)?")
_SAID = frozenset({"say", "basis", "rule"})
STANDING = ("is", "is_not", "at_least", "at_most", "more_than", "less_than", "before", "after")
"""How two facts may stand to each other in a comparison."""
NUMERIC = frozenset({"at_least", "at_most", "more_than", "less_than"})


def said_in(data: dict[Any, Any], expected: set[str], where: str) -> dict[str, str]:
    for word in data:
        if word not in expected and word not in _SAID:
            raise ConditionError(where, f"不认识的词“{short(word)}”。")
    return {word: words_in(data[word], inside_of(where, word)) for word in _SAID & data.keys()}


def words_in(text: object, where: str) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_WORDS or "\0" in text:
        raise ConditionError(where, f"这里要写 1 到 {MAX_WORDS} 个字的一句话。")
    return text


def comparison_in(data: dict[Any, Any], where: str) -> tuple[Operator, Scalar | tuple[Scalar, ...]]:
    ops = [op for op in OPERATORS if op in data]
    if len(ops) != 1:
        raise ConditionError(where, f"要有且只有一个比较词：{'、'.join(OPERATORS)}。")
    return ops[0], _constant(ops[0], data[ops[0]], inside_of(where, ops[0]))


def number_comparison_in(data: dict[Any, Any], where: str) -> tuple[Operator, Scalar | tuple[Scalar, ...]]:
    op, value = comparison_in(data, where)
    numbers = value if isinstance(value, tuple) else (value,)
    if op not in NUMERIC | {"is", "is_not", "in"} or not all(_is_number(number) for number in numbers):
        raise ConditionError(inside_of(where, op), "人数和合计只能和数字比。")
    return op, value


def _constant(op: Operator, data: object, where: str) -> Scalar | tuple[Scalar, ...]:
    if op == "in":
        return _list(data, where, _scalar)
    if op == "within":
        return _list(data if isinstance(data, list) else [data], where, _text)
    if op in NUMERIC:
        return number_in(data, where)
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
        raise ConditionError(where, f"这里要一个值(文字、数字、日期、yes 或 no),不是“{short(data)}”。")
    return data


def _text(data: object, where: str) -> str:
    if not isinstance(data, str):
        raise ConditionError(where, f"这里要文字，不是“{short(data)}”；编号请加引号。")
    return words_in(data, where)


def _date(data: object, where: str) -> date:
    if isinstance(data, date) and not isinstance(data, datetime):
        return data
    try:
        return date.fromisoformat(data)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ConditionError(where, f"这里要一个日期，写成 2026-01-31,不是“{short(data)}”。") from None


def number_in(data: object, where: str) -> Scalar:
    number = _scalar(data, where)
    if not _is_number(number):
        raise ConditionError(where, f"这里要一个数字，不是“{short(data)}”。")
    return number


def _check(data: object, where: str) -> str:
    if not isinstance(data, str) or data not in CHECKS:
        raise ConditionError(where, f"没有“{short(data)}”这种检查；有：{'、'.join(sorted(CHECKS))}。")
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


def operand_in(data: dict[Any, Any], where: str) -> Operand:
    source, trust = data.get("from", ""), data.get("trust")
    if "from" in data and not (isinstance(source, str) and len(source) < 100 and _SOURCE.fullmatch(source)):
        raise ConditionError(inside_of(where, "from"), "来源要写成“register.名称”或“certificate.名称”。")
    if trust is not None and trust not in ("A", "B", "C", "D"):
        raise ConditionError(inside_of(where, "trust"), "可信程度只有 A、B、C、D。")
    return Operand(fact=key_in(data["fact"], where), source=source, trust=cast("Trust | None", trust))


def side_in(data: object, where: str) -> Operand:
    if isinstance(data, dict):
        if "fact" not in data or data.keys() - {"fact", "from", "trust"}:
            raise ConditionError(where, "这里写一个数据元，或者 fact、from、trust。")
        return operand_in(data, where)
    return Operand(fact=key_in(data, where))


def some_of(data: object, where: str) -> list[Any]:
    if not isinstance(data, list) or not 0 < len(data) <= MAX_LIST:
        raise ConditionError(where, f"这里要列出 1 到 {MAX_LIST} 项。")
    return data


def term_in(data: object, where: str) -> tuple[Operand, int | Decimal]:
    """One summand: a fact, or a fact so many `times` over."""
    if isinstance(data, dict):
        if "fact" not in data or data.keys() - {"fact", "times"}:
            raise ConditionError(where, "这里写一个数据元，或者 fact 和 times。")
        return operand_in(data, where), cast(int, number_in(data.get("times", 1), inside_of(where, "times")))
    return Operand(fact=key_in(data, where)), 1


def key_in(data: object, where: str) -> str:
    if not isinstance(data, str) or len(data) > 100 or not _KEY.fullmatch(data):
        raise ConditionError(where, f"数据元要写成“角色.名称”，不是“{short(data)}”。")
    return data


def role_in(data: Mapping[Any, Any], head: str, where: str, inside: tuple[str, ...]) -> str:
    role = data[head]
    if not isinstance(role, str) or len(role) > 50 or not _NAME.fullmatch(role):
        raise ConditionError(inside_of(where, head), "这里要写一个可重复的角色的名字。")
    if role in inside or len(inside) >= MAX_QUANTIFIERS_DEEP:
        raise ConditionError(inside_of(where, head), f"同一个角色不能套在自己里面，最多套 {MAX_QUANTIFIERS_DEEP} 层。")
    return role


def inside_of(where: str, word: str) -> str:
    return f"{where}.{word}" if where else str(word)


def short(data: object) -> str:
    text = data if isinstance(data, str) else type(data).__name__ if isinstance(data, (dict, list)) else str(data)
    return text[:40]
