"""A line whose role must sign is filed only when that person confirmed exactly this text, herself or at a counter."""

import re
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from backend.cart.actions import lock_draft
from backend.cart.answering import save_answers
from backend.core.crypto import Vault
from backend.core.db import open_pool
from backend.core.jobs import Work
from backend.notifications.signing import ask_to_sign
from tests.fakes.sms_gateway import KEY, sms_gateway
from tests.orders.shopping import ANSWERS, fill_in, picture, put_in, reviewed, transaction

ITEM = "房屋租赁备案"
LANDLORD = {"person.name": "何安家", "person.id_number": "460199199512244046", "person.phone": "13900009999"}


@pytest_asyncio.fixture
async def tenant(site):
    """She has a lease in her cart, filled in, with the landlord named."""
    return await with_lease(site)


async def with_lease(site, landlord=LANDLORD):
    person = await site.person("buyer")
    await put_in(site, person, [ITEM])
    async with transaction(site, person) as tx:
        draft = await lock_draft(tx)
        theirs = {
            q.name: [landlord[q.element.code]]
            for q in draft.sheet.questions
            if q.element.code in landlord and not draft.parties[q.subject].is_self
        }
        assert theirs
        await save_answers(tx, draft, theirs, draft.version)
    await fill_in(site, person, signed=False, flat__address=ANSWERS["person.address"])
    return person


async def files(site, person):
    body = await reviewed(site, person)
    return await person.post(
        "/orders", data=body | {"version": str(body["version"]), "agree": "yes", "sensitive": "yes"}
    )


async def signer_in(site, person):
    page = (await person.get("/cart/signatures")).text
    return {
        "line": re.search(r'name="line" value="([^"]+)"', page)[1],
        "party": re.search(r'name="party" value="([^"]+)"', page)[1],
    }


async def asks(site, person):
    answer = await person.post("/cart/signatures", data=await signer_in(site, person))
    assert answer.status_code == 303, answer.text
    async with transaction(site, person) as tx:
        return await tx.db.fetchval("SELECT id FROM signatures ORDER BY asked_at DESC, id LIMIT 1")


async def changes_a_word(site, person):
    async with transaction(site, person) as tx:
        draft = await lock_draft(tx)
        question = next(q for q in draft.sheet.questions if q.element.code == "flat.address")
        await save_answers(tx, draft, {question.name: ["演示路 2 号"]}, draft.version)


@asynccontextmanager
async def worker(site, gateway):
    settings = msgspec.structs.replace(site.app.state.settings, sms_url=gateway.url, sms_key=KEY)
    pool = await open_pool(settings.login("worker"), 2)
    work = Work(pool, Vault(settings.master_key), settings, site.clock)
    yield work
    await work.close()
    await pool.close()


async def test_without_the_landlords_signature_it_is_refused_and_the_request_is_offered(site, tenant):
    refused = await files(site, tenant)
    assert refused.status_code == 422
    assert "“房屋租赁备案”还要何安家签名" in refused.text
    assert "/cart/signatures#sign." in refused.text
    assert "发签名请求" in (await tenant.get("/cart/signatures")).text


async def test_she_signs_on_her_own_phone_by_the_link_that_only_she_can_open(site, tenant):
    signature = await asks(site, tenant)
    assert "在等何安家签名" in (await files(site, tenant)).text
    async with sms_gateway() as gateway, worker(site, gateway) as work:
        await ask_to_sign(work, signature)
        await ask_to_sign(work, signature)
        (text,) = gateway.texts
    assert text["to"] == "13900000004"  # her own number here, not the one the tenant wrote
    link = re.search(r"/sign/[\w-]{22}", text["text"])[0]
    for other in ("daughter", "buyer"):
        assert (await (await site.person(other)).get(link)).status_code == 404
    assert (await site.stranger().get(link)).headers["location"].startswith("/sign-in?next=%2Fsign%2F")
    landlord = await site.person("spouse")
    where = (await landlord.get(link)).headers["location"]
    page = (await landlord.get(where)).text
    assert "房屋租赁备案" in page
    assert "周新居" in page
    assert "460199199405113032" not in page
    assert "13900000003" not in page
    assert (await landlord.post(f"{where}/answer", data={"agree": "yes"})).status_code == 303
    assert "签好了" in (await landlord.get(where)).text
    assert "签好了" in (await tenant.get("/cart/signatures")).text
    assert (await files(site, tenant)).headers["location"].startswith("/orders/")
    async with transaction(site, tenant) as tx:
        assert await tx.db.fetchval("SELECT count(*) FROM signatures WHERE case_id IS NOT NULL AND via = 'phone'") == 1


