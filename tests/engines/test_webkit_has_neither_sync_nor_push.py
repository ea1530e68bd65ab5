"""In WebKit, nearest to an iPhone: the same way to a receipt; a filing waits without Background Sync; signed out, no key is left."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.browser.line import Line, line_to
from tests.browser.test_a_push_reaches_the_phone import soon
from tests.browser.test_nothing_typed_is_lost_without_a_network import EVERYTHING
from tests.browser.town import Town
from tests.engines.journeys import agrees, files, fills_the_sheet, for_father, hands_in_photos, walks_the_guide
from tests.engines.test_firefox_from_a_life_event_to_a_receipt import filled_in, orders
from tests.engines.webkit import WebKitTab, certificate_of_localhost

SEND = "form[action='/orders'] button[type=submit]"
KEY = '[false,\\"secret\\"]'  # a key that may be used and never read, as the dump writes it


@pytest_asyncio.fixture
async def line(town: Town, tmp_path: Path, safari: WebKitTab) -> AsyncIterator[Line]:
    async with line_to(town.base, certificate_of_localhost(tmp_path)) as line:
        safari.base = f"https://localhost:{line.port}"
        yield line


async def test_a_daughter_files_three_things_for_her_father(safari: WebKitTab, line: Line, tmp_path: Path) -> None:
    await safari.signs_in("daughter")
    await for_father(safari)
    await walks_the_guide(safari)
    await fills_the_sheet(safari)
    await hands_in_photos(safari, tmp_path)
    await files(safari)
    await safari.reads("2 件事当场批下来了", "另外 1 件已送到部门")
    await safari.goes_on("护理补贴")
    await safari.reads("已收到您的申请")
    assert await safari.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_filing_waits_is_locked_at_sign_out_and_sent_when_she_is_back(
    safari: WebKitTab, line: Line, town: Town
) -> None:
    assert await safari.evaluate("!('SyncManager' in window || 'PushManager' in window)")
    await files_in_a_tunnel(safari, line, town, "shopkeeper")
    line.mends()
    await safari.signs_out_at_once()
    await safari.until(f"!(await ({EVERYTHING})()).includes({KEY!r})")

    await files_in_a_tunnel(safari, line, town, "spouse")
    assert await safari.evaluate("document.querySelectorAll('#kept li').length") == 1, "hers, and not the shopkeeper's"
    line.mends()
    await safari.evaluate("void dispatchEvent(new Event('online'))")
    await safari.reads("交上了")
    assert (await orders(town, "spouse"), await orders(town, "shopkeeper")) == (1, 0)

    await safari.signs_out()
    await safari.signs_in("shopkeeper")
    await safari.opens("/cart")  # with her key, what waited goes by itself
    await soon(lambda: orders(town, "shopkeeper"), 60)
    assert await orders(town, "shopkeeper") == 1


async def files_in_a_tunnel(safari: WebKitTab, line: Line, town: Town, handle: str) -> None:
    await filled_in(town, handle)
    await safari.signs_in(handle)
    await safari.opens("/cart/review")
    await safari.until("navigator.serviceWorker.controller")
    await agrees(safari)
    line.breaks()
    await safari.leaves_by(SEND)
    await safari.reads("还没有交上")
    assert KEY in await safari.evaluate(f"({EVERYTHING})()")
