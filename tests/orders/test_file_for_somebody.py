"""Filing for somebody else between the nights: not for the dead, and for who is fourteen only with her own consent."""

from datetime import UTC, datetime

import pytest

from backend.accounts.consents import SENSITIVE, shown
from backend.cart.consent import A_CHILDS
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.registers.actions import keep_record
from tests.mandates.clerk import rows
from tests.mandates.conftest import site, town_settings
from tests.mandates.test_agree_for_a_ward import in_charge
from tests.mandates.test_guard_a_child import OLDER, YOUNG
from tests.orders.shopping import act_for_father, fill_in, form, put_in, reviewed

__all__ = ["site", "town_settings"]
FATHER, DAUGHTER = "460199194403051015", "460199197308162028"
MATTER = "护理补贴"
TICKED = {"sensitive": shown(SENSITIVE, "zh-Hans")}


async def register_says(site, number, facts):
    """The record alone: the job that follows from it has not run yet."""
    owner = await connect(site.app.state.settings.login("owner"))
    await keep_record(Tx(owner, Vault(site.app.state.settings.master_key), site.clock.now), "deaths", number, facts)
    await owner.close()


async def filing(site, who):
    person = await site.person(who)
    await act_for_father(site, person)
    await put_in(site, person, (MATTER,))
    await fill_in(site, person)
    return person, form(await reviewed(site, person), "one-for-the-father")


@pytest.mark.parametrize(("number", "facts"), [
    (FATHER, {"person.died_on": "2026-09-24"}), (FATHER, {"person.alive": False}), (DAUGHTER, {"person.died_on": "2026-09-24"})])  # fmt: skip
async def test_nobody_files_under_a_dead_persons_mandate_before_the_night(site, number, facts):
    daughter, body = await filing(site, "daughter")
    await register_says(site, number, facts)
    assert await rows(site, "SELECT 1 FROM mandates WHERE end_reason = 'death'") == []
    refused = await daughter.post("/orders", data=body)
    assert refused.status_code == 422
    assert "登记里有了去世的消息" in refused.text
    again = await daughter.post(
        "/api/v1/orders", json=await reviewed(site, daughter), headers={"Idempotency-Key": "another-for-the-father"}
    )
    assert again.status_code == 422
    assert await rows(site, "SELECT 1 FROM cases") == []


async def test_what_another_register_says_of_the_living_stops_nothing(site):
    daughter, body = await filing(site, "daughter")
    await register_says(site, FATHER, {"person.alive": True})
    assert (await daughter.post("/orders", data=body)).status_code == 303


@pytest.mark.parametrize(("child", "at", "asked"), [(YOUNG, None, True), (OLDER, None, False), (YOUNG, datetime(2032, 6, 1, 2, tzinfo=UTC), False)])  # fmt: skip
async def test_a_guardian_is_asked_for_a_child_and_not_for_who_is_fourteen(site, child, at, asked):
    mother, page = await in_charge(site, "spouse", child)
    mandate = page.split("/")[2]
    if asked:
        await mother.post(f"{page}/sensitive/withdrawal")
    site.clock.now = at or site.clock.now
    mother = await site.person("spouse")
    (held,) = await rows(site, "SELECT principal_id FROM mandates WHERE kind = 'guardian'")
    await mother.post("/acting", data={"mandate": mandate, "principal": str(held["principal_id"])})
    await put_in(site, mother, (MATTER,))
    review = (await mother.get("/cart/review")).text
    assert ('name="sensitive"' in review) is asked
    assert (A_CHILDS in review) is asked
    body = form(await reviewed(site, mother), "for-the-child")
    refused = await mother.post("/orders", data=body | TICKED)
    assert refused.status_code == 422
    assert ("满 14 岁了，要自己同意" in refused.text) is not asked
