"""The pages of a case as the applicant, her agent and a stranger get them over HTTP."""

from io import BytesIO

import httpx
import pytest
from PIL import Image

from backend.cases.queries import case_by_id, filed_facts, files_of
from backend.cases.states import State
from backend.core.db import connect
from tests.cases.town import Town
from tests.web import Site

ID_CARD = [
    {"say": "身份证照片看不清右下角，请重新拍一张。", "material": "person.id_card"},
    {"say": "请写明谁在照顾老人。"},
]


async def daughter_for_father(site: Site, town: Town) -> httpx.AsyncClient:
    daughter = await site.person("daughter")
    chosen = {"mandate": str(town.mandate), "principal": str(town.ids["father"])}
    assert (await daughter.post("/acting", data=chosen)).status_code == 303
    return daughter


async def may(town: Town, *actions: str) -> None:
    """What the daughter's mandate allows from now on."""
    owner = await connect(town.settings.login("owner"))
    await owner.execute("UPDATE mandates SET actions = $1", list(actions))
    await owner.close()


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


async def test_the_list_puts_what_needs_her_on_top(site: Site, town: Town) -> None:
    await town.filed()
    await town.moved(await town.filed(), "officer", "correction_asked", problems=ID_CARD, days=10)
    father = await site.person("father")
    text = (await father.get("/cases")).text
    assert text.index("需要您") < text.index("正在办")
    assert "请在10 月 8 日（周四）前补上" in text
    assert "最晚10 月 9 日（周五）答复" in text


async def test_the_page_says_the_date_and_behind_one_tap_why(site: Site, town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    text = (await (await site.person("father")).get(f"/cases/{case.number}")).text
    for words in (
        "办理中", "10 月 22 日（周四）", "为什么是这一天？", "部门承诺 15 个工作日内办完", "10 月 1–7 日国庆节放假，不算",
        "10 月 10 日（周六）调休上班，要算", "法律规定的期限是10 月 29 日（周四）", "已受理", "已收到您的申请", "作出决定",
        "海口市民政局", "460100 20260925 00000",
    ):  # fmt: skip
        assert words in text


async def test_a_stranger_an_officer_and_the_agent_as_herself_get_404_everywhere(site: Site, town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "correction_asked", problems=ID_CARD, days=10)
    for who in ("stranger", "foreign", "daughter"):
        client = await site.person(who)
        for path in ("", "/withdrawal", "/correction", "/events"):
            assert (await client.get(f"/cases/{case.number}{path}")).status_code == 404, (who, path)
        for path in ("/withdrawal", "/correction"):
            assert (await client.post(f"/cases/{case.number}{path}")).status_code == 404, (who, path)
    missing = await (await site.person("stranger")).get("/cases/460100202609250000017")
    assert missing.status_code == 404


async def test_an_agent_who_follows_a_link_as_herself_is_shown_the_way(site: Site, town: Town) -> None:
    case = await town.filed("daughter")
    daughter = await site.person("daughter")
    lost = await daughter.get(f"/cases/{case.number}")
    assert lost.status_code == 404
    assert "先选好现在为谁办" in lost.text
    choice = (await daughter.get(f"/acting?next=/cases/{case.number}")).text
    assert f'name="next" value="/cases/{case.number}"' in choice
    form = {"mandate": str(town.mandate), "principal": str(town.ids["father"]), "next": f"/cases/{case.number}"}
    assert (await daughter.post("/acting", data=form)).headers["location"] == f"/cases/{case.number}"
    stranger = await (await site.person("stranger")).get(f"/cases/{case.number}")
    assert (stranger.status_code, "为谁办" in stranger.text) == (404, False)


async def test_the_agent_sees_and_withdraws_and_the_page_says_who_acted(site: Site, town: Town) -> None:
    case = await town.filed("daughter")
    daughter = await daughter_for_father(site, town)
    assert "由陈小燕代办" in (await daughter.get(f"/cases/{case.number}")).text
    assert "确定撤回" in (await daughter.get(f"/cases/{case.number}/withdrawal")).text
    answer = await daughter.post(f"/cases/{case.number}/withdrawal")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case.number}")
    assert (await daughter.post(f"/cases/{case.number}/withdrawal")).status_code == 303  # a second tap
    father = await site.person("father")
    text = (await father.get(f"/cases/{case.number}")).text
    assert "已撤回" in text
    assert "由陈小燕代办" in text


async def test_an_agent_who_may_only_look_is_offered_nothing_and_can_do_nothing(site: Site, town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "correction_asked", problems=ID_CARD, days=10)
    daughter = await daughter_for_father(site, town)
    await may(town, "see")
    text = (await daughter.get(f"/cases/{case.number}")).text
    assert "请本人来补" in text
    assert "撤回这件事" not in text
    assert (await daughter.post(f"/cases/{case.number}/withdrawal")).status_code == 403
    answers = {"answer-0": "没有照片", "answer-1": "女儿"}
    assert (await daughter.post(f"/cases/{case.number}/correction", data=answers)).status_code == 403
    await may(town, "see", "fill", "submit", "correct")


