"""Somebody becomes known on the way, somebody else signs, and a shop is handled by its waiter: each in a browser."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec
from playwright.async_api import Browser

from backend.businesses.actions import check_representatives
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, job_transaction, open_pool, wall_clock
from backend.registers.actions import keep_record
from tests.browser.conftest import Person, says_yes
from tests.browser.test_three_things_for_father import somebody_else
from tests.browser.town import Town
from tests.businesses.test_act_for_a_business import CODE, LICENCE, NAME
from tests.cart.test_other_people_sign import with_lease
from tests.orders.shopping import fill_in, put_in
from tests.web import Site, StoppedClock, running

NEWCOMER = "460199199604013085"


@asynccontextmanager
async def filled_beforehand(town: Town) -> AsyncIterator[Site]:
    """The same town without a browser, for filling in forms that these journeys are not about."""
    settings = msgspec.structs.replace(town.settings, demo=True)
    async with running(settings, StoppedClock(wall_clock())) as site:
        yield site


async def without_script(chromium: Browser, town: Town, handle: str) -> Person:
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
    )
    person = Person(await context.new_page(), town)
    await person.signs_in(handle)
    return person


async def files(person: Person) -> None:
    await person.opens("/cart/review")
    await says_yes(person.page)
    await person.page.locator("form[action='/orders'] button").last.click()
    await person.page.wait_for_url("**/orders/*")


async def test_she_is_asked_who_she_is_goes_to_a_counter_and_finds_her_draft_again(chromium: Browser, town: Town):
    async with filled_beforehand(town) as site:
        client = await site.person("newcomer")
        await put_in(site, client, ["公积金提取"])
        await fill_in(site, client)
    person = await without_script(chromium, town, "newcomer")
    await person.opens("/cart/review")
    await person.reads("“公积金提取”要先核实您的身份")
    await person.taps("现在核实身份")
    await person.reads("核实好会回到刚才那一页", "到窗口核对一次")
    await person.page.fill("#number", NEWCOMER)
    await person.taps("登记")
    await person.reads("窗口一查就到")

    officer = await somebody_else(chromium, town, "officer-civil")
    await officer.opens("/desk/identity")
    await officer.page.fill("#number", NEWCOMER)
    await officer.taps("查账号")
    await officer.page.locator("input[name=compared]").check()
    await officer.taps("核对无误")
    await officer.reads("核对好了，已经告诉本人")

    await person.page.reload()
    await person.page.wait_for_url("**/cart/review*")  # with the fragment of the page before
    await files(person)
    await person.reads("交好了")


async def test_the_landlord_reads_what_she_signs_and_then_it_can_be_filed(
    chromium: Browser, person: Person, town: Town
):
    async with filled_beforehand(town) as site:
        await with_lease(site)
    await person.signs_in("buyer")
    await person.opens("/cart/review")
    await person.reads("“房屋租赁备案”还要何安家签名")
    await person.page.locator("a[href^='/cart/signatures']").first.click()
    await person.taps("发签名请求")
    await person.reads("等对方签")

    landlord = await without_script(chromium, town, "spouse")
    await landlord.opens("/signatures")
    await landlord.taps("房屋租赁备案")
    await landlord.reads("周新居要办“房屋租赁备案”", "内容一改，您的签名就不算了")
    await landlord.taps("我看清楚了，同意签名")
    await landlord.reads("签好了。已经告诉对方。")

    await person.opens("/cart/signatures")
    await person.reads("签好了")
    await files(person)
    await person.reads("已送到部门")


async def test_the_shop_is_opened_handed_to_its_waiter_and_lost_with_the_register(
    chromium: Browser, person: Person, town: Town
):
    await person.signs_in("boss")
    await person.opens("/acting")
    await person.taps("我要为企业办事")
    await person.page.fill("#code", CODE)
    await person.page.fill("#name", NAME)
    await person.taps("核对，开始办")
    await person.reads(f"您正在为{NAME}办理")
    await grants(person)

    clerk = await somebody_else(chromium, town, "clerk")
    await clerk.opens("/acting")
    await clerk.taps(NAME)
    await clerk.reads(f"您正在为{NAME}办理")
    async with filled_beforehand(town) as site:
        client = await as_in_the_browser(site, clerk)
        await put_in(site, client, [LICENCE])
        await fill_in(site, client, business__region="460106")
    await clerk.opens("/cart/sheet")
    await files(clerk)
    await clerk.reads("已送到部门")

    await the_register_names(town, "460199198507195054")
    await person.opens("/cases")
    await person.page.get_by_text(LICENCE).wait_for(state="detached", timeout=5000)
    await person.opens("/acting")
    assert NAME not in await person.page.content()


async def grants(boss: Person) -> None:
    await boss.opens("/mandates/new")
    await boss.page.fill("#agent_name", "符跑堂")
    await boss.page.fill("#agent_phone", "13900000007")
    await boss.page.locator("main form[action='/mandates'] button").last.click()
    await boss.reads(f"本人{NAME}授权符跑堂")
    await boss.taps("我同意")
    await boss.page.wait_for_url("**/mandates/*")


async def as_in_the_browser(site: Site, person: Person) -> httpx.AsyncClient:
    """A telephone with the session that is open in this browser, and with the same affairs on the screen."""
    client = site.stranger()
    cookies = await person.page.context.cookies()
    client.cookies.set("__Host-session", next(c["value"] for c in cookies if c["name"] == "__Host-session"))
    return client


async def the_register_names(town: Town, number: str, clock: Callable = wall_clock) -> None:
    """What the night's job finds when somebody else is registered."""
    vault, owner = Vault(town.settings.master_key or ""), await connect(town.settings.login("owner"))
    facts = {"business.name": NAME, "business.uscc": CODE, "business.legal_person_number": number}
    await keep_record(Tx(owner, vault, clock()), "market", CODE, facts)
    await owner.close()
    pool = await open_pool(town.settings.login("worker"), 2)
    async with job_transaction(pool, vault, clock()) as tx:
        assert await check_representatives(tx) == 1
    await pool.close()
