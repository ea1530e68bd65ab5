"""Publishing: only what was legally reviewed, a new version only of what changed, and old versions for ever."""

import asyncpg
import pytest

from backend.catalogue.actions import load_pack
from backend.catalogue.pack_read import PackError
from backend.catalogue.queries import city, item_version, published
from backend.core.errors import NotFound
from backend.settings import ROLES
from tests.catalogue.packs import ORIGINAL, reviewed, starter

OLD, CODE = "高龄老人长寿补贴", "460100-MZ-001"


def test_the_starter_city_carries_a_demo_review_of_every_item_as_it_stands():
    assert ORIGINAL["reviews"] != {}
    assert {name: review["sha256"] for name, review in ORIGINAL["reviews"].items()} == {
        name: review["sha256"] for name, review in reviewed(starter())["reviews"].items()
    }, "run: python -m backend pack review --demo"
    assert all(review["demo"] for review in ORIGINAL["reviews"].values())


async def test_loading_publishes_every_reviewed_item(owner: asyncpg.Connection):
    loaded = await load_pack(owner, reviewed(starter()))
    assert len(loaded.published) >= 15
    found = await city(owner)
    assert set(found.pack.items) == set(loaded.published)
    assert set(found.versions.values()) == {1}


async def test_loading_again_changes_nothing(town: asyncpg.Connection):
    before = await town.fetch("SELECT code, version, words::text FROM items ORDER BY code")
    loaded = await load_pack(town, reviewed(starter()))
    assert loaded.published == []
    assert await town.fetch("SELECT code, version, words::text FROM items ORDER BY code") == before
    assert await town.fetchval("SELECT count(*) FROM packs") == 1


async def test_a_changed_item_gets_a_new_version_and_the_others_keep_theirs(town: asyncpg.Connection):
    raw = starter()
    raw["items"][OLD]["summary"] = "每月领一份补贴。"
    loaded = await load_pack(town, reviewed(raw))
    assert loaded.published == [OLD]
    assert {code for code, version in (await city(town)).versions.items() if version == 2} == {CODE}


async def test_a_change_without_a_review_is_not_published_and_the_reviewed_text_stays(town: asyncpg.Connection):
    raw = reviewed(starter())
    raw["items"][OLD]["summary"] = "没有人审过的话。"
    loaded = await load_pack(town, raw)
    assert loaded.unreviewed == [OLD]
    assert (await city(town)).pack.items[OLD].summary.startswith("年满 80 周岁")


async def test_a_text_in_force_never_points_to_what_the_pack_gave_up(town: asyncpg.Connection):
    raw = starter()
    offices = raw["offices"]["offices"]
    offices["new_hall"] = offices.pop("hall")
    for item in raw["items"].values():
        item["places"] = ["new_hall" if place == "hall" else place for place in item["places"]]
    raw = reviewed(raw)
    del raw["reviews"][OLD]
    with pytest.raises(PackError, match="hall"):
        await load_pack(town, raw)


async def test_an_item_never_reviewed_cannot_be_had(owner: asyncpg.Connection):
    raw = reviewed(starter())
    del raw["reviews"][OLD]
    await load_pack(owner, raw)
    assert OLD not in (await city(owner)).pack.items


async def test_the_database_itself_refuses_an_item_in_force_without_a_review(town: asyncpg.Connection):
    await town.execute(
        "INSERT INTO item_versions (code, version, sha256, data) SELECT code, 9, sha256, data FROM item_versions WHERE code = $1",
        CODE,
    )
    await town.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(asyncpg.CheckViolationError, match="legal review"):
        await town.execute("UPDATE items SET version = 9 WHERE code = $1", CODE)


async def test_an_item_that_left_the_pack_is_withdrawn_and_its_cases_still_find_their_version(town: asyncpg.Connection):
    raw = starter()
    del raw["items"][OLD]
    raw["lexicon"]["life"] = {}
    loaded = await load_pack(town, reviewed(raw))
    assert loaded.withdrawn == [OLD]
    assert OLD not in (await city(town)).pack.items
    assert (await item_version(town, CODE, 1)).item.name == OLD


async def test_an_old_version_keeps_its_own_words_for_what_it_asked(town: asyncpg.Connection):
    raw = starter()
    raw["elements"]["person.elder_allowance"]["label"] = "换了说法"
    await load_pack(town, reviewed(raw))
    assert (await item_version(town, CODE, 1)).elements["person.elder_allowance"].label == "是否正在领取高龄津贴"
    assert (await item_version(town, CODE, 2)).elements["person.elder_allowance"].label == "换了说法"


async def test_choices_come_back_in_the_order_of_their_author(town: asyncpg.Connection):
    found = await item_version(town, "460100-MZ-003", 1)
    assert list(found.elements["person.nursing_level"].options) == ["none", "part", "full"]


async def test_a_version_can_neither_be_changed_nor_deleted(town: asyncpg.Connection):
    for statement in ("UPDATE item_versions SET sha256 = ''", "DELETE FROM item_versions"):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            async with town.transaction():
                await town.execute(statement)


async def test_a_version_that_never_was_is_not_found(town: asyncpg.Connection):
    with pytest.raises(NotFound):
        await item_version(town, CODE, 99)


async def test_before_the_first_load_there_is_no_city(owner: asyncpg.Connection):
    assert await published(owner) is None
    with pytest.raises(NotFound):
        await city(owner)


async def test_web_may_read_the_catalogue_and_not_write_it(town: asyncpg.Connection):
    for table in ("items", "item_versions", "packs", "scenarios"):
        may = {
            right: await town.fetchval("SELECT has_table_privilege($1, $2, $3)", ROLES["web"], table, right)
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
        }
        assert may == {"SELECT": True, "INSERT": False, "UPDATE": False, "DELETE": False}, table


async def test_the_calendar_knows_the_days_of_the_state_council(town: asyncpg.Connection):
    assert await town.fetchval("SELECT is_workday FROM calendar_days WHERE day = '2026-10-01'") is False
