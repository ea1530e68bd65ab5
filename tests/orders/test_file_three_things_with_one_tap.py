"""The daughter files three things for her father: one order, three cases, one of them granted before she lifts her finger."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from backend.core.db import connect
from tests.orders.shopping import THREE, count, fill_in, form, put_in, reviewed, transaction

KEY = "a-key-of-the-review-page"


async def file(site, person, key=KEY, **changed):
    body = await reviewed(site, person) | changed
    return await person.post("/api/v1/orders", json=body, headers={"Idempotency-Key": key})


async def test_one_order_three_cases_one_granted_at_once(site, daughter):
    answer = await file(site, daughter)
    assert answer.status_code == 201, answer.text
    cases = {case["item_name"]: case for case in answer.json()["cases"]}
    assert set(cases) == set(THREE)
    assert cases["高龄老人长寿补贴"]["state"] == "granted"
    assert "户籍在海口" in cases["高龄老人长寿补贴"]["why"]
    assert {cases[name]["state"] for name in THREE[1:]} == {"submitted"}
    assert len({case["number"] for case in cases.values()} | {answer.json()["number"]}) == 4
    async with transaction(site, daughter) as tx:
        rows = await tx.db.fetch("SELECT department_id, state, rules FROM cases ORDER BY number")
    assert [row["department_id"] for row in rows] == ["民政局", "民政局", "住房和城乡建设局"]
    assert rows[0]["rules"]["verdict"] is True
    assert all(rule["verdict"] and rule["words"] for rule in rows[0]["rules"]["rules"])


async def test_the_receipt_says_what_was_granted_why_what_comes_when_and_who_was_told(site, daughter):
    answer = await daughter.post("/orders", data=form(await reviewed(site, daughter), KEY))
    assert answer.status_code == 303
    page = (await daughter.get(answer.headers["location"])).text
    for words in (
        "高龄老人长寿补贴，批下来了",
        "为什么能马上批？",
        "填写的户籍和人口库一致",
        "护理补贴",
        "公共租赁住房",
    ):
        assert words in page
    assert "最晚答复 10 月 " in page
    assert "已告诉林长福和林小燕" in page
    assert "趟路不用跑" in page


async def test_father_sees_the_same_receipt_on_his_own_phone(site, daughter):
    number = (await file(site, daughter)).json()["number"]
    father = await site.person("father")
    page = await father.get(f"/orders/{number}")
    assert page.status_code == 200
    assert "林小燕" in page.text


async def test_strangers_and_officers_do_not_find_an_order(site, daughter):
    number = (await file(site, daughter)).json()["number"]
    for somebody in ("buyer", "officer-civil"):
        person = await site.person(somebody)
        for path in (f"/orders/{number}", f"/api/v1/orders/{number}"):
            assert (await person.get(path)).status_code == 404
    assert (await daughter.get("/orders/D46010020260925000001X")).status_code == 404
    assert (await daughter.get("/orders/%27%3B--")).status_code == 404


async def test_when_she_looks_after_her_own_affairs_her_fathers_order_is_not_among_them(site, daughter):
    number = (await file(site, daughter)).json()["number"]
    await daughter.post("/acting", data={"mandate": ""})
    assert (await daughter.get(f"/orders/{number}")).status_code == 404


async def test_a_replay_is_answered_with_the_very_same_receipt(site, daughter):
    body, headers = await reviewed(site, daughter), {"Idempotency-Key": KEY}
    first = await daughter.post("/api/v1/orders", json=body, headers=headers)
    site.clock.now += timedelta(minutes=9)
    again = await daughter.post("/api/v1/orders", json=body, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers["idempotency-replayed"], again.headers["idempotency-replayed"]) == ("false", "true")
    assert await count(site, "orders") == 1


async def test_the_same_key_with_another_body_is_refused(site, daughter):
    body, headers = await reviewed(site, daughter), {"Idempotency-Key": KEY}
    await daughter.post("/api/v1/orders", json=body, headers=headers)
    other = await daughter.post("/api/v1/orders", json=body | {"version": body["version"] + 1}, headers=headers)
    assert other.status_code == 422
    assert "内容和上一次不一样" in other.text


@pytest.mark.parametrize("keys", ["one key", "a key each"])
async def test_two_hundred_taps_at_once_make_one_order(site, daughter, keys):
    body = await reviewed(site, daughter)

    async def tap(number):
        key = KEY if keys == "one key" else f"{KEY}-{number}"
        for _again in range(20):  # 503 says: nothing was stored, try again
            answer = await daughter.post("/api/v1/orders", json=body, headers={"Idempotency-Key": key})
            if answer.status_code != 503:
                return answer
            await asyncio.sleep(0.2)
        raise AssertionError("never answered")

    answers = await asyncio.gather(*(tap(number) for number in range(200)))
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in done}) == 1
    assert len(done) == (200 if keys == "one key" else 1)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert (await count(site, "orders"), await count(site, "cases")) == (1, 3)


async def test_a_second_filing_under_another_key_leads_to_the_first(site, daughter):
    body = await reviewed(site, daughter)
    number = (await daughter.post("/api/v1/orders", json=body, headers={"Idempotency-Key": KEY})).json()["number"]
    page = await daughter.post("/orders", data=form(body, "another-key"))
    assert page.status_code == 409
    assert f"/orders/{number}" in page.text


async def test_a_form_without_a_key_is_filed_once_too(site, daughter):
    body = await reviewed(site, daughter)
    places = {(await daughter.post("/orders", data=form(body))).headers["location"] for _ in range(2)}
    assert len(places) == 1


async def test_the_api_wants_a_key_and_says_so(site, daughter):
    answer = await daughter.post("/api/v1/orders", json=await reviewed(site, daughter))
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["problems"][0]["say"]


async def test_the_api_description_tells_of_the_key(site):
    described = (await site.stranger().get("/api/openapi.json")).json()["paths"]["/api/v1/orders"]["post"]
    assert [p["name"] for p in described["parameters"] if p["in"] == "header"] == ["Idempotency-Key"]
    assert "422" in described["parameters"][0]["description"]


async def test_a_cart_that_changed_after_it_was_reviewed_is_not_filed(site, daughter):
    body = await reviewed(site, daughter)
    await put_in(site, daughter, ["老年人优待证"])
    answer = await daughter.post("/orders", data=form(body, KEY))
    assert answer.status_code == 409
    assert "/cart/review" in answer.text
    assert await count(site, "orders") == 0


async def test_everything_that_is_missing_is_said_at_once_and_nothing_is_lost(site, daughter):
    await put_in(site, daughter, ["老年人优待证"])
    async with transaction(site, daughter) as tx:
        await tx.db.execute("DELETE FROM answers")
    answer = await file(site, daughter)
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) > 5
    await fill_in(site, daughter)
    assert (await file(site, daughter)).status_code == 201  # the same key: a refusal used nothing up


async def test_a_refused_form_comes_back_as_the_review_with_a_link_to_each_thing_that_is_missing(site, daughter):
    async with transaction(site, daughter) as tx:
        await tx.db.execute("DELETE FROM answers WHERE element LIKE 'bank_account.%'")
        await tx.db.execute("DELETE FROM cart_materials WHERE material = 'bank_account.card_copy'")
    answer = await daughter.post("/orders", data=form(await reviewed(site, daughter), KEY))
    assert answer.status_code == 422
    for words in ("看一遍，没错就提交", "银行卡号", "/cart/materials#", "/cart/sheet?topic="):
        assert words in answer.text
    assert await count(site, "idempotency_keys") == 0


async def test_an_empty_cart_is_refused_with_a_sentence(site, daughter):
    async with transaction(site, daughter) as tx:
        await tx.db.execute("DELETE FROM cart_lines")
    answer = await file(site, daughter)
    assert answer.status_code == 422
    assert "购物车还是空的" in answer.json()["problems"][0]["say"]
    assert await count(site, "orders") == 0


@pytest.mark.parametrize("sent", [{}, {"cart": "x", "version": "1"}, {"cart": "0" * 32, "version": "many"}])
async def test_a_form_that_is_none_is_refused_with_a_way_back(site, daughter, sent):
    answer = await daughter.post("/orders", data=sent)
    assert answer.status_code == 400
    assert "/cart/review" in answer.text


async def test_without_her_word_that_it_is_true_nothing_is_filed(site, daughter):
    body = await reviewed(site, daughter)
    answer = await daughter.post("/orders", data=form(body, KEY) | {"agree": ""})
    assert answer.status_code == 422
    assert "请先勾选“我填的都是真的”" in answer.text
    assert f'value="{KEY}"' in answer.text  # the review page again, with the same key
    assert (await daughter.post("/orders", data=form(body, KEY))).status_code == 303


async def test_somebody_elses_cart_cannot_be_filed(site, daughter):
    body = await reviewed(site, daughter)
    buyer = await site.person("buyer")
    answer = await buyer.post("/api/v1/orders", json=body, headers={"Idempotency-Key": KEY})
    assert answer.status_code == 409
    assert await count(site, "orders") == 0


async def test_a_mandate_that_ended_while_she_typed_files_nothing(site, daughter):
    body = await reviewed(site, daughter)
    owner = await connect(site.app.state.settings.login("owner"))
    await owner.execute("UPDATE mandates SET ended_at = now(), end_reason = 'revoked'")
    await owner.close()
    answer = await daughter.post("/api/v1/orders", json=body, headers={"Idempotency-Key": KEY})
    assert answer.status_code == 409
    assert await count(site, "orders") == 0


async def test_what_the_mandate_does_not_cover_any_more_is_out_of_sight_and_the_rest_can_go(site, daughter):
    owner = await connect(site.app.state.settings.login("owner"))
    housing = await owner.fetchval("SELECT code FROM items WHERE name = '公共租赁住房'")
    await owner.execute("UPDATE mandates SET items = (SELECT array_agg(code) FROM items WHERE code <> $1)", housing)
    await owner.close()
    assert "公共租赁住房" not in (await daughter.get("/cart")).text
    answer = await file(site, daughter)
    assert answer.status_code == 201
    assert [case["item_name"] for case in answer.json()["cases"]] == ["高龄老人长寿补贴", "护理补贴"]
    assert await count(site, "cart_lines") == 3  # what she prepared under the wider one is kept, out of sight


async def test_notices_are_enqueued_for_every_event_in_the_same_transaction(site, daughter):
    await file(site, daughter)
    worker = await connect(site.app.state.settings.login("worker"))
    events = await worker.fetch("SELECT id, kind, actor_kind FROM events ORDER BY id")
    jobs = await worker.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'notify'")
    await worker.close()
    kinds = sorted((event["kind"], event["actor_kind"]) for event in events)
    assert kinds == [
        ("accepted", "machine"),
        ("filed", "agent"),
        ("filed", "agent"),
        ("filed", "agent"),
        ("granted", "machine"),
    ]
    told = [number for job in jobs for number in msgspec.json.decode(job["payload"])["events"]]
    assert sorted(told) == [event["id"] for event in events]


async def test_her_answers_are_remembered_for_the_next_time(site, daughter):
    await file(site, daughter)
    await put_in(site, daughter, ["护理补贴"])
    async with transaction(site, daughter) as tx:
        facts = await tx.db.fetch("SELECT element, trust FROM facts WHERE source = 'filing'")
    assert ("bank_account.bank_card", "C") in {(row["element"], row["trust"]) for row in facts}
    assert not any(row["element"].startswith("filing.") for row in facts)
