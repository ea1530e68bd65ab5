"""Who asks to be told on a browser that cannot is told what to do instead, at that moment and not before."""

import pytest
from playwright.async_api import Browser

from tests.pwa.serving import Desk
from tests.pwa.test_page_script import page_of

IMPORTS = """{% from "components/live.html" import push_offer %}
{% block styles %}<link rel="stylesheet" href="{{ asset('phone.css') }}">{% endblock %}"""
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
SAFARI = f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1"
WECHAT = f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x18003129) NetType/WIFI Language/zh_CN"
WECHAT_ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.49"
)
NO_PUSH = "delete window.PushManager; delete window.Notification;"
ON_HOME_SCREEN = f"{NO_PUSH} Object.defineProperty(navigator, 'standalone', {{ value: true }});"


@pytest.mark.parametrize(
    ("agent", "script", "steps", "words"),
    [
        pytest.param(SAFARI, NO_PUSH, "[data-install]", "添加到主屏幕", id="iPhone"),
        pytest.param(WECHAT, NO_PUSH, "[data-elsewhere]", "在 Safari 中打开", id="WeChat on an iPhone"),
        pytest.param(WECHAT_ANDROID, "", "[data-elsewhere]", "在浏览器打开", id="WeChat on Android"),
        pytest.param(SAFARI, ON_HOME_SCREEN, "[data-old]", "系统太旧", id="too old an iPhone"),
    ],
)
async def test_what_to_do_instead_is_said_when_she_asks(
    desk: Desk, site: str, chromium: Browser, agent: str, script: str, steps: str, words: str
):
    desk.sources["/me"] = page_of('{{ push_offer("BKey") }}', IMPORTS)
    async with await chromium.new_context(user_agent=agent, viewport={"width": 390, "height": 844}) as phone:
        page = await phone.new_page()
        if script:
            await page.add_init_script(script)
        await page.goto(f"{site}/me")
        await page.click("[data-push] button")
        shown = page.locator("[data-push] :is([data-install], [data-elsewhere], [data-old])").filter(visible=True)
        assert await shown.count() == 1
        assert words in await page.inner_text(steps)
        assert await page.locator(steps).evaluate("steps => steps === document.activeElement")
        assert await page.locator("[data-push] button").is_hidden()
        for picture in await page.locator(f"{steps} svg").all():
            assert (await picture.bounding_box() or {})["width"] >= 90


async def test_who_cannot_be_told_and_cannot_mend_it_is_not_asked(desk: Desk, site: str, chromium: Browser):
    desk.sources["/me"] = page_of('{{ push_offer("BKey") }}', IMPORTS)
    async with await chromium.new_context() as computer:
        page = await computer.new_page()
        await page.add_init_script(NO_PUSH)
        await page.goto(f"{site}/me")
        await page.wait_for_load_state("networkidle")
        assert await page.locator("[data-push]").is_hidden()
