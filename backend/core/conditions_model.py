"""The words of the rule language and of what is known: plain frozen data, no behaviour beyond looking up.

A *key* is a string: `"applicant.age"` (role.element), `"members[2].age"` (one of a repeated role), `"care"` (a fact of
one guide alone), or any of these with a source, `"applicant.alive@register.population"`. Rules are written over roles;
elements are defined over kinds; `Facts.kinds` says which kind a role is.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

Trust = Literal["A", "B", "C", "D"]
"""A issued (certificate), B verified (register, counter), C vouched for (pledge, earlier filing), D only said."""

Operator = Literal[
    "is", "is_not", "in", "at_least", "at_most", "more_than", "less_than", "before", "after", "within", "includes",
    "matches", "known",
]  # fmt: skip
OPERATORS: tuple[Operator, ...] = Operator.__args__  # type: ignore[attr-defined]

Key = str
Scalar = bool | int | Decimal | Fraction | date | str


class Band(msgspec.Struct, frozen=True):
    """A number or date known only to lie between two ends, both included; None is no end. `80–89` is Band(80, 89)."""

    low: Decimal | Fraction | date | int | None = None
    high: Decimal | Fraction | date | int | None = None


class Somewhere(msgspec.Struct, frozen=True):
    """A region known only roughly: inside one of `inside` and in none of `outside` (region codes; empty inside = anywhere)."""

    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


Value = Scalar | frozenset[str] | Band | Somewhere
"""frozenset: several choices. Money is an int of fen. A number with decimals is a Decimal, never a float."""


class ConditionError(ValueError):
    """A rule that cannot be read. `where` names the place in the file, `sentence` says what to change."""

    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(f"{where}: {sentence}" if where else sentence)
        self.where = where
        self.sentence = sentence


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What every node may carry: people's words for it being true, the rule's source, and an instant rule's name."""

    say: str = ""
    basis: str = ""
    rule: str = ""


class Operand(msgspec.Struct, frozen=True):
    """One side of a comparison: a fact, optionally from one named source, optionally of at least this trust."""

    fact: Key
    source: str = ""
    trust: Trust | None = None

    @property
    def key(self) -> Key:
        return f"{self.fact}@{self.source}" if self.source else self.fact


class Leaf(Said, frozen=True, kw_only=True):
    of: Operand
    op: Operator
    value: Scalar | tuple[Scalar, ...]


class Compare(Said, frozen=True, kw_only=True):
    """True if both sides are known and `left` stands to `right` + `plus` as `by` says. `plus` of a date: days."""

    left: Operand
    right: Operand
    by: Operator = "is"
    plus: int | Decimal = 0


class All(Said, frozen=True, kw_only=True):
    of: tuple["Condition", ...]


class AnyOf(Said, frozen=True, kw_only=True):
    of: tuple["Condition", ...]


class Not(Said, frozen=True, kw_only=True):
    of: "Condition"


class Every(Said, frozen=True, kw_only=True):
    """`that` is written with the role's own name (`members.age`), which stands for each member in turn."""

    role: str
    that: "Condition"


class Some(Said, frozen=True, kw_only=True):
    role: str
    that: "Condition"


class Count(Said, frozen=True, kw_only=True):
    """How many of the role's members meet `that` (all of them without it), compared by `op` with `value`."""

    role: str
    op: Operator
    value: Scalar | tuple[Scalar, ...]
    that: "Condition | None" = None


class Sum(Said, frozen=True, kw_only=True):
    """The sum of one element over the role's members (those that meet `that`), compared by `op` with `value`."""

    role: str
    of: Operand
    op: Operator
    value: Scalar | tuple[Scalar, ...]
    that: "Condition | None" = None


class Score(Said, frozen=True, kw_only=True):
    """The worth of all parts that hold, added up and compared; each worth 1 counts how many hold."""

    of: tuple["Condition", ...]
    worth: tuple[int | Decimal, ...]
    op: Operator
    value: Scalar | tuple[Scalar, ...]


class Total(Said, frozen=True, kw_only=True):
    """Facts, each taken `times` over, added up and compared. An absent one adds nothing."""

    terms: tuple[Operand, ...]
    times: tuple[int | Decimal, ...]
    op: Operator
    value: Scalar | tuple[Scalar, ...]


