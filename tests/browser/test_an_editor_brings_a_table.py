"""An editor brings a table, watches it being read, has a second person let it in, makes an item of one of its guides; when two others have
looked at it everybody can put it into a cart."""

from pathlib import Path

from playwright.async_api import Browser, Page

from tests.browser.conftest import Person
from tests.browser.test_an_item_is_changed_without_a_developer import officer
from tests.browser.town import Town

CODE = "11460100MB1234567C4460110001000"
TABLE = f"""实施编码,事项名称,实施主体,区划代码,事项类型,服务对象,承诺办结时限,申请材料,法定办结时限
{CODE},便民摊点备案,示例市民政局,460100,10,1,3,居民身份证,20
短行,只有两列
"""
DESK = f"/desk/items/{CODE}"


async def test_from_a_table_to_an_item_in_somebodys_cart(chromium: Browser, page: Page, town: Town, tmp_path: Path):
    (tmp_path / "摊点.csv").write_text(TABLE, "utf-8")
    editor = await officer(chromium, town, "officer-editor")
    await editor.opens("/desk/items")
    await editor.taps("导入事项表")
    await editor.page.set_input_files("#table", tmp_path / "摊点.csv")
    await editor.taps("上传，先读一遍")
    await editor.reads("现在还什么都没有改", "第 3 行", "可能被截断了")
    await editor.page.get_by_role("button", name="送核对", exact=True).click()
    checker = await officer(chromium, town, "officer-checker")
    await checker.page.goto(editor.page.url)
    await checker.taps("核对无误，导入")
    await checker.reads("这些只给人看")
    await editor.page.reload()
    await editor.taps("照它写")

    await writes_what_is_missing(editor)
    await editor.opens(DESK)
    await editor.taps("送核对")
    await editor.reads("等核对")
    for handle, button, then in (("checker", "核对无误，送法核", "等法核"), ("legal", "法核通过", "等发布")):
        other = await officer(chromium, town, f"officer-{handle}")
        await other.opens(DESK)
        await other.taps(button)
        await other.reads(then)
    await editor.opens(DESK)
    await editor.taps("发布…")
    await editor.page.get_by_role("button", name="发布", exact=True).click()
    await editor.reads("在办，第")

    somebody = Person(page, town)
    await somebody.signs_in("daughter")
    await somebody.opens(f"/items/{CODE}")
    await somebody.reads("便民摊点备案", "在哪里摆摊，向邻居说一声就能备案。")
    await somebody.taps("放进购物车")
    await somebody.opens("/cart")
    await somebody.reads("便民摊点备案")


async def writes_what_is_missing(editor: Person) -> None:
    """What a table cannot know, and what the rules of a guide ask for."""
    page = editor.page
    await page.fill("#summary", "在哪里摆摊，向邻居说一声就能备案。")
    await page.fill("#conditions", "在本市有固定的摆摊地点。")
    await page.get_by_label("证件办理").first.check()
    await saves(editor)
    await editor.opens(f"{DESK}/draft/result")
    await page.fill('[id="result.sample"]', "一张带编号的备案登记。")
    await page.click('button[value="add:steps"]')
    await page.fill('[id="steps.0.name"]', "看材料，登记")
    await page.fill('[id="steps.0.who"]', "民政局")
    await page.fill('[id="steps.0.workdays"]', "3")
    await saves(editor)


async def saves(editor: Person) -> None:
    await editor.page.locator(".actions").get_by_role("button", name="保存").click()
    await editor.reads("保存好了。")
