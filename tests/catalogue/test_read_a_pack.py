"""Reading: what a file says wrongly is told with its place, and everything at once."""

import shutil
from pathlib import Path

import pytest

from backend.catalogue.pack_read import STARTER, PackError, build, read_folder, read_pack
from tests.catalogue.packs import starter

ITEM = "高龄老人长寿补贴"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "city"))


def refusal_of(folder: Path) -> str:
    with pytest.raises(PackError) as refused:
        read_pack(folder)
    return str(refused.value)


def test_the_starter_city_has_at_least_fifteen_items_in_five_departments():
    pack = read_pack()
    assert len(pack.items) >= 60
    assert len({item.department for item in pack.items.values()}) >= 5


def test_choices_keep_the_order_in_which_they_were_written():
    assert list(read_pack().elements["person.nursing_level"].options) == ["none", "part", "full"]


def test_a_misspelt_field_is_named_with_its_file(folder: Path):
    path = folder / "items" / f"{ITEM}.yaml"
    path.write_text(path.read_text().replace("summary:", "sumary:"))
    said = refusal_of(folder)
    assert f"items/{ITEM}.yaml" in said
    assert "sumary" in said


def test_a_key_written_twice_is_refused_with_line_and_column(folder: Path):
    path = folder / "calendar.yaml"
    path.write_text("holidays: []\nworkdays: []\nholidays: ['2026-04-19']\n")
    assert "calendar.yaml:3:1" in refusal_of(folder)


def test_a_missing_file_and_a_broken_one_are_told_together(folder: Path):
    (folder / "registers.yaml").unlink()
    (folder / "lexicon.yaml").write_text("synonyms: [[老人, 长者]\n")
    said = refusal_of(folder)
    assert "registers.yaml" in said
    assert "lexicon.yaml" in said


def test_a_file_that_is_not_utf8_is_a_sentence(folder: Path):
    (folder / "lexicon.yaml").write_bytes("common: [办理]".encode("gbk"))
    assert "lexicon.yaml" in refusal_of(folder)


@pytest.mark.parametrize(
    "text", ["- a\n", "3\n", "", "a: &a [*a]\n", "? [1, 2]\n: 3\n", "a: !!python/name:os.system\n"]
)
def test_a_file_of_another_shape_is_a_sentence_and_nothing_worse(folder: Path, text: str):
    (folder / "lexicon.yaml").write_text(text)
    assert "lexicon.yaml" in refusal_of(folder)


def test_an_unknown_word_in_a_rule_is_told_with_its_place():
    raw = starter()
    raw["items"][ITEM]["fits"]["all"][0]["at_leest"] = 80
    with pytest.raises(PackError) as refused:
        build(raw)
    assert f"items/{ITEM}.yaml: fits.all[0]" in str(refused.value)


def test_two_faults_in_two_files_are_both_told():
    raw = starter()
    raw["elements"]["person.name"]["type"] = "txt"
    raw["items"][ITEM]["limits"] = {"promised": "soon"}
    with pytest.raises(PackError) as refused:
        build(raw)
    assert {fault.where.split(":")[0] for fault in refused.value.faults} == {"elements.yaml", f"items/{ITEM}.yaml"}


def test_a_file_must_bear_the_name_of_its_item(folder: Path):
    (folder / "items" / f"{ITEM}.yaml").rename(folder / "items" / "别的名字.yaml")
    assert "别的名字.yaml: name" in refusal_of(folder)


def test_what_a_review_covers_changes_with_an_element_the_item_asks_and_with_no_other():
    raw = starter()
    before = build(raw).hashes
    raw["elements"]["flat.seized"]["label"] = "有没有查封"
    after = build(raw).hashes
    assert {name for name in before if before[name] != after[name]} == {
        "房屋租赁备案",
        "二手房转移登记",
        "不动产抵押登记",
        "不动产权属证书换发",
    }


def test_the_order_of_choices_is_part_of_what_is_reviewed():
    raw = starter()
    options = raw["elements"]["person.nursing_level"]["options"]
    before = build(raw).hashes["护理补贴"]
    raw["elements"]["person.nursing_level"]["options"] = dict(reversed(options.items()))
    assert build(raw).hashes["护理补贴"] != before


def test_reading_a_folder_and_reading_what_it_gave_are_the_same():
    assert build(read_folder(STARTER)) == read_pack()
