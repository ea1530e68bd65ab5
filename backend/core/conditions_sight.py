"""What one look at the facts shows: the value behind a rule's operand, and which keys to ask where there is none."""

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

from backend.core.conditions_derive import DERIVATIONS
from backend.core.conditions_model import Band, Compare, Condition, Facts, Key, Leaf, Meaning, Operand, Somewhere, Trust
from backend.core.conditions_names import bind
from backend.core.conditions_values import meets, shifted, stands


class Gap(Enum):
    UNKNOWN = "unknown"
    ABSENT = "absent"


Outcome = bool | frozenset[Key]
NO_MEANING = Meaning()
ROUGH = (Band, Somewhere)
MAX_DERIVED_DEEP = 8
MOST_EFFORT = 400_000


@lru_cache(maxsize=4096)
def of_member(that: Condition, role: str, number: int) -> Condition:
    """`that`, said of the role's member with this number."""
    return bind(that, {role: f"{role}[{number}]"})


class Sight:
    """Facts as a judge may see them. `tried` are values supposed for a moment; each leaf is looked at once."""

    __slots__ = ("effort", "facts", "least", "plain", "seen", "shared", "tried")

    def __init__(self, facts: Facts, least: Trust = "D", tried: Mapping[Key, object] | None = None) -> None:
        self.facts = facts
        self.least = least
        self.tried = tried or {}
        self.seen: dict[int, tuple[Condition, Outcome]] = {}  # by identity; holding the leaf keeps its id its own
        self.plain: dict[Key, tuple[object, frozenset[Key]]] = {}
        self.effort = MOST_EFFORT
        """How many leaves may still be tried, over all rules judged at this sight."""
        self.shared = False
        """Set when two undecided parts of one rule wait for the same fact."""

    def outcome(self, leaf: Leaf | Compare) -> Outcome:
        """The leaf's verdict; where there is none, the keys that it waits for."""
        entry = self.seen.get(id(leaf))
        if entry is None:
            entry = self.seen[id(leaf)] = (leaf, self._compare(leaf) if isinstance(leaf, Compare) else self._look(leaf))
        return entry[1]

    def verdict(self, leaf: Leaf | Compare) -> bool | None:
        found = self.outcome(leaf)
        return found if isinstance(found, bool) else None

    def _look(self, leaf: Leaf) -> Outcome:
        value, waits_for = self._read(leaf.of)
        if leaf.op == "known":
            return (not isinstance(value, Gap)) is leaf.value
        if value is Gap.ABSENT:
            return False
        if value is Gap.UNKNOWN:
            return waits_for
        met = self._moved(value, leaf) or meets(value, leaf.op, leaf.value)
        return waits_for if met is None else met

    def _read(self, of: Operand) -> tuple[object, frozenset[Key]]:
        """The value and what it waits for, read once for all leaves over the same fact."""
        if of.source or of.trust:
            return self.value(of), self.asks(of)
        found = self.plain.get(of.fact)
        if found is None:
            found = self.plain[of.fact] = (self.value(of), self.asks(of))
        return found

    def _moved(self, value: object, leaf: Leaf) -> bool | None:
        """A region that has been renamed or merged since lies where its successor lies, too."""
        if leaf.op != "within" or not isinstance(value, str):
            return None
        now = self.facts.successors.get(value)
        return meets(now, "within", leaf.value) if now else None

    def _compare(self, leaf: Compare) -> Outcome:
        (left, one), (right, other) = self._read(leaf.left), self._read(leaf.right)
        if Gap.ABSENT in (left, right):
            return False
        met = None if Gap.UNKNOWN in (left, right) else stands(left, leaf.by, shifted(right, leaf.plus))
        if not one.isdisjoint(other):
            self.shared = True
        return one | other if met is None else met

    def value(self, of: Operand, deep: int = 0) -> object:
        """The fact's value, or a Gap."""
        if self.tried and of.key in self.tried:
            return self.tried[of.key]
        if self._absent(of.fact):
            return Gap.ABSENT
        fact = self._fact(of)
        return fact if fact is not None else self._derive(of, deep)

    def _derive(self, of: Operand, deep: int) -> object:
        meaning = self.meaning(of.fact)
        if not meaning.derived or deep > MAX_DERIVED_DEEP:
            return Gap.UNKNOWN
        sources = [self.value(part, deep + 1) for part in sources_of(of, meaning)]
        for gap in (Gap.ABSENT, Gap.UNKNOWN):
            if gap in sources:
                return gap
        if any(isinstance(source, ROUGH) for source in sources):
            return Gap.UNKNOWN
        found = DERIVATIONS[meaning.derived].compute(*sources, self.facts.on)
        return Gap.UNKNOWN if found is None else found

    def meaning(self, fact: Key) -> Meaning:
        """By the key itself (a guide may ask what a sheet never does), else by the element of the role's kind."""
        meanings = self.facts.meanings
        found = meanings.get(fact)
        if found is None and "." in fact:
            role, _, element = fact.partition(".")
            role = role.partition("[")[0]
            found = meanings.get(f"{self.facts.kinds.get(role, role)}.{element}")
        return found or NO_MEANING

    def asks(self, of: Operand, deep: int = 0) -> frozenset[Key]:
        """The keys whose values would tell this one: itself, or what it is derived from. Empty if it is exactly known."""
        value = self.value(of)
        if isinstance(value, ROUGH) or (value is Gap.UNKNOWN and of.key in self.facts.known):
            return frozenset({of.key})
        if value is not Gap.UNKNOWN:
            return frozenset()
        meaning = self.meaning(of.fact)
        if not meaning.derived or meaning.asked or deep > MAX_DERIVED_DEEP:
            return frozenset({of.key})
        return frozenset().union(*(self.asks(part, deep + 1) for part in sources_of(of, meaning)))

    def _absent(self, fact: Key) -> bool:
        facts = self.facts
        if fact in facts.absent:
            return True
        return bool(facts.declined) and fact.partition(".")[0].partition("[")[0] in facts.declined

    def _fact(self, of: Operand) -> object | None:
        known = self.facts.known
        fact = known.get(of.key)
        if fact is None and of.source:
            fact = known.get(of.fact)
            if fact is not None and fact.source != of.source:
                fact = None
        if fact is None or fact.trust > (of.trust or self.least):
            return None
        return fact.value


def sources_of(of: Operand, meaning: Meaning) -> tuple[Operand, ...]:
    """The operands a derived one is computed from: of the same party, from the same source."""
    role, dot, _ = of.fact.rpartition(".")
    named = (part.rpartition(".")[2] if dot else part for part in meaning.of)
    return tuple(Operand(fact=f"{role}{dot}{part}", source=of.source, trust=of.trust) for part in named)
