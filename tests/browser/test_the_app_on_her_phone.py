"""Installed in her language; what another app shares becomes a material; a code is read; the sheet goes on in a tunnel; nothing stays on a shared phone."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest_asyncio
import segno
from playwright.async_api import Browser, BrowserContext, Page

from backend.settings import Settings
from tests.browser.conftest import Person
from tests.browser.photos import photo
from tests.browser.town import Town, started
from tests.browsers import system_chromium
from tests.orders.shopping import put_in
from tests.phones import ARGUMENTS
from tests.web import running

WORDS = "海风吹过老榕树四七一一号"  # planted; must be nowhere after she has signed out
FILE = "户口本四七一三号"
CONTROL = "对照四七一二号"  # planted where signing out does not reach, to see that the search can find
SHARE = """async (files) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: '/share', enctype: 'multipart/form-data' });
    const carrier = new DataTransfer(), input = Object.assign(document.createElement('input'), { type: 'file', name: 'file', multiple: true });
    for (const [name, type, text] of files) {
        carrier.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name, { type }));
    }
    input.files = carrier.files;
    form.append(input);
    document.body.append(form);
    form.submit();
}"""


@pytest_asyncio.fixture
async def town(settings: Settings) -> AsyncIterator[Town]:
    """The shopkeeper's cart has only been begun."""
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        await put_in(site, await site.person("shopkeeper"), ["居住证"])
    with started(settings) as town:
        yield town


@asynccontextmanager
async def own_phone(chromium: Browser, profile: Path, **more: object) -> AsyncIterator[BrowserContext]:
    """A telephone whose memory is a folder on the disk."""
    context = await chromium.browser_type.launch_persistent_context(
        str(profile), executable_path=system_chromium(), chromium_sandbox=False, args=ARGUMENTS,
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True, **more,
    )  # fmt: skip
    yield context
    await context.close()


async def controlled(person: Person, path: str) -> None:
    """Opened with the service worker in charge."""
    await person.opens(path)
    await person.page.evaluate(
        """navigator.serviceWorker.controller || new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', () => done(1)))"""
    )


def encoded(content: bytes) -> str:
    import base64

    return base64.b64encode(content).decode()


async def share(page: Page, *files: tuple[str, str, bytes]) -> None:
    """As the telephone's share sheet hands it over: a form of files, posted as a page."""
    await page.evaluate(SHARE, [(name, kind, encoded(content)) for name, kind, content in files])


# What the browser remembers for its owner and no page can clear: autofill, and tabs to open again. Our fields that say
# what they are for (WCAG 1.3.5) are among it; a telephone lent to others should have both switched off.
BROWSERS_OWN = ("Web Data", "Sessions")


def traces(folder: Path, word: str) -> list[str]:
    """Files below a profile that hold the word, in UTF-8 or in UTF-16 as browsers store JavaScript's strings.

    Sees whatever is written down plainly: IndexedDB's log, caches, storages, cookies, histories. What a database has
    compressed since (LevelDB's older tables) it would not see; a profile as young as this has none.
    """
    forms = [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), json.dumps(word)[1:-1].encode()]
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    inside = [path.relative_to(folder) for path in files if any(form in path.read_bytes() for form in forms)]
    return [str(path) for path in inside if not any(part.startswith(BROWSERS_OWN) for part in path.parts)]


async def test_it_can_be_installed_in_three_languages_and_asks_only_once(chromium: Browser, town: Town, tmp_path: Path):
    async with own_phone(chromium, tmp_path / "phone") as phone:
        page = phone.pages[0]
        person = Person(page, town)
        await person.signs_in("shopkeeper")
        await controlled(person, "/cart/sheet")
        cdp = await phone.new_cdp_session(page)
        assert (await cdp.send("Page.getInstallabilityErrors"))["installabilityErrors"] == []
        names = {}
        for lang in ("zh-Hans", "zh-Hant", "en"):
            await phone.add_cookies([{"name": "lang", "value": lang, "url": town.base}])
            await person.opens("/offline")
            manifest = await cdp.send("Page.getAppManifest")
            assert manifest["errors"] == []
            told = json.loads(manifest["data"])
            assert told["id"] == "/"
            names[lang] = [shortcut["name"] for shortcut in told["shortcuts"]]
        assert names == {
            "zh-Hans": ["扫码", "进度", "购物车"],
            "zh-Hant": ["掃碼", "進度", "購物車"],
            "en": ["Scan", "Progress", "Basket"],
        }

        await phone.add_cookies([{"name": "lang", "value": "zh-Hans", "url": town.base}])
        ready = "Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt() {}, userChoice: 0 })"
        await person.opens("/cart/kept")
        await page.evaluate(f"dispatchEvent({ready})")
        assert await page.locator("#install").is_hidden(), "not before anything was of use"
        await person.opens("/cart/materials")
        await phone.set_offline(True)
        await share(page, ("隧道.jpg", "image/jpeg", photo(400, 300)))
        await page.wait_for_url("**/cart/kept")
        await page.locator("#kept li").first.wait_for()
        await page.evaluate(f"dispatchEvent({ready})")
        await page.locator("#install").get_by_text("放到桌面", exact=True).wait_for()
        await page.get_by_text("以后再说").click()
        await page.locator("#install").wait_for(state="hidden")
        await page.reload()
        await page.evaluate(f"dispatchEvent({ready})")
        await page.locator("#kept li").first.wait_for()
        assert await page.locator("#install").is_hidden()
        await phone.set_offline(False)


