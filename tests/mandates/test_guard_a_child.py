"""A parent acts for her child: the register says whose it is; it ends by itself with the eighteenth birthday."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from backend.mandates.ages import birthday
from tests.mandates.clerk import Clerk, rows

YOUNG = {"child_name": "周小禾", "child_number": "460199201803155027"}  # eight
OLDER = {"child_name": "周小满", "child_number": "460199201003156021"}  # sixteen
AGREED = {"agreed": "yes"}


async def test_the_words_come_first_and_say_whose_data_it_is(site):
    mother = await site.person("spouse")
    words = (await mother.post("/mandates/children", data=YOUNG)).text
    assert "何安家是周小禾" in words
    assert "不满十四周岁" in words
    assert "不满十四周岁" not in (await mother.post("/mandates/children", data=OLDER)).text
    assert await rows(site, "SELECT 1 FROM mandates WHERE kind = 'guardian'") == []


async def test_both_parents_may_and_it_lasts_until_the_day_before_eighteen(site):
    for handle in ("spouse", "buyer"):
        parent = await site.person(handle)
        answer = await parent.post("/mandates/children", data=YOUNG | AGREED)
        assert answer.status_code == 303, answer.text[-2000:]
        assert "周小禾" in (await parent.get("/acting")).text
    found = await rows(site, "SELECT valid_to, principal_id FROM mandates WHERE kind = 'guardian'")
    assert {row["valid_to"] for row in found} == {date(2036, 3, 14)}
    assert len({row["principal_id"] for row in found}) == 1
    given_for = await rows(
        site, "SELECT purpose, given_by FROM consents WHERE account_id = $1 ORDER BY purpose", found[0]["principal_id"]
    )
    assert [row["purpose"] for row in given_for] == ["platform", "platform", "sensitive", "sensitive"]
    assert len({row["given_by"] for row in given_for}) == 2, "each parent has a consent of her own"


async def test_at_eighteen_it_is_over_without_anybody_doing_anything(site):
    mother = await site.person("spouse")
    await mother.post("/mandates/children", data=OLDER | AGREED)
    site.clock.now = datetime(2028, 3, 14, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai
    assert "周小满" in (await (await site.person("spouse")).get("/acting")).text
    site.clock.now = datetime(2028, 3, 14, 16, 0, tzinfo=UTC)
    assert "周小满" not in (await (await site.person("spouse")).get("/acting")).text
    await Clerk(site).does(("mind_mandates", {}))
    assert (
        len(
            await rows(
                site,
                "SELECT 1 FROM mandate_events e JOIN mandates m ON m.id = e.mandate_id WHERE m.kind = 'guardian' AND e.kind = 'expired'",
            )
        )
        == 1
    )


async def test_who_is_no_parent_and_who_misspells_the_name_hear_the_same(site):
    stranger, mother = await site.person("shopkeeper"), await site.person("spouse")
    for person, typed in ((stranger, YOUNG), (mother, YOUNG | {"child_name": "周小和"})):
        answer = await person.post("/mandates/children", data=typed | AGREED)
        assert answer.status_code == 422
        assert "查不到您是这个孩子的父母" in answer.text
        assert typed["child_name"] in answer.text
    assert (
        await rows(site, "SELECT 1 FROM id_numbers n JOIN accounts a ON a.id = n.account_id WHERE a.handle IS NULL")
        == []
    )


async def test_every_problem_at_once(site):
    mother = await site.person("spouse")
    answer = await mother.post("/mandates/children", data={"child_name": "", "child_number": "12"})
    assert "请写上孩子的姓名" in answer.text
    assert "身份证号码是 18 位" in answer.text
    grown = await mother.post("/mandates/children", data={"child_name": "林长福", "child_number": "460199194403051015"})
    assert "请本人授权给您" in grown.text


async def test_laying_it_down_takes_the_consent_for_the_childs_data_back(site):
    mother = await site.person("spouse")
    page = (await mother.post("/mandates/children", data=YOUNG | AGREED)).headers["location"]
    assert (await mother.post(page + "/revocation")).status_code == 303
    found = await rows(site, "SELECT withdrawn_at FROM consents WHERE mandate_id IS NOT NULL")
    assert len(found) == 2
    assert all(row["withdrawn_at"] for row in found)


async def test_a_child_is_taken_in_charge_once(site):
    mother = await site.person("spouse")
    await mother.post("/mandates/children", data=YOUNG | AGREED)
    again = await mother.post("/mandates/children", data=YOUNG | AGREED)
    assert again.status_code == 422
    assert "已经登记在您名下" in again.text


@given(st.dates(date(1990, 1, 1), date(2020, 12, 31)), st.integers(1, 30))
def test_a_birthday_is_the_same_day_or_the_first_of_march(born: date, years: int):
    day = birthday(born, years)
    assert day.year == born.year + years
    assert (day.month, day.day) in ((born.month, born.day), (3, 1))
