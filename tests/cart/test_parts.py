"""What can go by itself: whatever is in the cart, and whatever stands in the way of which line. Property-based."""

from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.cart.model import Answer, Draft, HeldFile, Told
from backend.cart.parting import lines_of, only, parted
from backend.cart.rules import sheet_of
from backend.core.errors import Problem
from tests.cart.lines import ME, TODAY, city, everybody, line

ITEMS = sorted(city().items)
baskets = st.lists(st.sampled_from(ITEMS), min_size=1, max_size=6, unique=True)


PLAIN = {
    "date": "2026-01-31",
    "yes_no": False,
    "years": 30,
    "number": 12,
    "money": 100000,
    "area": 8000,
    "region": "460105",
}


def draft_of(names):
    """Everything filled in and handed in."""
    lines = tuple(line(name, number) for number, name in enumerate(names))
    parties, told = everybody(*lines), Told()
    for _round in range(8):
        sheet = sheet_of(lines, parties, told, city(), TODAY)
        answers = {q.cell: Answer(value_for(q.element)) for q in sheet.open}
        files = {need.key: (HeldFile(uuid4(), "image/jpeg", 1),) for need in sheet.materials if need.problem}
        told = Told(answers=told.answers | answers, files=told.files | files)
    return Draft(
        cart_id=uuid4(),
        version=1,
        principal_id=ME,
        actor_id=ME,
        lines=lines,
        parties=parties,
        told=told,
        sheet=sheet,
        pack=city(),
        on=TODAY,
        now=datetime(2026, 9, 25, tzinfo=UTC),
    )


def value_for(element):
    if element.options:
        first = next(iter(element.options))
        return [first] if element.type == "choices" else first
    return PLAIN.get(element.type, "演示")


@given(baskets, st.sets(st.integers(0, 5)))
@settings(max_examples=25, deadline=None)
def test_every_line_is_ready_or_waits_with_a_reason_and_what_is_ready_misses_nothing(names, signers):
    draft = draft_of(names)
    unsigned = [Problem("演示", f"sign.{one.id}.{uuid4()}") for n, one in enumerate(draft.lines) if n in signers]
    parts = parted(draft, (*draft.sheet.problems, *unsigned))
    assert {*parts.ready, *parts.waiting} == {one.id for one in draft.lines}
    assert not {*parts.ready} & {*parts.waiting}
    assert all(parts.waiting.values())
    assert not (parts.ready and only(draft, parts.ready).sheet.problems)


@given(baskets, st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_a_missing_signature_holds_its_own_line_and_what_cannot_be_filed_without_it(names, which):
    draft = draft_of(names)
    held = draft.lines[which % len(draft.lines)]
    alone = only(draft, [one.id for one in draft.lines if one.id != held.id])
    stuck = {line_ for problem in alone.sheet.problems for line_ in lines_of(alone, problem)}
    parts = parted(draft, [Problem("演示", f"sign.{held.id}.{uuid4()}")])
    assert held.id in parts.waiting
    assert stuck <= {*parts.waiting}
    if not stuck:
        assert set(parts.waiting) == {held.id}


def test_the_licence_goes_with_the_shop_it_needs():
    draft = draft_of(["个体工商户设立", "食品经营许可"])
    shop, licence = draft.lines
    parts = parted(draft, [Problem("演示", f"sign.{shop.id}.{uuid4()}")])
    assert parts.ready == ()
    assert "和它一起交" in "".join(problem.say for problem in parts.waiting[licence.id])


def test_what_is_complete_goes_while_another_waits():
    draft = draft_of(["居住证", "失业补助"])
    permit, other = draft.lines
    parts = parted(draft, [Problem("演示", f"sign.{permit.id}.{uuid4()}")])
    assert (parts.ready, set(parts.waiting)) == ((other.id,), {permit.id})


def test_a_problem_of_the_whole_cart_lets_nothing_go():
    draft = draft_of(["居住证", "失业补助"])
    assert parted(draft, [Problem("演示", "lines")]).ready == ()
