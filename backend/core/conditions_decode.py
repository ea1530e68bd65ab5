"""Reading rules strictly from plain YAML or JSON data, in bounded time."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from backend.core.conditions_derive import DERIVATIONS
from backend.core.conditions_model import (
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
    Score,
    Some,
    Sum,
    Total,
)
from backend.core.conditions_parts import (
    STANDING,
    comparison_in,
    inside_of,
    key_in,
    number_comparison_in,
    number_in,
    operand_in,
    role_in,
    said_in,
    short,
    side_in,
    some_of,
    term_in,
)

MAX_DEPTH = 16
MAX_NODES = 1000

_HEADS = ("all", "any", "not", "fact", "compare", "every", "some", "count", "sum", "item")


def decode(data: object, where: str = "", most: int = MAX_NODES) -> Condition:
    """The condition that plain data describes; `where` is the place in the file, for the error's words; `most` parts.

    Raises ConditionError for anything outside the language, too deep or too large.
    """
    return _Reader(most).node(data, where, depth=0, inside=())


def decode_derived(data: object, where: str = "", *, whole: bool = False) -> Meaning:
    """`{years_since: person.birth_date}` or `{per_head: [family.income, family.heads]}` as the Meaning of that element."""
    if not isinstance(data, dict) or len(data) != 1:
        raise ConditionError(where, "推算要写成“方法: 数据元”这样的一项。")
    how, of = next(iter(data.items()))
    parts = of if isinstance(of, list) else [of]
    if how not in DERIVATIONS:
        raise ConditionError(where, f"没有“{short(how)}”这种推算方法；有：{'、'.join(sorted(DERIVATIONS))}。")
    if len(parts) != DERIVATIONS[how].takes:
        raise ConditionError(where, f"“{how}”要 {DERIVATIONS[how].takes} 个数据元。")
    return Meaning(whole=whole, derived=how, of=tuple(key_in(part, where) for part in parts), asked=False)


class _Reader:
    """Counts what it has read, so that a file made to hurt is refused early."""

    def __init__(self, most: int) -> None:
        self.nodes, self.most = 0, most

    def node(self, data: object, where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        self.nodes += 1
        if self.nodes > self.most:
            raise ConditionError(where, f"条件太多：一处最多 {self.most} 条。")
        if depth > MAX_DEPTH:
            raise ConditionError(where, f"条件套得太深：最多 {MAX_DEPTH} 层。")
        if not isinstance(data, dict):
            raise ConditionError(where, f"这里应该是一个条件，不是“{short(data)}”。")
        heads = [head for head in _HEADS if head in data]
        if len(heads) != 1:
            raise ConditionError(where, f"一个条件要有且只有一个开头：{'、'.join(_HEADS)}。")
        read: Callable[..., Condition] = getattr(self, f"_{heads[0]}")
        return read(data, where, depth + 1, inside)

    def _all(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        return All(of=self._several(data, "all", where, depth, inside), **said_in(data, {"all"}, where))

    def _any(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        return AnyOf(of=self._several(data, "any", where, depth, inside), **said_in(data, {"any"}, where))

    def _several(
        self, data: dict[Any, Any], head: str, where: str, depth: int, inside: tuple[str, ...]
    ) -> tuple[Condition, ...]:
        parts = data[head]
        if not isinstance(parts, list) or not parts:
            raise ConditionError(inside_of(where, head), "这里要列出至少一个条件。")
        return tuple(self.node(part, f"{inside_of(where, head)}[{i}]", depth, inside) for i, part in enumerate(parts))

    def _not(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        return Not(of=self.node(data["not"], inside_of(where, "not"), depth, inside), **said_in(data, {"not"}, where))

    def _fact(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        op, value = comparison_in(data, where)
        said = said_in(data, {"fact", "from", "trust", op}, where)
        return Leaf(of=operand_in(data, where), op=op, value=value, **said)

    def _compare(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        said = said_in(data, {"compare", "with", "from", "trust", "by", "plus"}, where)
        if "with" not in data:
            raise ConditionError(where, "compare 要写明和谁比：with。")
        by, plus = data.get("by", "is"), number_in(data.get("plus", 0), inside_of(where, "plus"))
        if by not in STANDING:
            raise ConditionError(inside_of(where, "by"), f"by 后面写一个比较词：{'、'.join(STANDING)}。")
        left = operand_in({**data, "fact": data["compare"]}, inside_of(where, "compare"))
        right = side_in(data["with"], inside_of(where, "with"))
        return Compare(left=left, right=right, by=by, plus=cast(int, plus), **said)

    def _every(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        role = role_in(data, "every", where, inside)
        that = self._that(data, where, depth, (*inside, role))
        return Every(role=role, that=that, **said_in(data, {"every", "that"}, where))

    def _some(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        role = role_in(data, "some", where, inside)
        that = self._that(data, where, depth, (*inside, role))
        return Some(role=role, that=that, **said_in(data, {"some", "that"}, where))

    def _count(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        if isinstance(data["count"], list):
            return self._score(data, where, depth, inside)
        role = role_in(data, "count", where, inside)
        op, value = number_comparison_in(data, where)
        that = self._that(data, where, depth, (*inside, role)) if "that" in data else None
        return Count(role=role, that=that, op=op, value=value, **said_in(data, {"count", "that", op}, where))

    def _score(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        """`count: [{…}, {when: {…}, worth: 3}]`: how many hold, or what those that hold are worth together."""
        op, value = number_comparison_in(data, where)
        parts, worth = list[Condition](), list[int | Decimal]()
        for i, part in enumerate(some_of(data["count"], inside_of(where, "count"))):
            place = f"{inside_of(where, 'count')}[{i}]"
            weighed = isinstance(part, dict) and part.keys() == {"when", "worth"}
            worth.append(cast(int, number_in(part["worth"], f"{place}.worth")) if weighed else 1)
            parts.append(
                self.node(part["when"] if weighed else part, f"{place}.when" if weighed else place, depth, inside)
            )
        said = said_in(data, {"count", op}, where)
        return Score(of=tuple(parts), worth=tuple(worth), op=op, value=value, **said)

    def _total(self, data: dict[Any, Any], where: str) -> Condition:
        """`sum: [income, {fact: savings, times: 2}]`"""
        op, value = number_comparison_in(data, where)
        parts = some_of(data["sum"], inside_of(where, "sum"))
        terms = [term_in(part, f"{inside_of(where, 'sum')}[{i}]") for i, part in enumerate(parts)]
        said = said_in(data, {"sum", op}, where)
        of, times = tuple(of for of, _ in terms), tuple(times for _, times in terms)
        return Total(terms=of, times=times, op=op, value=value, **said)

    def _sum(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        if isinstance(data["sum"], list):
            return self._total(data, where)
        of = operand_in({**data, "fact": data["sum"]}, where)
        role, _, element = of.fact.partition(".")
        if not element:
            raise ConditionError(inside_of(where, "sum"), "sum 要写成“角色.数据元”。")
        role_in({"sum": role}, "sum", where, inside)
        op, value = number_comparison_in(data, where)
        that = self._that(data, where, depth, (*inside, role)) if "that" in data else None
        said = said_in(data, {"sum", "that", "from", "trust", op}, where)
        return Sum(role=role, of=of, that=that, op=op, value=value, **said)

    def _that(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        if "that" not in data:
            raise ConditionError(where, "要写明每一位要满足什么：that。")
        return self.node(data["that"], inside_of(where, "that"), depth, inside)

    def _item(self, data: dict[Any, Any], where: str, depth: int, inside: tuple[str, ...]) -> Condition:
        if data["item"] != "fits":
            raise ConditionError(inside_of(where, "item"), "这里只能写 item: fits,意思是“这件事自己的条件”。")
        return ItemFits(**said_in(data, {"item"}, where))
