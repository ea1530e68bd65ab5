"""What an office issues is on the phone a moment later, opens as a PDF, and proves itself to a stranger who scans its code."""

from urllib.parse import quote
from uuid import UUID

import pytest
from playwright.async_api import Browser, expect

from backend.core.crypto import Vault
from backend.documents.making import token_of
from tests.browser.test_a_case_is_worked_on_and_watched import filed
from tests.browser.test_every_page_can_be_used_by_everybody import faults, somebody
from tests.browser.town import Town
from tests.measures import DENSE

WORDS = f"/desk/documents/{quote('民政局')}"


@pytest.mark.parametrize(("mode", "scheme", "least"), [("elder", "dark", 60)])
async def test_from_the_filing_to_a_stranger_who_checks_it(
    chromium: Browser, town: Town, mode: str, scheme: str, least: int
) -> None:
    number = await filed(town, "father")
    father = await somebody(chromium, town, "father", mode, scheme)
    link = father.page.locator('a[href^="/documents/"]')
    for _ in range(40):  # the worker prints it within seconds
        await father.opens(f"/cases/{number}")
        if await link.count():
            break
        await father.page.wait_for_timeout(500)
    wrong = await faults(father, f"/cases/{number}", least)
    await expect(link.first).to_contain_text("收件凭证")
    address = await link.first.get_attribute("href") or ""
    kept = await father.page.evaluate(
        "async at => Array.from(new Uint8Array(await (await fetch(at)).arrayBuffer()))", address
    )
    paper = bytes(kept)
    assert paper.startswith(b"%PDF-")

    token = token_of(Vault(town.settings.master_key or ""), UUID(address.rpartition("/")[2]))
    stranger = await somebody(chromium, town, "newcomer", mode, scheme)
    wrong |= await faults(stranger, f"/verify/{token}", least)
    await stranger.reads("有效", "民政局收〔")
    for content, said in ((paper, "就是这一份"), (paper[:-1], "不是这一份")):
        await stranger.page.set_input_files(
            "#paper", {"name": "文书.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        await stranger.taps("比对")
        await stranger.reads(said)

    editor = await somebody(chromium, town, "officer-editor", mode, scheme)
    for path in ("/desk/documents", f"{WORDS}/refusal"):
        wrong |= await faults(editor, path, DENSE)
    await editor.page.fill("#body", "不批。")
    await editor.taps("保存")
    await editor.reads("要另一个人核对", "依法必须写明“{救济途径}”")
    assert not wrong, wrong
