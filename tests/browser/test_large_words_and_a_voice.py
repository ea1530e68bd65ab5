"""长辈版 from the first visit on: larger, clearer, spoken, a person one tap away, and the same on the next phone.

No voice is installed where tests run, so `speechSynthesis` is a double that writes down what it is asked to say; which voices a
phone has, and how they sound, is not tested here.
"""

from playwright.async_api import Browser, Page

from tests.browser.conftest import Person
from tests.browser.town import Town

VOICE = """
  window.said = [];
  const speech = {
    getVoices: () => [{ lang: 'zh_CN', name: 'Ting' }, { lang: 'en-GB', name: 'Ann' }],
    speak(one) { said.push({ lang: one.lang, text: one.text, voice: one.voice && one.voice.name }); this.now = one; },
    cancel() { const one = this.now; this.now = null; if (one) one.onerror({ error: 'canceled' }); },
    finish() { const one = this.now; this.now = null; one.onend(); },
  };
  Object.defineProperty(window, 'speechSynthesis', { value: speech });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
HEARD = "() => { for (let i = 0; i < 400 && speechSynthesis.now; i++) speechSynthesis.finish(); return said.map(one => one.text); }"
MARKED = "() => { const mark = CSS.highlights.get('reading'); return mark && [...mark].map(range => range.toString().trim()).join(''); }"


async def on_a_phone(chromium: Browser, town: Town, *, voice: bool = True) -> Person:
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", service_workers="block"
    )
    if voice:
        await context.add_init_script(VOICE)
    return Person(await context.new_page(), town)


async def size_of_words(page: Page) -> float:
    size: float = await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    return size


async def test_from_the_first_visit_to_the_next_phone(chromium: Browser, town: Town) -> None:
    she = await on_a_phone(chromium, town)
    await she.opens("/")
    await she.page.get_by_role("button", name="长辈版").first.click()
    await she.page.wait_for_selector("html[data-mode=elder]")
    assert await size_of_words(she.page) >= 18
    await she.taps("字再大一点")
    for words in ("最大", "黑底亮字"):
        await she.page.locator("label", has_text=words).click()
    await she.taps("就这样看")
    await she.page.wait_for_selector("html[data-size='30'][data-theme=contrast]")
    assert await size_of_words(she.page) >= 30
    await she.opens("/items")
    assert await size_of_words(she.page) >= 30, "kept before anybody signed in"
    await she.signs_in("father")
    await she.opens("/looks")
    await she.page.get_by_text("深色", exact=True).click()
    await she.taps("就这样看")
    await she.page.wait_for_selector("html[data-theme=dark]")

    elsewhere = await on_a_phone(chromium, town, voice=False)
    await elsewhere.signs_in("father")
    await elsewhere.page.wait_for_selector("html[data-mode=elder][data-size='30'][data-theme=dark]")
    assert not await elsewhere.page.locator(".help .read").is_visible() or await elsewhere.page.evaluate(
        "'speechSynthesis' in window"
    )
    assert await elsewhere.page.locator(".help a[href='tel:12345']").is_visible()
    await elsewhere.opens("/items/460100-MZ-001")
    office = await elsewhere.page.locator(".help a[href^='tel:']").get_attribute("href")
    assert office not in (None, "tel:12345"), "the office's own telephone where the page is about its matter"


async def test_a_page_is_read_sentence_by_sentence(chromium: Browser, town: Town) -> None:
    she = await on_a_phone(chromium, town)
    requested: list[str] = []
    she.page.on("request", lambda request: requested.append(request.url))
    await she.page.context.add_cookies([{"name": "mode", "value": "elder", "url": town.base}])
    await she.opens("/sign-in")
    assert not [url for url in requested if "/read." in url], "the voice comes with the first tap"
    field = she.page.locator("main input[type=tel], main input[type=text], main input[type=email]").first
    await field.fill("13900000001")
    await she.page.get_by_role("button", name="读给我听").click()
    await she.page.wait_for_function("() => window.said.length === 1")
    first = await she.page.evaluate("said[0]")
    assert first == {"lang": "zh-CN", "voice": "Ting", "text": await she.page.evaluate(MARKED)}
    await she.page.get_by_role("button", name="停一下").click()
    await she.page.get_by_role("button", name="接着读").click()
    assert [one["text"] for one in await she.page.evaluate("said")] == [first["text"]] * 2, "the sentence begins anew"
    heard = await she.page.evaluate(HEARD)
    assert "13900000001" in heard, "what stands in a field is said after its label"
    assert heard[heard.index("13900000001") - 1] != "还没填"
    assert not [text for text in heard if text in ("首页", "购物车", "我的")], "the navigation is skipped"
    assert await she.page.locator(".read-bar").count() == 0, "at the end the bar goes"
    assert await she.page.evaluate("document.activeElement.matches('.read')"), "and the keyboard is where it was"

    await she.page.get_by_role("button", name="读给我听").click()
    await she.page.keyboard.press("Escape")
    assert await she.page.locator(".read-bar").count() == 0


async def test_an_english_page_is_read_in_english_and_its_chinese_names_in_chinese(
    chromium: Browser, town: Town
) -> None:
    she = await on_a_phone(chromium, town)
    await she.page.context.add_cookies([{"name": "lang", "value": "en", "url": town.base}])
    await she.opens("/")
    await she.page.get_by_role("button", name="Read to me").click()
    await she.page.wait_for_function("() => window.said.length === 1")
    await she.page.evaluate(HEARD)
    voices = {one["lang"]: one["voice"] for one in await she.page.evaluate("said")}
    assert voices["en-GB"] == "Ann"
