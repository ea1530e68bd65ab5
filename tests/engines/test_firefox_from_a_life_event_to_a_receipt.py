"""In Firefox, on a telephone's screen: from a few plain questions to a receipt; and a filing that waited for a network."""

from pathlib import Path

from backend.core.db import connect
from tests.browser.line import line_to
from tests.browser.test_known_signed_and_for_the_shop import filled_beforehand
from tests.browser.town import Town
from tests.engines.firefox import Firefox
from tests.engines.journeys import agrees, files, fills_the_sheet, for_father, hands_in_photos, walks_the_guide
from tests.orders.shopping import fill_in, put_in


async def test_a_daughter_files_three_things_for_her_father(fox: Firefox, town: Town, tmp_path: Path) -> None:
    tab = await fox.tab(town.base)
    await tab.signs_in("daughter")
    await for_father(tab)
    await walks_the_guide(tab)
    await fills_the_sheet(tab)
    await hands_in_photos(tab, tmp_path)
    await files(tab)
    await tab.reads("2 件事当场批下来了", "另外 1 件已送到部门")
    await tab.goes_on("护理补贴")
    await tab.reads("已收到您的申请")


async def test_a_filing_in_a_tunnel_waits_and_is_filed_once(fox: Firefox, town: Town) -> None:
    await filled_in(town, "boss")
    async with line_to(town.base) as line:
        tab = await fox.tab(f"http://localhost:{line.port}")
        await tab.signs_in("boss")
        await tab.opens("/cart/review")
        await tab.until("navigator.serviceWorker.controller")
        await agrees(tab)
        line.breaks()
        await fox.goes_offline(True)
        await tab.leaves_by("form[action='/orders'] button[type=submit]")
        await tab.reads("还没有交上")
        assert await orders(town, "boss") == 0
        line.mends()
        await fox.goes_offline(False)  # Firefox has no Background Sync: the open page hears that it is online
        await tab.reads("交上了")
        assert await orders(town, "boss") == 1
        await tab.goes_on("接着办")
        await tab.reads("居住证", "已送到部门")


async def filled_in(town: Town, handle: str) -> None:
    """Her cart is ready to be looked through."""
    async with filled_beforehand(town) as site:
        client = await site.person(handle)
        await put_in(site, client, ["居住证"])
        await fill_in(site, client)


async def orders(town: Town, handle: str) -> int:
    owner = await connect(town.settings.login("owner"))
    try:
        return await owner.fetchval(
            "SELECT count(*) FROM orders o JOIN accounts a ON a.id = o.actor_id WHERE a.handle = $1", handle
        )
    finally:
        await owner.close()
