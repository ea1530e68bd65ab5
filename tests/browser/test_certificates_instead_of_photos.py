"""An old man files with what he holds, without a photo; what he is granted he shows to a gatekeeper a minute later."""

from datetime import UTC, datetime

from playwright.async_api import Browser, Page

from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.registers.actions import keep_record
from tests.browser.conftest import Person, says_yes
from tests.browser.test_three_things_for_father import fill_the_sheet
from tests.browser.town import Town
from tests.certificates.holding import ID_CARD, given

CARD = "460100-MZ-002"
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
