"""An old man files with what he holds, without a photo; what he is granted he shows to a gatekeeper a minute later."""

from datetime import UTC, datetime

from playwright.async_api import Browser, Page

from backend.approval.again import Waiting, follow
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, open_pool
from backend.core.jobs import Work
from backend.registers.actions import keep_record
from tests.browser.conftest import Person, says_yes
from tests.browser.test_three_things_for_father import fill_the_sheet, hand_in_photos
from tests.browser.town import Town
from tests.certificates.holding import ID_CARD, given
from tests.orders.test_a_person_decides_what_is_not_clear import POPULATION

CARD, ALLOWANCE = "460100-MZ-002", "460100-MZ-001"
LOOK = "fetch('/api/v1' + location.pathname).then(answer => answer.json()).then(now => now.address)"


async def test_an_old_man_files_without_a_photo_and_shows_what_he_was_granted(
    chromium: Browser, person: Person, town: Town
):
    await known_to_the_police(town)
    page = person.page
    await person.signs_in("father")
    await person.opens(f"/items/{CARD}")
    await person.taps("放进购物车")
    await fill_the_sheet(person)
    await person.opens("/cart/materials")
    assert await page.locator("section.material").count() == 0, "nothing is asked of him"
    await page.locator("summary", has_text="不用交").first.click()
    await person.reads("用您的居民身份证")

    await person.opens("/cart/review")
    await person.reads("居民身份证，代替居民身份证，给")
    await says_yes(page)
    await page.locator("form[action='/orders'] button").last.click()
    await page.wait_for_url("**/orders/*")
    await person.reads("老年人优待证，批下来了")

    await person.opens("/certificates")
    await person.taps("老年人优待证")
    await person.taps("给人看")
    await person.reads("对方看到：姓名，和现在有没有效")
    await person.taps("出示二维码")
    await page.wait_for_url("**/showings/*")
    await person.reads("请对方扫一扫", "还能扫几秒")
    address = await page.evaluate(LOOK)

    gate = await chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    gatekeeper = await gate.new_page()
    await gatekeeper.goto(address)
    await gatekeeper.get_by_text("有人给您看：老年人优待证").wait_for()
    assert "林长福" not in await gatekeeper.content(), "nothing of him before the tap"
    await gatekeeper.get_by_role("button", name="查看").click()
    await gatekeeper.wait_for_url("**/looked/*")
    await gatekeeper.get_by_text("林长福").wait_for()
    await page.get_by_text("对方看过了").wait_for(timeout=10_000)  # live, without a tap
    assert await mark_on(gatekeeper) == await mark_on(page)

    await gatekeeper.goto(address)
    await gatekeeper.get_by_text("已经有人看过").wait_for()
    await person.taps("谁看过、用在哪里")
    await person.reads("扫码的人", "还没有在办事时用过")
    await the_receipt_follows_a_register_that_answers_late(person, town)


async def the_receipt_follows_a_register_that_answers_late(person: Person, town: Town) -> None:
    """Filed while the population register is being asked; a minute later it has answered, and the page says so, aloud as well."""
    page, work = person.page, await worker(town)
    await says(town, "population", {code: one for code, one in POPULATION.items() if code != "person.alive"})
    await person.opens(f"/items/{ALLOWANCE}")
    await person.taps("放进购物车")
    await fill_the_sheet(person)
    await hand_in_photos(person)
    await person.opens("/cart/review")
    await says_yes(page)
    await page.locator("form[action='/orders'] button").last.click()
    await page.wait_for_url("**/orders/*")
    async with work.transaction() as tx:
        case = await tx.db.fetchrow("SELECT id, principal_id, item_code FROM cases ORDER BY received_at DESC LIMIT 1")
        await tx.db.execute(
            """INSERT INTO register_requests (id, register, subject, principal_id, case_id, items, basis, sealed, asked_at)
               VALUES (gen_random_uuid(), 'population', 'x', $1, $2, ARRAY[$3], 'consent:prefill:1', 'x', $4)""",
            case["principal_id"], case["id"], case["item_code"], tx.now,
        )  # fmt: skip
    await page.reload()
    await person.reads("还在等部门的登记库回答", "现在看一看")
    why = page.locator("details", has_text="谁在办，多久办完？")
    await why.locator("summary").click()
    async with page.expect_response(lambda answer: "asking=" in answer.url) as looked:
        pass
    assert (await looked.value).status == 204, "nothing new changes nothing on the page"
    assert await why.get_attribute("open") is not None

    await says(town, "population", POPULATION)
    await says(town, "civil_affairs", {"person.name": "林长福", "person.elder_allowance": False})
    async with work.transaction() as tx:
        said = Waiting(case=case["id"], registers=("population", "civil_affairs"), basis="consent:prefill:1")
        await tx.db.execute("UPDATE register_requests SET state = 'answered', sealed = NULL, done_at = $1", tx.now)
        assert await follow(tx, said) == 0.0
    await page.locator("h1", has_text="高龄老人长寿补贴，批下来了").wait_for(timeout=10_000)
    assert "高龄老人长寿补贴，批下来了" in await page.locator("#status[aria-live=polite]").inner_text()
    assert await page.locator("#order[data-hx-get]").count() == 0, "and it looks no more"
    await work.close()
    await work.pool.close()
    plain = await page.request.get(page.url)  # without script: the link led to the same page
    assert "高龄老人长寿补贴，批下来了" in await plain.text()


async def worker(town: Town) -> Work:
    settings = town.settings
    vault = Vault(settings.master_key or "", settings.certificate_keys)
    return Work(await open_pool(settings.login("worker"), 2), vault, settings, lambda: datetime.now(UTC))


async def says(town: Town, register: str, facts: dict[str, object]) -> None:
    owner = await connect(town.settings.login("owner"))
    vault = Vault(town.settings.master_key or "", town.settings.certificate_keys)
    await keep_record(Tx(owner, vault, datetime.now(UTC)), register, ID_CARD["person.id_number"], facts)
    await owner.close()


async def known_to_the_police(town: Town) -> None:
    """His identity card is among his certificates, and a photo of him is with the register."""
    settings, now = town.settings, datetime.now(UTC)
    vault = Vault(settings.master_key or "", settings.certificate_keys)
    await given(settings, vault, now, "father", "resident_id", ID_CARD)
    owner = await connect(settings.login("owner"))
    number, photo = ID_CARD["person.id_number"], {"person.photo_taken_on": f"{now.year - 1}-05-06"}
    await keep_record(Tx(owner, vault, now), "photos", number, photo)
    await owner.close()


async def mark_on(page: Page) -> str:
    return await page.locator(".receipt-number").inner_text()
