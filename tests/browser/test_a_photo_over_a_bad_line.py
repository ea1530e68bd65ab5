"""A telephone in a village: the line breaks in the middle of a document, which goes on by itself; a photo is put right."""

import io
import os
from pathlib import Path

import pikepdf
from playwright.async_api import Browser, FilePayload, Page

from tests.browser.conftest import Person
from tests.browser.line import Line, line_to
from tests.browser.photos import photo
from tests.browser.town import Town

SIZE = 3_000_000


def long_document() -> bytes:
    """Three pages of which one is a long scan."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(3):
            document.add_blank_page()
        document.pages[0].Contents = document.make_stream(
            b"%" + os.urandom(SIZE).replace(b"\n", b" ").replace(b"\r", b" ")
        )
        document.save(out)
    return out.getvalue()


async def test_a_document_goes_on_where_the_line_broke_and_a_photo_is_put_right(
    chromium: Browser, person: Person, town: Town, tmp_path: Path
):
    page = person.page
    async with line_to(town.base) as line:
        away = Town(f"http://localhost:{line.port}", town.settings, town.web)
        person.town = away
        await person.signs_in("father")
        await page.evaluate(
            "fetch('/cart/lines', {method: 'POST', body: new URLSearchParams({item: '460100-MZ-001'})})"
        )
        await person.opens("/cart/materials")
        await a_document_over_a_line_that_breaks(page, line)
        await chosen_again_it_goes_on(person, line)
        await refused_before_it_is_sent(page, line, tmp_path)
        await turned_and_taken_again(page)
    await without_scripts(chromium, town)


def card(page: Page):
    """The material that is asked for by hand."""
    return page.locator("section.material", has_text="居民身份证")


async def give(page: Page, name: str, content: bytes) -> None:
    mime = "application/pdf" if name.endswith("pdf") else "image/jpeg"
    await chosen(page, {"name": name, "mimeType": mime, "buffer": content})


async def chosen(page: Page, file: FilePayload | Path) -> None:
    await card(page).locator("details").last.evaluate("box => box.open = true")
    await card(page).locator("input[type=file][multiple]").set_input_files(file)
    await card(page).locator(".drop", has=page.locator("input[multiple]")).locator("button").click()


async def a_document_over_a_line_that_breaks(page: Page, line: Line) -> None:
    document = long_document()
    line.sent, line.breaks_after = 0, 2_000_000
    await (
        card(page)
        .locator("input[type=file]")
        .set_input_files({"name": "合同.pdf", "mimeType": "application/pdf", "buffer": document})
    )
    await card(page).locator("button", has_text="交上").click()
    await page.get_by_text("网断了。不用重新选，等有网会自己接着传。").wait_for()
    shown = await card(page).locator(".sending progress").get_attribute("value")
    assert 0.2 < float(shown or 0) < 1
    line.mends()
    await card(page).locator("a", has_text="合同.pdf").wait_for(timeout=30_000)
    await card(page).locator("a", has_text="3 页").wait_for()
    assert len(document) < line.sent < len(document) * 1.15, "sent again from the beginning"


async def chosen_again_it_goes_on(person: Person, line: Line) -> None:
    """The page was closed in the tunnel: the same file, chosen again, is not sent again."""
    page, document = person.page, long_document()
    line.sent, line.breaks_after = 0, 2_000_000
    await give(page, "租约.pdf", document)
    await page.get_by_text("网断了。").wait_for()
    line.mends()
    await person.opens("/cart/materials")
    await give(page, "租约.pdf", document)
    await card(page).locator("a", has_text="租约.pdf").wait_for(timeout=30_000)
    assert line.sent < len(document) * 1.2


async def refused_before_it_is_sent(page: Page, line: Line, folder: Path) -> None:
    """A photograph of 200 MB."""
    huge = folder / "大照片.jpg"
    with huge.open("wb") as out:
        out.write(b"\xff\xd8\xff")
        out.truncate(200 * 1024 * 1024)
    line.sent = 0
    await chosen(page, huge)
    await page.get_by_text("「大照片.jpg」超过 20 MB。请拍小一点，或者分几次交。").wait_for()
    assert line.sent < 100_000


async def turned_and_taken_again(page: Page) -> None:
    await give(page, "户口本.jpg", photo(2400, 1600))
    first = card(page).locator("li", has=page.locator("img"))
    await first.wait_for(timeout=30_000)
    assert await shape(page) > 1
    await first.get_by_role("button", name="向左转").click()
    await page.wait_for_load_state()
    assert await shape(page) < 1
    await first.locator("summary").click()
    await first.locator("input[type=file]").set_input_files(
        {"name": "再拍.jpg", "mimeType": "image/jpeg", "buffer": photo(1200, 900)}
    )
    await first.get_by_role("button", name="交上").click()
    await card(page).locator("img[alt*='再拍.jpg']").wait_for(timeout=30_000)
    assert await card(page).locator("li", has=page.locator("img")).count() == 1
    assert await shape(page) > 1


async def shape(page: Page) -> float:
    """Width over height of the photo as it is kept."""
    place = await card(page).locator("a.material-photo").get_attribute("href")
    load = "async place => { const image = new Image(); image.src = place; await image.decode(); return image.naturalWidth / image.naturalHeight; }"
    return float(await page.evaluate(load, place))


async def without_scripts(chromium: Browser, town: Town) -> None:
    plain = await chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = await plain.new_page()
    await page.goto(f"{town.base}/sign-in")
    await page.click('button[value="father"]')
    await page.goto(f"{town.base}/cart/materials")
    await card(page).locator("summary", has_text="再加一页").click()
    one = {"name": "无脚本.jpg", "mimeType": "image/jpeg", "buffer": photo(800, 600)}
    await card(page).locator("input[type=file][multiple]").set_input_files(one)
    await card(page).locator("details[open] button", has_text="交上").click()
    await card(page).locator("img[alt*='无脚本.jpg']").wait_for()
    await plain.close()
