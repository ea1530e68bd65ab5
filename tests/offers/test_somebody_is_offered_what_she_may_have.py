"""Registers say who is entitled; she hears of it, sees why, and one tap files it. Of nobody else anything is kept."""

from datetime import timedelta

from backend.cart.actions import lock_draft
from backend.orders.actions import file_order
from backend.orders.model import Filing
from tests.offers.night import keep, night, rows
from tests.orders.shopping import act_for_father, fill_in, put_in, transaction, use_shown

ALLOWANCE = "460100-MZ-001"
FATHERS_NUMBER = "460199194403051015"


async def offered_to(person) -> dict:
    (offer,) = (await person.get("/api/v1/offers")).json()
    one = (await person.get(f"/api/v1/offers/{offer['id']}")).json()
    return one["offer"] | {"use": one["use"], "missing": one["missing"]}


async def state_of(site, offer: dict) -> str:
    (row,) = await rows(site, "SELECT state FROM offers WHERE id = $1", offer["id"])
    return row["state"]


async def test_only_who_is_clearly_entitled_is_kept_and_the_log_says_why_one_looked(site):
    offers = await rows(
        site, "SELECT a.handle, o.contact FROM offers o LEFT JOIN accounts a ON a.id = o.principal_id ORDER BY a.handle"
    )
    assert [(row["handle"], row["contact"] is None) for row in offers] == [
        ("father", True),
        (None, False),
        (None, False),
    ]
    (look,) = await rows(site, "SELECT * FROM offer_looks WHERE item_code = $1", ALLOWANCE)
    assert "老年人权益保障法" in look["basis"]
    assert look["ended_at"] is not None
    people = await rows(site, "SELECT count(*) AS n FROM register_records WHERE register = 'population'")
    assert (look["looked"], look["offered"]) == (people[0]["n"] + 0, 3)
    assert "person.pension_scheme" not in look["facts"]


async def test_she_reads_what_why_and_where_to_and_one_tap_grants_it(site):
    father = await site.person("father")
    offer = await offered_to(father)
    assert {reason["words"] for reason in offer["reasons"]} >= {"年满 80 周岁", "户籍在海口", "没有重复领取"}
    assert offer["reasons"][0]["facts"][0] == {
        "label": "出生日期",
        "value": "1944-03-05",
        "source": "人口库",
        "day": "2026-09-25",
    }
    page = (await father.get(f"/offers/{offer['id']}")).text
    assert "6217001230000001046" not in page
    assert offer["missing"] == 0
    answer = await father.post(f"/offers/{offer['id']}/acceptance", data={"use": offer["use"]})
    receipt = await father.get(answer.headers["location"])
    assert "高龄老人长寿补贴，批下来了" in receipt.text
    (after,) = (await father.get("/api/v1/offers")).json()
    assert (after["state"], after["order"]) == ("taken", answer.headers["location"].removeprefix("/orders/"))


async def test_the_first_page_shows_it_at_the_very_top_until_it_is_answered(site):
    father = await site.person("father")
    offer = await offered_to(father)
    home = (await father.get("/")).text
    assert home.index(f"/offers/{offer['id']}") < home.index("生活里的事")
    await father.post(f"/offers/{offer['id']}/refusal")
    assert f"/offers/{offer['id']}" not in (await father.get("/")).text
    assert "/offers/" not in (await site.stranger().get("/")).text


async def test_the_inbox_leads_to_it_and_is_at_rest_once_it_is_answered(site):
    father = await site.person("father")
    assert "可以领取：高龄老人长寿补贴" in (await father.get("/inbox")).text
    (notice,) = await notices(site, "father")
    answer = await father.post(f"/inbox/{notice['id']}")
    assert answer.headers["location"] == notice["page"]
    assert notice["needs_you"]
    await father.post(f"{notice['page']}/refusal")
    assert [one["needs_you"] for one in await notices(site, "father")] == [False]


async def test_the_daughter_who_may_take_it_for_him_hears_of_it_and_his_affairs_come_onto_her_screen(site):
    daughter = await site.person("daughter")
    (notice,) = await notices(site, "daughter")
    answer = await daughter.post(f"/inbox/{notice['id']}")
    assert answer.headers["location"] == notice["page"]
    assert "替林长福确认领取" in (await daughter.get(notice["page"])).text


async def notices(site, handle: str) -> list:
    return await rows(
        site,
        """SELECT n.id, n.needs_you, n.words ->> 'page' AS page FROM notices n JOIN accounts a ON a.id = n.person_id
           WHERE a.handle = $1 AND n.channel = 'inbox' AND n.words ->> 'kind' = 'offered'""",
        handle,
    )


