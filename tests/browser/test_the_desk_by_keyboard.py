"""A morning at the desk without touching the mouse: the queue, a correction, the next case, an acceptance, the list of keys."""

from playwright.async_api import Browser, Page

from tests.browser.test_a_case_is_worked_on_and_watched import filed, officer_at_her_desk
from tests.browser.town import Town


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.id"))


async def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_a_whole_case_is_worked_on_with_keys_alone(chromium: Browser, town: Town) -> None:
    first, second = await filed(town, "father"), await filed(town, "father")
    officer = await officer_at_her_desk(chromium, town)
    page = officer.page
    await officer.opens("/desk")

    await pressed(page, "j")
    top = await focused(page)
    assert top in (f"/desk/cases/{first}", f"/desk/cases/{second}") or top.startswith("/desk/cases/")
    outline = await page.evaluate("getComputedStyle(document.activeElement.closest('tr')).boxShadow")
    assert outline != "none", "the row one stands on must be seen"
    await pressed(page, "j", "k")
    assert await focused(page) == top
    await pressed(page, "x")
    assert await page.locator("[name=case]:checked").count() == 1
    await pressed(page, "x", "?")
    assert await page.locator("#keys").is_visible()
    await pressed(page, "Escape", "/")
    assert await focused(page) == "number"
    await page.keyboard.type("jjaa?")  # typed, not obeyed
    assert await page.input_value("#number") == "jjaa?"
    assert not await page.locator("#keys").is_visible()

    await page.fill("#number", first)
    await pressed(page, "Enter")
    await page.wait_for_url(f"**/desk/cases/{first}*")
    await pressed(page, "c")
    assert await page.locator("#move-correction_asked details").first.get_attribute("open") is not None
    await page.locator('[name="correction_asked.defects"]').focus()
    await page.keyboard.type("acnj 缺户口簿首页")
    await pressed(page, "Tab", "Enter")
    await officer.reads("办好了", "等申请人补正")

    await officer.opens(f"/desk/cases/{second}")
    await pressed(page, "n")
    await page.keyboard.type("电话问过了")
    await pressed(page, "Tab", "Enter")
    await officer.reads("备注写好了", "电话问过了")
    await pressed(page, "a")
    await officer.reads("办好了", "正在审查")
    ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids)), "an id stands on the page twice"
