"""An officer works on a case; the applicant watches it on her phone, and is asked for something once."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.async_api import Browser

from backend.accounts.actions import open_session
from backend.accounts.queries import account_of
from backend.cases.filing import file_cases
from backend.cases.model import Fact, Limits, NewCase
from backend.cases.queries import case_by_id
from backend.core.codes import order_number
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.core.viewer import open_viewer
from tests.browser.conftest import Person
from tests.browser.town import Town

NURSING, DEPARTMENT = "460100-MZ-003", "民政局"


async def filed(town: Town, who: str) -> str:
    """The number of a case of hers, filed as the cart files it."""
    vault, now = Vault(town.settings.master_key or ""), datetime.now(UTC)
    db = await connect(town.settings.login("web"))
    async with db.transaction():
        account = await account_of(db, who)
        token = await open_session(Tx(db, vault, now), account)
        tx = Tx(db, vault, now, await open_viewer(db, vault, token, now))
        order, cart, serial = uuid4(), uuid4(), await db.fetchval("SELECT nextval('case_serial')")
        await db.execute(
            "INSERT INTO carts (id, principal_id, actor_id, state) VALUES ($1, $2, $2, 'filed')", cart, account
        )
        await db.execute(
            """INSERT INTO orders (id, number, principal_id, actor_id, cart_id, channel, filed_at)
               VALUES ($1, $2, $3, $3, $4, 'online', $5)""",
            *(order, order_number("460100", tx.today, serial), account, cart, now),
        )
        name = Fact(subject=account, element="person.name", value="林长福", source="answered", trust="D", at=now)
        new = NewCase(
            item_code=NURSING, item_version=1, department_id=DEPARTMENT, region="460100",
            bound={"applicant": str(account)}, limits=Limits(promised=20), facts=[name],
        )  # fmt: skip
        (case_id,) = await file_cases(tx, order, [new])
        number = (await case_by_id(db, case_id)).number
    await db.close()
    return number


async def officer_at_her_desk(chromium: Browser, town: Town) -> Person:
    desk = await chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    officer = Person(await desk.new_page(), town)
    await officer.page.goto(f"{town.base}/sign-in")
    await officer.page.click('button[value="officer-civil"]')
    return officer


async def test_the_phone_follows_the_desk_and_answers_it(chromium: Browser, person: Person, town: Town) -> None:
    number = await filed(town, "father")
    await person.signs_in("father")
    await person.opens("/cases")
    await person.taps("护理补贴")
    await person.reads("已收到您的申请", "最晚答复")

    officer = await officer_at_her_desk(chromium, town)
    await officer.opens(f"/desk/cases/{number}")
    asking = officer.page.locator("form").filter(has=officer.page.locator('[name="move"][value="correction_asked"]'))
    await asking.locator("summary").first.click()
    await asking.locator('[name="correction_asked.defects"]').fill("请写明平时谁在照顾老人。")
    await asking.locator('button[type="submit"]').first.click()
    await officer.reads("办好了")

    await person.reads("现在就补", "请写明平时谁在照顾老人。")  # nobody reloaded
    await person.taps("现在就补")
    await person.taps("交上补正")
    await person.reads("请回答这一项。")
    await person.page.fill("#answer-0", "平时是女儿照顾。")
    await person.taps("交上补正")
    await person.reads("补正已交上")

    await officer.opens(f"/desk/cases/{number}")
    await officer.reads("平时是女儿照顾。")
    for move, told in (("accepted", "已受理"), ("granted", "同意了")):
        await officer.opens(f"/desk/cases/{number}")
        form = officer.page.locator("form").filter(has=officer.page.locator(f'[name="move"][value="{move}"]'))
        await form.locator('button[type="submit"]').first.click()
        await person.reads(told)
    await person.page.reload()
    await person.reads("同意了", "补正已交上", "结果已送达")
    await officer.page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_case_is_taken_back_with_two_taps_also_without_scripts(
    chromium: Browser, town: Town, scripts: bool
) -> None:
    await filed(town, "father")
    phone = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=scripts
    )
    father = Person(await phone.new_page(), town)
    await father.signs_in("father")
    await father.opens("/cases")
    await father.taps("护理补贴")
    await father.taps("为什么是这一天？")
    await father.reads("要在 5 个工作日内说清楚齐不齐")
    await father.taps("撤回这件事")
    await father.taps("确定撤回")
    await father.reads("已撤回", "这件事已经停下")
    await phone.close()
