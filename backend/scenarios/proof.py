"""Proof of a guide: every journey through it, walked once for each situation that is really different. Pure.

Two journeys that leave the same remainder of every rule go on alike, so they are walked on together. Each result is
also walked for itself: only the questions that matter to it are asked there, which keeps guides with many results
provable. Only the numbers (longest, mean) need the whole; where that is too large they are estimated and say so.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations
from statistics import fmean

import msgspec

from backend.core.conditions import Band, Condition, Key, Score, Somewhere, Value, nodes_of
from backend.core.conditions_cells import form_of, samples
from backend.core.conditions_rest import rest_of
from backend.core.conditions_sight import Gap
from backend.scenarios.model import Question, Scenario
from backend.scenarios.proof_values import keys_in, spread
from backend.scenarios.rules import Outlook, out_of_days

MAX_STATES = 3000
MAX_LOOKS = 600_000
SAMPLED = 100
MAX_TRIED_OPTIONS = 6
ANY_DAY = date(2026, 9, 25)
TRIED = ("number", "money", "date")


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing wrong with a guide: where in its file, and a sentence. A warning does not stop publishing."""

    where: str
    say: str
    warning: bool = False


class Numbers(msgspec.Struct, frozen=True):
    """Questions of a journey, each answer equally likely. `author_mean`: asking every visible question in order.
    `exact` False: estimated from journeys drawn at random."""

    longest: int
    mean: float
    author_mean: float
    exact: bool


class Proof(msgspec.Struct, frozen=True):
    findings: tuple[Finding, ...]
    numbers: Numbers


class TooLarge(Exception):
    """More situations than are worth walking."""


class Ahead(msgspec.Struct, frozen=True):
    """What can still come from one situation on. `stuck`: answers that end with results undecided, and which."""

    longest: int
    mean: float
    asked: frozenset[Key]
    reached: frozenset[str]
    stuck: tuple[tuple[str, Mapping[Key, Value]], ...]


def prove(scenario: Scenario, on: date = ANY_DAY) -> Proof:
    """Where results depend on each other, the whole is walked; else each result for itself."""
    findings: list[Finding] = []
    asked: set[Key] = set()
    budget = Budget(MAX_LOOKS)
    guesses = guessed(scenario, on)
    for at, result in enumerate(scenario.results):
        try:
            ahead = Walker(_for(scenario, at), on, budget=budget).ahead({})
        except TooLarge:
            findings.append(Finding(f"results[{at}]", "这条结果的条件牵涉太多种情况，没有全部走完。", warning=True))
            asked |= {question.ask for question in scenario.questions}
            continue
        asked |= ahead.asked
        if result.id not in ahead.reached:
            guess = not guesses.isdisjoint(ahead.asked)
            said = "试过的回答都" if guess else "怎么回答都"
            findings.append(Finding(f"results[{at}]", f"{said}得不到“{result.id}”。", warning=guess))
        if (answers := dict(ahead.stuck).get(result.id)) is not None:
            findings.append(Finding(f"results[{at}]", f"回答 {told(answers)} 以后，“{result.id}”还是定不下来。"))
    findings += _unused(scenario, asked)
    return Proof(tuple(sorted(findings)), numbers(scenario, on))


def _for(scenario: Scenario, at: int) -> Scenario:
    """The guide as far as one result depends on it."""
    result, others = scenario.results[at], scenario.results
    if result.otherwise:
        kept = others[: at + 1] if scenario.first_only else others
    else:
        kept = others[: at + 1] if scenario.first_only else (result,)
    return msgspec.structs.replace(scenario, results=kept)


def _unused(scenario: Scenario, asked: set[Key]) -> Iterator[Finding]:
    for at, question in enumerate(scenario.questions):
        if question.ask not in asked and not question.force:
            yield Finding(f"questions[{at}]", f"“{question.text}”从来不用问：它改变不了任何结果。")
        if not question.public and not scenario.sign_in:
            yield Finding(
                f"questions[{at}]",
                "不登录就能用的指引不问个人信息；请改成分段、换一个公开的数据元，或者写上 sign_in: yes。",
            )


