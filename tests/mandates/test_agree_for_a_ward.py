"""A guardian sees, gives and takes back what is agreed to for her child; from the fourteenth birthday on the child does."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from backend.accounts.consents import PREFILL, PURPOSES, SENSITIVE, shown
from backend.core.db import connect
from tests.mandates.clerk import Clerk, rows
from tests.mandates.test_guard_a_child import AGREED, OLDER, YOUNG
from tests.orders.shopping import transaction

EVE = datetime(2032, 3, 14, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai, then she is fourteen
FOURTEEN = datetime(2032, 3, 14, 16, 0, tzinfo=UTC)


async def in_charge(site, handle, child=YOUNG):
    """Her parent, signed in, and the page of what is agreed to for the child."""
    parent = await site.person(handle)
    answer = await parent.post("/mandates/children", data=child | AGREED)
    assert answer.status_code == 303, answer.text[-1500:]
    return parent, answer.headers["location"] + "/consents"


def words(name):
    return {"shown": shown(PURPOSES[name], "zh-Hans")}


async def counts(site, purpose):
    """The version that is in force for the child, as the database says it to anybody's transaction."""
    child = await rows(site, "SELECT DISTINCT principal_id AS id FROM mandates WHERE kind = 'guardian'")
    owner = await connect(site.app.state.settings.login("owner"))
    await owner.execute("SELECT set_config('app.now', $1, false)", site.clock.now.isoformat())
    try:
        return await owner.fetchval("SELECT consented($1, $2)", child[0]["id"], purpose)
    finally:
        await owner.close()


async def test_what_she_agrees_to_for_the_child_is_shown_before_in_its_very_words(site):
    mother = await site.person("spouse")
    page = (await mother.post("/mandates/children", data=YOUNG)).text
    assert PURPOSES["platform"].words[:30] in page
    assert SENSITIVE.words[:30] in page
    assert SENSITIVE.words[:30] not in (await mother.post("/mandates/children", data=OLDER)).text


async def test_two_parents_agree_and_take_back_each_for_themselves(site):
    mother, page = await in_charge(site, "spouse")
    father, his_page = await in_charge(site, "buyer")
    assert "您替孩子同意了" in (await mother.get(page)).text
    assert (await mother.post(f"{page}/sensitive/withdrawal")).status_code == 303
    assert await counts(site, "sensitive") == SENSITIVE.version, "his stands"
    assert "另一位监护人同意了" in (await mother.get(page)).text
    await father.post(f"{his_page}/sensitive/withdrawal")
    assert await counts(site, "sensitive") == 0
    await mother.post(f"{page}/sensitive", data=words("sensitive"))
    await mother.post(f"{page}/prefill", data=words("prefill"))
    assert await counts(site, "sensitive") == SENSITIVE.version
    assert await counts(site, "prefill") == PREFILL.version
    told = (await mother.get(page.removesuffix("/consents"))).text
    assert "何安家替周小禾同意了：查登记，替您先填好。" in told
    assert "何安家撤回了替周小禾的同意：用敏感个人信息办事。" in told


async def test_words_that_changed_and_purposes_of_her_own_phone_are_not_agreed_to(site):
    mother, page = await in_charge(site, "spouse")
    await mother.post(f"{page}/prefill", data={"shown": "00"})
    assert await counts(site, "prefill") == 0
    for name in ("push", "sms", "nothing"):
        assert (await mother.post(f"{page}/{name}", data={"shown": "00"})).status_code == 404


async def test_nobody_else_has_that_page(site):
    _mother, page = await in_charge(site, "spouse")
    for handle in ("shopkeeper", "buyer"):
        stranger = await site.person(handle)
        assert (await stranger.get(page)).status_code == 404
        assert (await stranger.post(f"{page}/prefill", data=words("prefill"))).status_code == 404


async def test_on_the_fourteenth_birthday_it_is_the_childs_own_to_say_and_the_guardianship_goes_on(site):
    mother, page = await in_charge(site, "spouse")
    site.clock.now = EVE
    assert await counts(site, "sensitive") == SENSITIVE.version
    site.clock.now = FOURTEEN
    assert await counts(site, "sensitive") == await counts(site, "platform") == 0
    mother = await site.person("spouse")
    shown_now = (await mother.get(page)).text
    assert "由孩子自己同意" in shown_now
    assert "/sensitive" not in shown_now
    refused = await mother.post(f"{page}/sensitive", data=words("sensitive"))
    assert refused.status_code == 403
    assert "监护人不能代替" in refused.text
    assert "周小禾" in (await mother.get("/acting")).text
    for _night in range(2):
        await Clerk(site).does(("mind_mandates", {}))
        await Clerk(site).works()
    assert "周小禾满 14 岁了" in (await mother.get(page.removesuffix("/consents"))).text
    assert len(await rows(site, "SELECT 1 FROM mandate_events WHERE kind = 'own_consent'")) == 1
    assert len(await rows(site, "SELECT 1 FROM events WHERE kind = 'ward_is_fourteen'")) == 1


async def test_the_database_alone_refuses_a_guardians_word_for_who_is_fourteen(site):
    mother, page = await in_charge(site, "spouse", OLDER)
    mandate = UUID(page.split("/")[2])
    child = (await rows(site, "SELECT principal_id FROM mandates WHERE id = $1", mandate))[0]["principal_id"]
    async with transaction(site, mother) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.db.transaction():
                await tx.db.execute(
                    """INSERT INTO consents (id, account_id, purpose, version, language, text_hash, given_by, mandate_id, given_at)
                       SELECT gen_random_uuid(), $1, 'sensitive', 1, 'zh-Hans', hash, $2, $3, app_now() FROM consent_texts LIMIT 1""",
                    *(child, tx.viewer.id, mandate),
                )
