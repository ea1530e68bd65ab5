"""The daughter files three things for her father: one order, three cases, one of them granted before she lifts her finger."""

import asyncio

import pytest

from tests.orders.shopping import THREE, act_for_father, count, fill_in, put_in, reviewed, transaction

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
