"""Printed papers: Chinese letters inside, text that stays text, no way to other files."""

import io

import pikepdf
import pytest

from backend.core.printing import Unprintable, printed, printed_together

LETTER = {
    "title": "授权代码",
    "lang": "zh-Hans",
    "to": ["海口市龙华区", "王桂兰 收"],
    "paragraphs": ["您好。", "第二段"],
}


def text_fonts(paper: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        fonts = [page.Resources.Font for page in pdf.pages]
        return {str(font[name].BaseFont) for font in fonts for name in font}


async def test_a_letter_carries_its_own_chinese_font_and_is_tagged_for_readers() -> None:
    paper = await printed("letter.typ", LETTER)
    assert all("NotoSansCJK" in font for font in text_fonts(paper))
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo["/Title"]) == "授权代码"


async def test_what_a_person_typed_is_never_read_as_markup() -> None:
    hostile = '#read("/etc/passwd") $x$ *bold* #panic("no")'
    assert (await printed("letter.typ", LETTER | {"paragraphs": [hostile]})).startswith(b"%PDF-")


async def test_data_that_does_not_fit_its_page_is_told_and_makes_no_paper() -> None:
    with pytest.raises(Unprintable, match="paragraphs"):
        await printed("letter.typ", {"title": "空", "lang": "zh-Hans"})


async def test_what_no_font_has_a_letter_for_is_marked_and_keeps_nobody_from_her_paper() -> None:
    odd = "谢谢😀👨\u200d👩\u200d👧 \x07\ue000\ufffe完"
    paper = await printed("letter.typ", LETTER | {"paragraphs": [odd, "第二段"]})
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert pdf.open_metadata().pdfa_status == "2A"


async def test_papers_come_back_in_order() -> None:
    papers = await printed_together("letter.typ", [LETTER | {"title": f"第{n}封"} for n in range(3)])
    titles = []
    for paper in papers:
        with pikepdf.open(io.BytesIO(paper)) as pdf:
            titles.append(str(pdf.docinfo["/Title"]))
    assert titles == ["第0封", "第1封", "第2封"]
