"""A guide that asks personal data: only of somebody signed in, never in an address, sealed where it is kept."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import asyncpg
import msgspec
import pytest_asyncio

from backend.catalogue.pack_covered import sha256_of
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.scenarios.actions import tidy
from backend.settings import Settings
from tests.demo import load_demo
from tests.scenarios.test_guide_pages import heading
from tests.web import Site, running

PATH = "/scenarios/算一算"
GUIDE: dict[str, Any] = {
    "title": "算一算",
    "sign_in": True,
    "parties": {"me": "person", "friend": "person"},
    "questions": [
        {"ask": "where", "choose": {"here": "海口", "away": "别处"}},
        {"ask": "friend.birth_date", "text": "朋友哪天出生？"},
    ],
    "results": [
        {"advice": "可以一起办", "id": "both", "when": {"all": [{"fact": "where", "is": "here"}, {"fact": "friend.birth_date", "before": "1960-01-01"}]}},
        {"advice": "还要等等", "otherwise": True},
    ],
}  # fmt: skip


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    await load_demo(settings)
    owner = await connect(settings.login("owner"))
    await _publish(owner)
    await owner.close()
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def _publish(owner: asyncpg.Connection) -> None:
    one, other = [row["id"] for row in await owner.fetch("SELECT id FROM accounts WHERE kind = 'officer' LIMIT 2")]
    await owner.execute(
        """INSERT INTO guide_versions (scenario_id, version, state, pack_sha256, data, authors, checked_by, published_at)
           VALUES ('算一算', 1, 'published', $1, $2, ARRAY[$3::uuid], $4, now())""",
        bytes.fromhex(sha256_of(None)), GUIDE, one, other,
    )  # fmt: skip


async def test_a_stranger_is_asked_to_sign_in_where_it_gets_personal(site: Site) -> None:
    stranger = site.stranger()
    assert heading((await stranger.get(PATH)).text) == "where"
    page = await stranger.get(PATH, params={"where": "here"})
    assert "登录后接着答" in page.text
    assert 'name="friend.birth_date"' not in page.text


async def test_a_personal_answer_goes_into_the_draft_and_never_into_an_address(site: Site) -> None:
    daughter = await site.person("daughter")
    page = await daughter.get(PATH, params={"where": "here", "friend.birth_date": "1950-01-01"})
    assert heading(page.text) == "朋友哪天出生？", "what stands in an address is passed over"
    sent = {"where": "here", "_asked": "friend.birth_date"}
    wrong = await daughter.post(f"{PATH}/answers", data={**sent, "friend.birth_date": "昨天"})
    assert wrong.status_code == 422
    assert "请填一个日期" in wrong.text
    answer = await daughter.post(f"{PATH}/answers", data={**sent, "friend.birth_date": "1950-01-01"})
    assert answer.status_code == 303
    assert unquote(answer.headers["location"]) == f"{PATH}?where=here"
    page = await daughter.get(answer.headers["location"])
    assert "可以一起办" in page.text
    assert "1950年1月1日" in page.text
    links = unquote(page.text)
    assert "birth_date=1950" not in links
    assert "可以一起办" not in (await (await site.person("buyer")).get(f"{PATH}?where=here")).text


async def test_what_is_told_is_sealed_and_forgotten_after_a_month(site: Site, settings: Settings) -> None:
    daughter = await site.person("daughter")
    sent = {"where": "here", "_asked": "friend.birth_date", "friend.birth_date": "1950-01-01"}
    await daughter.post(f"{PATH}/answers", data=sent)
    owner = await connect(settings.login("owner"))
    assert b"1950" not in await owner.fetchval("SELECT sealed FROM guide_drafts")
    await owner.close()
    worker = await connect(settings.login("worker"))
    for days, left in ((29, 1), (31, 0)):
        await tidy(Tx(worker, Vault(settings.master_key or ""), site.clock.now + timedelta(days=days)))
        assert await worker.fetchval("SELECT count(*) FROM guide_drafts") == left
    await worker.close()


async def test_a_shared_link_leaves_out_what_is_personal(site: Site) -> None:
    daughter = await site.person("daughter")
    sent = {"where": "here", "_asked": "friend.birth_date", "friend.birth_date": "1950-01-01"}
    await daughter.post(f"{PATH}/answers", data=sent)
    await daughter.post(f"{PATH}/kept", data={"where": "here"})
    page = (await daughter.get("/scenarios/kept")).text
    kept = page.split("/scenarios/kept/")[1][:36]
    shared = (await daughter.post(f"/scenarios/kept/{kept}/link")).text
    token = shared.split("/scenarios/shared/")[1][:22]
    followed = await site.stranger().get(f"/scenarios/shared/{token}")
    assert unquote(followed.headers["location"]) == f"{PATH}?where=here"