async def test_when_the_line_changes_the_signature_lapses_and_the_page_says_so(site, tenant):
    signature = await asks(site, tenant)
    landlord = await site.person("spouse")
    await landlord.post(f"/signatures/{signature}/answer", data={"agree": "yes"})
    await changes_a_word(site, tenant)
    assert "内容改过了" in (await tenant.get("/cart/signatures")).text
    refused = await files(site, tenant)
    assert refused.status_code == 422
    assert "签名不算了" in refused.text


async def test_a_no_is_a_no_and_an_answer_is_given_once(site, tenant):
    signature = await asks(site, tenant)
    landlord = await site.person("spouse")
    await landlord.post(f"/signatures/{signature}/answer", data={"agree": "no"})
    assert "没有同意" in (await files(site, tenant)).text
    assert (await landlord.post(f"/signatures/{signature}/answer", data={"agree": "yes"})).status_code == 409


async def test_a_question_is_over_after_fourteen_days(site, tenant, owner):
    signature = await asks(site, tenant)
    site.clock.now += timedelta(days=14, seconds=1)
    landlord, tenant = await site.person("spouse"), await site.person("buyer")
    assert (await landlord.post(f"/signatures/{signature}/answer", data={"agree": "yes"})).status_code == 409
    assert "过了 14 天" in (await tenant.get("/cart/signatures")).text


async def test_nobody_is_asked_to_sign_what_is_not_finished(site):
    person = await site.person("buyer")
    await put_in(site, person, [ITEM])
    assert "请先填好对方的姓名和身份证号" in (await person.get("/cart/signatures")).text
    async with transaction(site, person) as tx:
        draft = await lock_draft(tx)
        line, other = draft.lines[0], next(p for p in draft.parties.values() if p.kind == "person" and not p.is_self)
        theirs = {f"{other.id}.{code}": [value] for code, value in LANDLORD.items()}
        await save_answers(tx, draft, theirs, draft.version)
    refused = await person.post("/cart/signatures", data={"line": str(line.id), "party": str(other.id)})
    assert refused.status_code == 422
    assert "填完、材料交齐" in refused.text


async def test_who_asks_learns_nothing_about_who_is_here(site, owner):
    """A name that is not the number's owner's, and a number nobody has: the same page, the same row, nobody asked."""
    tenant = await with_lease(site, LANDLORD | {"person.name": "别人"})
    signature = await asks(site, tenant)
    assert "等对方签" in (await tenant.get("/cart/signatures")).text
    assert await owner.fetchval("SELECT signer_id FROM signatures") is None
    async with sms_gateway() as gateway, worker(site, gateway) as work:
        await ask_to_sign(work, signature)
        assert gateway.texts == []
    assert (await (await site.person("spouse")).get(f"/signatures/{signature}")).status_code == 404


async def test_she_must_be_known_as_far_as_the_item_asks(site, tenant, owner):
    signature = await asks(site, tenant)
    await owner.execute("UPDATE accounts SET level = 'said' WHERE handle = 'spouse'")
    landlord = await site.person("spouse")
    page = (await landlord.get(f"/signatures/{signature}")).text
    assert "现在核实身份" in page
    assert "同意签名" not in page
    refused = await landlord.post(f"/signatures/{signature}/answer", data={"agree": "yes"})
    assert refused.status_code == 403
    assert f"/me/level?need=code&amp;next=/signatures/{signature}" in refused.text


async def test_on_paper_at_the_counter_with_the_scan_behind_it(site, tenant, owner):
    await asks(site, tenant)
    shown = (await tenant.get("/cart/signatures")).text
    code = re.search(r"<strong>([A-Z2-9 ]{14})</strong>", shown)[1]
    officer = await site.person("officer-housing")
    found = await officer.post("/desk/signatures", data={"code": code.lower()})
    assert "何安家" in found.text
    without = await officer.post("/desk/signatures/paper", data={"code": code, "compared": "yes"})
    assert without.status_code == 422
    scan = {"scan": ("paper.jpg", picture(), "image/jpeg")}
    done = await officer.post("/desk/signatures/paper", data={"code": code, "compared": "yes"}, files=scan)
    assert done.headers["location"] == "/desk/signatures?done=1"
    assert (await officer.post("/desk/signatures", data={"code": code})).status_code == 422
    filed = await files(site, tenant)
    assert filed.status_code == 303
    paper = await owner.fetchval("SELECT file_id FROM signatures")
    number = await owner.fetchval("SELECT number FROM cases")
    desk = (await officer.get(f"/desk/cases/{number}")).text
    assert "在窗口当面签的" in desk
    assert f"/files/{paper}" in desk
    for person, status in (
        (await site.person("spouse"), 200),
        (await site.person("officer-housing"), 200),
        (await site.person("daughter"), 404),
    ):
        assert (await person.get(f"/files/{paper}")).status_code == status
    assert (await (await site.person("supervisor")).get("/desk/signatures")).status_code == 404


