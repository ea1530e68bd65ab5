"""Cases of invented people for the demo's desks: filed over the last weeks, some on their way, each with what a clerk
would look at. As owner; only ever in demo mode. Nobody of them can be signed in as."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from obstore.store import ObjectStore

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.cases.actions import move
from backend.cases.filing import file_cases, next_serials
from backend.cases.model import Case, CaseFile, Defect, Fact, Limits, NewCase
from backend.cases.queries import case_by_id
from backend.catalogue.model import Element, ElementType, Item, Pack, Trust
from backend.catalogue.queries import city
from backend.core.codes import order_number
from backend.core.db import Tx
from backend.core.files import keep, press
from backend.core.viewer import Viewer

NAMES = (
    "符阿强",
    "吴秀珍",
    "陈德海",
    "王美兰",
    "林志明",
    "黄玉英",
    "李建国",
    "周小凤",
    "何大山",
    "郑月娥",
    "冯国栋",
    "许春燕",
    "韩冬生",
    "梁桂花",
    "邓永康",
    "谢晓梅",
)
# So many cases a department: the one the guide of the demo sits at has most.
MOST, FEW = 26, 5
FIRST_AT = "民政局"
DAYS = (0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 9, 12, 16)  # filed so many days ago
TEXTS = {
    "照片看不清": "照片看不清右下角的字，请在光亮的地方重新拍一张，四个角都要拍到。",
    "缺户口簿本人页": "还缺户口簿上本人的那一页，请拍下来传上来；首页也要。",
    "银行卡不是本人的": "银行卡的开户人不是本人，补贴会打不进去。请换成本人名下的卡号。",
}
WORDS = ("演示内容一", "演示内容二")


async def load_queue(tx: Tx, store: ObjectStore, chance: Random) -> int:
    """Fills the desks once; returns how many cases came."""
    if await tx.db.fetchval("SELECT EXISTS (SELECT 1 FROM cases)"):
        return 0
    published = await city(tx.db)
    pack, picture = published.pack, await press(_picture(), "演示材料.png")
    people = [(await open_account(tx, NewAccount(kind="person", name=name, level="counter")), name) for name in NAMES]
    count = 0
    for department in pack.departments:
        items = [
            i for i in pack.items.values() if i.department == department and i.code in published.versions and i.online
        ]
        for n in range((MOST if department == FIRST_AT else FEW) if items else 0):
            account, name = people[chance.randrange(len(people))]
            filed = tx.now - timedelta(days=chance.choice(DAYS), minutes=chance.randrange(420))
            mine = await _as(tx, account, name, filed)
            file = await keep(mine, store, picture)
            case = await _filed(mine, pack, items[n % len(items)], published.versions, file, chance)
            await _on_its_way(mine, case, chance)
            count += 1
    await tx.db.execute("SELECT set_config('app.viewer', '', true)")
    await _texts(tx)
    return count


async def _texts(tx: Tx) -> None:
    """A few of the office's own words for correction notices."""
    writer = await tx.db.fetchval(
        "SELECT account_id FROM officer_roles WHERE department_id = $1 AND role = 'head' LIMIT 1", FIRST_AT
    )
    for title, words in TEXTS.items() if writer else ():
        await tx.db.execute(
            """INSERT INTO correction_texts (id, department_id, title, words, written_by, written_at)
               VALUES ($1, $2, $3, $4, $5, $6)""",
            uuid4(), FIRST_AT, title, words, writer, tx.now,
        )  # fmt: skip


async def _filed(tx: Tx, pack: Pack, item: Item, versions: dict[str, int], file: UUID, chance: Random) -> Case:
    order, cart, me = uuid4(), uuid4(), tx.viewer.id
    (serial,) = await next_serials(tx, 1)
    await tx.db.execute(
        "INSERT INTO carts (id, principal_id, actor_id, state, changed_at) VALUES ($1, $2, $2, 'filed', $3)",
        cart,
        me,
        tx.now,
    )
    await tx.db.execute(
        """INSERT INTO orders (id, number, principal_id, actor_id, cart_id, channel, filed_at)
           VALUES ($1, $2, $3, $3, $4, 'online', $5)""",
        order, order_number(pack.city.region, tx.today, serial), me, cart, tx.now,
    )  # fmt: skip
    bound = {name: await _party(tx, role.kind) for name, role in item.roles.items() if not role.optional}
    new = NewCase(
        item_code=item.code, item_version=versions[item.code], department_id=item.department, region=pack.city.region,
        bound={name: str(party) for name, party in bound.items()}, limits=Limits(promised=item.limits.promised),
        facts=_facts(tx, item, pack, bound, chance), files=_files(item, bound, file),
    )  # fmt: skip
    (case,) = await file_cases(tx, order, [new])
    return await case_by_id(tx.db, case)


async def _party(tx: Tx, kind: str) -> UUID:
    if kind == "person":
        return tx.viewer.id
    party = uuid4()
    await tx.db.execute("INSERT INTO parties (id, principal_id, kind) VALUES ($1, $2, $3)", party, tx.viewer.id, kind)
    return party


