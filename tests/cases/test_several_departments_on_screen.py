"""The same on the screens: the lead arranges, the one who is asked answers, the applicant and machines read where it stands."""

from uuid import UUID

from tests.cases.test_several_departments import accepted, opinion_id
from tests.cases.town import Town
from tests.core.test_holiday_notice import NOTICE
from tests.web import Site


async def test_the_applicant_reads_one_case_with_each_departments_state_and_when_they_come(
    site: Site, town: Town
) -> None:
    case = await accepted(town)
    lead, father = await site.person("officer"), await site.person("father")
    at = f"/desk/cases/{case.number}/joint"
    survey = {"kind": "survey", "day": "2026-10-12", "hour": "09:30", "place": "演示路 9 号", "people": "消防和卫健", "with_applicant": "yes"}  # fmt: skip
    assert (await lead.post(f"{at}/meetings", data=survey)).status_code == 303
    shown = (await father.get(f"/cases/{case.number}")).text
    for words in (
        "您只交这一次",
        "区教育局",
        "正在看",
        "还没轮到",
        "10 月 12 日 09:30",
        "演示路 9 号",
        "请您到场",
        "约好一起看现场",
    ):
        assert words in shown
    told = (await father.get(f"/api/v1/cases/{case.number}")).json()
    assert {one["department"]: one["state"] for one in told["together"]}["区教育局"] == "asked"
    assert [one["place"] for one in told["appointments"]] == ["演示路 9 号"]


async def test_what_is_missing_in_an_appointment_is_said_at_once_and_nothing_typed_is_lost(
    site: Site, town: Town
) -> None:
    case, lead = await accepted(town), await site.person("officer")
    answer = await lead.post(
        f"/desk/cases/{case.number}/joint/meetings", data={"kind": "dinner", "day": "gestern", "people": "消防"}
    )
    assert answer.status_code == 422
    for words in ("请选是看现场", "请填以后的日期", "请写明在哪里", 'value="消防"'):
        assert words in answer.text


async def test_who_is_asked_finds_it_answers_it_once_and_the_lead_reads_why(site: Site, town: Town) -> None:
    case = await accepted(town)
    one = await opinion_id(town, case, "区教育局")
    district, lead, father = [await site.person(who) for who in ("district", "officer", "father")]
    assert f"/desk/joint/{one}" in (await district.get("/desk/joint")).text
    shown = (await district.get(f"/desk/joint/{one}")).text
    assert "小太阳幼儿园" in shown
    assert "460199194403051015" not in shown
    empty = await district.post(f"/desk/joint/{one}/answer", data={"agreed": "no"})
    assert empty.status_code == 422
    assert "不同意要写明理由" in empty.text
    said = {"agreed": "no", "words": "户外场地不够"}
    assert (await district.post(f"/desk/joint/{one}/answer", data=said)).status_code == 303
    assert (await district.post(f"/desk/joint/{one}/answer", data=said)).status_code == 409
    assert "户外场地不够" in (await lead.get(f"/desk/cases/{case.number}/joint")).text
    panel = (await lead.get(f"/desk/cases/{case.number}")).text
    assert "有不同意见" in panel
    assert "户外场地不够" not in (await father.get(f"/cases/{case.number}")).text
    assert (await (await site.person("foreign")).get(f"/desk/joint/{one}")).status_code == 404
    assert (await district.get(f"/desk/joint/{UUID(int=1)}")).status_code == 404


async def test_a_year_is_read_out_of_its_notice_shown_and_only_then_published(site: Site, town: Town) -> None:
    keeper, district = await site.person("officer"), await site.person("district")
    assert (await district.get("/desk/calendar")).status_code == 404
    assert "还没有公布" in (await keeper.get("/desk/calendar?year=2027")).text
    # The days of 2026 stand in for those of 2027: what is worked in exchange must be a weekend there too.
    notice = "\n".join(
        f"2027-{n:02d}-01 休 {name}"
        for n, name in enumerate(("元旦", "春节", "清明节", "劳动节", "端午节", "国庆节"), 1)
    )
    read = await keeper.post("/desk/calendar/years", data={"year": "2027", "notice": notice})
    assert "通知里读到的" in read.text
    assert "还没有公布" in (await keeper.get("/desk/calendar?year=2027")).text
    done = await keeper.post("/desk/calendar/years", data={"year": "2027", "notice": notice, "publish": "yes"})
    assert done.status_code == 303
    after = (await keeper.get("/desk/calendar?year=2027")).text
    assert "已经公布" in after
    assert "王秀英" in after  # who published it stands in the journal
    wrong = await keeper.post("/desk/calendar/years", data={"year": "2027", "notice": NOTICE})
    assert wrong.status_code == 422
    past = await keeper.post("/desk/calendar/years", data={"year": "2025", "notice": notice.replace("2027", "2025"), "publish": "yes"})  # fmt: skip
    assert past.status_code == 422


async def test_a_day_is_changed_and_taken_back_and_nonsense_is_a_sentence(site: Site, town: Town) -> None:
    keeper = await site.person("officer")
    day = {"day": "2026-10-21", "kind": "off", "name": "台风停工"}
    assert (await keeper.post("/desk/calendar/days", data=day)).status_code == 303
    assert "台风停工" in (await keeper.get("/desk/calendar?year=2026")).text
    assert (await keeper.post("/desk/calendar/days", data=day | {"kind": "usual"})).status_code == 303
    for wrong in ({"day": "heute"}, {"day": "1999-01-01", "kind": "off"}, {"day": "2026-10-21", "kind": "party"}, {}):
        assert (await keeper.post("/desk/calendar/days", data=wrong)).status_code == 422


async def test_the_lead_is_offered_no_grant_before_all_have_spoken_and_no_extension_of_her_own(
    site: Site, town: Town
) -> None:
    case, lead = await accepted(town), await site.person("officer")
    shown = (await lead.get(f"/desk/cases/{case.number}")).text
    assert 'name="move" value="refused"' in shown
    assert 'name="move" value="granted"' not in shown
    assert 'name="move" value="extended"' not in shown
    assert "等都答复了才能同意" in shown
