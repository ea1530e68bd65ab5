"""The town of the cases' tests with one more item, which the machine may grant by three rules of our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from backend.approval.actions import grant_if_clear
from backend.approval.examining import parties_of
from backend.approval.model import Finding
from backend.approval.rules import examine
from backend.cases.model import Case, Fact, Limits, NewCase
from backend.cases.queries import case_by_id
from backend.catalogue.pack_covered import covered
from backend.catalogue.pack_read import build, read_folder
from backend.catalogue.queries import city, item_version
from backend.core.db import Tx, connect
from backend.settings import Settings
from tests.cases.town import DEPARTMENT, HAIKOU, Town, founded

QUICK = "460100-ZZ-001"
NUMBER = "460199194403051015"
RULES = [
    {"rule": "户籍一致", "compare": "applicant.household", "trust": "D", "with": {"fact": "applicant.household", "from": "register.population"}, "say": "填写的户籍和人口库一致"},
    {"rule": "健在", "fact": "applicant.alive", "from": "register.population", "is": True, "say": "人口库登记为健在"},
    {"rule": "没有重复领取", "fact": "applicant.elder_allowance", "from": "register.civil_affairs", "is": False, "say": "没有在领"},
]  # fmt: skip
FITS = {"all": [{"fact": "applicant.age", "at_least": 80, "say": "年满 80 周岁"}]}


@cache
def quick() -> dict[str, Any]:
    raw = read_folder(HAIKOU)
    whole = covered(raw, build(raw).items["高龄老人长寿补贴"])
    item = whole["item"] | {"code": QUICK, "name": "试办的补贴", "fits": FITS, "instant": RULES, "examples": []}
    return whole | {"item": {key: value for key, value in item.items() if key != "offered"}}


@asynccontextmanager
async def quick_town(settings: Settings) -> AsyncIterator[Town]:
    async with founded(settings) as town:
        owner = await connect(settings.login("owner"))
        async with owner.transaction():
            await owner.execute(
                """INSERT INTO items (code, kind, name, department, department_id, region, version, source)
                   VALUES ($1, 'item', '试办的补贴', '海口市民政局', $2, '460100', 1, 'pack')""",
                QUICK, DEPARTMENT,
            )  # fmt: skip
            await owner.execute(
                """INSERT INTO item_versions (code, version, pack_id, sha256, data, review, department_id)
                   SELECT $1, 1, id, sha256(convert_to($2::json::text, 'UTF8')), $2::json, json_build_object('sha256', encode(sha256(convert_to($2::json::text, 'UTF8')), 'hex')), $3
                   FROM packs""",
                QUICK, quick(), DEPARTMENT,
            )  # fmt: skip
            await owner.execute(
                "INSERT INTO item_events (code, version, revision, department_id, kind, actor_name) VALUES ($1, 1, 1, $2, 'loaded', '')",
                QUICK, DEPARTMENT,
            )  # fmt: skip
        await owner.close()
        yield town


def facts(town: Town, **said: Any) -> list[Fact]:
    """What the father filed, and what two registers say; `said`: element with two underscores for the dot → what the
    population register says instead, None: nothing."""
    population = {"person.birth_date": "1944-03-05", "person.household": "460105", "person.alive": True}
    population |= {name.replace("__", "."): value for name, value in said.items()}
    filed = {"person.id_number": NUMBER, "person.birth_date": "1944-03-05", "person.household": "460105"}
    found = [_fact(town, element, value, "answered", "D") for element, value in filed.items()]
    found += [
        _fact(town, element, value, "register.population", "B")
        for element, value in population.items()
        if value is not None
    ]
    return [*found, _fact(town, "person.elder_allowance", False, "register.civil_affairs", "B")]


def _fact(town: Town, element: str, value: Any, source: str, trust: Any) -> Fact:
    return Fact(subject=town.ids["father"], element=element, value=value, source=source, trust=trust, at=town.now)


def new(town: Town, said: list[Fact], finding: Any) -> NewCase:
    return NewCase(
        item_code=QUICK, item_version=1, department_id=DEPARTMENT, region="460100", facts=said,
        bound={"applicant": str(town.ids["father"])}, limits=Limits(promised=0), rules=finding,
    )  # fmt: skip


async def found_in(tx: Tx, town: Town, said: list[Fact]) -> Finding:
    version, pack = await item_version(tx.db, QUICK, 1), (await city(tx.db)).pack
    parties = parties_of({"applicant": str(town.ids["father"])})
    finding = examine(
        version.item, 1, parties, UUID(int=7), said, pack, at=town.now, on=tx.today, blind=town.vault.blind
    )
    assert finding is not None
    return finding


async def judged(town: Town, said: list[Fact] | None = None, count: int = 1) -> list[Case]:
    """So many cases of the father's, filed together and judged as filing does."""
    said = facts(town) if said is None else said
    async with town.tx("father") as tx:
        finding = await found_in(tx, town, said)
    cases = await town.filed_together(*[new(town, said, msgspec.to_builtins(finding))] * count)
    async with town.tx("father") as tx:
        for case in cases:
            await grant_if_clear(tx, case.id, finding)
        return [await case_by_id(tx.db, case.id) for case in cases]


async def one(town: Town, said: list[Fact] | None = None) -> Case:
    (case,) = await judged(town, said)
    return case
