"""A scenario guide, ready to be walked: what is asked, in whose words, and which items come out of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from backend.core.conditions import Condition, Key, Meaning, Reason, Value

QuestionKind = Literal["choice", "several", "bands", "yes_no", "number", "money", "date", "region", "text"]


class Option(msgspec.Struct, frozen=True):
    """`value` is what stands in an answer and in an address; `means` is the fact it makes. `when`: only offered then."""

    value: str
    label: str
    means: Value
    help: str = ""
    when: Condition | None = None


class Must(msgspec.Struct, frozen=True):
    """What an answer has to meet together with earlier ones, and the sentence for one that does not."""

    that: Condition
    say: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`ask` is the fact and at once the question's id. `none`: the value of the choice that excludes all others.

    `force`: asked wherever it is visible, also if nothing can change any more. `public`: its answers may stand in an
    address. `least` and `most` limit a number; those of money are fen. `earliest` and `latest` limit a date: ISO, or `today`.
    """

    ask: Key
    text: str
    kind: QuestionKind
    options: tuple[Option, ...] = ()
    none: str = ""
    help: str = ""
    why: str = ""
    unit: str = ""
    when: Condition | None = None
    force: bool = False
    public: bool = True
    whole: bool = True
    least: int | Decimal | None = None
    most: int | Decimal | None = None
    earliest: str = ""
    latest: str = ""
    must: tuple[Must, ...] = ()

    @property
    def turns(self) -> bool:
        """Do its options depend on other answers?"""
        return any(option.when for option in self.options)

    @property
    def rules(self) -> list[Condition]:
        """All conditions that speak of this question: when it is shown, its options, what its answer must meet."""
        shown = [when for when in (self.when, *(option.when for option in self.options)) if when is not None]
        return [*shown, *(must.that for must in self.must)]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One item or one piece of advice. `when` is complete: over the guide's own parties, the item's `fits` put in.
    `otherwise`: holds when no other result does."""

    id: str
    when: Condition
    item: str = ""
    advice: str = ""
    say: str = ""
    bind: Mapping[str, str] = {}
    otherwise: bool = False


Memory = dict[Any, Any]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """`questions` in the author's order; `settled` are their places in an order in which a question's `when` only needs
    questions before it. `declined` are optional roles of items that the guide gives to nobody. `first_only`: the first
    result that holds ends the guide. `sign_in`: some questions are personal, their answers stay in the sealed draft.
    `memory`: how rules came out under which answers, so that the next page need not work it out again."""

    id: str
    title: str
    summary: str = ""
    parties: Mapping[str, str] = {}
    calls: Mapping[str, str] = {}
    questions: tuple[Question, ...]
    settled: tuple[int, ...]
    results: tuple[Result, ...]
    kinds: Mapping[str, str] = {}
    meanings: Mapping[str, Meaning] = {}
    declined: frozenset[str] = frozenset()
    first_only: bool = False
    sign_in: bool = False
    memory: Memory = msgspec.field(default_factory=dict)

    @property
    def entangled(self) -> bool:
        """Does one result's standing depend on the others'?"""
        return self.first_only or any(result.otherwise for result in self.results)

    @property
    def rules(self) -> list[Condition]:
        """Every condition of the guide."""
        return [*(result.when for result in self.results), *(rule for q in self.questions for rule in q.rules)]

    def question(self, ask: Key) -> Question | None:
        return next((question for question in self.questions if question.ask == ask), None)


class ItemRule(msgspec.Struct, frozen=True):
    """What a guide needs of an item: who is entitled, and its roles as (kind, optional)."""

    fits: Condition | None
    roles: Mapping[str, tuple[str, bool]]


class ElementWords(msgspec.Struct, frozen=True):
    """What a guide takes over from an element where its author says nothing else."""

    type: str
    label: str = ""
    help: str = ""
    why: str = ""
    unit: str = ""
    public: bool = False
    options: Mapping[str, str] = {}
    least: int | None = None
    most: int | None = None


class Vocabulary(msgspec.Struct, frozen=True):
    """What the pack around a scenario says: its items by name, its elements by code. Empty for a guide that stands alone."""

    items: Mapping[str, ItemRule] = {}
    elements: Mapping[str, ElementWords] = {}
    meanings: Mapping[str, Meaning] = {}


class Fit(msgspec.Struct, frozen=True):
    """A result that applies, or almost does, with the reasons that decided it."""

    result: Result
    reasons: tuple[Reason, ...]


class Step(msgspec.Struct, frozen=True):
    """Where a walk stands. `next` None: nothing can change any more.

    `answered`: the questions whose answers count, in the author's order. `undecided`: results that no question is left
    for; the check of a guide proves that there are none at its end. `offered`: the options of questions that have not
    always the same.
    """

    next: Question | None
    results: tuple[Fit, ...]
    almost: tuple[Fit, ...]
    answered: tuple[Question, ...]
    undecided: tuple[Result, ...]
    invalid: Mapping[str, str]
    hidden: frozenset[Key] = frozenset()
    offered: Mapping[Key, tuple[Option, ...]] = {}
