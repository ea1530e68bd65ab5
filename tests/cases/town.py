"""A small town for the tests of cases: one department, one item, and the people around one filing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

import backend
from backend.accounts.actions import open_account, open_session
from backend.accounts.model import NewAccount
from backend.cases.actions import move
from backend.cases.filing import file_cases
from backend.cases.model import Case, Fact, Limits, NewCase
from backend.cases.queries import case_by_id, case_for
from backend.catalogue.pack_covered import covered
from backend.catalogue.pack_read import build, read_folder
from backend.core.codes import order_number
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, job_transaction, open_pool
from backend.core.viewer import open_viewer
from backend.settings import Settings

HAIKOU = Path(backend.__file__).parent / "packs" / "haikou"
ITEM, SHOP, FOOD, STALL = "460100-MZ-003", "460100-SJ-001", "460100-SJ-002", "460100-CG-002"
KINDERGARTEN = "460100-JY-003"  # asked about by four departments, one of them first
ITEMS = {
    ITEM: "护理补贴",
    SHOP: "个体工商户设立",
    FOOD: "食品经营许可",
    STALL: "夜市摊位临时占道许可",
    KINDERGARTEN: "民办幼儿园设立",
}
STALLS = 2  # so many are granted in a year
DEPARTMENT = "民政局"
ROLES = ("window", "reviewer", "approver", "head")
CAST = {
    "father": NewAccount(kind="person", handle="father", name="陈大海", level="counter"),
    "daughter": NewAccount(kind="person", handle="daughter", name="陈小燕", level="counter"),
    "stranger": NewAccount(kind="person", handle="stranger", name="路人"),
    "officer": NewAccount(kind="officer", handle="officer", name="王秀英", roles={DEPARTMENT: ROLES}),
    "colleague": NewAccount(kind="officer", handle="colleague", name="李建国", roles={DEPARTMENT: ROLES}),
    "window": NewAccount(kind="officer", handle="window", name="窗口小吴", roles={DEPARTMENT: ("window",)}),
    "elsewhere": NewAccount(
        kind="officer", handle="elsewhere", name="外局小赵", roles={"住房局": ROLES, DEPARTMENT: ("auditor",)}
    ),
    "district": NewAccount(kind="officer", handle="district", name="区里小韩", roles={"区教育局": ("reviewer",)}),
    "fire-window": NewAccount(
        kind="officer", handle="fire-window", name="消防窗口", roles={"消防救援支队": ("window",)}
    ),
    "fire": NewAccount(kind="officer", handle="fire", name="消防小许", roles={"消防救援支队": ("approver",)}),
    "health": NewAccount(kind="officer", handle="health", name="卫健小何", roles={"卫生健康委员会": ("reviewer",)}),
    "planning": NewAccount(
        kind="officer", handle="planning", name="规划小郑", roles={"自然资源和规划局": ("window", "head")}
    ),
    "mayor": NewAccount(kind="officer", handle="mayor", name="市长办小梁", roles={"市政府": ("head",)}),
    "foreign": NewAccount(kind="officer", handle="foreign", name="外局小钱", roles={"住房局": ROLES}),
}


@cache
def starter() -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The starter city's vocabulary, and four of its items with limits of our own to count with."""
    raw = read_folder(HAIKOU)
    pack = build(raw)
    versions = {code: covered(raw, pack.items[name]) for code, name in ITEMS.items()}
    for version in versions.values():
        version["item"] = version["item"] | {"limits": {"promised": 15, "statutory": 20, "unit": "workday"}}
    versions[STALL]["item"]["quota"] = {"count": STALLS, "per": "year"}
    return raw | {"items": {}, "scenarios": {}}, versions


START = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)


