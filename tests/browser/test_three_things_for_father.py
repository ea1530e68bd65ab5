"""The daughter files three things for her father of 82 over a bad line: guide, cart, one sheet, one tap; an officer answers;
both are told."""

import asyncio

from playwright.async_api import Browser, Page

from backend.core.db import connect
from tests.browser.conftest import Person, says_yes
from tests.browser.line import Line, line_to
from tests.browser.photos import photo
from tests.browser.town import Town

GUIDE = {"老人多大年纪": "80–89", "户口在哪里": "海口市", "在领高龄津贴": "否", "谁照顾": "家人"}
SHEET = {
    "现住址": "演示路 1 号 2 栋 303",
    "银行卡号": "6217000010001234569",
    "开户银行": "演示银行海口支行",
    "开户人姓名": "林长福",
}
CHOICES = {"第一次办还是换补": "第一次办", "证件怎么拿": "寄", "日常生活要不要人照顾": "要", "平时谁照顾": "家人"}


async def test_from_a_few_plain_questions_to_a_granted_allowance(chromium: Browser, person: Person, town: Town):
    async with line_to(town.base) as line:
        person.town = Town(f"http://localhost:{line.port}", town.settings, town.web)
        await slow(person.page)
        await files_over_a_bad_line(person, line, town)
        await is_answered(chromium, person, town)


async def slow(page: Page) -> None:
    """As far from the mast as one can be on 4G."""
    session = await page.context.new_cdp_session(page)
    far = {"offline": False, "latency": 50, "downloadThroughput": 400_000, "uploadThroughput": 200_000}
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", far)


async def files_over_a_bad_line(person: Person, line: Line, town: Town) -> None:
    """It breaks twice: under the first photo, and between the tap and its answer. Three things are filed, each once."""
    page = person.page
    await person.signs_in("daughter")
    await person.opens("/acting")
    await person.taps("林长福")
    await walk_the_guide(person)
    await person.reads("有 3 件事可以办", "年满 80 周岁、户籍在海口")
    await person.taps("放进购物车")
    await person.reads("您正在为林长福办理", "分开办要答 28 个问题")

    await fill_the_sheet(person)
    line.sent, line.breaks_after = 0, 60_000
    mending = asyncio.create_task(mended(line))
    await hand_in_photos(person)
    await mending
    await person.opens("/cart/review")
    await says_yes(page)
    line.loses = b"location: /orders/"
    await page.locator("form[action='/orders'] button").last.click()
    await person.reads("还没有交上")
    assert await filed(town) == (1, 3), "the town has filed it; she has not heard of it"
    line.mends()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await person.taps("接着办")
    await page.wait_for_url("**/orders/*")
    assert await filed(town) == (1, 3)
    await person.reads("2 件事当场批下来了", "另外 1 件已送到部门", "已告诉林长福和林小燕")


async def is_answered(chromium: Browser, person: Person, town: Town) -> None:
    page = person.page
    number = await case_number(page, "护理补贴")
    await an_officer_asks_for_something(chromium, town, number)
    await page.get_by_text("还缺：请补一张正面照片").first.wait_for(timeout=10_000)  # live, without a tap
    await person.opens("/inbox")
    await person.reads("护理补贴")

    father = await somebody_else(chromium, town, "father")
    await father.opens("/inbox")
    await father.reads("高龄老人长寿补贴")
    stranger = await somebody_else(chromium, town, "shopkeeper")
    answer = await stranger.page.goto(f"{town.base}/cases/{number}")
    assert answer is not None
    assert answer.status == 404


async def mended(line: Line) -> None:
    await line.cut.wait()
    await asyncio.sleep(0.3)
    line.mends()


async def filed(town: Town) -> tuple[int, int]:
    """How many orders and how many cases there are."""
    owner = await connect(town.settings.login("owner"))
    try:
        return tuple(await owner.fetchrow("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM cases)"))
    finally:
        await owner.close()


async def walk_the_guide(person: Person) -> None:
    await person.opens("/")
    await person.taps("家里老人满八十")
    await person.reads("我们已经知道")
    while await person.page.locator("button", has_text="下一步").count():
        title = await person.page.locator("legend").first.inner_text()
        answer = next(answer for asked, answer in GUIDE.items() if asked in title)
        await person.page.locator("main label").filter(has_text=answer).first.click()
        await person.taps("下一步")
        await person.page.wait_for_load_state()


async def fill_the_sheet(person: Person) -> None:
    """Whatever is still open, a page at a time, until nothing is asked any more."""
    for _ in range(12):
        await person.opens("/cart/sheet")
        send = person.page.locator(".actions button")
        if not await send.count():
            return
        await fill_page(person.page)
        await send.first.click()
        await person.page.wait_for_load_state()
    raise AssertionError("the sheet does not end")


async def fill_page(page: Page) -> None:
    for name, value in SHEET.items():
        field = page.get_by_label(name, exact=False).first
        if await field.count() and not await field.input_value():
            await field.fill(value)
    for name, value in CHOICES.items():
        group = page.locator("main fieldset").filter(has_text=name)
        if await group.count() and not await group.locator("input:checked").count():
            await group.locator("label").filter(has_text=value).first.click()


async def hand_in_photos(person: Person) -> None:
    """One for each material that has none."""
    page = person.page
    await person.opens("/cart/materials")
    wanting = page.locator("section.material:not(:has(.material-files)):has(input[type=file])")
    given = page.locator("section.material:has(.material-files)")
    while await wanting.count():
        done, first = await given.count(), wanting.first
        await first.locator("input[type=file]").set_input_files(
            {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo(900, 600)}
        )
        await first.locator("button").first.click()
        await given.nth(done).wait_for(timeout=20_000)


async def case_number(page: Page, item: str) -> str:
    await page.get_by_role("link", name=item).first.click()
    await page.wait_for_url("**/cases/*")
    return page.url.rsplit("/", 1)[1]


async def an_officer_asks_for_something(chromium: Browser, town: Town, number: str) -> None:
    officer = await somebody_else(chromium, town, "officer-civil")
    await officer.opens("/desk")
    await officer.page.locator(f"a[href='/desk/cases/{number}']").click()
    await officer.taps("请申请人补正")
    await officer.page.fill('[name="correction_asked.defects"]', "还缺：请补一张正面照片")
    await officer.page.locator("button").filter(has_text="请申请人补正").click()
    await officer.reads("办好了，申请人会收到消息")


async def somebody_else(chromium: Browser, town: Town, handle: str) -> Person:
    context = await chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    person = Person(await context.new_page(), town)
    await person.page.goto(f"{town.base}/sign-in")
    await person.page.click(f'button[value="{handle}"]')
    return person
