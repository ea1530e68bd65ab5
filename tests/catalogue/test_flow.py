"""The drawn flow: everything said, nothing outside its box, no box over another."""

from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.flow import GAP, NARROW, PAD, WIDE, Stage, _width, drawn, wrapped

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=["Cs", "Cc"]), max_size=60)
STAGES = st.lists(st.builds(Stage, st.sampled_from(["step", "pause", "end"]), TEXT, TEXT, TEXT), min_size=1, max_size=8)


@given(TEXT, st.integers(60, 400))
def test_a_wrapped_text_says_the_same_within_its_room(text: str, room: int):
    lines = wrapped(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(_width(line) <= room for line in lines)


@given(STAGES, st.sampled_from([WIDE, NARROW]))
def test_boxes_follow_each_other_and_hold_their_lines(stages: list[Stage], width: int):
    drawing = drawn(stages, width)
    for box in drawing.boxes:
        assert all(box.y < line.y <= box.y + box.height for line in box.lines)
        assert all(line.x + _width(line.text) <= width - PAD for line in box.lines)
    for above, below in zip(drawing.boxes, drawing.boxes[1:], strict=False):
        assert below.y == above.y + above.height + GAP
    assert drawing.height > drawing.boxes[-1].y + drawing.boxes[-1].height


def test_a_number_and_its_word_and_punctuation_stay_together():
    assert wrapped("提交 A01 至 A12 号窗口。", 150) == ["提交 A01 至 A12 号", "窗口。"]
    assert wrapped("提交 A01 至 A12 号窗口。", 120) == ["提交 A01 至", "A12 号窗口。"]
