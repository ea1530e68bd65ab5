"""A pledge instead of a paper is read, signed, filed for ever, checked by a day; who broke one brings the paper next time."""

import re
from datetime import timedelta
from uuid import uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from backend.cart.actions import lock_draft
from backend.cart.materials import pledge
from backend.cart.pledge_text import hash_of_text, stands, text_of
from backend.core.errors import NotFound
from backend.orders.actions import file_order
from backend.orders.model import Filing
from tests.offers.night import rows
from tests.orders.conftest import acting_daughter, filled, settings_of  # noqa: F401
from tests.orders.shopping import fill_in, put_in, transaction, use_shown
from tests.postgres import cloned
from tests.web import running

NURSING, PAPER = "护理补贴", "person.disability_assessment"


@pytest_asyncio.fixture
async def database(postgres, filled):  # noqa: F811
    async with cloned(postgres, filled) as name:
        yield name


@pytest_asyncio.fixture
async def site(settings):
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def file_it(site, person, key: str = "") -> None:
    async with transaction(site, person) as tx:
        draft = await lock_draft(tx)
        await file_order(
            tx,
            key or f"pledged-{uuid4()}",
            Filing(cart=draft.cart_id, version=draft.version, agree=True, use=use_shown(draft)),
        )


@pytest_asyncio.fixture
async def father(site):
    """He has filed, with a pledge instead of an assessment of how much care he needs."""
    father = await site.person("father")
    await put_in(site, father, (NURSING,))
    await fill_in(site, father)
    await file_it(site, father)
    return father


async def pledged(site) -> dict:
    (row,) = await rows(site, "SELECT * FROM pledges WHERE material = $1", PAPER)
    return dict(row)


async def find(site, handle: str, result: str, **more: str):
    officer = await site.person(handle)
    return await officer.post(
        f"/desk/pledges/{(await pledged(site))['id']}/result",
        data={"result": result, "words": "上门看过，和承诺的不一样。", **more},
    )


async def test_what_was_signed_stands_with_the_case_word_for_word(site, father):
    one = await pledged(site)
    assert "愿意接受上门评估" in one["words"]
    assert "不属实的后果" in one["words"]
    assert one["words_hash"].hex() == hash_of_text(one["words"])
    assert (one["due"] - one["signed_at"].date()).days == one["terms"]["within_days"]
    page = (await father.get(f"/pledges/{one['id']}")).text
    assert "您不用做什么" in page
    for change in ("words = 'x', words_hash = sha256('x')", "label = 'x'", "material = 'x'"):
        with pytest.raises(asyncpg.PostgresError, match="stands as it was signed"):
            await rows(site, f"UPDATE pledges SET {change} WHERE id = $1", one["id"])
    with pytest.raises(asyncpg.PostgresError):
        await rows(site, "DELETE FROM pledges WHERE id = $1", one["id"])


async def test_the_desk_sees_what_is_due_and_what_is_late(site, father):
    site.clock.now += timedelta(days=5)
    page = (await (await site.person("officer-civil")).get("/desk/pledges")).text
    assert NURSING in page
    assert "超期 " not in page
    site.clock.now += timedelta(days=90)
    assert "超期 " in (await (await site.person("officer-civil")).get("/desk/pledges")).text
    assert NURSING not in (await (await site.person("officer-market")).get("/desk/pledges")).text


async def test_kept_is_told_and_over(site, father):
    assert (await find(site, "officer-civil", "kept")).status_code == 303
    assert "核对过了，属实" in (await father.get(f"/pledges/{(await pledged(site))['id']}")).text
    assert (await find(site, "officer-civil", "broken")).status_code == 409


async def test_what_could_not_be_checked_stays_due(site, father):
    before = (await pledged(site))["due"]
    assert (await find(site, "officer-civil", "unchecked")).status_code == 303
    assert (await pledged(site))["due"] != before
    assert (await find(site, "officer-civil", "kept")).status_code == 303


async def test_who_broke_one_is_asked_for_the_paper(site, father):
    assert (await find(site, "officer-civil", "broken")).status_code == 303
    one = await pledged(site)
    assert one["excluded_until"] is not None
    assert "和承诺的不一样" in (await father.get(f"/pledges/{one['id']}")).text
    await put_in(site, father, (NURSING,))
    page = (await father.get("/cart/materials")).text
    assert "之前有一份承诺不属实" in page
    async with transaction(site, father) as tx:
        draft = await lock_draft(tx)
        need = next(need for need in draft.sheet.materials if need.material.code == PAPER)
        assert (need.pledge, need.way) == ("", "")
        with pytest.raises(NotFound):
            await pledge(tx, draft, need, "林长福", hash_of_text(text_of(need.material)))
    with pytest.raises(asyncpg.PostgresError, match="does not pledge again"):
        await rows(
            site,
            """INSERT INTO pledges (id, case_id, principal_id, actor_id, item_code, item_version, department_id, subject, material, label,
                  words, words_hash, terms, name_sealed, means, signed_at, due)
               SELECT gen_random_uuid(), case_id, principal_id, actor_id, item_code, item_version, department_id, subject, 'another', label,
                  words, words_hash, terms, name_sealed, means, signed_at, due FROM pledges""",
        )


async def test_after_the_day_she_may_pledge_again(site, father):
    await find(site, "officer-civil", "broken")
    site.clock.now += timedelta(days=(await pledged(site))["terms"]["excluded_days"] + 1)
    father = await site.person("father")
    await put_in(site, father, (NURSING,))
    async with transaction(site, father) as tx:
        draft = await lock_draft(tx)
        assert next(need for need in draft.sheet.materials if need.material.code == PAPER).pledge


