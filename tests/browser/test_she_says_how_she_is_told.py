"""On her phone: from "my own" to the hours in which nobody knocks, and the inbox says what became of each notice."""

import re

import pytest_asyncio
from playwright.async_api import expect

from backend.core.crypto import Vault
from backend.core.db import connect
from tests.browser.conftest import Person
from tests.browser.test_a_push_reaches_the_phone import something_happens
from tests.browser.town import started


@pytest_asyncio.fixture
async def town(settings):
    """A mail server is named that nobody can reach: what goes there stays on its way."""
    with started(settings, SMTP_URL="smtp://127.0.0.1:9") as town:
        yield town


async def give_address(settings, handle: str, address: str) -> None:
    owner, vault = await connect(settings.login("owner")), Vault(settings.master_key or "")
    account = await owner.fetchrow("SELECT id, key_wrapped FROM accounts WHERE handle = $1", handle)
    sealed = vault.key(account["key_wrapped"]).seal(address.encode(), f"contact:{account['id']}:email")
    await owner.execute(
        "INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at) VALUES ($1, 'email', $2, $3, now())",
        account["id"],
        sealed,
        vault.blind(address, "email"),
    )
    await owner.close()


async def test_hours_without_a_knock_and_what_became_of_each_notice(person: Person, settings) -> None:
    await give_address(settings, "father", "father@example.org")
    await person.signs_in("father")
    page = person.page
    await person.opens("/me")
    await page.click('a[href="/me/notices"]')
    await expect(page.locator("main")).to_contain_text("邮箱已登记")
    await page.click('a[href="/me/notices/quiet"]')
    await page.check('input[name="quiet"][value="on"]')
    await page.fill("#start", "00:00")
    await page.fill("#end", "23:59")
    await person.taps("就这样")
    await expect(page.locator("main")).to_contain_text("00:00 到 23:59 不提醒")

    await person.opens("/inbox")
    await something_happens(settings, "father")
    ways = page.locator(".notice-ways")
    await expect(ways.first).to_have_text(re.compile("收件箱已到 · 邮件 .*23:59 再发"))

    await person.opens("/me/notices/quiet")
    await page.check('input[name="quiet"][value="off"]')
    await person.taps("就这样")
    await page.click('a[href="/me/notices/needs"]')
    await page.check('input[value="email"]')
    await person.taps("就这样")
    await expect(page.locator("main")).to_contain_text("邮件 · 不能全关")
    await person.opens("/inbox")
    await something_happens(settings, "father")
    await expect(ways).to_have_count(2)
    await expect(ways.first).to_have_text(re.compile("收件箱已到 · 邮件正在发"))
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
