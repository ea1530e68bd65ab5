"""The conditions of one guide, from plain data: its own named rules written out, constants as its options are spelt."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

import msgspec

from backend.core.conditions import Condition, ConditionError, Leaf, decode, nodes_of, uses_of
from backend.scenarios.model import ElementWords, Question, Vocabulary

MAX_CONDITIONS = 5000
MAX_IN_ONE = 4000
MAX_DEEP = 50
MAX_RULES = 200
Data = dict[str, Any]


class Rules:
    """Reads every condition of one guide and counts them, so that a file made to hurt is refused early."""

    def __init__(
        self, named: Mapping[str, Data], pack: Vocabulary, parties: Mapping[str, str], own: Iterable[str]
    ) -> None:
        self.named, self.pack, self.parties = named, pack, parties
        self.own = frozenset(own)
        self.choices: dict[str, frozenset[str]] = {}
        self.leaves: dict[Leaf, Leaf] = {}
        self.nodes = 0
        self.copied = 0

    def know(self, questions: Iterable[Question]) -> None:
        """From now on a rule over a choice may only name its options."""
        for question in questions:
            if question.options and all(isinstance(option.means, str) for option in question.options):
                self.choices[question.ask] = frozenset(option.value for option in question.options)

    def check_named(self) -> None:
        if len(self.named) > MAX_RULES:
            raise ConditionError("rules", f"最多 {MAX_RULES} 条有名字的规则。")
        for name in self.named:
            self.read(self.named[name], f"rules.{name}", (name,))

    def read(self, data: object, where: str, path: tuple[str, ...] = ()) -> Condition:
        """One condition; every name in it has to be one of this guide or of its pack."""
        condition = decode(self.written_out(data, where, path), where, MAX_IN_ONE)
        self.nodes += sum(1 for _ in nodes_of(condition))
        if self.nodes > MAX_CONDITIONS:
            raise ConditionError(where, f"条件太多：一份指引最多 {MAX_CONDITIONS} 条。")
        for use in uses_of(condition):
            self.known_name(use.fact, where)
        return self.interned(condition)

    def written_out(self, data: object, where: str, path: tuple[str, ...]) -> object:
        """`holds: name` replaced by that rule, the constants of choices as their options are spelt."""
        self.copied += 1
        if self.copied > 4 * MAX_CONDITIONS or len(path) > MAX_DEEP:
            raise ConditionError(where, f"条件太多：一份指引最多 {MAX_CONDITIONS} 条。")
        if isinstance(data, list):
            return [self.written_out(part, f"{where}[{i}]", path) for i, part in enumerate(data)]
        if not isinstance(data, dict):
            return data
        if "holds" in data:
            return self.held(data, where, path)
        if isinstance(data.get("fact"), str):
            return self.leaf(data, where)
        return {word: self.written_out(part, f"{where}.{word}", path) for word, part in data.items()}

    def held(self, data: Data, where: str, path: tuple[str, ...]) -> object:
        name = data["holds"]
        if not isinstance(name, str) or name not in self.named:
            raise ConditionError(where, f"rules 里没有“{str(name)[:40]}”。")
        if name in path:
            raise ConditionError(where, f"规则绕成了圈：{' → '.join((*path, name))}。")
        written = self.written_out(self.named[name], f"rules.{name}", (*path, name))
        return written if len(data) == 1 else _said_of(data, written)

    def leaf(self, data: Data, where: str) -> Data:
        """One comparison; the place of a wrong name or option is told exactly."""
        fact = data["fact"]
        if "." not in fact:
            self.known_name(fact, where)
        options = self.choices.get(fact)
        if options is None:
            return data
        changed = dict(data)
        for op in data.keys() & {"is", "is_not", "in", "includes", "within"}:
            listed = data[op] if isinstance(data[op], list) else [data[op]]
            spelling = [spelt(one) for one in listed]
            if wrong := [one for one in spelling if one not in options]:
                raise ConditionError(f"{where}.{op}", f"“{fact}”没有“{wrong[0][:40]}”这个选项。")
            changed[op] = spelling if isinstance(data[op], list) else spelling[0]
        return changed

    def known_name(self, fact: str, where: str) -> None:
        role, dot, element = fact.partition(".")
        if fact in self.own:
            return
        if not dot or not self.pack.elements:
            raise ConditionError(where, f"没有一个问题问到“{fact}”。")
        if f"{self.parties.get(role)}.{element}" not in self.pack.elements:
            raise ConditionError(where, f"没有“{fact}”这个数据元，或者 parties 里没有“{role}”。")

    def interned(self, condition: Condition) -> Condition:
        """Equal leaves become one object, so that a walk looks at each only once."""

        def walk(part: Any) -> Any:
            if isinstance(part, Leaf):
                return self.leaves.setdefault(part, part)
            if isinstance(part, tuple):
                return tuple(walk(each) for each in part)
            if isinstance(part, msgspec.Struct) and isinstance(getattr(part, "of", None), (tuple, msgspec.Struct)):
                return msgspec.structs.replace(part, of=walk(part.of))  # type: ignore[attr-defined]
            return part

        return cast(Condition, walk(condition))


def _said_of(data: Data, written: object) -> Data:
    """The rule under a name, with the words that this use of it brings along."""
    return {word: value for word, value in data.items() if word != "holds"} | {"all": [written]}


def spelt(value: object) -> str:
    """An option as text. YAML reads yes and no as true and false; here they stay the words they are."""
    said = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else None
    return said or {"true": "yes", "false": "no"}.get(str(value), str(value))


def day_in(text: str, where: str) -> str:
    """A limit of a date: ISO text or `today`."""
    try:
        return text if text == "today" else date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConditionError(where, "这里要一个日期，写成 2026-01-31,或者 today。") from None


def words_of(file_parties: Mapping[str, str], pack: Vocabulary, ask: str, where: str) -> ElementWords:
    """What the pack's element says of a question; nothing for a guide's own fact."""
    role, dot, element = ask.partition(".")
    if not dot:
        return STANDS_ALONE
    if role not in file_parties:
        raise ConditionError(f"{where}.ask", f"“{role}”不在 parties 里。")
    found = pack.elements.get(f"{file_parties[role]}.{element}")
    if found is None and pack.elements:
        raise ConditionError(f"{where}.ask", f"没有“{file_parties[role]}.{element}”这个数据元。")
    return found or STANDS_ALONE


STANDS_ALONE = ElementWords(type="", public=True)
"""What is known of a guide's own fact, and of every fact of a guide without a pack."""
