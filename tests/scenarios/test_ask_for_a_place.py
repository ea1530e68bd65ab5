"""A question for a place: chosen from the city's own list, shown again by its name."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from backend.catalogue.actions import load_pack
from backend.catalogue.pack_read import read_folder
from backend.core.db import connect
from backend.settings import Settings
from tests.demo import HAIKOU
from tests.web import Site, running

ASKED = "您现在住在哪里？"


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    """The starter city, whose guide to renting asks for the place itself instead of offering two."""
    raw = read_folder(HAIKOU)
    guide = raw["scenarios"]["租房"]
    place = next(question for question in guide["questions"] if question["text"] == ASKED)
    del place["choose"]
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        await load_pack(owner, raw)
    await owner.close()
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def test_a_place_is_chosen_from_a_list_and_shown_by_its_name(site: Site) -> None:
    stranger = site.stranger()
    asked = (await stranger.get("/scenarios/租房?home_now=none&me.household=460100")).text
    assert ASKED in asked
    assert '<option value="460106">海口市龙华区</option>' in asked
    told = (await stranger.get("/scenarios/租房?home_now=none&me.household=460100&me.residence=460106")).text
    assert "海口市龙华区" in told
    assert ">460106<" not in told
