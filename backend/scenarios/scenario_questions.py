"""The questions of a guide's file, joined with the elements of the pack it stands in."""

from decimal import Decimal
from typing import Any

import msgspec

from backend.core.conditions import ConditionError, Meaning, uses_of
from backend.scenarios.model import ElementWords, Must, Option, Question, QuestionKind, Vocabulary
from backend.scenarios.options import listed_in, options_of
from backend.scenarios.scenario_format import QuestionFile, ScenarioFile
from backend.scenarios.scenario_rules import Rules, day_in, words_of

OF_TYPE: dict[str, QuestionKind] = {
    "yes_no": "yes_no", "date": "date", "money": "money", "number": "number", "years": "number", "area": "number",
    "region": "region", "choice": "choice", "choices": "several", "text": "text",
}  # fmt: skip


def questions_of(file: ScenarioFile, pack: Vocabulary, rules: Rules) -> tuple[Question, ...]:
    """First what is answered and how, then the conditions: a condition may name a question further down."""
    plain = [_plain(f"questions[{i}]", one, file, pack) for i, one in enumerate(file.questions)]
    rules.know(plain)
    rules.check_named()
    pairs = zip(plain, file.questions, strict=True)
    return tuple(_ruled(f"questions[{i}]", question, one, rules) for i, (question, one) in enumerate(pairs))


def _plain(where: str, one: QuestionFile, file: ScenarioFile, pack: Vocabulary) -> Question:
    words = words_of(file.parties, pack, one.ask, where)
    kind = _kind(where, one, words)
    limits = _days(where, one) if kind == "date" else _limits(where, one, words)
    return Question(
        ask=one.ask,
        text=one.text or words.label or one.ask,
        kind=kind,
        options=_with_none(where, kind, one, options_of(where, kind, one, words)),
        none=one.none,
        help=one.help or words.help,
        why=one.why or words.why,
        unit=one.unit or words.unit,
        force=one.force or file.order == "written",
        public=(words.public and kind != "text") or kind == "bands",
        whole=(one.type or words.type) in ("years", "money") or kind == "bands",
        **limits,
    )


def _kind(where: str, one: QuestionFile, words: ElementWords) -> QuestionKind:
    written: list[QuestionKind] = []
    written += ["choice"] if one.choose else []
    written += ["several"] if one.several else []
    written += ["bands"] if one.bands else []
    if len(written) + bool(one.type) > 1:
        raise ConditionError(where, "choose、several、bands、type 只能写一个。")
    kind = OF_TYPE.get(one.type or words.type) if not written else written[0]
    if kind is None:
        raise ConditionError(where, f"要写明怎么回答：choose、several、bands,或者 type({'、'.join(OF_TYPE)})。")
    return kind


def _with_none(where: str, kind: QuestionKind, one: QuestionFile, options: tuple[Option, ...]) -> tuple[Option, ...]:
    if not one.none:
        return options
    if kind != "several":
        raise ConditionError(f"{where}.none", "none 只能和 several 一起写。")
    known = {option.value for option in options}
    return options if one.none in known else (*options, Option(one.none, one.none, one.none))


def _limits(where: str, one: QuestionFile, words: ElementWords) -> dict[str, Any]:
    least = words.least if one.least is None else _number(f"{where}.least", one.least)
    most = words.most if one.most is None else _number(f"{where}.most", one.most)
    if least is not None and most is not None and least > most:
        raise ConditionError(f"{where}.most", "最大的要比最小的大。")
    return {"least": least, "most": most}


def _number(where: str, limit: float | str) -> int | Decimal:
    if isinstance(limit, str) or not abs(limit) <= 10**15:
        raise ConditionError(where, "这里要一个数字。")
    return limit if isinstance(limit, int) else Decimal(str(limit))


def _days(where: str, one: QuestionFile) -> dict[str, Any]:
    limits = {"earliest": one.least, "latest": one.most}
    return {name: day_in(str(day), f"{where}.{name}") for name, day in limits.items() if day is not None}


def _ruled(where: str, question: Question, one: QuestionFile, rules: Rules) -> Question:
    """The same question with its conditions: when it is shown, which options are offered, what an answer must meet."""
    word = "choose" if one.choose else "several"
    listed = listed_in(where, one, ElementWords("")) if one.choose or one.several else {}
    whens = {
        value: rules.read(option.when, f"{where}.{word}.{value}.when")
        for value, option in listed.items()
        if option.when
    }
    options = tuple(msgspec.structs.replace(option, when=whens.get(option.value)) for option in question.options)
    return msgspec.structs.replace(
        question,
        options=options if whens else question.options,
        when=rules.read(one.when, f"{where}.when") if one.when else None,
        must=tuple(Must(rules.read(m.that, f"{where}.must[{i}].that"), m.say) for i, m in enumerate(one.must)),
    )


def meaning(question: Question) -> Meaning:
    """A guide may ask what a sheet only derives, so a question's own meaning has no derivation."""
    named = tuple(option.value for option in question.options if isinstance(option.means, str))
    return Meaning(
        whole=question.whole or question.kind == "money",
        choices=named if question.kind == "choice" else (),
        least=question.least,
        most=question.most,
    )


def settled(questions: tuple[Question, ...]) -> tuple[int, ...]:
    """Places in an order in which every `when` only needs earlier ones; a circle of them is refused."""
    place = {question.ask: i for i, question in enumerate(questions)}
    needs = [[place[use.fact] for use in _uses(question) if use.fact in place] for question in questions]
    order: list[int] = []
    state: dict[int, str] = {}

    def visit(at: int) -> None:
        if state.get(at) == "open":
            raise ConditionError(f"questions[{at}].when", f"“{questions[at].ask}”的 when 绕成了圈。")
        if at not in state:
            state[at] = "open"
            for before in needs[at]:
                visit(before)
            state[at] = "done"
            order.append(at)

    for at in range(len(questions)):
        visit(at)
    return tuple(order)


def _uses(question: Question) -> list[Any]:
    whens = [question.when, *(option.when for option in question.options)]
    return [use for when in whens if when is not None for use in uses_of(when)]
