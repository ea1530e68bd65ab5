"""A draft begun under an older version: what changed for her is said, what fits is kept, and she files when she knows."""

from typing import Any

import asyncpg
import httpx
import pytest

from tests.cart.pages import put_in
from tests.orders.shopping import act_for_father, fill_in, form, reviewed
from tests.orders.shopping import put_in as put_names
from tests.web import Site

ALLOWANCE, NAME = "460100-MZ-001", "高龄老人长寿补贴"


async def cart(person: httpx.AsyncClient) -> dict[str, Any]:
    return (await person.get("/api/v1/cart")).json()


async def changes(person: httpx.AsyncClient) -> list[str]:
    return (await cart(person))["lines"][0]["changes"]


async def renew(person: httpx.AsyncClient) -> None:
    line = (await cart(person))["lines"][0]["id"]
    assert (await person.post(f"/cart/lines/{line}/renewal")).status_code == 303


async def test_nothing_is_said_where_nothing_changed_for_her(site: Site, republish):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    await republish(ALLOWANCE, lambda item: item.update(summary="换了一句说明。"))
    assert await changes(father) == []
    assert "办理要求变了" not in (await father.get("/cart")).text


async def test_each_change_is_said_in_words(site: Site, republish):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)

    def change(item: dict) -> None:
        del item["offered"]["fills"]["payee.bank_name"]
        item["asks"] = [ask for ask in item["asks"] if ask != "payee.bank_name"] + [
            "applicant.marital",
            "applicant.residence",
        ]
        item["materials"] = ["applicant.id_card", "applicant.household_book", "applicant.new_photo"]
        item["limits"] = {"promised": 3}
        item["fee"] = {
            "charged": True,
            "amount": 500,
            "name": "工本费",
            "standard": "5 元",
            "basis": "以主管部门公布为准",
        }

    await republish(ALLOWANCE, change)
    assert await changes(father) == [
        "办理时间：原来当天办结，现在3 个工作日",
        "费用：原来不收费，现在5 元",
        "新增的这些，已经替您填好：婚姻状况、现在住在哪里",
        "不用再填：收款账户的开户银行",
        "要交的材料：新拍的证件照片",
        "不用再交：收款账户的银行卡正面照片",
    ]


async def test_filing_waits_until_she_has_seen_it_and_what_fits_is_kept(site: Site, republish):
    daughter = await site.person("daughter")
    await act_for_father(site, daughter)
    await put_names(site, daughter, [NAME])
    await fill_in(site, daughter)
    await republish(ALLOWANCE, lambda item: item["limits"].update(promised=3))
    refused = await daughter.post("/orders", data=form(await reviewed(site, daughter), "too-early-key"))
    assert refused.status_code == 422
    assert "办理要求变了" in refused.text
    before = {q["name"]: q["value"] for q in (await daughter.get("/api/v1/cart/sheet")).json()["questions"]}
    await renew(daughter)
    after = {q["name"]: q["value"] for q in (await daughter.get("/api/v1/cart/sheet")).json()["questions"]}
    assert after == before
    assert await changes(daughter) == []
    filed = await daughter.post("/orders", data=form(await reviewed(site, daughter), "now-she-knows"))
    assert filed.status_code == 303, filed.text[:300]


async def test_an_answer_that_is_none_any_more_stands_there_to_be_given_again(site: Site, republish):
    father = await site.person("father")
    await put_in(father, "460100-MZ-003")
    await fill_in(site, father, person__carer="family")

    def other_choices(raw: dict) -> None:
        carer = raw["elements"]["person.carer"]
        carer["options"] = {f"{code}_now": said for code, said in carer["options"].items()}
        for item in raw["items"].values():
            item["fits"] = None if item["code"] == "460100-MZ-003" else item.get("fits")

    def plain(item: dict) -> None:
        item["asks"] = [ask if isinstance(ask, str) else ask["fact"] for ask in item["asks"]]
        item["materials"] = [need if isinstance(need, str) else need["material"] for need in item["materials"]]
        item["instant"], item["situations"], item["examples"] = [], [], []

    await republish("460100-MZ-003", plain, other_choices)
    said = [one for one in await changes(father) if one.startswith("要重新填")]
    assert said, await changes(father)
    await renew(father)
    sheet = (await father.get("/api/v1/cart/sheet")).json()
    carer = next(q for q in sheet["questions"] if q["name"].endswith("person.carer"))
    assert carer["value"] is None
    assert any(problem["field"] == carer["name"] for problem in sheet["problems"])


async def test_a_new_role_gets_whom_a_new_line_would_give_it(site: Site, republish):
    father = await site.person("father")
    await put_in(father, ALLOWANCE)

    def with_guardian(item: dict) -> None:
        item["roles"]["guardian"] = "person"
        item["asks"].append("guardian.name")

    await republish(ALLOWANCE, with_guardian)
    await renew(father)
    assert "guardian" in (await cart(father))["lines"][0]["bound"]
    names = [
        q for q in (await father.get("/api/v1/cart/sheet")).json()["questions"] if q["name"].endswith("person.name")
    ]
    assert len(names) == 2, "the guardian's name is not asked"


async def test_a_strangers_line_cannot_be_renewed(site: Site, republish):
    father, stranger = await site.person("father"), await site.person("buyer")
    await put_in(father, ALLOWANCE)
    await republish(ALLOWANCE, lambda item: item["limits"].update(promised=3))
    line = (await cart(father))["lines"][0]["id"]
    assert (await stranger.post(f"/cart/lines/{line}/renewal")).status_code == 404
    assert await changes(father) != []


async def test_the_database_takes_no_line_of_a_version_that_is_not_in_force(
    site: Site, republish, owner: asyncpg.Connection
):
    await put_in(await site.person("father"), ALLOWANCE)
    await republish(ALLOWANCE, lambda item: item["limits"].update(promised=3))
    await owner.execute("SELECT set_config('app.now', $1, false)", site.clock.now.isoformat())
    with pytest.raises(asyncpg.CheckViolationError, match="not in force"):
        await owner.execute("UPDATE cart_lines SET item_version = 1")