def numbers(scenario: Scenario, on: date = ANY_DAY) -> Numbers:
    every = tuple(msgspec.structs.replace(question, force=True) for question in scenario.questions)
    author = msgspec.structs.replace(scenario, questions=every, results=())
    budget = Budget(MAX_LOOKS)
    try:
        ours, theirs = (Walker(one, on, budget=budget).ahead({}) for one in (scenario, author))
        return Numbers(ours.longest, ours.mean, theirs.mean, exact=not guessed(scenario, on))
    except TooLarge:
        lengths, every_length = _lengths(scenario, on), _lengths(author, on)
        return Numbers(max(lengths), fmean(lengths), fmean(every_length), exact=False)


def _lengths(scenario: Scenario, on: date) -> list[int]:
    dice = random.Random(len(scenario.questions))  # noqa: S311, the same journeys each time, nothing secret
    walker = Walker(scenario, on)
    lengths = [walker.length(dice)]
    while len(lengths) < SAMPLED and walker.budget.parts > 0:
        lengths.append(walker.length(dice))
    return lengths


class Budget:
    """How much may be looked at altogether, in parts of rules: a proof ends, whatever the file says."""

    def __init__(self, parts: int) -> None:
        self.parts = parts

    def spend(self, parts: int) -> None:
        self.parts -= parts
        if self.parts < 0:
            raise TooLarge


class Walker:
    """Walks one guide; each different situation once, and no more than `most` of them."""

    def __init__(self, scenario: Scenario, on: date, most: int = MAX_STATES, budget: Budget | None = None) -> None:
        self.scenario, self.on, self.most = scenario, on, most
        self.budget = budget or Budget(MAX_LOOKS)
        self.parts = 10 + sum(_weight(node) for rule in scenario.rules for node in nodes_of(rule))
        self.known: dict[object, Ahead] = {}
        self.replies: dict[Key, list[Value]] = {}

    def ahead(self, given: dict[Key, Value]) -> Ahead:
        self.budget.spend(self.parts)
        look = Outlook(self.scenario, given, self.on)
        question = look.next()
        following = self.after(look, question, given) if question else []
        if question is None or not following:
            return self.end(look, given)
        situation = _situation(look)
        if situation not in self.known:
            if len(self.known) >= self.most:
                raise TooLarge
            self.known[situation] = _joined(question, [self.ahead(one) for one in following])
        return self.known[situation]

    def after(self, look: Outlook, question: Question, given: dict[Key, Value]) -> list[dict[Key, Value]]:
        """One more answer, in every way that makes a difference and is taken."""
        found = [{**given, question.ask: reply} for reply in self.replies_to(question)]
        if not question.turns and not question.must:
            return found
        return [one for one in found if question.ask in Outlook(self.scenario, one, self.on).used]

    def replies_to(self, question: Question) -> list[Value]:
        if question.ask not in self.replies:
            self.replies[question.ask] = replies(self.scenario, question, self.on)
        return self.replies[question.ask]

    def end(self, look: Outlook, given: dict[Key, Value]) -> Ahead:
        undecided = [name for name, (verdict, _) in look.stands.items() if verdict is None]
        reached = frozenset(name for name, (verdict, _) in look.stands.items() if verdict)
        return Ahead(0, 0, frozenset(), reached, tuple((name, given) for name in undecided))

    def length(self, dice: random.Random) -> int:
        given: dict[Key, Value] = {}
        look = Outlook(self.scenario, given, self.on)
        while question := look.next():
            self.budget.parts -= self.parts
            following = self.after(look, question, given)
            if not following:
                break
            given = dice.choice(following)
            look = Outlook(self.scenario, given, self.on)
        return len(given)


def _weight(node: Condition) -> int:
    """A score is worked out anew from all its parts."""
    return 5 * len(node.of) if isinstance(node, Score) else 1


