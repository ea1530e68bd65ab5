"""Something happens at the office; the phone on the table lights up and says nothing personal; one tap leads to it.

The push service is npm's web-push-testing on this machine: it decrypts what our worker sends. What it found inside is
handed to Chromium's own service worker, as a browser's push service would.
"""

import asyncio
import json
from typing import Any

import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from backend.core.crypto import Vault
from backend.core.db import connect, job_transaction, open_pool, wall_clock
from backend.core.events import NewEvent, record
from tests.browser.town import started
from tests.fakes.push_service import push_service

STUB = "PushManager.prototype.subscribe = async () => (%s);"


@pytest_asyncio.fixture
async def service():
    async with push_service() as service:
        yield service


@pytest_asyncio.fixture
async def town(settings, service):
    with started(settings, PUSH_ALLOWED=service.origin) as town:
        yield town


async def something_happens(settings, handle: str) -> None:
    """An event as any feature records it, committed; everything after it is the product's own doing."""
    owner = await connect(settings.login("owner"))
    person = await owner.fetchval("SELECT id FROM accounts WHERE handle = $1", handle)
    await owner.close()
    pool = await open_pool(settings.login("worker"))
    async with job_transaction(pool, Vault(settings.master_key), wall_clock()) as tx:
        await record(tx, [NewEvent(kind="granted", principal_id=person, actor_kind="officer")])
    await pool.close()


async def soon(question, seconds: float = 15) -> Any:
    """The first answer that is not empty."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (answer := await question()):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)
    return answer


async def the_phone_gets(phone: BrowserContext, page: Page, base: str, message: str) -> list[dict[str, str]]:
    """Hands the message to the site's service worker; the notifications it shows."""
    session, registrations = await phone.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
    await session.send("ServiceWorker.enable")
    (found, *_) = await soon(
        lambda: asyncio.sleep(0, [one for one in registrations if one["scopeURL"].startswith(base)])
    )
    await session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": base, "registrationId": found["registrationId"], "data": message},
    )
    return await soon(
        lambda: page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
                   .map(({ title, body, tag, lang, data }) => ({ title, body, tag, lang, navigate: data.navigate }))"""
        )
    )


async def test_a_push_reaches_the_phone_and_the_open_inbox(town, service, phone, page):
    key = (await (await page.request.get(f"{town.base}/push/key")).json())["key"]
    browser = await service.subscribe(key)
    subscription = {"endpoint": browser["endpoint"], "keys": browser["keys"]}
    await phone.grant_permissions(["notifications"], origin=town.base)
    await page.add_init_script(STUB % json.dumps(subscription))
    await page.goto(f"{town.base}/sign-in")
    await page.click('button[value="father"]')
    await page.wait_for_url(f"{town.base}/")
    await page.goto(f"{town.base}/inbox")
    await page.get_by_role("link", name="在这台手机上提醒我").click()
    await page.locator("#push").get_by_role("button", name="我同意").click()
    await page.wait_for_url(f"{town.base}/inbox")
    await page.get_by_role("button", name="在这台手机上提醒我").click()
    await page.get_by_text("好了，有进展会在这台手机上提醒您。").wait_for()

    await something_happens(town.settings, "father")
    (message,) = await soon(lambda: service.received(browser["clientHash"]))
    (shown,) = await the_phone_gets(phone, page, town.base, message)
    assert (shown["title"], shown["body"], shown["lang"]) == ("您的办件有结果了", "点一下看结果。", "zh-CN")
    assert shown["navigate"] == f"{town.base}/inbox"

    # The open page heard of it too, without being loaded again.
    await page.get_by_text("好消息，您的申请通过了。").wait_for()
    assert (await page.inner_text(".tabs [href='/me'] .count")).split() == ["1", "条未读"]

    # The same case again replaces what lies there; it does not pile up.
    assert len(await the_phone_gets(phone, page, town.base, message)) == 1


async def test_a_notice_is_read_with_one_tap_and_the_number_goes(town, page):
    await something_happens(town.settings, "father")
    await page.goto(f"{town.base}/sign-in")
    await page.click('button[value="father"]')
    await page.wait_for_url(f"{town.base}/")
    await page.locator(".tabs [href='/me'] .count").wait_for()
    await page.goto(f"{town.base}/inbox")
    await page.get_by_role("button", name="同意了").click()
    await page.wait_for_url(f"{town.base}/inbox")
    assert await page.locator(".tabs [href='/me'] .count").count() == 0
    assert await page.locator("li.unread").count() == 0
