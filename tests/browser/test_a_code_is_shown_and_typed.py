"""Two phones at one table: she shows a code, he types it; and every page on the way can be used by everybody."""

from playwright.async_api import Browser

from tests.browser.test_every_page_can_be_used_by_everybody import faults, somebody
from tests.browser.town import Town

PAGES = ("/mandates", "/mandates/ask", "/mandates/show-code", "/mandates/code", "/mandates/print")


async def test_she_shows_a_code_and_he_may_act_for_her(chromium: Browser, town: Town):
    her = await somebody(chromium, town, "spouse", "standard", "light")
    him = await somebody(chromium, town, "buyer", "elder", "dark")
    wrong: dict[str, object] = {}
    for path in PAGES:
        wrong |= await faults(her, path, 44) | await faults(him, path, 60)
    await her.opens("/mandates/show-code")
    await her.page.fill("#agent_name", "周新居")
    await her.page.click(".actions button")
    await her.page.click(".actions button")
    code = await her.page.inner_text(".receipt-number")
    assert await her.page.evaluate("document.querySelector('main img').naturalWidth > 100")
    await him.opens("/mandates/code")
    await him.page.fill("#code", code)
    await him.page.click(".actions button")
    await him.page.wait_for_url(f"{town.base}/mandates/*-*")
    assert "您可以替何安家办事" in await him.page.inner_text("h1")
    assert not wrong
