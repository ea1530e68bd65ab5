"""Each decision by machine stays as it was, with what it stood on; and the machine cannot refuse, whoever writes for it."""

from random import Random

import asyncpg
import msgspec
import pytest

from backend.approval.actions import grant_if_clear, judge_again
from backend.approval.model import RuleFinding
from backend.approval.queries import decision_on
from backend.cases.model import Fact
from backend.cases.queries import case_by_id
from backend.cases.states import State
from backend.core.db import connect
from tests.approval.town import facts, found_in, judged, new, one
from tests.cases.town import Town


async def rows(town: Town, statement: str, *values: object) -> list[dict]:
    owner = await connect(town.settings.login("owner"))
    try:
        return [dict(row) for row in await owner.fetch(statement, *values)]
    finally:
        await owner.close()


async def test_a_grant_is_kept_with_its_rules_their_sources_and_when_they_said_so(town: Town) -> None:
    case = await one(town)
    assert case.state is State.GRANTED
    async with town.tx("father") as tx:
        decision = await decision_on(tx.db, case.id)
    assert decision is not None
    assert (decision.outcome, decision.item_version, decision.at) == ("granted", 1, town.now)
    assert [rule.rule for rule in decision.finding.rules] == ["年满 80 周岁", "户籍一致", "健在", "没有重复领取"]
    looked = {(v.label, v.source): v.at for rule in decision.finding.rules for v in rule.values}
    assert looked["健在", "register.population"] == town.now
    assert any(
        source == "register.population" for label, source in looked if label == "年龄"
    )  # read off the birth date


async def test_what_it_stood_on_is_kept_apart_also_what_an_age_was_read_off(town: Town) -> None:
    case = await one(town)
    stood = await rows(town, "SELECT source, element, subject, as_of FROM relied_on WHERE case_id = $1", case.id)
    assert {(row["source"], row["element"]) for row in stood} == {
        ("register.population", "person.birth_date"), ("register.population", "person.household"),
        ("register.population", "person.alive"), ("register.civil_affairs", "person.elder_allowance"),
    }  # fmt: skip
    assert {row["subject"] for row in stood} == {town.vault.blind("460199194403051015", "identity")}


async def test_what_is_not_clear_is_kept_too_and_goes_to_a_person(town: Town) -> None:
    case = await one(town, facts(town, person__alive=None))
    assert case.state is State.SUBMITTED
    async with town.tx("father") as tx:
        decision = await decision_on(tx.db, case.id)
    assert decision is not None
    assert (decision.outcome, decision.finding.verdict) == ("to_person", None)


@pytest.mark.parametrize("table", ["automatic_decisions", "relied_on"])
async def test_nobody_changes_what_was_decided(town: Town, table: str) -> None:
    case = await one(town)
    for statement in (f"UPDATE {table} SET at = now() WHERE case_id = $1", f"DELETE FROM {table} WHERE case_id = $1"):
        with pytest.raises(asyncpg.PostgresError, match=r"append|change|never"):
            await rows(town, statement, case.id)


REFUSALS = ("refused", "not_accepted", "not_competent", "voided", "transferred")


@pytest.mark.parametrize("kind", REFUSALS)
async def test_the_database_takes_no_refusal_by_machine(town: Town, kind: str) -> None:
    case = await one(town)
    with pytest.raises(asyncpg.CheckViolationError, match="machine_never_refuses"):
        await rows(
            town,
            """INSERT INTO events (case_id, principal_id, department_id, kind, actor_kind, at)
               VALUES ($1, $2, $3, $4, 'machine', now())""",
            case.id, case.principal_id, case.department_id, kind,
        )  # fmt: skip