async def test_who_files_does_not_sign_for_the_other_side(site, tenant, owner):
    """The landlord's own agent is the tenant: a mandate is no way around her (Civil Code art. 168)."""
    signature = await asks(site, tenant)
    await owner.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
           SELECT gen_random_uuid(), p.id, a.id, 'entrusted', 'self', '{see,fill,submit}', '同意', '\\x00', '2026-09-20', '2026-12-01', now()
           FROM accounts p, accounts a WHERE p.handle = 'spouse' AND a.handle = 'buyer'""")  # fmt: skip
    row = await owner.fetchrow("SELECT id, principal_id FROM mandates ORDER BY granted_at DESC LIMIT 1")
    await tenant.post("/acting", data={"mandate": str(row["id"]), "principal": str(row["principal_id"])})
    refused = await tenant.post(f"/signatures/{signature}/answer", data={"agree": "yes"})
    assert refused.status_code == 403
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(site, tenant) as tx:
            await tx.db.execute(
                "UPDATE signatures SET state = 'signed', answered_at = app_now(), answered_by = viewer(), via = 'agent', mandate_id = $1", row["id"])  # fmt: skip


async def test_her_own_agent_signs_under_a_mandate_that_covers_it(site, tenant, owner):
    signature = await asks(site, tenant)
    await owner.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
           SELECT gen_random_uuid(), p.id, a.id, 'entrusted', 'self', '{see,fill,submit}', '同意', '\\x00', '2026-09-20', '2026-12-01', now()
           FROM accounts p, accounts a WHERE p.handle = 'spouse' AND a.handle = 'shopkeeper'""")  # fmt: skip
    row = await owner.fetchrow("SELECT id, principal_id FROM mandates ORDER BY granted_at DESC LIMIT 1")
    agent = await site.person("shopkeeper")
    assert (await agent.get(f"/signatures/{signature}")).status_code == 404  # her own affairs are on the screen
    await agent.post("/acting", data={"mandate": str(row["id"]), "principal": str(row["principal_id"])})
    assert (await agent.post(f"/signatures/{signature}/answer", data={"agree": "yes"})).status_code == 303
    assert await owner.fetchval("SELECT via FROM signatures") == "agent"


async def test_a_case_without_its_signature_does_not_commit_whatever_python_did(site, tenant, monkeypatch, owner):
    async def nothing(_tx, _draft):
        from backend.cart.hindrances import Hindrances

        return Hindrances(())

    monkeypatch.setattr("backend.orders.actions.hindrances", nothing)
    assert (await files(site, tenant)).status_code == 500
    assert await owner.fetchval("SELECT count(*) FROM cases") == 0


async def test_who_asks_cannot_write_the_signature_herself(site, tenant):
    signature = await asks(site, tenant)
    with pytest.raises(asyncpg.PostgresError):
        async with transaction(site, tenant) as tx:
            await tx.db.execute(
                "UPDATE signatures SET state = 'signed', answered_at = app_now(), answered_by = viewer(), via = 'phone' WHERE id = $1",
                signature,
            )


async def test_what_the_law_wants_on_paper_is_not_signed_online_and_says_why(site):
    person = await site.person("buyer")
    await put_in(site, person, ["婚姻登记预约"])
    await fill_in(site, person, person__marital="single")
    assert (await person.get("/cart/signatures")).headers["location"] == "/cart"
    async with transaction(site, person) as tx:
        code = await tx.db.fetchval("SELECT code FROM items WHERE name = '婚姻登记预约'")
    assert "不能用电子形式签" in (await site.stranger().get(f"/items/{code}")).text
    assert (await files(site, person)).status_code == 303


async def test_the_same_for_other_programs(site, tenant):
    (asked,) = (await tenant.get("/api/v1/cart/signatures")).json()
    assert asked["state"] == "missing"
    question = {"line": asked["line"], "party": asked["party"]}
    assert (await tenant.post("/api/v1/cart/signatures", json=question)).status_code == 204
    assert (await tenant.get("/api/v1/cart/signatures")).json()[0]["state"] == "waiting"
    landlord = await site.person("spouse")
    (waiting,) = (await landlord.get("/api/v1/signatures")).json()
    assert waiting["words"]["item"] == ITEM
    assert (await tenant.get("/api/v1/signatures")).json() == []
    path = f"/api/v1/signatures/{waiting['id']}"
    assert (await tenant.get(path)).status_code == 404
    assert (await landlord.post(f"{path}/answer", json={"answer": "perhaps"})).status_code == 400
    assert (await landlord.post(f"{path}/answer", json={"answer": "sign"})).status_code == 204
    assert (await landlord.post(f"{path}/answer", json={"answer": "sign"})).status_code == 409
    assert (await tenant.get("/api/v1/cart/signatures")).json()[0]["state"] == "signed"
