"""The whole city leaves the desk as one file and comes back: checked, compared, and made drafts of."""

import io
import zipfile

import pytest
import yaml

from backend.catalogue.pack_check import check
from backend.catalogue.pack_read import PackError, build, read_folder
from backend.editing.pack_zip import MOST_PARTS, compared, unzipped, zipped
from tests.demo import HAIKOU
from tests.editing.desk import OLD, Trio

NAME = "高龄老人长寿补贴"


def changed(content: bytes, **texts: str | None) -> bytes:
    """The same ZIP with files in the place of others, none: left out; `/` is `__`."""
    out = io.BytesIO()
    new = {f"{name.replace('__', '/')}.yaml": text for name, text in texts.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as archive:
        for info in old.infolist():
            if info.filename not in new:
                archive.writestr(info.filename, old.read(info))
        for name, text in new.items():
            if text is not None:
                archive.writestr(name, text)
    return out.getvalue()


@pytest.fixture(scope="module")
def city() -> bytes:
    return zipped(read_folder(HAIKOU))


def test_what_was_zipped_is_the_same_city(city: bytes):
    raw = unzipped(city)
    assert not [fault for fault in check(build(raw)) if not fault.warning]
    found = compared(read_folder(HAIKOU), raw)
    assert (found.new, found.changed, found.gone, found.words) == ((), (), (), 0)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"plainly no archive"])
def test_what_is_no_archive_is_refused_in_words(content: bytes):
    with pytest.raises(PackError, match="不是完整的 ZIP"):
        unzipped(content)


def test_an_archive_made_to_hurt_is_refused(tmp_path):
    many, climbs = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for n in range(MOST_PARTS + 1):
            archive.writestr(f"items/{n}.yaml", "")
    with pytest.raises(PackError, match="太多"):
        unzipped(many.getvalue())
    with zipfile.ZipFile(climbs, "w") as archive:
        archive.writestr("../../items/x.yaml", "a: b")
    with pytest.raises(PackError, match="缺少这个文件"):
        unzipped(climbs.getvalue())


async def test_a_changed_item_of_a_pack_becomes_a_draft_and_nothing_else(trio: Trio):
    answer = await trio.editor.get("/desk/pack.zip")
    assert answer.headers["content-type"] == "application/zip"
    raw = unzipped(answer.content)
    item = yaml.safe_dump(raw["items"][NAME] | {"summary": "换了一种说法。"}, allow_unicode=True, sort_keys=False)
    content = changed(answer.content, **{f"items__{NAME}": item})
    only_checked = await trio.editor.post("/desk/pack", files={"pack": ("x.zip", content)})
    assert NAME in only_checked.text
    assert "什么也没有改" in only_checked.text
    drafted = await trio.editor.post("/desk/pack", files={"pack": ("x.zip", content)}, data={"draft": "yes"})
    assert "起了 1 份草稿" in drafted.text
    assert "换了一种说法" in (await trio.editor.get(f"/desk/items/{OLD}")).text
    assert "换了一种说法" not in (await trio.editor.get(f"/items/{OLD}")).text


async def test_a_pack_with_an_error_is_told_with_file_and_place_and_makes_no_draft(trio: Trio, city: bytes):
    content = changed(city, offices=None, **{f"items__{NAME}": "code: ["})
    answer = await trio.editor.post("/desk/pack", files={"pack": ("x.zip", content)}, data={"draft": "yes"})
    assert "offices.yaml" in answer.text
    assert f"items/{NAME}.yaml" in answer.text
    assert "草稿" not in (await trio.editor.get(f"/desk/items/{OLD}")).text.split("</h1>")[1][:400]


async def test_who_only_checks_takes_nothing_along(trio: Trio):
    for path in ("/desk/pack", "/desk/pack.zip"):
        assert (await trio.checker.get(path)).status_code == 404
    assert (await trio.checker.post("/desk/pack")).status_code == 404
    assert (await trio.editor.post("/desk/pack")).status_code == 422
