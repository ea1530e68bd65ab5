"""What a tier changes is said on the sheet, the materials and the review; nobody is worse off for not having one."""

import msgspec
import pytest

from backend.catalogue.pack_credit import credit_rule_faults
from backend.catalogue.pack_read import read_pack
from backend.core.conditions import decode
from tests.offers.night import keep, night, rows
from tests.orders.shopping import act_for_father, fill_in, put_in

SIGN, STALL = "户外招牌设置", "夜市摊位临时占道许可"
CLERKS_NUMBER = "460199199206142076"
PACK = read_pack()


async def with_tier(site, tier: str):
    clerk = await site.person("clerk")
    if tier:
        await keep(site, "credit", CLERKS_NUMBER, **{"person.credit_tier": tier})
    return clerk


async def materials(person) -> set[str]:
    return {one["label"] for one in (await person.get("/api/v1/cart/sheet")).json()["materials"]}


async def sign_with(site, tier: str):
    clerk = await with_tier(site, tier)
    await put_in(site, clerk, (SIGN,))
    await fill_in(site, clerk, filing__sign_light="yes")
    return clerk


async def test_red_is_spared_a_paper_and_told_so_on_every_page(site):
    clerk = await sign_with(site, "red")
    assert "招牌安装和用电安全说明" not in await materials(clerk)
    for path in ("/cart/materials", "/cart/review"):
        assert (
            "您的信用等级为红（公共信用平台），因此“户外招牌设置”本次可免交：招牌安装和用电安全说明。"
            in (await clerk.get(path)).text
        )


@pytest.mark.parametrize("tier", ["", "orange", "blue", "black"])
async def test_unknown_and_ordinary_tiers_ask_the_same_and_say_nothing(site, tier):
    clerk = await sign_with(site, tier)
    assert "招牌安装和用电安全说明" in await materials(clerk)
    assert "您的信用等级为" not in (await clerk.get("/cart/review")).text


async def test_nobody_is_ever_asked_for_her_tier(site):
    clerk = await sign_with(site, "")
    asked = {q["name"].partition(".")[2] for q in (await clerk.get("/api/v1/cart/sheet")).json()["questions"]}
    assert "person.credit_tier" not in asked


async def test_black_reads_what_is_barred_by_what_and_the_list_says_so_to_everybody(site):
    clerk = await with_tier(site, "black")
    await put_in(site, clerk, (STALL,))
    page = (await clerk.get("/cart/review")).text
    assert "“夜市摊位临时占道许可”对黑档有限制：不在失信限制名单里。依据：以主管部门公布为准" in page
    listed = (await site.stranger().get("/lists/dishonest")).text
    assert STALL in listed
    assert SIGN not in listed


async def test_her_page_says_where_it_is_from_how_to_appeal_and_how_to_repair(site):
    clerk = await with_tier(site, "blue")
    page = (await clerk.get("/credit")).text
    assert "公共信用平台" in page
    assert "信用修复" in page
    assert (await clerk.post("/credit/appeals", data={"words": ""})).status_code == 422
    assert (await clerk.post("/credit/appeals", data={"words": "罚款早就交了。"})).status_code == 303
    assert (await clerk.post("/credit/appeals", data={"words": "再说一次"})).status_code == 409
    officer = await site.person("officer-land")
    assert "罚款早就交了" in (await officer.get("/desk/credit")).text
    assert "罚款早就交了" not in (await (await site.person("officer-civil")).get("/desk/credit")).text
    (appeal,) = await rows(site, "SELECT id FROM credit_appeals")
    answer = {"state": "corrected", "words": "已经更正为橙。"}
    assert (
        await (await site.person("officer-civil")).post(f"/desk/credit/{appeal['id']}", data=answer)
    ).status_code == 404
    assert (await officer.post(f"/desk/credit/{appeal['id']}", data=answer)).status_code == 303
    await night(site)
    assert "您对信用等级的申诉有了答复" in (await clerk.get("/inbox")).text
    page = (await clerk.get("/credit")).text
    assert "等级有误，已经更正" in page
    assert "已经更正为橙" in page


async def test_a_daughter_does_not_read_her_fathers_tier(site):
    daughter = await site.person("daughter")
    await act_for_father(site, daughter)
    assert (await daughter.get("/credit")).status_code == 403


def test_a_rule_by_which_an_unknown_tier_is_worse_is_refused():
    item = PACK.items[STALL]
    assert list(credit_rule_faults(PACK, item)) == []
    for rule in (
        {"fact": "applicant.credit_tier", "is": "orange"},
        {"fact": "applicant.credit_tier", "in": ["red", "orange"]},
    ):
        worse = msgspec.structs.replace(item, fits=decode(rule))
        assert [fault.where for fault in credit_rule_faults(PACK, worse)] == ["fits"]
