"""Each moment the law asks for leaves its document: once, numbered without a gap, saying what was filed and decided."""

import asyncio
from typing import Any

import msgspec
import pytest

from backend.cases.model import Case
from backend.cases.states import TABLE as MOVES
from backend.core.jobs import Work
from backend.core.printing import Unprintable
from backend.core.signature import Unsignable
from backend.documents import making
from backend.documents.kinds import AT, WITHOUT
from backend.documents.making import make, overdue
from tests.documents.conftest import Office


def test_every_move_has_its_document_or_a_reason_to_have_none() -> None:
    moves = {move.name for move in MOVES}
    assert moves - set(AT) == set(WITHOUT) & moves
    assert set(AT) & set(WITHOUT) == set()


async def events_of(office: Office, case: Case) -> list[int]:
    async with office.town.machine() as tx:
        return [r["id"] for r in await tx.db.fetch("SELECT id FROM events WHERE case_id = $1 ORDER BY id", case.id)]


WAYS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "receipt": [],
    "correction_notice": [("officer", "correction_asked", {"problems": [{"say": "照片反光，请重拍"}]})],
    "acceptance": [("officer", "accepted", {})],
    "deemed_acceptance": [("machine", "deemed_accepted", {})],
    "non_acceptance": [("officer", "not_accepted", {"reason": "不属于受理范围"})],
    "not_competent": [("officer", "not_competent", {"authority": "海口市教育局"})],
    "special_procedure": [
        ("officer", "accepted", {}),
        ("officer", "suspended", {"ground": "appraisal", "reason": "需要鉴定", "days": 20}),
    ],
    "extension": [("officer", "accepted", {}), ("officer", "extended", {"reason": "案情复杂", "days": 10})],
    "decision": [("officer", "accepted", {}), ("officer", "granted", {})],
    "refusal": [("officer", "accepted", {}), ("officer", "refused", {"reason": "不符合年龄条件"})],
    "withdrawal": [("father", "withdrawn", {})],
    "voiding": [("officer", "voided", {"reason": "申请人冒名"})],
    "delivery_receipt": [("officer", "accepted", {}), ("officer", "granted", {}), ("officer", "delivered", {})],
}


@pytest.mark.parametrize("kind", WAYS)
async def test_the_moment_leaves_its_document(kind: str, office: Office) -> None:
    case = await office.town.filed()
    for who, move, said in WAYS[kind]:
        case = await office.town.moved(case, who, move, **said)
    made = await office.made(case)
    assert kind in made
    assert made[kind]["made_at"] is not None
    assert made[kind]["dated"].isoformat() == "2026-09-25"  # type: ignore[attr-defined]


async def test_run_again_it_makes_nothing_new(office: Office) -> None:
    case = await office.town.moved(await office.town.filed(), "officer", "accepted")
    once = await office.made(case)
    assert once == await office.made(case)
    assert set(once) == {"receipt", "acceptance"}


async def test_two_workers_at_once_make_one_document_with_one_number(office: Office) -> None:
    case = await office.town.filed()
    events = await events_of(office, case)
    await asyncio.gather(*(make(office.work, events) for _ in range(2)), return_exceptions=True)
    await make(office.work, events)
    async with office.town.machine() as tx:
        assert await tx.db.fetchval("SELECT count(*) FROM documents WHERE case_id = $1", case.id) == 1


async def test_numbers_have_no_gap_whoever_comes_at_the_same_time(office: Office) -> None:
    cases = [await office.town.filed() for _ in range(6)]
    events = [await events_of(office, case) for case in cases]
    await asyncio.gather(*(make(office.work, of_one) for of_one in events), return_exceptions=True)
    for of_one in events:
        await make(office.work, of_one)
    async with office.town.machine() as tx:
        serials = await tx.db.fetch("SELECT serial, number FROM documents WHERE kind = 'receipt' ORDER BY serial")
    assert [row["serial"] for row in serials] == list(range(1, len(serials) + 1))
    assert serials[0]["number"] == "民政局收〔2026〕1号"


async def test_what_a_lost_job_left_is_found_again(office: Office) -> None:
    case = await office.town.filed()
    office.town.later(minutes=20)
    async with office.town.machine() as tx:
        events, _ = await overdue(tx)
    assert set(await events_of(office, case)) <= set(events)
    await make(office.work, events)
    async with office.town.machine() as tx:
        assert not set(await events_of(office, case)) & set((await overdue(tx))[0])


async def test_without_a_key_nothing_is_issued_unsigned(office: Office) -> None:
    case = await office.town.filed()
    keyless = msgspec.structs.replace(office.town.settings, signing_key=None)
    with pytest.raises(Unsignable):
        await make(
            Work(office.town.worker, office.town.vault, keyless, lambda: office.town.now), await events_of(office, case)
        )
    async with office.town.machine() as tx:
        assert await tx.db.fetchval("SELECT made_at FROM documents WHERE case_id = $1", case.id) is None
    assert (await office.made(case))["receipt"]["made_at"] is not None


async def test_one_that_cannot_be_printed_keeps_no_other_from_being_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a fault of the template: the words of one are no words."""
    spoilt, fine = await office.town.filed(), await office.town.filed()
    shown = making.sheet_of

    async def spoil(tx, asked, url):  # type: ignore[no-untyped-def]
        sheet = await shown(tx, asked, url)
        return msgspec.structs.replace(sheet, qr="<no picture") if asked.case_id == spoilt.id else sheet

    monkeypatch.setattr(making, "sheet_of", spoil)
    with pytest.raises(Unprintable):
        await make(office.work, [*await events_of(office, spoilt), *await events_of(office, fine)])
    monkeypatch.undo()
    async with office.town.machine() as tx:
        assert await tx.db.fetchval("SELECT made_at FROM documents WHERE case_id = $1", fine.id) is not None
        assert await tx.db.fetchval("SELECT made_at FROM documents WHERE case_id = $1", spoilt.id) is None
    assert (await office.made(spoilt))["receipt"]["made_at"] is not None
