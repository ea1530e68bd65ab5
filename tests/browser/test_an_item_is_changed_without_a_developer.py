"""An editor changes an item by forms, two others look at it, it is published; a draft begun before is told, an old case keeps its text."""

import re

import msgspec
import pytest_asyncio
from playwright.async_api import Browser, Page

from backend.settings import Settings
from tests.browser.conftest import Person, says_yes
from tests.browser.town import Town, started
from tests.orders.shopping import act_for_father, fill_in, form, put_in, reviewed
from tests.web import running

CODE, NAME = "460100-MZ-003", "护理补贴"
DESK = f"/desk/items/{CODE}"


class Before(msgspec.Struct):
    """The town with what there was before: a case that was filed, and a cart filled in and not filed yet."""

    town: Town
    case: str


@pytest_asyncio.fixture
async def before(settings: Settings):
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        daughter = await site.person("daughter")
        await act_for_father(site, daughter)
        await put_in(site, daughter, [NAME])
        await fill_in(site, daughter, person__carer="family")
        filed = await daughter.post("/orders", data=form(await reviewed(site, daughter), "filed-before"))
        receipt = (await daughter.get(filed.headers["location"])).text
        await put_in(site, daughter, [NAME])
        await fill_in(site, daughter, person__carer="family")
    with started(settings) as town:
        yield Before(town, re.search(r'href="/cases/([0-9A-Z]+)"', receipt)[1])


async def officer(chromium: Browser, town: Town, handle: str) -> Person:
    desk = await chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    person = Person(await desk.new_page(), town)
    await person.signs_in(handle)
    return person


async def test_from_a_wrong_limit_to_a_draft_that_says_what_changed(chromium: Browser, page: Page, before: Before):
    town = before.town
    editor = await officer(chromium, town, "officer-editor")
    await editor.opens("/desk/items")
    await editor.taps(NAME)
    await editor.taps("开始修改")
    await promise(editor, statutory="20", promised="25")
    await editor.opens(DESK)
    await editor.taps("送核对")
    await editor.page.locator("#problems").get_by_text("承诺时限比法定时限还长").click()
    await promise(editor, statutory="20", promised="15")
    await ask_who_is_cared_for_at_home(editor)
    await editor.opens(DESK)
    await editor.reads("时限：承诺时限", "申请人：是不是已经自己创业（什么情况下才问：平时谁照顾是“家人”）")
    await editor.taps("送核对")
    await editor.reads("第 2 版：等核对")
    await presses(await officer(chromium, town, "officer-checker"), "核对无误，送法核", "等法核")
    await presses(await officer(chromium, town, "officer-legal"), "法核通过", "等发布")
    await editor.opens(DESK)
    await editor.taps("发布…")
    await editor.page.get_by_role("button", name="发布", exact=True).click()
    await editor.reads("在办，第 2 版")

    daughter = Person(page, town)
    await daughter.signs_in("daughter")
    await daughter.opens("/acting")
    await daughter.taps("林长福")
    await daughter.opens("/cart")
    await daughter.reads("办理要求变了", "办理时间：原来20 个工作日，现在15 个工作日", "新增要填：是不是已经自己创业")
    await daughter.taps("知道了，按新的办")
    await daughter.reads("还差 1 项")
    await daughter.opens("/cart/sheet")
    await (
        page.locator("main fieldset")
        .filter(has_text="是不是已经自己创业")
        .locator("label")
        .filter(has_text="否")
        .click()
    )
    await page.locator(".actions button").first.click()
    await daughter.opens("/cart/review")
    await says_yes(page)
    await page.locator("form[action='/orders'] button").last.click()
    await page.wait_for_url("**/orders/*")

    await daughter.opens(f"/cases/{before.case}/guide")
    await daughter.reads("第 1 版", "20 个工作日")
    assert await page.get_by_text("15 个工作日").count() == 0
    await daughter.opens(f"/items/{CODE}")
    await daughter.reads("15 个工作日")


async def promise(editor: Person, *, statutory: str, promised: str) -> None:
    await editor.opens(f"{DESK}/draft/limits")
    await editor.page.fill('[id="limits.statutory"]', statutory)
    await editor.page.fill('[id="limits.promised"]', promised)
    await saves(editor)


async def ask_who_is_cared_for_at_home(editor: Person) -> None:
    """One more question, for some people only: a row is chosen and added, its condition built by lists and buttons."""
    await editor.opens(f"{DESK}/draft/asks")
    await editor.page.select_option('[id="asks.new"]', "applicant.started_business")
    await editor.page.click('button[value="add:asks"]')
    await editor.page.click('button[value="begin:asks.15.when"]')
    await editor.page.select_option('[id="asks.15.when.0.fact"]', "applicant.carer")
    await editor.page.click('button[value="show:asks.15.when.0"]')
    await editor.page.select_option('[id="asks.15.when.0.op"]', "is")
    await editor.page.select_option('[id="asks.15.when.0.value"]', "family")
    await saves(editor)


async def saves(editor: Person) -> None:
    await editor.page.locator(".actions").get_by_role("button", name="保存").click()
    await editor.reads("保存好了。")


async def presses(somebody: Person, button: str, then: str) -> None:
    await somebody.opens(DESK)
    await somebody.taps(button)
    await somebody.reads(then)
