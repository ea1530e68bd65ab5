"""In a tunnel: what she fills in and files waits sealed on her phone, is sent once when the network is back, and is never called filed before."""

import msgspec
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from backend.core.db import connect
from backend.settings import Settings
from tests.browser.conftest import Person, says_yes
from tests.browser.photos import photo
from tests.browser.town import Town, started
from tests.orders.shopping import act_for_father, fill_in, put_in
from tests.web import running

MARK = "隧道路七七四九号"
EVERYTHING = """async () => {
    const text = [];
    for (const { name } of await indexedDB.databases()) {
        const db = await new Promise(done => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); });
        for (const store of db.objectStoreNames) {
            const rows = await new Promise(done => { const asked = db.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => done(asked.result); });
            for (const row of rows) text.push(JSON.stringify(row, (key, value) =>
                value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value instanceof CryptoKey ? [value.extractable, value.type] : value));
        }
        db.close();
    }
    for (const cache of await caches.keys()) for (const kept of await (await caches.open(cache)).keys()) text.push(kept.url + await (await caches.match(kept)).text());
    return JSON.stringify([text, { ...localStorage }, { ...sessionStorage }]);
}"""


@pytest_asyncio.fixture
async def town(settings: Settings):
    """The father's cart is filled in, by himself and by his daughter; the shopkeeper has only begun."""
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        father, daughter = await site.person("father"), await site.person("daughter")
        await act_for_father(site, daughter)
        for person in (father, daughter):
            await put_in(site, person, ["护理补贴"])
            await fill_in(site, person)
        await put_in(site, await site.person("shopkeeper"), ["居住证"])
    with started(settings) as town:
        yield town


async def at_home(person: Person, handle: str = "father") -> None:
    """Signed in, with the service worker in charge of the page."""
    await person.signs_in(handle)
    await person.opens("/cart")
    await person.page.wait_for_function("() => navigator.serviceWorker.controller !== null")


async def taps_file(person: Person) -> None:
    """Everything looked at, the box ticked, the one tap; the phone has no network by now."""
    await person.page.locator("form[action='/orders'] button").last.click()
    await person.page.wait_for_url("**/cart/kept")
    await waits(person.page, "还没有交上")


async def sign_out(page: Page) -> None:
    """From whatever page: the form is the same everywhere."""
    await page.evaluate(
        """() => { const form = Object.assign(document.createElement('form'), { method: 'post', action: '/sign-out' });
                   document.body.append(form); form.submit(); }"""
    )


async def waits(page: Page, words: str) -> None:
    await page.locator("#kept .kept-state").get_by_text(words).first.wait_for(timeout=15_000)


async def orders(town: Town) -> int:
    owner = await connect(town.settings.login("owner"))
    try:
        return await owner.fetchval("SELECT count(*) FROM orders")
    finally:
        await owner.close()


async def test_a_page_filled_in_without_a_network_is_sent_by_itself_later(
    person: Person, page: Page, phone: BrowserContext
):
    await at_home(person)
    await person.opens("/cart/sheet?topic=居住")
    await page.locator("[name$='person.address']").first.fill(MARK)
    await phone.set_offline(True)
    await page.locator(".actions button").first.click()
    await page.wait_for_url("**/cart/kept")
    await waits(page, "还没有交上")
    await person.reads("填好的一页")
    dump = await page.evaluate(EVERYTHING)
    assert "/cart/sheet" in dump, "what is kept must be in the dump at all"
    assert '[false,\\"secret\\"]' in dump, "the key may be used and never read"
    assert MARK not in dump
    await phone.set_offline(False)
    await waits(page, "交上了")
    await person.opens("/cart/sheet?all=1")
    await person.reads(MARK)


async def test_a_filing_without_a_network_is_not_called_filed_and_is_filed_once(
    person: Person, page: Page, phone: BrowserContext, town: Town
):
    await at_home(person)
    await person.opens("/cart/review")
    await says_yes(page)
    await phone.set_offline(True)
    await taps_file(person)
    assert await page.locator("#kept li").count() == 1
    assert await orders(town) == 0
    await phone.set_offline(False)
    await waits(page, "交上了")
    assert await orders(town) == 1
    await page.get_by_text("接着办").click()
    await page.wait_for_url("**/orders/*")
    await person.reads("护理补贴")


async def test_signed_out_nobody_reads_or_sends_it_and_signed_in_again_he_does(
    person: Person, page: Page, phone: BrowserContext, town: Town
):
    await at_home(person)
    await person.opens("/cart/review")
    await says_yes(page)
    await phone.set_offline(True)
    await taps_file(person)
    async with page.expect_event("requestfailed"):
        await sign_out(page)  # the answer never comes; what was kept is locked all the same
    await phone.set_offline(False)
    await person.opens("/offline")
    await sign_out(page)
    await page.wait_for_url(f"{town.base}/")
    await at_home(person, "shopkeeper")
    await person.opens("/cart/kept")
    await person.reads("没有等着交的东西")
    assert await orders(town) == 0
    await sign_out(page)
    await page.wait_for_url(f"{town.base}/")
    await at_home(person)
    await person.opens("/cart/kept")
    await waits(page, "交上了")
    assert await orders(town) == 1


async def test_photos_taken_without_a_network_arrive_later(person: Person, page: Page, phone: BrowserContext):
    await at_home(person, "shopkeeper")
    await person.opens("/cart/materials")
    forms = page.locator("form:has(.drop button:visible)")
    assert await forms.count() > 1
    await phone.set_offline(True)
    for place in (0, 1):
        given = {"name": f"隧道里拍的{place}.jpg", "mimeType": "image/jpeg", "buffer": photo(1200, 900)}
        await forms.nth(place).locator("input[type=file]").set_input_files(given)
        await forms.nth(place).locator("button:visible").click()
    await page.locator("#toast").get_by_text("已存在这台手机上").wait_for(timeout=40_000)
    await page.wait_for_function(f"async () => (await ({EVERYTHING})()).split('/cart/materials').length > 2")
    await page.goto(f"{person.town.base}/cart/kept")
    await waits(page, "还没有交上")
    await page.locator("#kept img:visible").nth(1).wait_for()
    await phone.set_offline(False)
    await page.locator("#kept .kept-sent").nth(1).wait_for(timeout=15_000)
    await person.opens("/cart/materials")
    await person.reads("隧道里拍的0.jpg", "隧道里拍的1.jpg")