async def test_who_files_it_by_herself_has_answered_the_offer(site):
    father = await site.person("father")
    offer = await offered_to(father)
    await put_in(site, father, ("高龄老人长寿补贴",))
    await fill_in(site, father)
    async with transaction(site, father) as tx:
        draft = await lock_draft(tx)
        body = Filing(cart=draft.cart_id, version=draft.version, agree=True, use=use_shown(draft))
        await file_order(tx, "by-herself-1", body)
    assert await state_of(site, offer) == "taken"


async def test_a_daughter_under_a_mandate_confirms_for_him(site):
    daughter = await site.person("daughter")
    await act_for_father(site, daughter)
    offer = await offered_to(daughter)
    assert "替林长福确认领取" in (await daughter.get(f"/offers/{offer['id']}")).text
    answer = await daughter.post(f"/offers/{offer['id']}/acceptance", data={"use": offer["use"]})
    assert answer.headers["location"].startswith("/orders/")
    (case,) = await rows(site, "SELECT c.mandate_id, a.handle FROM cases c JOIN accounts a ON a.id = c.actor_id")
    assert (case["handle"], case["mandate_id"] is not None) == ("daughter", True)


async def test_nobody_else_finds_it(site):
    offer = await offered_to(await site.person("father"))
    for handle in ("daughter", "buyer"):
        person = await site.person(handle)
        assert (await person.get("/api/v1/offers")).json() == []
        assert (await person.get(f"/offers/{offer['id']}")).status_code == 404
        assert (await person.post(f"/offers/{offer['id']}/acceptance")).status_code == 404


async def test_a_no_is_remembered_for_a_year_and_can_be_taken_back(site):
    father = await site.person("father")
    offer = await offered_to(father)
    assert (await father.post(f"/offers/{offer['id']}/refusal")).status_code == 303
    site.clock.now += timedelta(days=200)
    await night(site)
    assert await state_of(site, offer) == "refused"
    father = await site.person("father")
    await father.post(f"/offers/{offer['id']}/reopening")
    assert await state_of(site, offer) == "open"
    await father.post(f"/offers/{offer['id']}/refusal")
    site.clock.now += timedelta(days=366)
    await night(site)
    assert await state_of(site, offer) == "open"


async def test_after_a_change_he_is_asked_again(site):
    father = await site.person("father")
    offer = await offered_to(father)
    await father.post(f"/offers/{offer['id']}/refusal")
    await keep(site, "population", FATHERS_NUMBER, **{"person.household": "460106"})
    site.clock.now += timedelta(days=2)
    await night(site)
    assert await state_of(site, offer) == "open"


async def test_who_is_no_longer_entitled_is_told_so(site):
    father = await site.person("father")
    offer = await offered_to(father)
    await keep(site, "civil_affairs", FATHERS_NUMBER, **{"person.elder_allowance": True})
    answer = await father.post(f"/offers/{offer['id']}/acceptance", data={"use": offer["use"]})
    assert answer.headers["location"] == f"/offers/{offer['id']}"
    assert "登记里的情况变了" in (await father.get(f"/offers/{offer['id']}")).text
    assert await rows(site, "SELECT 1 FROM cases") == []


async def test_at_night_an_offer_that_holds_no_more_expires_with_words(site):
    father = await site.person("father")
    offer = await offered_to(father)
    await keep(site, "population", FATHERS_NUMBER, **{"person.household": "440100"})
    site.clock.now += timedelta(days=2)
    await night(site)
    assert await state_of(site, offer) == "expired"
    assert "高龄老人长寿补贴：现在不符合条件了" in (await (await site.person("father")).get("/inbox")).text


async def test_a_register_that_says_nothing_any_more_takes_nothing_away(site):
    father = await site.person("father")
    offer = await offered_to(father)
    await rows(site, "DELETE FROM register_records WHERE register = 'civil_affairs' RETURNING 1")
    site.clock.now += timedelta(days=2)
    await night(site)
    assert await state_of(site, offer) == "open"
    answer = await (await site.person("father")).post(f"/offers/{offer['id']}/acceptance", data={"use": offer["use"]})
    assert answer.status_code == 409
    assert "现在查不全" in answer.text


async def test_looking_twice_in_a_night_offers_nothing_twice(site):
    await night(site)
    assert len(await rows(site, "SELECT 1 FROM offers")) == 3
    assert len(await rows(site, "SELECT 1 FROM offer_looks WHERE item_code = $1", ALLOWANCE)) == 1