async def test_the_database_takes_no_grant_by_machine_that_nothing_was_decided_for(town: Town) -> None:
    (case,) = await town.filed_together(new(town, facts(town), None))
    accepted = await town.moved(case, "machine", "accepted")
    with pytest.raises(asyncpg.CheckViolationError, match="without its decision"):
        await rows(
            town,
            """WITH moved AS (UPDATE cases SET state = 'granted', version = version + 1, decided_at = now() WHERE id = $1 RETURNING version)
               INSERT INTO events (case_id, principal_id, department_id, kind, actor_kind, at, data)
               SELECT $1, $2, $3, 'granted', 'machine', now(), jsonb_build_object('version', version) FROM moved""",
            accepted.id, accepted.principal_id, accepted.department_id,
        )  # fmt: skip


async def test_whatever_it_finds_it_grants_or_leaves_the_case_as_it_was(town: Town) -> None:
    """Arbitrary findings, also such as contradict themselves: the case is granted or waits for a person, and nothing else."""
    chance, said = Random(11), facts(town)
    async with town.tx("father") as tx:
        clear = await found_in(tx, town, said)
    cases = await town.filed_together(*[new(town, said, msgspec.to_builtins(clear))] * 24)
    for case in cases:
        verdicts = [chance.choice((True, False, None)) for _ in range(3)]
        finding = msgspec.structs.replace(
            clear, verdict=chance.choice((True, False, None)), rules=tuple(RuleFinding(rule="某条", words="某条", verdict=v) for v in verdicts)
        )  # fmt: skip
        async with town.tx("father") as tx:
            await grant_if_clear(tx, case.id, finding)
            after = await case_by_id(tx.db, case.id)
        allowed = State.GRANTED if finding.verdict is True and set(verdicts) == {True} else State.SUBMITTED
        assert after.state is allowed, (finding.verdict, verdicts)


async def test_a_register_that_answers_later_lets_it_be_granted_then(town: Town) -> None:
    case = await one(town, facts(town, person__alive=None))
    town.later(minutes=5)
    async with town.machine() as tx:
        granted = await judge_again(tx, case.id, population(town, alive=True))
    assert granted is not None
    assert granted.state is State.GRANTED
    kept = await rows(town, "SELECT outcome FROM automatic_decisions WHERE case_id = $1 ORDER BY id", case.id)
    assert [row["outcome"] for row in kept] == ["to_person", "granted"]
    as_of = await rows(town, "SELECT as_of FROM relied_on WHERE case_id = $1 AND element = 'person.alive'", case.id)
    assert [row["as_of"] for row in as_of] == [town.now]


async def test_a_register_that_answers_no_leaves_it_to_a_person(town: Town) -> None:
    case = await one(town, facts(town, person__alive=None))
    async with town.machine() as tx:
        assert await judge_again(tx, case.id, population(town, alive=False)) is None
        assert (await case_by_id(tx.db, case.id)).state is State.SUBMITTED


async def test_what_somebody_has_taken_is_hers_and_not_judged_again(town: Town) -> None:
    case = await one(town, facts(town, person__alive=None))
    await rows(town, "UPDATE cases SET officer_id = $2 WHERE id = $1", case.id, town.ids["officer"])
    async with town.machine() as tx:
        assert await judge_again(tx, case.id, population(town, alive=True)) is None


async def test_a_number_that_was_not_the_registered_one_stays_a_persons_for_ever(town: Town) -> None:
    said = facts(town, person__alive=None)
    other = Fact(subject=town.ids["father"], element="person.id_number", value="460199194403051023", source="profile", trust="C", at=town.now)  # fmt: skip
    async with town.tx("father") as tx:
        finding = await found_in(tx, town, [*said, other])
    (case,) = await town.filed_together(new(town, said, msgspec.to_builtins(finding)))
    async with town.machine() as tx:
        assert await judge_again(tx, case.id, population(town, alive=True)) is None


async def test_many_filed_together_are_granted_each_for_itself(town: Town) -> None:
    assert {case.state for case in await judged(town, count=5)} == {State.GRANTED}


def population(town: Town, *, alive: bool) -> list[Fact]:
    """All that the register says now."""
    return [fact for fact in facts(town, person__alive=alive) if fact.source == "register.population"]