def _facts(tx: Tx, item: Item, pack: Pack, bound: dict[str, UUID], chance: Random) -> list[Fact]:
    found = []
    for ask in item.asks:
        role = ask.fact.partition(".")[0]
        element = pack.elements.get(item.element_of(ask.fact)) if role in bound else None
        value = _value(element, tx.viewer.name, pack, tx.today, chance) if element else None
        if element and value is not None:
            trust: Trust = chance.choice(("D", "D", "C", "A"))
            found.append(
                Fact(subject=bound[role], element=element.code, value=value, source="answered", trust=trust, at=tx.now)
            )
    return found


def _value(element: Element, name: str, pack: Pack, today: date, chance: Random) -> Any:
    """Something that reads well; None where an invented answer would mislead, such as a number that is checked."""
    T, n = ElementType, chance.randrange
    regions = [code for code in pack.city.regions if not code.endswith("00")]
    makes: dict[ElementType, Callable[[], Any]] = {
        T.yes_no: lambda: chance.random() < 0.7,
        T.choice: lambda: chance.choice(list(element.options)),
        T.choices: lambda: list(element.options)[:2],
        T.region: lambda: chance.choice(regions),
        T.phone: lambda: f"13900000{n(100, 999)}",
        T.bank_card: lambda: "6217000000000000017",
        T.date: lambda: (today - timedelta(days=n(200, 9000))).isoformat(),
        T.number: lambda: n(1, 9),
        T.years: lambda: n(1, 9),
        T.money: lambda: n(1, 60) * 10_000,
        T.area: lambda: str(n(40, 140)),
        T.address: lambda: f"海口市演示路 {n(1, 88)} 号",
        T.text: lambda: (
            element.example or (name if element.code.endswith(("name", "holder")) else chance.choice(WORDS))
        ),
        T.long_text: lambda: chance.choice(WORDS),
    }
    return makes[element.type]() if element.type in makes else None


def _files(item: Item, bound: dict[str, UUID], file: UUID) -> list[CaseFile]:
    """One picture for the first things the item asks for."""
    needs = [(need.material.partition(".")[0], item.material_of(need.material)) for need in item.materials]
    wanted = dict.fromkeys((bound[role], code) for role, code in needs if role in bound)
    return [CaseFile(subject=subject, material=code, file_id=file) for subject, code in wanted][:2]


async def _on_its_way(tx: Tx, case: Case, chance: Random) -> None:
    """Half of the older ones are accepted, some wait for the applicant."""
    luck, later = chance.random(), tx.now + timedelta(hours=20)
    now = await tx.db.fetchval("SELECT app_now()")
    if later >= now or luck < 0.35:
        return
    officer = await tx.db.fetchrow(
        "SELECT a.id, a.handle FROM officer_roles r JOIN accounts a ON a.id = r.account_id WHERE r.department_id = $1 AND r.role = 'reviewer' LIMIT 1",
        case.department_id,
    )  # fmt: skip
    if officer is None:
        return
    desk = await _as(tx, officer["id"], officer["handle"], later, officer=case.department_id)
    if luck < 0.55:
        await move(desk, case, "correction_asked", {"problems": [Defect(say="照片看不清右下角，请重新拍一张。")]})
        return
    accepted = await move(desk, case, "accepted")
    if luck > 0.95:
        await move(desk, accepted, "granted")
    elif luck > 0.8:
        await tx.db.execute("UPDATE cases SET officer_id = NULL WHERE id = $1", case.id)


async def _as(tx: Tx, account: UUID, name: str, at: datetime, officer: str = "") -> Tx:
    """The same transaction at another time, as this person or, at her desk, this officer sees it."""
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(account))
    key = tx.vault.key(await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", account))
    viewer = Viewer(
        id=account, kind="officer" if officer else "person", name=name, principal_id=account, principal_name=name, mandate_id=None,
        roles=frozenset({"reviewer"} if officer else ()), departments=frozenset({officer} if officer else ()), language="zh-Hans", key=key,
        mandate_lost=False,
    )  # fmt: skip
    return Tx(tx.db, tx.vault, at, viewer)


def _picture() -> bytes:
    """A sheet of paper with lines and a stamp, for something to enlarge and to turn."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (900, 1200), "#f4f1ea")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((60, 60, 840, 1140), fill="white", outline="#c9c2b4", width=3)
    pen.rectangle((110, 120, 560, 160), fill="#3c4a57")
    for line in range(14):
        pen.rectangle((110, 240 + line * 54, 790 - (line * 97) % 260, 254 + line * 54), fill="#aeb6bd")
    pen.ellipse((560, 880, 780, 1100), outline="#a3261b", width=10)
    pen.polygon([(670, 925), (688, 975), (740, 975), (698, 1006), (714, 1056), (670, 1025), (626, 1056), (642, 1006), (600, 975), (652, 975)], fill="#a3261b")  # fmt: skip
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