class ItemFits(Said, frozen=True, kw_only=True):
    """Inside a scenario result's `when`: the place where the item's own `fits` goes. Replaced by `bind` before judging."""


Condition = Leaf | Compare | All | AnyOf | Not | Every | Some | Count | Sum | Score | Total | ItemFits
Group = (All, AnyOf)
ALWAYS = All(of=())


class Fact(msgspec.Struct, frozen=True):
    """`at`: the day the value was true or was looked up. `source`: `answered`, `profile`, `certificate.x`, `register.x`, `filing`."""

    value: Value
    trust: Trust = "D"
    source: str = "answered"
    at: date | None = None


class Meaning(msgspec.Struct, frozen=True):
    """What the rules must know of an element (or of a guide's own fact).

    `derived` names one of `DERIVATIONS`, `of` the elements it reads, of the same kind. `asked`: the element can also be
    asked itself (a birth date that can be read off an ID number); False: only its sources can be (an age).
    `whole`: its numbers have no decimals (years, counts, fen). `choices`: all values there are; empty = not limited.
    `least` and `most`: between which numbers it lies, where that is known.
    """

    whole: bool = False
    choices: tuple[str, ...] = ()
    derived: str = ""
    of: tuple[str, ...] = ()
    asked: bool = True
    least: int | Decimal | None = None
    most: int | Decimal | None = None


class Facts:
    """Everything known at one moment about the parties of one line, or of one guide.

    A key is *absent* if it is in `absent`, or its role is in `declined` (an optional role nobody fills; a condition that
    hides its question is false). It is *known* if `known` has it. Otherwise it is unknown.
    `repeated`: how many members each declared repeated role has; a repeated role missing here is not declared yet.
    `maybe`: optional roles of which nobody has said yet whether somebody fills them.
    `successors`: former division codes → the code the place has today.
    `on`: the day ages and periods are counted to (the day of receipt, Asia/Shanghai); without it they stay unknown.
    A known value under `key@source` answers a rule that names that source; so does a plain fact with that source.
    """

    __slots__ = ("absent", "declined", "kinds", "known", "maybe", "meanings", "on", "repeated", "successors")

    def __init__(
        self,
        known: Mapping[Key, Fact] | None = None,
        *,
        absent: Iterable[Key] = (),
        declined: Iterable[str] = (),
        maybe: Iterable[str] = (),
        repeated: Mapping[str, int] | None = None,
        kinds: Mapping[str, str] | None = None,
        meanings: Mapping[str, Meaning] | None = None,
        successors: Mapping[str, str] | None = None,
        on: date | None = None,
    ) -> None:
        self.known: Mapping[Key, Fact] = {} if known is None else known
        self.absent = frozenset(absent)
        self.declined = frozenset(declined)
        self.maybe = frozenset(maybe)
        self.repeated = repeated or {}
        self.kinds = kinds or {}
        self.meanings = meanings or {}
        self.successors = successors or {}
        self.on = on

    def filled(self, more: Mapping[Key, Fact]) -> "Facts":
        """The same with these facts known as well."""
        return Facts(
            {**self.known, **more}, absent=self.absent, declined=self.declined, maybe=self.maybe,
            repeated=self.repeated, kinds=self.kinds, meanings=self.meanings,
            successors=self.successors, on=self.on,
        )  # fmt: skip


class Reason(msgspec.Struct, frozen=True):
    """One line of an explanation. `say` is worded as being true; `verdict` tells whether it is (None: not known yet).

    `values`: the facts looked at, (key, value), the value None where unknown or absent.
    """

    say: str
    verdict: bool | None
    values: tuple[tuple[Key, Value | None], ...] = ()
    basis: str = ""
    rule: str = ""


class Judgement(msgspec.Struct, frozen=True):
    """`open`: the unknown facts that can still change the verdict: empty if it is decided.

    A derived fact stands there as the element to ask; an undeclared repeated role as the role's name.
    """

    verdict: bool | None
    because: tuple[Reason, ...]
    open: frozenset[Key]
