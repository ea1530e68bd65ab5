"""A scenario file, strictly read and joined with the items and elements of the pack it stands in."""

from collections.abc import Iterable
from typing import Any

import msgspec

from backend.catalogue.pack_read import told
from backend.core.conditions import (
    ALWAYS,
    Condition,
    ConditionError,
    Meaning,
    bind,
    decode_derived,
    mentions_fits,
    refuse_cycles,
)
from backend.scenarios.model import Result, Scenario, Vocabulary
from backend.scenarios.scenario_format import ResultFile, ScenarioFile
from backend.scenarios.scenario_questions import meaning, questions_of, settled
from backend.scenarios.scenario_rules import Rules

MAX_QUESTIONS = 100
MAX_RESULTS = 300


def read_scenario(name: str, data: object, pack: Vocabulary) -> Scenario:
    """Raises ConditionError with the place and a sentence for anything that cannot be."""
    return _Reader(name, read_shape(name, data), pack).scenario()


def read_shape(name: str, data: object) -> ScenarioFile:
    try:
        return msgspec.convert(data, ScenarioFile)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        raise ConditionError(place.strip("`").removeprefix("$.") or name, f"{told(said)}。") from None


class _Reader:
    def __init__(self, name: str, file: ScenarioFile, pack: Vocabulary) -> None:
        self.name, self.file, self.pack = name, file, pack
        own = [*(question.ask for question in file.questions), *file.derived]
        self.rules = Rules(file.rules, pack, file.parties, own)

    def scenario(self) -> Scenario:
        file = self.file
        _limit("questions", file.questions, MAX_QUESTIONS)
        _limit("results", file.results, MAX_RESULTS)
        _distinct("questions", "ask", (question.ask for question in file.questions))
        derived = self.derived()
        questions = questions_of(file, self.pack, self.rules)
        results = [self.result(f"results[{i}]", one) for i, one in enumerate(file.results)]
        _distinct("results", "id", (result.id for result in results))
        free = {role: kind for one in file.results for role, kind in self.unbound(one).items()}
        return Scenario(
            id=self.name,
            title=file.title,
            summary=file.summary,
            parties=file.parties,
            calls=self.calls(),
            questions=questions,
            settled=settled(questions),
            results=tuple(results),
            kinds={**{role: kind for role, (kind, _) in free.items()}, **file.parties},
            meanings={**self.pack.meanings, **{q.ask: meaning(q) for q in questions}, **derived},
            declined=frozenset(role for role, (_, optional) in free.items() if optional),
            first_only=file.show == "first",
            sign_in=file.sign_in,
        )

    def calls(self) -> dict[str, str]:
        if unknown := [role for role in self.file.calls if role not in self.file.parties]:
            raise ConditionError(f"calls.{unknown[0]}", f"“{unknown[0]}”不在 parties 里。")
        return self.file.calls

    def derived(self) -> dict[str, Meaning]:
        """The guide's own facts that follow from answers."""
        asked = {question.ask for question in self.file.questions}
        if twice := [name for name in self.file.derived if name in asked]:
            raise ConditionError(f"derived.{twice[0]}", f"“{twice[0]}”已经是一个问题了。")
        found = {name: decode_derived(how, f"derived.{name}", whole=True) for name, how in self.file.derived.items()}
        for name, how in found.items():
            for source in how.of:
                self.rules.known_name(source, f"derived.{name}")
        refuse_cycles(found, "derived")
        return found

    def result(self, where: str, file: ResultFile) -> Result:
        if bool(file.item) == bool(file.advice):
            raise ConditionError(where, "一条结果要么是 item,要么是 advice。")
        if file.otherwise and file.when:
            raise ConditionError(f"{where}.otherwise", "otherwise 是“别的都不是”，不能再写 when。")
        return Result(
            id=file.id or file.item or file.advice,
            when=self.rules.interned(self.when(where, file)),
            item=file.item,
            advice=file.advice,
            say=file.say,
            bind=file.bind,
            otherwise=file.otherwise,
        )

    def when(self, where: str, file: ResultFile) -> Condition:
        fits = self.fits(where, file) if file.item and not file.otherwise else None
        if file.when is None:
            return fits or ALWAYS
        when = self.rules.read(file.when, f"{where}.when")
        if not mentions_fits(when):
            return when
        if fits is None:
            raise ConditionError(f"{where}.when", "这里没有事项自己的条件可以用。")
        return bind(when, {}, fits)

    def fits(self, where: str, file: ResultFile) -> Condition | None:
        """The item's own condition, said of the guide's parties."""
        rule = self.pack.items.get(file.item)
        if rule is None:
            if self.pack.items:
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


def _limit(where: str, parts: list[Any], most: int) -> None:
    if not 0 < len(parts) <= most:
        raise ConditionError(where, f"这里要有 1 到 {most} 条。")


def _distinct(where: str, word: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for at, one in enumerate(ids):
        if one in seen:
            raise ConditionError(f"{where}[{at}].{word}", f"“{one}”出现了两次；第二个请另取一个 id。")
        seen.add(one)