class Town:
    """`async with town.tx("officer") as tx:` is one request of hers; `town.now` is the time it happens."""

    def __init__(self, settings: Settings, pool: asyncpg.Pool, worker: asyncpg.Pool) -> None:
        self.settings, self.pool, self.worker = settings, pool, worker
        self.vault = Vault(settings.master_key or "")
        self.now = START
        self.ids: dict[str, UUID] = {}
        self.mandate = uuid4()

    @asynccontextmanager
    async def tx(self, who: str, for_father: bool = False) -> AsyncIterator[Tx]:
        async with self.pool.acquire() as db, db.transaction():
            token = await open_session(Tx(db, self.vault, self.now), self.ids[who])
            if for_father:
                await db.execute("UPDATE sessions SET principal_id = $1, mandate_id = $2 WHERE account_id = $3",
                                 self.ids["father"], self.mandate, self.ids[who])  # fmt: skip
            yield Tx(db, self.vault, self.now, await open_viewer(db, self.vault, token, self.now))

    @asynccontextmanager
    async def machine(self) -> AsyncIterator[Tx]:
        async with job_transaction(self.worker, self.vault, self.now) as tx:
            yield tx

    async def filed(self, who: str = "father", *, waiting: bool = False, rules: Any = None) -> Case:
        """One case of the father's, filed by himself or by his daughter under her mandate."""
        (case,) = await self.filed_together(
            new_case(self.ids["father"], self.now, waiting=waiting, rules=rules), who=who
        )
        return case

    async def filed_together(self, *new: NewCase, who: str = "father") -> list[Case]:
        """An order of the father's."""
        async with self.tx(who, for_father=who == "daughter") as tx:
            order, cart, serial = uuid4(), uuid4(), await tx.db.fetchval("SELECT nextval('case_serial')")
            viewer = tx.viewer
            await tx.db.execute("INSERT INTO carts (id, principal_id, actor_id, state) VALUES ($1, $2, $3, 'filed')",
                                cart, viewer.principal_id, viewer.id)  # fmt: skip
            await tx.db.execute(
                """INSERT INTO orders (id, number, principal_id, actor_id, mandate_id, cart_id, channel, filed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, 'online', $7)""",
                order, order_number("460100", tx.today, serial), viewer.principal_id, viewer.id, viewer.mandate_id, cart, tx.now,
            )  # fmt: skip
            return [await case_by_id(tx.db, case_id) for case_id in await file_cases(tx, order, new)]

    async def moved(self, case: Case, who: str, name: str, for_father: bool = False, **data: object) -> Case:
        """The case as it stands after this move by this person (or `machine`)."""
        if who == "machine":
            async with self.machine() as tx:
                if name == "granted":
                    await self._judged(tx, case)
                return await move(tx, await case_by_id(tx.db, case.id), name, data, machine=True)
        async with self.tx(who, for_father) as tx:
            return await move(tx, await case_for(tx.db, tx.viewer, case.number), name, data)

    async def _judged(self, tx: Tx, case: Case) -> None:
        """The database takes no grant by machine without the decision it stands on."""
        await tx.db.execute(
            """INSERT INTO automatic_decisions (case_id, item_code, item_version, department_id, verdict, outcome, finding, at)
               VALUES ($1, $2, $3, $4, true, 'granted', $5, $6)""",
            case.id, case.item_code, case.item_version, case.department_id,
            {"verdict": True, "rules": [], "version": case.item_version, "at": tx.now.isoformat()}, tx.now,
        )  # fmt: skip

    def later(self, **delta: int) -> None:
        self.now += timedelta(**delta)


def new_case(
    party: UUID, at: datetime, item: str = ITEM, *, waiting: bool = False, rules: Any = None, **bound: str
) -> NewCase:
    name = Fact(subject=party, element="person.name", value="陈大海", source="answered", trust="D", at=at)
    return NewCase(
        item_code=item, item_version=1, department_id=DEPARTMENT, region="460100", facts=[name],
        bound={"applicant": str(party), **bound}, limits=Limits(promised=15, statutory=20), waiting=waiting, rules=rules,
    )  # fmt: skip


@asynccontextmanager
async def founded(settings: Settings) -> AsyncIterator[Town]:
    """The town in the (fresh) database of `settings`."""
    pool, worker = await open_pool(settings.login("web"), 8), await open_pool(settings.login("worker"), 2)
    town = Town(settings, pool, worker)
    starter()  # reading the city may take longer than a transaction may be idle
    owner = await connect(settings.login("owner"))
    try:
        async with owner.transaction():
            await _settle(town, owner)
        yield town
    finally:
        await owner.close()
        await pool.close()
        await worker.close()


async def _settle(town: Town, owner: asyncpg.Connection) -> None:
    await owner.execute("SELECT set_config('app.now', $1, true)", town.now.isoformat())
    await owner.executemany("INSERT INTO departments (id, name, data) VALUES ($1, $2, $3)", [
        (DEPARTMENT, "海口市民政局", {"phones": {"enquiry": "0898-00000000"}}), ("住房局", "海口市住房局", {}),
        *((name, name, {}) for name in ("区教育局", "消防救援支队", "卫生健康委员会", "自然资源和规划局", "市政府", "市场监督管理局"))])  # fmt: skip
    data, versions = starter()
    pack = await owner.fetchval(
        "INSERT INTO packs (region, name, sha256, data) VALUES ('460100', '海口', '\\x00', $1) RETURNING id", data
    )
    await owner.executemany(
        """INSERT INTO items (code, kind, name, department, department_id, region, version, source)
           VALUES ($1, 'item', $2, '海口市民政局', $3, '460100', 1, 'pack')""",
        [(code, name, DEPARTMENT) for code, name in ITEMS.items()],
    )
    await owner.executemany(
        "INSERT INTO item_versions (code, version, pack_id, sha256, data, review) VALUES ($1, 1, $2, '\\x00', $3, '{}')",
        [(code, pack, version) for code, version in versions.items()],
    )
    for handle, account in CAST.items():
        town.ids[handle] = await open_account(Tx(owner, town.vault, town.now), account)
    await owner.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
           VALUES ($1, $2, $3, 'entrusted', 'self', ARRAY['see', 'fill', 'submit', 'correct'], '同意', '\\x00', '2026-09-01', '2026-12-31', now())""",
        town.mandate, town.ids["father"], town.ids["daughter"],
    )  # fmt: skip
