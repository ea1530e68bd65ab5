"""Consents, mandates, signatures and businesses as other programs use them: the same deeds as on the pages."""

from backend.accounts.consents import PURPOSES, shown
from tests.mandates.test_agree_for_a_ward import in_charge
from tests.mandates.test_choose_a_theme import THEME, standing_in
from tests.mandates.test_guard_a_child import OLDER

WISH = {"agent_name": "周新居", "agent_phone": "13900000003", "days": 31, "themes": [THEME]}
KEY = {"Idempotency-Key": "a-mandate-as-json"}


async def test_a_mandate_is_worded_first_and_given_once_for_those_very_words(site):
    spouse, buyer = await site.person("spouse"), await site.person("buyer")
    words = (await spouse.post("/api/v1/mandates/words", json=WISH)).json()
    inside = [code for code, _name in await standing_in(site)]
    assert words["items"] == inside
    assert "以后新增的不算" in words["words"]
    sent = WISH | {"text_hash": words["text_hash"]}
    other = await spouse.post("/api/v1/mandates", json=sent | {"days": 90}, headers=KEY)
    assert other.status_code == 409, "those are other words"
    given = await spouse.post("/api/v1/mandates", json=sent, headers=KEY)
    again = await spouse.post("/api/v1/mandates", json=sent, headers=KEY)
    assert given.status_code == again.status_code == 201
    assert given.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    mandate = given.json()["id"]
    told = (await buyer.get(f"/api/v1/mandates/{mandate}")).json()
    assert told["mandate"]["items"] == inside
    assert [line["kind"] for line in told["journal"]] == ["granted"]
    wrong = await spouse.post("/api/v1/mandates", json=sent | {"agent_phone": "1"}, headers={"Idempotency-Key": "another-mandate"})  # fmt: skip
    assert wrong.status_code == 422
    assert (await spouse.delete(f"/api/v1/mandates/{mandate}")).status_code == 204


async def test_themes_say_what_stands_in_them(site):
    themes = (await (await site.person("spouse")).get("/api/v1/mandates/themes")).json()
    assert [list(item) for item in await standing_in(site)] == next(t["items"] for t in themes if t["name"] == THEME)


async def test_consents_are_read_given_by_the_hash_and_withdrawn(site):
    spouse = await site.person("spouse")
    now = {p["purpose"]: p for p in (await spouse.get("/api/v1/consents")).json()["purposes"]}
    assert set(now) == set(PURPOSES)
    assert now["sms"]["agreed"] is False
    assert (await spouse.put("/api/v1/consents/sms", json={"text_hash": "00"})).status_code == 409
    for _twice in range(2):
        assert (
            await spouse.put("/api/v1/consents/sms", json={"text_hash": now["sms"]["text_hash"]})
        ).status_code == 204
    told = (await spouse.get("/api/v1/consents")).json()
    assert next(p for p in told["purposes"] if p["purpose"] == "sms")["agreed"] is True
    assert (await spouse.delete("/api/v1/consents/sms")).status_code == 204
    told = (await spouse.get("/api/v1/consents")).json()
    assert next(p for p in told["purposes"] if p["purpose"] == "sms")["agreed"] is False
    (sms,) = [c for c in told["given"] if c["purpose"] == "sms"]
    assert sms["withdrawn_at"]
    assert (await spouse.put("/api/v1/consents/nothing", json={"text_hash": "00"})).status_code == 404


async def test_a_guardian_agrees_for_her_child_and_for_who_is_fourteen_no_more(site):
    mother, page = await in_charge(site, "spouse")
    path = f"/api/v1{page}"
    told = (await mother.get(path)).json()
    assert {p["purpose"]: p["agreed"] for p in told["purposes"]} == {
        "platform": True,
        "sensitive": True,
        "prefill": False,
    }
    said = {"text_hash": shown(PURPOSES["prefill"], "zh-Hans")}
    assert (await mother.put(f"{path}/prefill", json=said)).status_code == 204
    assert (await mother.delete(f"{path}/sensitive")).status_code == 204
    told = (await mother.get(path)).json()
    assert {p["purpose"]: p["agreed"] for p in told["purposes"]} == {
        "platform": True,
        "sensitive": False,
        "prefill": True,
    }
    assert (await (await site.person("shopkeeper")).get(path)).status_code == 404
    _mother, older = await in_charge(site, "spouse", OLDER)
    refused = await mother.put(f"/api/v1{older}/prefill", json=said)
    assert refused.status_code == 403


async def test_whose_shops_the_caller_handles(site):
    boss, stranger = await site.person("boss"), await site.person("spouse")
    licence = {"code": "92460199AA0DEM001M", "name": "海口转角面馆"}
    assert (await stranger.post("/api/v1/businesses", json=licence, headers=KEY)).status_code in (403, 422)
    opened = await boss.post("/api/v1/businesses", json=licence, headers=KEY)
    assert opened.status_code == 201, opened.text
    (shop,) = (await boss.get("/api/v1/businesses")).json()
    assert (shop["principal_id"], shop["mandate_id"]) == (opened.json()["principal_id"], opened.json()["mandate_id"])
    assert (shop["name"], shop["by_law"], shop["items"], shop["valid_to"]) == (licence["name"], True, None, None)
    assert (await stranger.get("/api/v1/businesses")).json() == []
