"""Both ways: what a pack put in force comes out again as a pack, and putting that in force changes nothing."""

from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.actions import load_pack
from backend.catalogue.pack_check import check
from backend.catalogue.pack_read import build, read_folder
from backend.catalogue.pack_write import published_raw, to_yaml, write_folder
from backend.catalogue.pack_yaml import read_yaml
from backend.core.errors import NotFound
from tests.catalogue.packs import reviewed, starter

OLD = "高龄老人长寿补贴"


async def exported(db: asyncpg.Connection, folder: Path) -> dict:
    write_folder(await published_raw(db), folder)
    return read_folder(folder)


async def test_the_starter_city_comes_out_as_it_went_in(town: asyncpg.Connection, tmp_path: Path):
    out, original = await exported(town, tmp_path), reviewed(starter())
    assert out.keys() == original.keys()
    for part, data in original.items():
        assert out[part] == data, part
    assert list(out["elements"]) == list(original["elements"]), (
        "the order of the vocabulary is part of what was reviewed"
    )


async def test_what_comes_out_has_no_error_and_loading_it_changes_nothing(town: asyncpg.Connection, tmp_path: Path):
    raw = await exported(town, tmp_path)
    assert [fault for fault in check(build(raw)) if not fault.warning] == []
    loaded = await load_pack(town, raw)
    assert (loaded.published, loaded.unreviewed, loaded.withdrawn, loaded.kept) == ([], [], [], [])
    assert len(loaded.unchanged) == len(starter()["items"])
    assert await town.fetchval("SELECT count(*) FROM packs") == 1


async def test_an_older_text_that_is_still_in_force_keeps_the_words_it_refers_to(
    town: asyncpg.Connection, tmp_path: Path
):
    """The pack gave up an element that an item in force, whose change was not reviewed, still asks for."""
    raw = starter()
    raw["elements"]["person.hobby"] = {"label": "爱好", "type": "text", "topic": "身份"}
    raw["items"][OLD]["asks"].append("applicant.hobby")
    await load_pack(town, reviewed(raw))
    after = reviewed(starter())
    del after["reviews"][OLD]
    await load_pack(town, after)
    out = await exported(town, tmp_path)
    assert "applicant.hobby" in out["items"][OLD]["asks"]
    assert [fault for fault in check(build(out)) if not fault.warning] == []
    assert (await load_pack(town, out)).published == []


async def test_before_the_first_load_there_is_nothing_to_write(owner: asyncpg.Connection):
    with pytest.raises(NotFound):
        await published_raw(owner)


SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(st.characters(exclude_categories=["Cs", "Cc"])) | st.sampled_from(["yes", "no", "2026-01-31", "0898", "1e3", "~", "null", "- x", "a: b", "#", "*x", "'", '"'])  # fmt: skip


@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc年yesno.", min_size=1), inner, max_size=4), max_leaves=12))  # fmt: skip
def test_any_data_written_is_read_back(data: object):
    assert read_yaml(to_yaml({"data": data})) == {"data": data}
