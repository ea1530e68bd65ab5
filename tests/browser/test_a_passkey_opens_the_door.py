"""A passkey in a real browser: made, used, refused where the phone does not recognise its owner, and never replayed."""

import pytest_asyncio
from playwright.async_api import CDPSession, Page

from tests.browser.conftest import Person
from tests.browser.town import Town


class VirtualPhone:
    """Chromium's virtual authenticator behind a page: a phone with a finger sensor."""

    def __init__(self, cdp: CDPSession, id: str) -> None:
        self.cdp, self.id = cdp, id

    async def recognises(self, yes: bool) -> None:
        await self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})


@pytest_asyncio.fixture
async def finger(page: Page) -> VirtualPhone:
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return VirtualPhone(cdp, made["authenticatorId"])


async def test_she_adds_one_signs_in_with_it_and_a_replay_is_refused(person: Person, town: Town, finger: VirtualPhone):
    page = person.page
    await person.signs_in("daughter")
    await person.opens("/me/passkeys")
    await person.taps("在这个设备上加一个")
    await person.reads("还没用过")

    await person.opens("/me")
    await person.taps("退出登录")
    await page.wait_for_url(f"{town.base}/")
    await person.opens("/sign-in?next=/me")
    await finger.recognises(False)
    await person.taps("用通行密钥登录")
    await page.locator("#toast", has_text="没有用上通行密钥").wait_for()
    assert page.url.startswith(f"{town.base}/sign-in")

    await finger.recognises(True)
    async with page.expect_request(
        lambda sent: sent.method == "POST" and sent.url.endswith("/sign-in/passkey")
    ) as sent:
        await person.taps("用通行密钥登录")
    await page.wait_for_url(f"{town.base}/me")
    await person.reads("林小燕")
    used = (await sent.value).post_data

    await person.taps("退出登录")
    await page.wait_for_url(f"{town.base}/")
    status = await page.evaluate(
        """body => fetch('/sign-in/passkey', { method: 'POST', body,
           headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }).then(answer => answer.status)""",
        used,
    )
    assert status == 422
    await person.opens("/me")
    assert page.url.startswith(f"{town.base}/sign-in")


async def test_without_javascript_the_button_is_not_shown_and_codes_remain(chromium, town: Town):
    context = await chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = await context.new_page()
    await page.goto(f"{town.base}/sign-in")
    assert not await page.locator("form[data-passkey]").is_visible()
    assert await page.get_by_text("发验证码").is_visible()
    await context.close()