async def test_a_correction_says_all_that_is_still_open_and_keeps_what_was_typed(site: Site, town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "correction_asked", problems=ID_CARD, days=10)
    father = await site.person("father")
    form = (await father.get(f"/cases/{case.number}/correction")).text
    assert "身份证照片看不清右下角" in form
    nothing = await father.post(f"/cases/{case.number}/correction", data={"answer-1": ""})
    assert nothing.status_code == 422
    assert "请拍一张照片交上" in nothing.text
    assert "请回答这一项" in nothing.text
    half = await father.post(
        f"/cases/{case.number}/correction", data={"answer-1": "女儿<b>"}, files={"photo-0": ("a.txt", b"hello")}
    )
    assert half.status_code == 422
    assert "女儿&lt;b&gt;" in half.text
    async with town.machine() as tx:
        assert (await case_by_id(tx.db, case.id)).state is State.CORRECTING
        assert await files_of(tx.db, case.id) == []


async def test_a_correction_with_a_photo_and_words_goes_back_to_the_desk(site: Site, town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "correction_asked", problems=ID_CARD, days=10)
    father = await site.person("father")
    answer = await father.post(
        f"/cases/{case.number}/correction",
        data={"answer-0": "", "answer-1": "平时是女儿照顾。"},
        files={"photo-0": ("证.jpg", photo(), "image/jpeg")},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case.number}")
    async with town.tx("officer") as tx:
        now = await case_by_id(tx.db, case.id)
        assert now.state is State.SUBMITTED
        (page,) = await files_of(tx.db, case.id)
        assert (page.material, page.media_type) == ("person.id_card", "image/jpeg")
        values = {fact.element: fact.value for fact in await filed_facts(tx, now)}
        assert values == {"person.name": "陈大海", "filing.correction_reply.1": "平时是女儿照顾。"}
    text = (await father.get(f"/cases/{case.number}")).text
    assert "交过的材料" in text
    assert f'href="/files/{page.file_id}"' in text
    again = await father.get(f"/cases/{case.number}/correction")
    assert again.status_code == 303  # nothing is asked any more


async def test_a_wrong_answer_is_given_anew_as_the_element_asks_for_it(site: Site, town: Town) -> None:
    """The desk names the element; the page asks it with its own control, and a wrong value is told like on the sheet."""
    father_id = str(town.ids["father"])
    asked = [
        {"say": "电话打不通，请写一个能打通的。", "element": "person.phone", "subject": father_id},
        {"say": "请重新选一下照护等级。", "element": "person.nursing_level", "subject": father_id},
    ]
    case = await town.moved(await town.filed(), "officer", "correction_asked", problems=asked, days=10)
    father = await site.person("father")
    form = (await father.get(f"/cases/{case.number}/correction")).text
    assert 'type="tel"' in form
    assert 'type="radio"' in form
    wrong = await father.post(f"/cases/{case.number}/correction", data={"answer-0": "123", "answer-1": "moon"})
    assert wrong.status_code == 422
    assert "电话号码不对" in wrong.text
    assert "请从列出的几项里选" in wrong.text
    assert 'value="123"' in wrong.text
    right = await father.post(
        f"/cases/{case.number}/correction", data={"answer-0": "0898 6612 3456", "answer-1": "full"}
    )
    assert right.status_code == 303
    async with town.tx("officer") as tx:
        facts = {f.element: (f.value, f.source) for f in await filed_facts(tx, case)}
    assert facts["person.phone"] == ("089866123456", "corrected")
    assert facts["person.nursing_level"] == ("full", "corrected")


async def test_a_decided_case_cannot_be_withdrawn_and_says_so(site: Site, town: Town) -> None:
    case = await town.moved(await town.moved(await town.filed(), "officer", "accepted"), "officer", "granted")
    father = await site.person("father")
    assert "不能再撤回" in (await father.get(f"/cases/{case.number}/withdrawal")).text
    answer = await father.post(f"/cases/{case.number}/withdrawal")
    assert answer.status_code == 409
    assert f"/cases/{case.number}" in answer.text


async def test_what_the_machine_found_is_told_in_words(site: Site, town: Town) -> None:
    doubt = {
        "verdict": None,
        "version": 1,
        "rules": [{"words": "户籍在海口", "verdict": True}, {"words": "评估为失能", "verdict": None}],
    }
    case = await town.filed(rules=doubt)
    text = (await (await site.person("father")).get(f"/cases/{case.number}")).text
    assert "机器核对了什么？" in text
    assert "评估为失能" in text
    assert "户籍在海口" not in text
    clear = await town.filed(
        rules={"verdict": True, "version": 1, "rules": [{"words": "年满 80 周岁", "verdict": True}]}
    )
    await town.moved(await town.moved(clear, "machine", "accepted"), "machine", "granted")
    text = (await (await site.person("father")).get(f"/cases/{clear.number}")).text
    assert "为什么当场就同意了？" in text
    assert "年满 80 周岁" in text


async def test_somebody_without_cases_is_shown_the_way(site: Site, town: Town) -> None:
    text = (await (await site.person("stranger")).get("/cases")).text
    assert "还没有在办的事" in text
    assert 'href="/items"' in text


@pytest.mark.parametrize("number", ["1", "%00", "..%2F", "D460100202609250000011", "460100202609250000010", "x" * 300])
async def test_odd_numbers_are_404_not_a_fault(site: Site, town: Town, number: str) -> None:
    assert (await (await site.person("father")).get(f"/cases/{number}")).status_code in (400, 404)
