"""A scenario file, strictly read and joined with the items and elements of the pack it stands in."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from backend.core.conditions import (
    ALWAYS,
    Condition,
    ConditionError,
    Leaf,
    Meaning,
    bind,
    decode,
    mentions_fits,
    nodes_of,
    uses_of,
)
from backend.scenarios.model import ElementWords, Option, Question, QuestionKind, Result, Scenario, Vocabulary
from backend.scenarios.options import options_of
from backend.scenarios.scenario_format import QuestionFile, ResultFile, ScenarioFile

MAX_QUESTIONS = 100
MAX_RESULTS = 300
MAX_CONDITIONS = 5000
OF_TYPE: dict[str, QuestionKind] = {
    "yes_no": "yes_no", "date": "date", "money": "money", "number": "number", "years": "number", "area": "number",
    "region": "region", "choice": "choice", "choices": "several",
}  # fmt: skip
STANDS_ALONE = ElementWords(type="", public=True)
"""What is known of a guide's own fact, and of every fact of a guide without a pack."""


def read_scenario(name: str, data: object, pack: Vocabulary) -> Scenario:
    """Raises ConditionError with the place and a sentence for anything that cannot be."""
    try:
        file = msgspec.convert(data, ScenarioFile)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        raise ConditionError(place.strip("`").removeprefix("$.") or name, f"{said}。") from None
    return _Reader(name, file, pack).scenario()


class _Reader:
    def __init__(self, name: str, file: ScenarioFile, pack: Vocabulary) -> None:
        self.name, self.file, self.pack = name, file, pack
        self.asked = {question.ask for question in file.questions}
        self.leaves: dict[Leaf, Leaf] = {}
        self.nodes = 0

    def scenario(self) -> Scenario:
        file = self.file
        _limit("questions", file.questions, MAX_QUESTIONS)
        _limit("results", file.results, MAX_RESULTS)
        questions = [self.question(f"questions[{i}]", one) for i, one in enumerate(file.questions)]
        results = [self.result(f"results[{i}]", one) for i, one in enumerate(file.results)]
        _distinct("questions", (question.ask for question in questions))
        _distinct("results", (result.id for result in results))
        free = {role: kind for one in file.results for role, kind in self.unbound(one).items()}
        return Scenario(
            id=self.name,
            title=file.title,
            summary=file.summary,
            parties=file.parties,
            questions=tuple(questions),
            settled=_settled(questions),
            results=tuple(results),
            kinds={**{role: kind for role, (kind, _) in free.items()}, **file.parties},
            meanings={**self.pack.meanings, **{q.ask: _meaning(q) for q in questions}},
            declined=frozenset(role for role, (_, optional) in free.items() if optional),
        )

    # ── questions ───────────────────────────────────────────────────────────────────────────────────────────────────

    def question(self, where: str, file: QuestionFile) -> Question:
        words = self.words(where, file.ask)
        kind = _kind(where, file, words)
        options = options_of(where, kind, file, words)
        if file.none and file.none not in {option.value for option in options}:
            options = (*options, Option(file.none, file.none, file.none))
        return Question(
            ask=file.ask,
            text=file.text or words.label or file.ask,
            kind=kind,
            options=options,
            none=file.none,
            help=file.help or words.help,
            why=file.why or words.why,
            unit=file.unit or words.unit,
            when=self.interned(self.condition(f"{where}.when", file.when)) if file.when else None,
            force=file.force,
            public=words.public or kind == "bands",
            whole=(file.type or words.type) in ("years", "money") or kind == "bands",
            least=words.least if file.least is None else file.least,
            most=words.most if file.most is None else file.most,
        )

    def words(self, where: str, ask: str) -> ElementWords:
        role, dot, element = ask.partition(".")
        if not dot:
            return STANDS_ALONE
        if role not in self.file.parties:
            raise ConditionError(f"{where}.ask", f"“{role}”不在 parties 里。")
        found = self.pack.elements.get(f"{self.file.parties[role]}.{element}")
        if found is None and self.pack.elements:
            raise ConditionError(f"{where}.ask", f"没有“{self.file.parties[role]}.{element}”这个数据元。")
        return found or STANDS_ALONE

    # ── results ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def result(self, where: str, file: ResultFile) -> Result:
        if bool(file.item) == bool(file.advice):
            raise ConditionError(where, "一条结果要么是 item,要么是 advice。")
        return Result(
            id=file.id or file.item or file.advice,
            when=self.interned(self.when(where, file)),
            item=file.item,
            advice=file.advice,
            say=file.say,
            bind=file.bind,
        )

    def when(self, where: str, file: ResultFile) -> Condition:
        fits = self.fits(where, file) if file.item else None
        if file.when is None:
            return fits or ALWAYS
        when = self.condition(f"{where}.when", file.when)
        if not mentions_fits(when):
            return when
        if fits is None:
            raise ConditionError(f"{where}.when", "这里没有事项自己的条件可以用。")
        return bind(when, {}, fits)

    def fits(self, where: str, file: ResultFile) -> Condition | None:
        """The item's own condition, said of the guide's parties."""
        rule = self.pack.items.get(file.item)
        if rule is None:
            if self.pack.items or file.when is None:
                raise ConditionError(f"{where}.item", f"没有“{file.item}”这件事。")
            return None
        for role, party in file.bind.items():
            if role not in rule.roles or party not in self.file.parties:
                raise ConditionError(
                    f"{where}.bind", f"“{role}: {party}”对不上：事项没有这个角色，或者 parties 里没有这一位。"
                )
            if rule.roles[role][0] != self.file.parties[party]:
                raise ConditionError(f"{where}.bind", f"“{role}”要的是 {rule.roles[role][0]}。")
        roles = {role: file.bind.get(role, f"{file.item}_{role}") for role in rule.roles}
        return bind(rule.fits, roles) if rule.fits else None

    def unbound(self, file: ResultFile) -> dict[str, tuple[str, bool]]:
        rule = self.pack.items.get(file.item)
        roles = rule.roles.items() if rule else ()
        return {f"{file.item}_{role}": told for role, told in roles if role not in file.bind}

    def condition(self, where: str, data: object) -> Condition:
        """The author's own condition: every name in it has to be one of this guide or of its pack."""
        condition = decode(data, where)
        self.nodes += sum(1 for _ in nodes_of(condition))
        if self.nodes > MAX_CONDITIONS:
            raise ConditionError(where, f"条件太多：一份指引最多 {MAX_CONDITIONS} 条。")
        for use in uses_of(condition):
            self.named(where, use.fact)
        return condition

    def named(self, where: str, fact: str) -> None:
        role, dot, element = fact.partition(".")
        if fact in self.asked:
            return
        if not dot or not self.pack.elements:
            raise ConditionError(where, f"没有一个问题问到“{fact}”。")
        if f"{self.file.parties.get(role)}.{element}" not in self.pack.elements:
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