def _joined(question: Question, ahead: list[Ahead]) -> Ahead:
    return Ahead(
        longest=1 + max(one.longest for one in ahead),
        mean=1 + sum(one.mean for one in ahead) / len(ahead),
        asked=frozenset({question.ask}).union(*(one.asked for one in ahead)),
        reached=frozenset().union(*(one.reached for one in ahead)),
        stuck=tuple({name: answers for one in reversed(ahead) for name, answers in one.stuck}.items()),
    )


def _situation(look: Outlook) -> object:
    """All that the rest of a journey depends on: what remains of each rule, what was asked, and rough answers."""
    rules = [result.when for result in look.scenario.results]
    rules += [rule for question in look.scenario.questions if question.ask not in look.used for rule in question.rules]
    rough = frozenset((ask, fact.value) for ask, fact in look.used.items() if isinstance(fact.value, (Band, Somewhere)))
    wanted = look.wanted()
    return (
        tuple(_remainder(rule, look) for rule in rules),
        frozenset(look.used),
        frozenset((ask, value) for ask, value in rough if ask in wanted),
    )


def _remainder(rule: Condition, look: Outlook) -> object:
    rest = rest_of(rule, look.sight)
    return rest if isinstance(rest, bool) else form_of(rest)


def replies(scenario: Scenario, question: Question, on: date = ANY_DAY) -> list[Value]:
    """Answers to a question so that every answer there is has the same effect as one of them; where rules add it up or
    compare it with other answers, a good number of different ones."""
    if question.kind == "yes_no":
        return [True, False]
    if question.kind == "several":
        return list(_choices(question))
    if question.options:
        return [option.means for option in question.options]
    sight = Outlook(scenario, {}, on).sight
    found = [value for value in samples(question.ask, scenario.rules, sight) if not isinstance(value, Gap)]
    found = found or list(spread(question, scenario.rules, on))
    return [value for value in found if _allowed(question, value, on)] or [_some(question, on)]  # type: ignore[misc]


def guessed(scenario: Scenario, on: date) -> set[Key]:
    """The questions whose answers are only tried here and there, not cut into cells."""
    sight = Outlook(scenario, {}, on).sight
    used = {key for rule in scenario.rules for key in keys_in(rule, sight)}
    return {q.ask for q in scenario.questions if not q.options and q.kind in TRIED and q.ask in used
            and not samples(q.ask, scenario.rules, sight)}  # fmt: skip


def _choices(question: Question) -> Iterator[frozenset[str]]:
    """All combinations of few options; of many, each alone, all, and all but one."""
    values = [option.value for option in question.options if option.value != question.none]
    if question.none:
        yield frozenset({question.none})
    sizes = range(1, len(values) + 1)
    if len(values) > MAX_TRIED_OPTIONS:
        sizes = sorted({1, len(values) - 1, len(values)})  # type: ignore[assignment]
    for size in sizes:
        yield from map(frozenset, combinations(values, size))


def _allowed(question: Question, value: object, on: date) -> bool:
    if isinstance(value, date):
        return not out_of_days(question, value, on)
    low, high = question.least, question.most
    if not isinstance(value, (int, Decimal)):
        return True
    return (low is None or value >= low) and (high is None or value <= high)


def _some(question: Question, on: date) -> Value:
    """Any answer will do: no rule looks at it more closely."""
    return on if question.kind == "date" else "000000" if question.kind in ("region", "text") else question.least or 0


def told(answers: Mapping[Key, Value]) -> str:
    return "、".join(f"{ask}={_value(value)}" for ask, value in answers.items()) or "(不用回答)"


def _value(value: Value) -> str:
    if isinstance(value, Band):
        low, high = ("" if end is None else str(end) for end in (value.low, value.high))
        return low if low == high else f"{low}–{high}"
    if isinstance(value, Somewhere):
        return "/".join(value.inside) or "别处"
    if isinstance(value, frozenset):
        return "+".join(sorted(value))
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)