async def test_what_is_shared_becomes_a_material_signed_in_or_not(person: Person, page: Page, town: Town):
    await controlled(person, "/scan")
    await share(page, ("合影.jpg", "image/jpeg", photo(600, 400)))
    await page.wait_for_url("**/cart/kept")
    await person.reads("分享进来的照片和文件", "还没有交上，请先登录")
    await page.get_by_text("去登录").click()
    await page.click('button[value="shopkeeper"]')
    await page.wait_for_url("**/share?file=*", timeout=15_000)
    await person.reads("这张是什么材料？", "合影.jpg")
    await page.locator(".share-places button").first.click()
    await page.wait_for_url("**/cart/materials*")
    await person.reads("已交", "合影.jpg")

    await share(page, ("甲.jpg", "image/jpeg", photo(600, 400)), ("乙.jpg", "image/jpeg", photo(400, 600)))
    await person.reads("这些是什么材料？", "甲.jpg")
    await page.locator("input[name=file]").nth(1).uncheck()
    await page.locator(".share-places button").first.click()
    await person.reads("这张是什么材料？", "乙.jpg")
    await share(page, ("歌.mp3", "audio/mpeg", b"ID3 no picture at all"))
    await person.reads("「歌.mp3」不是照片也不是 PDF")


async def test_a_photographed_code_is_followed_only_if_it_is_ours(person: Person, page: Page, town: Town):
    for address in (f"{town.base}/items/460100-MZ-001?from=window", "https://evil.example/login"):
        await person.opens("/scan")
        picture = io.BytesIO()
        segno.make(address, error="m").save(picture, kind="png", scale=8)
        given = {"name": "码.png", "mimeType": "image/png", "buffer": picture.getvalue()}
        await page.locator("#photo").set_input_files(given)
        await page.get_by_text("认这张照片").click()
        if address.startswith(town.base):
            await page.wait_for_url("**/items/460100-MZ-001?from=window")
    await person.reads("这不是本平台的码，没有打开", "https://evil.example/login")
    assert page.url == f"{town.base}/scan"


async def test_a_telephone_that_keeps_nothing_still_sends_plain_forms(chromium: Browser, town: Town):
    agent = (
        "Mozilla/5.0 (Linux; Android 9; zh-cn) AppleWebKit/537.36 Chrome/99.0 Mobile Safari/537.36 MicroMessenger/7.0.1"
    )
    context = await chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", user_agent=agent)
    await context.add_init_script(
        """delete Navigator.prototype.serviceWorker; delete window.indexedDB; delete window.SyncManager; delete window.caches;
           delete window.BroadcastChannel; delete Navigator.prototype.locks; delete Navigator.prototype.storage; delete window.PushManager;"""
    )
    page, wrong = await context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    person = Person(page, town)
    await person.signs_in("shopkeeper")
    for path in ("/scan", "/share", "/cart/kept", "/cart/materials"):
        await person.opens(path)
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "老手机.jpg", "mimeType": "image/jpeg", "buffer": photo(300, 200)}
    )
    await page.locator(".drop button:visible").first.click()
    await person.reads("已交", "老手机.jpg")
    assert wrong == []
    await context.close()


async def test_the_sheet_goes_on_without_a_network_and_signing_out_leaves_no_trace_on_the_disk(
    chromium: Browser, town: Town, tmp_path: Path
):
    profile = tmp_path / "phone"
    async with own_phone(chromium, profile) as phone:
        page = phone.pages[0]
        person = Person(page, town)
        await person.signs_in("shopkeeper")
        await controlled(person, "/cart/sheet")
        await person.opens("/items/460100-MZ-001")
        await person.opens("/cart/sheet")
        first = await page.locator("h1").inner_text()
        await page.locator("[data-ahead]").first.wait_for(state="attached")
        await page.wait_for_load_state("networkidle")  # the pages that come next have been fetched
        await phone.set_offline(True)
        text = page.locator("form.cart-form input[type=text]:visible").first
        await text.fill(WORDS)
        await page.evaluate(f"localStorage.setItem('control', '{CONTROL}')")
        await page.locator(".actions button").first.click()
        await page.wait_for_function("first => document.querySelector('h1')?.textContent !== first", arg=first)
        assert "ahead=" in page.url, "the next page of the sheet, kept on the phone"
        await person.opens("/items/460100-MZ-001")
        await person.reads("没有网络时看的")
        assert await page.locator("aside.acting, .count").count() == 0
        await share(page, (f"{FILE}.jpg", "image/jpeg", photo(300, 200)))
        await page.wait_for_url("**/cart/kept")
        await phone.set_offline(False)
        await person.opens("/cart/kept")
        await page.locator("#kept .kept-sent, #kept .kept-refused, #kept [data-none]:visible").first.wait_for()
        await person.opens("/cart/sheet?all=1")
        await person.reads(WORDS)
        await person.opens("/me")
        await page.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
        await page.wait_for_url(f"{town.base}/")
        await asyncio.sleep(1)
    control = traces(profile, CONTROL)
    assert any("Local Storage" in path for path in control), "the search finds what is written down"
    for word in (WORDS, FILE):  # her name stands on the demonstration's public sign-in page, so it is no marker here
        assert traces(profile, word) == [], word