def _limit(where: str, parts: list[Any], most: int) -> None:
    if not 0 < len(parts) <= most:
        raise ConditionError(where, f"这里要有 1 到 {most} 条。")


def _distinct(where: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ConditionError(where, f"“{one}”出现了两次；第二个请另取一个 id。")
        seen.add(one)


def _kind(where: str, file: QuestionFile, words: ElementWords) -> QuestionKind:
    written: list[QuestionKind] = []
    written += ["choice"] if file.choose else []
    written += ["several"] if file.several else []
    written += ["bands"] if file.bands else []
    if len(written) + bool(file.type) > 1:
        raise ConditionError(where, "choose、several、bands、type 只能写一个。")
    kind = OF_TYPE.get(file.type or words.type) if not written else written[0]
    if kind is None:
        raise ConditionError(where, "要写明怎么回答：choose、several、bands,或者 type。")
    return kind


def _meaning(question: Question) -> Meaning:
    """A guide may ask what a sheet only derives, so a question's own meaning has no derivation."""
    named = tuple(option.value for option in question.options if isinstance(option.means, str))
    return Meaning(whole=question.whole, choices=named if question.kind == "choice" else ())


def _settled(questions: list[Question]) -> tuple[int, ...]:
    """Places in an order in which every `when` only needs earlier ones; a circle of them is refused."""
    place = {question.ask: i for i, question in enumerate(questions)}
    order: list[int] = []
    state: dict[int, str] = {}

    def visit(at: int) -> None:
        if state.get(at) == "open":
            raise ConditionError(f"questions[{at}].when", f"“{questions[at].ask}”的 when 绕成了圈。")
        if at not in state:
            state[at] = "open"
            when = questions[at].when
            for use in uses_of(when) if when else ():
                if use.fact in place:
                    visit(place[use.fact])
            state[at] = "done"
            order.append(at)

    for at in range(len(questions)):
        visit(at)
    return tuple(order)
