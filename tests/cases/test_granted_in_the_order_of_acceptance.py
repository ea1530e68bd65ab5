"""Where only so many are granted (Licensing Law 57): numbers without gap or double, and grants in their order."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.queries import case_for
from backend.core.db import connect
from backend.core.errors import NotAllowed
from tests.cases.town import STALL, Town, new_case

CARELESS = """
    CREATE OR REPLACE FUNCTION next_acceptance(item text, of_period text) RETURNS integer LANGUAGE plpgsql AS $$
    DECLARE free integer;
    BEGIN
        SELECT coalesce(max(acceptance_number), 0) + 1 INTO free FROM cases
         WHERE (item_code, acceptance_period) = (item, of_period);
        PERFORM pg_sleep(0.05);
        RETURN free;
    END $$"""


@pytest.fixture
def town(own_town: Town) -> Town:
    """Numbers begin at one."""
    return own_town


async def stall(town: Town) -> Case:
    (case,) = await town.filed_together(new_case(town.ids["father"], town.now, STALL))
    return case


async def accepted(town: Town) -> Case:
    return await town.moved(await stall(town), "officer", "accepted")


async def accept_all_at_once(town: Town, cases: list[Case]) -> list[int | None]:
    async def accept(case: Case, who: str) -> int | None:
        async with town.tx(who) as tx:
            return (await move(tx, await case_for(tx.db, tx.viewer, case.number), "accepted")).acceptance_number

    officers = ["officer", "colleague"] * len(cases)
    return await asyncio.gather(*(accept(case, who) for case, who in zip(cases, officers, strict=False)))


async def test_without_the_lock_two_get_the_same_number(town: Town) -> None:
    owner = await connect(town.settings.login("owner"))
    await owner.execute(CARELESS)
    await owner.close()
    with pytest.raises(asyncpg.UniqueViolationError):
        await accept_all_at_once(town, [await stall(town) for _ in range(4)])


async def test_with_it_sixty_four_at_once_all_get_one_and_none_is_left_out(town: Town) -> None:
    stalls = [new_case(town.ids["father"], town.now, STALL) for _ in range(64)]
    numbers = await accept_all_at_once(town, await town.filed_together(*stalls))
    assert sorted(filter(None, numbers)) == list(range(1, 65))


async def test_an_acceptance_that_is_rolled_back_leaves_no_gap(town: Town) -> None:
    case = await stall(town)
    with suppress(ConnectionError):
        async with town.tx("officer") as tx:
            await move(tx, await case_for(tx.db, tx.viewer, case.number), "accepted")
            raise ConnectionError
    assert (await accepted(town)).acceptance_number == 1


async def test_other_items_have_no_number(town: Town) -> None:
    assert (await town.moved(await town.filed(), "officer", "accepted")).acceptance_number is None


async def test_who_came_later_waits_for_who_came_first(town: Town) -> None:
    """Also where there would be room for both: it is the order of acceptance that counts."""
    first, second, third = [await accepted(town) for _ in range(3)]
    for later in (second, third):
        with pytest.raises(NotAllowed, match="先受理"):
            await town.moved(later, "officer", "granted")
    await town.moved(first, "officer", "refused", reason="摊位重复申请")
    await town.moved(second, "officer", "granted")
    assert (await town.moved(third, "officer", "granted")).state == "granted"


async def test_when_all_are_given_nobody_else_gets_one(town: Town) -> None:
    first, second, third = [await accepted(town) for _ in range(3)]
    for case in (first, second):
        await town.moved(case, "officer", "granted")
    with pytest.raises(NotAllowed, match="满了"):
        await town.moved(third, "officer", "granted")
    await town.moved(first, "officer", "voided", reason="虚假材料")
    assert (await town.moved(third, "officer", "granted")).state == "granted"


async def test_next_year_counts_anew(town: Town) -> None:
    await accepted(town)
    town.later(days=120)
    assert (await accepted(town)).acceptance_number == 1


async def test_raw_sql_cannot_grant_out_of_turn(town: Town) -> None:
    cases = [await accepted(town) for _ in range(3)]
    async with town.tx("officer") as tx:
        with pytest.raises(asyncpg.CheckViolationError, match="out of turn"):
            await tx.db.execute("UPDATE cases SET state = 'granted', version = version + 1 WHERE id = $1", cases[2].id)


async def test_two_officers_cannot_both_give_the_last(town: Town) -> None:
    first, second, third = [await accepted(town) for _ in range(3)]
    await town.moved(first, "officer", "granted")

    async def grant(case: Case, who: str) -> str:
        try:
            return (await town.moved(case, who, "granted")).state
        except NotAllowed:
            return "told"

    assert sorted(await asyncio.gather(grant(second, "officer"), grant(third, "colleague"))) == ["granted", "told"]
