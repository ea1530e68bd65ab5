"""A guide that knows who is asking: what is known is not asked, what is personal stays out of the address, and the end of
it can be put aside, printed and shared."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import msgspec
import pikepdf
import pytest_asyncio

from backend.settings import Settings
from tests.demo import load_demo
from tests.scenarios.test_guide_pages import ELDER, HOME, fields, heading
from tests.web import Site, running

RETIRE = "/scenarios/退休"


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    await load_demo(settings)
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def test_what_is_known_of_somebody_is_not_asked_and_can_be_changed(site: Site) -> None:
    father = await site.person("father")
    page = await father.get("/scenarios/残疾人服务")
    assert "我们已经知道" in page.text
    assert "户口在哪里？" in page.text
    assert heading(page.text) != "户口在哪里？"
    change = next(a for a in re.findall(r'href="([^"]+)"', unescape(page.text)) if a.endswith("_change=me.household"))
    assert "460" not in unquote(change)
    page = await father.get(change)
    assert heading(page.text) == "户口在哪里？"
    page = await father.get("/scenarios/残疾人服务", params={"me.household": "elsewhere"})
    assert "请到户籍所在地的残疾人联合会" in page.text or "me.household=elsewhere" in unescape(page.text)


async def test_nothing_known_stands_in_any_address_of_the_page(site: Site) -> None:
    father = await site.person("father")
    page = await father.get("/scenarios/残疾人服务")
    links = " ".join(unquote(link) for link in re.findall(r'(?:href|action|value)="([^"]+)"', unescape(page.text)))
    assert "me.household=4601" not in links
    assert page.headers["cache-control"] == "no-store"


async def test_the_elder_of_a_guide_can_be_somebody_one_knows(site: Site) -> None:
    father = await site.person("father")
    page = await father.get(ELDER)
    own = re.search(r'<option value="([0-9a-f-]{36})"', page.text)
    assert own, "herself is offered"
    answer = await father.post(f"{ELDER}/parties", data={"party.elder": own[1]})
    assert answer.status_code == 303
    assert unquote(answer.headers["location"]) == ELDER
    page = await father.get(ELDER)
    assert heading(page.text) != "老人多大年纪了？"
    assert "80–89 岁" in page.text


async def test_under_a_mandate_the_elder_is_the_principal(site: Site) -> None:
    daughter = await site.person("daughter")
    acting = unescape((await daughter.get("/acting")).text)
    [mandate], [principal] = (
        re.findall(f'name="{name}" value="([0-9a-f-]{{36}})"', acting)[-1:] for name in ("mandate", "principal")
    )
    assert (await daughter.post("/acting", data={"mandate": mandate, "principal": principal})).status_code == 303
    page = await daughter.get(ELDER)
    assert "80–89 岁" in page.text


async def test_a_guide_is_put_aside_opened_shared_taken_back_and_thrown_away(site: Site) -> None:
    daughter, stranger = await site.person("daughter"), site.stranger()
    answer = await daughter.post(f"{ELDER}/kept", data=HOME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/scenarios/kept?kept=1")
    page = await daughter.get("/scenarios/kept")
    assert "找到 3 件能办的事" in page.text
    [kept] = set(re.findall(r"/scenarios/kept/([0-9a-f-]{36})/opening", page.text))
    again = await daughter.post(f"/scenarios/kept/{kept}/opening")
    assert heading((await daughter.get(again.headers["location"])).text) == "有 3 件事可以办"

    shared = await daughter.post(f"/scenarios/kept/{kept}/link")
    [link] = set(re.findall(r"https?://[^\"]+(/scenarios/shared/[\w-]{22})", shared.text))
    assert link not in (await daughter.get("/scenarios/kept")).text
    followed = await stranger.get(link)
    assert followed.status_code == 303
    assert heading((await stranger.get(followed.headers["location"])).text) == "有 3 件事可以办"
    site.clock.now += timedelta(days=31)
    assert (await stranger.get(link)).status_code == 404

    again = await site.person("daughter")
    shared = await again.post(f"/scenarios/kept/{kept}/link")
    [link] = set(re.findall(r"https?://[^\"]+(/scenarios/shared/[\w-]{22})", shared.text))
    assert (await stranger.get(link)).status_code == 303
    await again.post(f"/scenarios/kept/{kept}/link/end")
    assert (await stranger.get(link)).status_code == 404
    assert (await again.post(f"/scenarios/kept/{kept}/removal")).status_code == 303
    assert "还没有存着的指引" in (await again.get("/scenarios/kept")).text


async def test_nobody_opens_or_deletes_what_another_kept(site: Site) -> None:
    daughter, buyer = await site.person("daughter"), await site.person("buyer")
    await daughter.post(f"{ELDER}/kept", data=HOME)
    [kept] = set(re.findall(r"/scenarios/kept/([0-9a-f-]{36})/opening", (await daughter.get("/scenarios/kept")).text))
    for path in ("opening", "removal", "link", "link/end"):
        assert (await buyer.post(f"/scenarios/kept/{kept}/{path}")).status_code == 404
    assert (await site.stranger().get("/scenarios/shared/AAAAAAAAAAAAAAAAAAAAAA")).status_code == 404


async def test_the_end_of_a_guide_prints_as_a_checklist(site: Site) -> None:
    paper = await site.stranger().get(f"{ELDER}/checklist.pdf", params=HOME)
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    with pikepdf.open(BytesIO(paper.content)) as pdf:
        assert len(pdf.pages) >= 1


async def test_the_page_of_the_end_has_what_is_needed_without_javascript(site: Site) -> None:
    page = await site.stranger().get(ELDER, params=HOME)
    assert "因为" in page.text
    assert "老人年满 80 周岁、户籍在海口、没有重复领取" in page.text
    assert f'action="{ELDER}/kept"' in unquote(page.text)
    assert "checklist.pdf?" in page.text
    assert ("elder.age", "80–89") in fields(page.text)
