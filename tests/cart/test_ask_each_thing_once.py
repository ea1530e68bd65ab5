"""Whatever is in the cart: each question and each material once, and only what the lines need."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.cart.model import Answer, Told
from backend.cart.rules import sheet_of
from tests.cart.lines import TODAY, cell, city, everybody, line, party, said

ITEMS = sorted(city().items)
VALUES = {
    "person.marital": ["single", "married"],
    "person.capacity": ["full", "limited"],
    "person.id_number": ["460199194403051015", "460199197308162028"],
    "person.household": ["460105", "110000"],
    "flat.mortgaged": [True, False],
    "flat.shared": [True, False],
    "deal.sublet": [True, False],
    "person.left_job_why": ["dismissed", "own_wish"],
    "person.guardian_name": ["演示甲"],
    "business.premises_right": ["own", "rent"],
}
baskets = st.lists(st.sampled_from(ITEMS), min_size=1, max_size=8, unique=True)
answers = st.fixed_dictionaries(
    {}, optional={cell(code): st.sampled_from(values).map(Answer) for code, values in VALUES.items()}
)


def sheet(lines, told=None):
    return sheet_of(lines, everybody(*lines), told or Told(), city(), TODAY)


def lines_of(names):
    return [line(name, number) for number, name in enumerate(names)]


@given(baskets, answers)
@settings(max_examples=60, deadline=None)
def test_each_question_and_each_material_appears_once(names, given_answers):
    found = sheet(lines_of(names), Told(answers=given_answers))
    questions = [(q.subject, q.element.code) for q in found.questions]
    assert len(questions) == len(set(questions))
    materials = [need.key for need in found.materials]
    assert len(materials) == len(set(materials))


@given(baskets, answers, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_lines_and_of_answers_does_not_matter(names, given_answers, random):
    lines, shuffled = lines_of(names), list(given_answers.items())
    random.shuffle(shuffled)
    other = list(lines)
    random.shuffle(other)
    assert sheet(lines, Told(answers=given_answers)) == sheet(other, Told(answers=dict(shuffled)))


@given(baskets, answers, st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_removing_a_line_removes_exactly_what_only_it_needed(names, given_answers, which):
    lines, told = lines_of(names), Told(answers=given_answers)
    gone = lines[which % len(lines)]
    before, after = sheet(lines, told), sheet([one for one in lines if one is not gone], told)
    assert {m.key for m in after.materials} == {m.key for m in before.materials if set(m.needed_by) != {gone.id}}
    for one in lines:
        if one is not gone:
            assert after.states[one.id] == before.states[one.id]
    kept = {q.name for q in before.questions if set(q.needed_by) != {gone.id}}
    asked_after = {q.name for q in after.questions}
    assert kept <= asked_after
    # What comes back can only be what had followed from an answer that only the removed line asked for.
    assert all(city().elements[name.partition(".")[2]].derived for name in asked_after - kept)


@given(baskets, answers)
@settings(max_examples=30, deadline=None)
def test_an_answer_already_there_is_never_an_open_question(names, given_answers):
    found = sheet(lines_of(names), Told(answers=given_answers))
    assert not [q for q in found.open if (q.subject, q.element.code) in given_answers]


def test_the_card_that_two_items_need_is_asked_once_and_says_so():
    two = [line("高龄老人长寿补贴", 0), line("护理补贴", 1)]
    question = next(q for q in sheet(two).questions if q.element.code == "bank_account.bank_card")
    assert question.needed_by == (two[0].id, two[1].id)


def test_age_is_never_asked_where_the_id_number_tells_it():
    codes = {q.element.code for q in sheet([line("高龄老人长寿补贴")]).questions}
    assert "person.id_number" in codes
    assert not codes & {"person.birth_date", "person.age"}


def test_a_guardian_is_asked_for_only_when_there_is_one():
    codes = lambda found: {q.element.code for q in found.questions}  # noqa: E731
    allowance = [line("高龄老人长寿补贴")]
    assert "person.guardian_name" not in codes(sheet(allowance))
    assert "person.guardian_name" not in codes(sheet(allowance, said(person__capacity="full")))
    limited = sheet(allowance, said(person__capacity="limited"))
    assert "person.guardian_name" in codes(limited)
    assert "person.guardianship" in {need.material.code for need in limited.materials}


def test_a_hidden_answer_stays_in_the_draft_and_counts_for_nothing():
    told = said(person__capacity="full", person__guardian_name="演示乙")
    found = sheet([line("高龄老人长寿补贴")], told)
    state = next(iter(found.states.values()))
    assert cell("person.guardian_name") in told.answers
    assert cell("person.guardian_name") not in {*state.cells, *state.reads}
    assert cell("person.guardian_name") not in found.settled


def test_two_flats_are_asked_about_separately_and_their_buyer_once():
    two = [line("不动产权属证书换发", 0), line("不动产权属证书换发", 1, flat="second flat")]
    found = sheet(two)
    assert len([q for q in found.questions if q.element.code == "flat.address"]) == 2
    assert len([q for q in found.questions if q.element.code == "person.name"]) == 1
    assert len([q for q in found.questions if q.element.code == "filing.reissue_reason"]) == 2


def test_a_spouse_is_somebody_else():
    found = sheet([line("公共租赁住房")], said(person__marital="married"))
    names = [q for q in found.questions if q.element.code == "person.name"]
    assert {q.subject for q in names} == {party("person"), party("spouse")}
