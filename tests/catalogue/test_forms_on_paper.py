"""Every item has its form on paper: blank, and filled in as a sample for somebody who plainly does not exist."""

import io
import re

import pikepdf
import pytest

from backend.catalogue.model import Pack
from backend.catalogue.pack_read import read_pack
from backend.catalogue.paper_form import PaperForm, paper_form
from backend.core.printing import printed

OLD = "高龄老人长寿补贴"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack()


def lines(form: PaperForm) -> dict[str, object]:
    return {line.label: line for group in form.groups for line in group.lines}


def test_every_item_of_the_city_has_a_form_and_a_sample(pack: Pack):
    for item in pack.items.values():
        blank, sample = (paper_form(pack, item, 1, sample=filled) for filled in (False, True))
        assert sum(len(group.lines) for group in blank.groups) == len(item.asks)
        assert not any(line.value or line.ticked for group in blank.groups for line in group.lines)
        for group in sample.groups:
            for line in group.lines:
                assert line.spared or line.value or line.ticked, (item.name, line.label)


def test_no_number_of_a_sample_can_be_somebodys(pack: Pack):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for item in pack.items.values():
        for line in (line for group in paper_form(pack, item, 1, sample=True).groups for line in group.lines):
            if line.kind == "id_number" and line.value:
                total = sum(int(digit) * weight for digit, weight in zip(line.value, weights, strict=False)) % 11
                assert line.value[-1] != "10X98765432"[total], (item.name, line.value)
            if line.kind == "phone" and line.value:
                assert not re.fullmatch(r"1[3-9]\d{9}", line.value)


def test_the_sample_leaves_empty_what_is_not_her_case(pack: Pack):
    sample = paper_form(pack, pack.items[OLD], 1, sample=True)
    assert lines(sample)["监护人姓名"].spared
    assert lines(sample)["能不能自己办理"].ticked == ("能自己作主",)
    assert [paper.label for paper in sample.materials if not paper.ticked] == [sample.materials[-1].label]


async def test_every_page_is_set_on_a4_and_tagged_for_readers(pack: Pack):
    for sample in (False, True):
        with pikepdf.open(
            io.BytesIO(await printed("form.typ", paper_form(pack, pack.items[OLD], 3, sample=sample)))
        ) as pdf:
            width, height = pdf.pages[0].mediabox[2:]
            assert (round(float(width)), round(float(height))) == (595, 842)
            assert "/StructTreeRoot" in pdf.Root
            assert str(pdf.docinfo["/Title"]) == f"{OLD}申请表"


def test_the_mistakes_of_the_item_and_of_its_materials_stand_below(pack: Pack):
    item = pack.items[OLD]
    mistakes = paper_form(pack, item, 3, sample=False).mistakes
    assert mistakes[: len(item.mistakes)] == item.mistakes
    assert any(mistake.startswith("居民身份证：") for mistake in mistakes)
