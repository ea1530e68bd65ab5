"""What the desk changed comes out as a pack without an error, and loading that pack changes nothing."""

from pathlib import Path

import asyncpg
import pytest_asyncio

from backend.catalogue.actions import load_pack
from backend.catalogue.pack_check import check
from backend.catalogue.pack_read import STARTER, build, read_folder
from backend.catalogue.pack_write import published_raw, write_folder
from backend.core.db import connect
from tests.editing.desk import OLD, Trio, all_the_way, begin, changed, opened, send, step, write

NURSING = "460100-MZ-003"


@pytest_asyncio.fixture
async def owner(settings, site):
    connection = await connect(settings.login("owner"))
    await connection.execute("SELECT set_config('app.now', $1, false)", site.clock.now.isoformat())
    yield connection
    await connection.close()


async def edited(trio: Trio) -> str:
    """One item changed in many places, one withdrawn, one new; the new one's code."""
    await begin(trio.editor, NURSING)
    await write(trio.editor, "basics", NURSING, summary="照护补贴：yes, 2026-01-31 起。", keywords="照护\nno\n007")
    await write(trio.editor, "faq", NURSING, faq__0__a="能。\n评估人员会去。")
    rows = await opened(trio.editor, "asks", NURSING)
    answer = await send(
        trio.editor, "asks", changed(rows, asks__15__fact="applicant.pension_level", asks__15__required="yes"), NURSING
    )
    assert answer.status_code == 303, answer.text
    await all_the_way(trio, NURSING)
    answer = await trio.editor.post("/desk/items", data={"name": "演示照护券", "department": "民政局", "like": NURSING})
    code = answer.headers["location"].split("/")[3]
    await all_the_way(trio, code)
    await step(trio.editor, "withdrawn", "460100-MZ-002", reason="并入别的事项")
    return code


def errors(raw: dict) -> set[str]:
    return {str(fault) for fault in check(build(raw)) if not fault.warning}


async def rows(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    return await owner.fetch(
        "SELECT code, version, state, effective_from, effective_until FROM item_versions ORDER BY code, version"
    )


async def test_out_and_in_again_changes_nothing(trio: Trio, owner: asyncpg.Connection, tmp_path: Path):
    await edited(trio)
    before = await rows(owner)
    write_folder(await published_raw(owner), tmp_path)
    raw = read_folder(tmp_path)
    assert "演示照护券" in raw["items"]
    assert "老年人优待证" not in raw["items"]
    new = errors(raw) - errors(read_folder(STARTER))
    assert {one for one in new if "老年人优待证" not in one} == set(), (
        "only who still calls what was withdrawn is told so"
    )
    async with owner.transaction():
        loaded = await load_pack(owner, raw)
    assert (loaded.published, loaded.unreviewed, loaded.withdrawn) == ([], [], [])
    assert await rows(owner) == before


async def test_an_old_pack_does_not_take_back_what_the_desk_changed(trio: Trio, owner: asyncpg.Connection):
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="工作台上改的。")
    await all_the_way(trio)
    before = await rows(owner)
    async with owner.transaction():
        loaded = await load_pack(owner, read_folder(STARTER))
    assert loaded.kept == ["高龄老人长寿补贴"]
    assert await rows(owner) == before


async def test_a_pack_with_a_new_reviewed_text_is_put_in_force_all_the_same(trio: Trio, owner: asyncpg.Connection):
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="工作台上改的。")
    await all_the_way(trio)
    raw = read_folder(STARTER)
    raw["items"]["高龄老人长寿补贴"]["summary"] = "城市包里新写的。"
    raw["reviews"]["高龄老人长寿补贴"]["sha256"] = build(raw).hashes["高龄老人长寿补贴"]
    async with owner.transaction():
        assert (await load_pack(owner, raw)).published == ["高龄老人长寿补贴"]
    assert OLD in {row["code"] for row in await rows(owner) if row["version"] == 3}
