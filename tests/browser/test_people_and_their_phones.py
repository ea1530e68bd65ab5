"""The cast on ordinary bad days: a man of 82 alone, a line that breaks at the one tap, two tabs, a phone that goes from hand to
hand. One town for all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright

from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.settings import load
from tests.browser.conftest import Person, says_yes
from tests.browser.line import line_to
from tests.browser.photos import photo
from tests.browser.test_known_signed_and_for_the_shop import filled_beforehand
from tests.browser.test_nothing_typed_is_lost_without_a_network import EVERYTHING, MARK, waits
from tests.browser.test_three_things_for_father import fill_page
from tests.browser.town import Town, started
from tests.browsers import system_chromium
from tests.orders.shopping import fill_in, put_in
from tests.phones import ARGUMENTS
from tests.postgres import cloned, environ_of

PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "has_touch": True, "is_mobile": True}
REVIEW, FILE = "/cart/review", "form[action='/orders'] button[type=submit]"
KEY = '[false,\\"secret\\"]'  # a key that may be used and never read, as the dump writes it
NOTIFIED = "navigator.serviceWorker.ready.then(worker => worker.getNotifications()).then(shown => shown.length)"
# Everything an elder's page owes him; what is wrong, in words.
OWED = """() => {
    const wrong = [], seen = one => one?.checkVisibility() && one.getBoundingClientRect().height >= 60;
    if (document.documentElement.scrollWidth > innerWidth) wrong.push('sideways');
    if (parseFloat(getComputedStyle(document.querySelector('main')).fontSize) < 22) wrong.push('small letters');
    if (![...document.querySelectorAll('a[href^="tel:"]')].some(seen)) wrong.push('no telephone');
    if (![...document.querySelectorAll('[data-read]')].some(seen)) wrong.push('not read aloud');
    return wrong;
}"""


@pytest_asyncio.fixture(scope="module")
async def town(postgres: EmbeddedPostgres, demo_city: str, tmp_path_factory) -> AsyncIterator[Town]:
    async with cloned(postgres, demo_city) as name:
        environ = {"DATA": str(tmp_path_factory.mktemp("people")), "MASTER_KEY": "5a" * 32}
        with started(load(environ | environ_of(postgres, name))) as town:
            yield town


async def test_a_man_of_82_files_one_thing_by_himself_in_the_elder_version(page: Page, town: Town) -> None:
    father, hands = Person(page, town), await counted(page)
    await father.signs_in("father")
    hands.clear()
    await page.get_by_role("button", name="长辈版").locator("visible=true").first.tap()
    await page.locator("html[data-mode=elder]").wait_for()
    await served_well(page)
    await father.opens("/items/460100-MZ-001")  # the address his daughter sent him
    await served_well(page)
    await page.get_by_role("button", name="放进购物车").first.tap()
    await lands(page, "**/cart*")
    await goes_on(page)
    await to_the_review(page)
    await says_yes(page)
    await page.locator(FILE).last.tap()
    await lands(page, "**/orders/*")
    await father.reads("高龄老人长寿补贴，批下来了")
    print("taps and fields from the home page to the receipt:", hands.count("tap"), hands.count("field"))
    assert hands.count("tap") <= 15


async def counted(page: Page) -> list[str]:
    """Every finger that comes down and every field that was typed into, as they happen."""
    hands: list[str] = []
    await page.expose_function("hand", lambda what: hands.append(what))
    await page.add_init_script(
        """addEventListener('pointerdown', () => hand('tap'), true);
           addEventListener('change', event => event.target.matches('input[type=text], input:not([type]), [inputmode]') && hand('field'), true);"""
    )
    return hands


async def lands(page: Page, where: str) -> None:
    await page.wait_for_url(where)
    await served_well(page)


async def served_well(page: Page) -> None:
    await page.wait_for_load_state()
    assert not await page.evaluate(OWED), page.url


async def to_the_review(page: Page) -> None:
    """The one big button of each page, until everything is there."""
    for _ in range(12):
        await page.wait_for_load_state()
        if page.url.endswith("/cart/review"):
            return await served_well(page)
        if "/cart/materials" in page.url:
            await photographs(page)
        await served_well(page)
        await fill_page(page)
        await goes_on(page)
    raise AssertionError(page.url)


async def goes_on(page: Page) -> None:
    await page.evaluate("window.before = true")
    await page.locator(".actions").locator("a, button").first.tap()
    await page.wait_for_function("() => !window.before")


async def photographs(page: Page) -> None:
    given = page.locator("section.material:has(.material-files)")
    wanting = page.locator("section.material:not(:has(.material-files)):has(input[type=file])").first
    while await wanting.count():
        done, one = await given.count(), {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo(900, 600)}
        await wanting.locator("input[type=file]").first.set_input_files(one)
        await wanting.locator("button:has-text('交上')").first.tap()
        await given.nth(done).wait_for(timeout=20_000)


async def test_the_line_breaks_between_the_tap_and_the_answer_and_there_is_one_receipt(
    chromium: Browser, phone: BrowserContext, town: Town
) -> None:
    """Once without a service worker, where she taps again; once with one, which asks again by itself."""
    for handle, workers in (("shopkeeper", "block"), ("boss", "allow")):
        await filled_in(town, handle)
        away = await chromium.new_context(**PHONE, service_workers=workers)
        async with line_to(town.base) as line:
            person = Person(await away.new_page(), Town(f"http://localhost:{line.port}", town.settings, town.web))
            await person.signs_in(handle)
            await person.opens(REVIEW)
            if workers == "allow":
                await person.page.wait_for_function("() => navigator.serviceWorker.controller")
            await says_yes(person.page)
            line.loses = b"location: /orders/"
            await person.page.locator(FILE).last.tap(no_wait_after=True)
            await asyncio.wait_for(line.cut.wait(), 30)
            assert await orders(town, handle) == 1, "the town has filed it"
            if workers == "allow":
                await waits(person.page, "还没有交上")  # for she has not heard of it
            line.mends()
            if workers == "allow":
                await person.page.evaluate("dispatchEvent(new Event('online'))")
                await waits(person.page, "交上了")
                await person.taps("接着办")
            else:
                with suppress(Error):  # whichever comes first: the browser's own page, or word of why it is there
                    await person.page.wait_for_url("chrome-error:**")
                await person.page.reload()  # the browser sends the same form, with the same key
            await person.page.wait_for_url("**/orders/*")
            await person.reads("居住证", "回执编号")
            assert await orders(town, handle) == 1
        await away.close()


async def filled_in(town: Town, handle: str, **changed: str) -> None:
    async with filled_beforehand(town) as site:
        client = await site.person(handle)
        await put_in(site, client, ["居住证"])
        await fill_in(site, client, **changed)


async def orders(town: Town, handle: str) -> int:
    owner = await connect(town.settings.login("owner"))
    try:
        return await owner.fetchval(
            "SELECT count(*) FROM orders o JOIN accounts a ON a.id = o.actor_id WHERE a.handle = $1", handle
        )
    finally:
        await owner.close()


async def test_two_tabs_know_of_each_other(phone: BrowserContext, town: Town) -> None:
    await filled_in(town, "clerk")
    page = await phone.new_page()
    one, other = Person(page, town), Person(await phone.new_page(), town)
    await one.signs_in("clerk")
    await one.opens(REVIEW)
    await says_yes(page)
    await other.opens("/items/460100-MZ-001")
    await other.page.locator("form[action='/cart/lines'] button").first.click()
    await other.page.wait_for_url("**/cart*")
    await page.locator(FILE).last.click()
    await one.reads("您看过之后，购物车又有了变化", "所以没有提交")
    await one.taps("再看一遍")
    await other.opens(REVIEW)
    await agrees_to_what_is_ready(page)
    await page.wait_for_url("**/orders/*")
    await agrees_to_what_is_ready(other.page)  # the other tab has not heard of it yet
    assert await orders(town, "clerk") == 1
    await other.reads("所以没有提交")

    await other.opens("/me")
    await other.reads("符跑堂")
    await one.opens("/me")
    await page.locator("form[action='/sign-out'] button").click()
    await page.wait_for_url(f"{town.base}/")
    await other.page.wait_for_url("**/sign-in*")  # nobody touched it
    await other.opens("/cases")
    assert "居住证" not in await other.page.inner_text("main")


async def agrees_to_what_is_ready(page: Page) -> None:
    await says_yes(page)
    await page.evaluate("window.before = true")
    await page.locator(FILE).first.click()
    await page.wait_for_function("() => !window.before")


async def test_a_phone_goes_from_hand_to_hand_and_takes_nothing_along(town: Town) -> None:
    await filled_in(town, "spouse", person__address=MARK)
    async with with_a_memory() as phone:
        page = await phone.new_page()
        wife, next_one = Person(page, town), Person(page, town)
        await phone.grant_permissions(["notifications"], origin=town.base)
        await wife.signs_in("spouse")
        for path in ("/inbox", "/cart", REVIEW):
            await wife.opens(path)
        await wife.reads(MARK)
        await page.evaluate("navigator.serviceWorker.ready.then(worker => worker.showNotification('办件有新进展'))")
        assert KEY in await page.evaluate(EVERYTHING)
        await wife.opens("/me")
        await page.locator("form[action='/sign-out'] button").click()
        await page.wait_for_url(f"{town.base}/")
        await nothing_behind(page, 4)
        assert KEY not in await page.evaluate(EVERYTHING)

        await next_one.signs_in("shopkeeper")
        for path in ("/", "/cart", "/cart/sheet", "/cart/kept", "/cases", "/inbox", "/acting", "/me", "/offline"):
            await next_one.opens(path)
            assert not seen(await page.content(), "何安家"), path
        assert not seen(await page.evaluate(EVERYTHING))
        assert await page.evaluate(NOTIFIED) == 0
        await nothing_behind(page, 6)


async def nothing_behind(page: Page, steps: int) -> None:
    """Whatever the back button brings up, from the server or from the browser's memory."""
    for _ in range(steps):
        await page.evaluate("void history.back()")
        await page.wait_for_timeout(250)
        await page.wait_for_function("() => document.readyState === 'complete'")
        assert not seen(await page.evaluate("document.body.innerText")), page.url


def seen(text: str, *more: str) -> list[str]:
    """What is the wife's own in it. Her name stands on the demo's sign-in page, too."""
    return [own for own in (MARK, "13900000004", *more) if own in text]


@asynccontextmanager
async def with_a_memory() -> AsyncIterator[BrowserContext]:
    """A phone whose browser shows earlier pages again from memory, which the tests' own browser never does."""
    async with async_playwright() as player:
        browser = await player.chromium.launch(
            executable_path=system_chromium(),
            chromium_sandbox=False,
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield await browser.new_context(**PHONE)
        await browser.close()