async def test_an_objection_is_answered_by_somebody_else_and_lifts_the_bar(site, father):
    await find(site, "officer-civil", "broken")
    place = f"/pledges/{(await pledged(site))['id']}"
    assert (await father.post(f"{place}/objection", data={"words": ""})).status_code == 422
    assert (await father.post(f"{place}/objection", data={"words": "那天我去医院了。"})).status_code == 303
    assert (await father.post(f"{place}/objection", data={"words": "再说一遍"})).status_code == 409
    answer = {"answer": "upheld", "words": "重新看过，属实。"}
    officer = await site.person("officer-civil")
    assert "那天我去医院了" in (await officer.get(f"/desk{place}")).text
    assert (await officer.post(f"/desk{place}/answer", data=answer)).status_code == 403
    await rows(site, "INSERT INTO officer_roles (account_id, department_id, role, valid_from) SELECT id, '民政局', 'reviewer', '2026-01-01' FROM accounts WHERE handle = 'officer-second'")  # fmt: skip
    other = await site.person("officer-second")
    assert (await other.post(f"/desk{place}/answer", data=answer)).status_code == 303
    one = await pledged(site)
    assert (one["result"], one["excluded_until"]) == ("kept", None)
    assert "异议成立" in (await father.get(place)).text


async def test_a_changed_text_has_to_be_signed_again(site):
    father = await site.person("father")
    await put_in(site, father, (NURSING,))
    await fill_in(site, father)
    async with transaction(site, father) as tx:
        draft = await lock_draft(tx)
        need = next(need for need in draft.sheet.materials if need.material.code == PAPER)
        assert need.way == "pledge"
        changed = msgspec.structs.replace(
            need.material, pledge=msgspec.structs.replace(need.material.pledge, within_days=1)
        )
        assert text_of(changed) != text_of(need.material)
        assert not stands(changed, draft.told.pledged[need.key])


async def test_nobody_else_reads_it(site, father):
    place = f"/pledges/{(await pledged(site))['id']}"
    assert (await (await site.person("buyer")).get(place)).status_code == 404
    assert (await (await site.person("officer-market")).get(f"/desk{place}")).status_code == 404


SHOP, ADDRESS = "个体工商户设立", "business.premises_proof"


async def moved(officer, number: str, **said: str) -> None:
    page = (await officer.get(f"/desk/cases/{number}")).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, page[:300]
    answer = await officer.post(f"/desk/cases/{number}/moves", data={"version": version[1], **said})
    assert answer.status_code == 303, answer.text[:500]


async def test_a_decision_that_stood_on_an_untrue_pledge_is_taken_back_by_the_head_with_its_certificate(site):
    """Licensed on her word for the address; nobody is there; the head takes it back, and her objection is answered by somebody else."""
    owner = await site.person("father")
    await put_in(site, owner, (SHOP,))
    await fill_in(site, owner)
    await file_it(site, owner)
    (case,) = await rows(site, "SELECT id, number FROM cases")
    officer = await site.person("officer-market")
    await moved(officer, case["number"], move="accepted")
    await moved(officer, case["number"], move="granted")
    (licence,) = await rows(site, "SELECT id, state FROM certificates WHERE case_id = $1", case["id"])
    assert licence["state"] == "valid"

    (one,) = await rows(site, "SELECT id, words FROM pledges WHERE material = $1", ADDRESS)
    assert "依法撤回" in one["words"], "she read it before she signed"
    place, found = f"/pledges/{one['id']}", {"result": "broken", "words": "去看过两次，没有这个门牌。"}
    assert "同时撤回决定" in (await officer.get(f"/desk{place}")).text
    refused = await officer.post(f"/desk{place}/result", data=found | {"withdraw": "yes"})
    assert refused.status_code == 403, "who reviews cannot take a decision back"
    assert await rows(site, "SELECT 1 FROM pledges WHERE result IS NOT NULL") == []
    await give_role(site, "officer-market", "head")
    head = await site.person("officer-market")
    assert (await head.post(f"/desk{place}/result", data=found | {"withdraw": "yes"})).status_code == 303

    (case,) = await rows(site, "SELECT id, number, state FROM cases")
    (licence,) = await rows(site, "SELECT id, state FROM certificates")
    assert (case["state"], licence["state"]) == ("void", "revoked")
    assert "批准它的决定作废了" in (await owner.get(f"/certificates/{licence['id']}")).text
    told = await rows(site, "SELECT kind, actor_kind FROM events WHERE kind IN ('voided', 'pledge_broken') ORDER BY id")
    assert [tuple(row) for row in told] == [("pledge_broken", "officer"), ("voided", "officer")]
    page = (await owner.get(place)).text
    assert "没有这个门牌" in page
    assert "原来的决定已经撤回" in page
    await put_in(site, owner, (SHOP,))
    assert "之前有一份承诺不属实" in (await owner.get("/cart/materials")).text

    assert (await owner.post(f"{place}/objection", data={"words": "门牌上个月换过。"})).status_code == 303
    answer = {"answer": "upheld", "words": "查了门牌变更，属实。"}
    assert (await head.post(f"/desk{place}/answer", data=answer)).status_code == 403
    await give_role(site, "officer-street", "reviewer")
    other = await site.person("officer-street")
    assert (await other.post(f"/desk{place}/answer", data=answer)).status_code == 303
    page = (await owner.get(place)).text
    assert "异议成立" in page
    assert "撤回的决定不会自己恢复" in page
    assert "之前有一份承诺不属实" not in (await owner.get("/cart/materials")).text


async def give_role(site, handle: str, role: str) -> None:
    await rows(site, "INSERT INTO officer_roles (account_id, department_id, role, valid_from) SELECT id, '市场监督管理局', $2, '2026-01-01' FROM accounts WHERE handle = $1", handle, role)  # fmt: skip
