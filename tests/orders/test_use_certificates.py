"""A held certificate instead of a photo: ticked by itself, agreed to once a filing, kept as which one it was, refused when it holds no more."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from backend.cart.actions import lock_draft
from backend.cart.queries import open_draft
from backend.core.db import connect
from backend.core.errors import Conflict
from backend.orders import actions as filing
from backend.orders.actions import file_order
from backend.orders.model import Filing
from tests.certificates.holding import ID_CARD, REVOKE, SUSPEND, give, owner_says
from tests.orders.shopping import fill_in, form, picture, put_in, reviewed, transaction, use_shown

ITEM = "护理补贴"
KEY = {"Idempotency-Key": "a-filing-with-certificates"}


@pytest.fixture
async def father(site):
    """He holds his identity card here and has filled in one thing that wants it, for himself; no photo of it."""
    person = await site.person("father")
    person.held = await give(site, "father")
    await put_in(site, person, [ITEM])
    await fill_in(site, person)
    return person


async def material(site, person, code="person.id_card"):
    async with transaction(site, person) as tx:
        draft = await open_draft(tx)
        return next(need for need in draft.sheet.materials if need.material.code == code)


async def sources(site):
    return await owner_says(
        site, "SELECT s.*, c.principal_id FROM case_sources s JOIN cases c ON c.id = s.case_id ORDER BY s.case_id, s.n"
    )


async def test_the_material_is_ticked_by_itself_and_its_facts_are_as_good_as_the_issuers(site, father):
    need = await material(site, father)
    assert (need.way, need.by, need.files) == ("certificate", "resident_id", ())
    async with transaction(site, father) as tx:
        draft = await open_draft(tx)
    birth = next(s for (_party, code), s in draft.sheet.settled.items() if code == "person.birth_date")
    assert (birth.source, birth.trust) == ("certificate.resident_id", "A")
    assert "用您的居民身份证" in (await father.get("/cart/materials")).text


async def test_without_her_yes_nothing_is_filed_and_the_page_says_what_for_whom(site, father):
    body = await reviewed(site, father)
    refused = await father.post("/orders", data=form(body | {"use": ""}))
    assert refused.status_code == 422
    assert "再点“使用”" in refused.text
    assert "居民身份证，代替居民身份证，给" in refused.text
    assert "人口库，代替户口簿，给" in refused.text
    other = await father.post("/api/v1/orders", json=body | {"use": "0" * 64}, headers=KEY)
    assert other.status_code == 422
    assert await owner_says(site, "SELECT 1 FROM orders") == []


async def test_a_program_gets_the_words_and_sends_their_hash_back(site, father):
    cart = (await father.get("/api/v1/cart")).json()
    assert any("居民身份证" in words for words in cart["use"]["words"])
    body = {"cart": cart["id"], "version": cart["version"], "agree": True, "use": cart["use"]["text_hash"]}
    assert (await father.post("/api/v1/orders", json=body, headers=KEY)).status_code == 201


async def test_the_case_keeps_which_one_it_was_and_only_what_its_item_names(site, father):
    answer = await father.post("/orders", data=form(await reviewed(site, father)))
    assert answer.status_code == 303, answer.text[:500]
    (held,) = await owner_says(site, "SELECT * FROM certificates WHERE id = $1", father.held)
    card = next(s for s in await sources(site) if s["way"] == "certificate")
    assert (card["certificate_id"], card["number"], card["digest"]) == (held["id"], held["number"], held["digest"])
    assert (card["material"], card["version"]) == ("person.id_card", 1)
    assert set(card["elements"]) <= {"person.name", "person.id_number", "person.birth_date"}
    assert "person.id_number" in card["elements"]
    (agreed,) = await owner_says(site, "SELECT * FROM use_consents")
    assert agreed["given_by"] == agreed["principal_id"] == held["holder_id"]
    assert agreed["given_at"] == site.clock.now
    assert await owner_says(site, "SELECT 1 FROM case_files WHERE material = 'person.id_card'") == []


async def test_what_she_agreed_to_comes_with_her_data(site, father):
    await father.post("/orders", data=form(await reviewed(site, father)))
    async with transaction(site, father) as tx:
        row = await tx.db.fetchrow("SELECT order_id, words_sealed, text_hash FROM use_consents")
        words = tx.key.open(row["words_sealed"], f"use:{row['order_id']}").decode()
    assert "居民身份证，代替居民身份证" in words


async def test_a_photo_instead_is_her_choice_and_then_the_certificate_is_not_used(site, father):
    page = (await father.get("/cart/materials")).text
    assert "不想用居民身份证？改交：居民身份证" in page
    need = await material(site, father)
    async with transaction(site, father) as tx:
        draft = await lock_draft(tx)
    answer = await father.post(
        "/cart/materials", data={"cart": str(draft.cart_id), "material": need.name}, files={"file": ("a.jpg", picture(), "image/jpeg")}
    )  # fmt: skip
    assert answer.status_code == 303
    assert (await material(site, father)).way == "file"
    await fill_in(site, father)
    answer = await father.post("/orders", data=form(await reviewed(site, father)))
    assert answer.status_code == 303, answer.text[:500]
    assert {s["way"] for s in await sources(site)} == {"register"}


@pytest.mark.parametrize(
    ("state", "said"), [(REVOKE, "“居民身份证”已经吊销，不能再用"), (SUSPEND, "“居民身份证”现在暂停使用")]
)
async def test_between_sheet_and_filing_it_may_stop_holding_and_the_refusal_says_so(site, father, state, said):
    body = await reviewed(site, father)
    await owner_says(site, state, father.held)
    refused = await father.post("/orders", data=form(body))
    assert refused.status_code == 422
    assert said in refused.text
    assert await owner_says(site, "SELECT 1 FROM cases") == []


async def test_what_is_over_is_not_used_and_the_list_says_why(site):
    buyer = await site.person("buyer")
    await give(site, "buyer", until=date(2026, 9, 24))
    await put_in(site, buyer, [ITEM])
    need = await material(site, buyer)
    assert need.way == ""
    assert "“居民身份证”过了有效期" in need.problem.say % need.problem.params


async def test_an_agent_uses_it_only_if_the_mandate_says_so_and_only_for_this(site, daughter):
    await give(site, "father")
    assert (await material(site, daughter)).way == "file", "what was handed in counts first"
    await owner_says(site, "DELETE FROM cart_materials WHERE material = 'person.id_card'")
    assert (await material(site, daughter)).way == "certificate"
    assert "没有允许您使用" not in (await daughter.get("/cart/materials")).text
    await owner_says(site, "UPDATE mandates SET actions = '{see,fill,submit,correct,pay,receive,rate}'")
    assert (await material(site, daughter)).way == ""
    page = (await daughter.get("/cart/materials")).text
    assert "林长福没有允许您使用TA的证照" in page
    assert 'href="/mandates/ask"' in page
    async with transaction(site, daughter) as tx:
        assert (await open_draft(tx)).told.certificates == ()
        assert await tx.db.fetchval("SELECT count(*) FROM certificates") == 0


async def test_the_officer_sees_which_one_as_of_then_and_as_of_now(site, father):
    await father.post("/orders", data=form(await reviewed(site, father)))
    (case,) = await owner_says(site, "SELECT number FROM cases")
    officer = await site.person("officer-civil")
    page = (await officer.get(f"/desk/cases/{case['number']}")).text
    assert "提交时有效，现在也有效" in page
    await owner_says(site, REVOKE, father.held)
    page = (await officer.get(f"/desk/cases/{case['number']}")).text
    assert "提交时有效，现在已吊销" in page
    assert "登记有误" in page
    stranger = await site.person("officer-market")
    assert (await stranger.get(f"/desk/cases/{case['number']}")).status_code == 404


async def file_and_hold(site, father, held: asyncio.Event, go: asyncio.Event) -> None:
    """Files, and commits only when told to."""
    async with transaction(site, father) as tx:
        draft = await lock_draft(tx)
        body = Filing(cart=draft.cart_id, version=draft.version, agree=True, use=use_shown(draft))
        await file_order(tx, f"at-once-{uuid4()}", body)
        held.set()
        await go.wait()


async def revoked_meanwhile(site, father) -> bool:
    """Whether the revocation was done while the filing was not committed yet; both are in the end."""
    held, go = asyncio.Event(), asyncio.Event()
    filed = asyncio.create_task(file_and_hold(site, father, held, go))
    await asyncio.wait([filed, asyncio.create_task(held.wait())], return_when=asyncio.FIRST_COMPLETED)
    revoked = asyncio.create_task(owner_says(site, REVOKE, father.held))
    done, _ = await asyncio.wait([revoked], timeout=0.6)
    go.set()
    await asyncio.gather(filed, revoked)
    return bool(done)


async def test_without_the_lock_a_case_uses_a_certificate_that_was_revoked_before_it(site, father, monkeypatch):
    """The race itself: with the guard away it is lost."""

    async def unguarded(*_: object) -> None:
        return None

    monkeypatch.setattr(filing, "hold", unguarded)
    assert await revoked_meanwhile(site, father) is True
    assert len(await sources(site)) > 0


async def test_the_revocation_waits_for_a_filing_that_came_first(site, father):
    assert await revoked_meanwhile(site, father) is False
    assert [s["certificate_id"] for s in await sources(site) if s["way"] == "certificate"] == [father.held]


async def test_a_filing_that_comes_second_is_refused_and_leaves_nothing(site, father):
    held, go = asyncio.Event(), asyncio.Event()

    async def revoke_and_hold() -> None:
        owner = await connect(site.app.state.settings.login("owner"))
        async with owner.transaction():
            await owner.execute(REVOKE, father.held)
            held.set()
            await go.wait()
        await owner.close()

    revoking = asyncio.create_task(revoke_and_hold())
    await held.wait()
    never = asyncio.Event()
    never.set()
    filed = asyncio.create_task(file_and_hold(site, father, asyncio.Event(), never))
    done, _ = await asyncio.wait([filed], timeout=0.6)
    assert not done, "it waits to hear whether the certificate holds"
    go.set()
    await revoking
    with pytest.raises(Conflict, match="刚刚被注销"):
        await filed
    assert await owner_says(site, "SELECT 1 FROM cases") == []


async def test_two_filings_at_once_may_hold_the_same_one(site, father):
    async with transaction(site, father) as one, transaction(site, father) as other:
        for tx in (one, other):
            async with asyncio.timeout(2):
                assert await tx.db.fetchval("SELECT state FROM hold_certificates($1)", [father.held]) == "valid"


async def test_the_database_itself_takes_no_certificate_that_does_not_hold_and_nothing_without_consent(site, father):
    await father.post("/orders", data=form(await reviewed(site, father)))
    (case,) = await owner_says(site, "SELECT id, order_id FROM cases")
    again = """INSERT INTO case_sources (case_id, n, way, source, subject, material, certificate_id, number, version, digest)
               SELECT $1, 9, 'certificate', type, holder_id, '', id, number, 1, digest FROM certificates WHERE id = $2"""
    await owner_says(site, REVOKE, father.held)
    with pytest.raises(Exception, match="only a valid certificate"):
        await owner_says(site, again, case["id"], father.held)
    with pytest.raises(Exception, match="append-only"):
        await owner_says(site, "UPDATE case_sources SET number = 'x'")


async def test_a_case_where_it_only_stood_for_a_paper_is_found_when_it_was_wrong(site, father):
    """No rule reads anything of it: by the certificate that the case keeps, this version and no other; and by register the same way."""
    assert (await father.post("/orders", data=form(await reviewed(site, father)))).status_code == 303
    (held,) = await owner_says(site, "SELECT number FROM certificates WHERE id = $1", father.held)
    assert await owner_says(site, "SELECT 1 FROM relied_on") == [], "this item has no rules of a machine"
    again = await give(site, "father", fields=ID_CARD | {"person.name": "林长福二"})
    (newer,) = await owner_says(site, "SELECT number FROM certificates WHERE id = $1", again)
    officer = await site.person("officer-civil")
    asked = {"first": "2026-09-01", "last": "2026-12-31", "reason": "登记有误"}

    found = await officer.post("/desk/sources", data=asked | {"certificate": held["number"]})
    page = (await officer.get(found.headers["location"])).text
    assert page.count('name="case"') == 1
    assert "当材料用：居民身份证" in page
    assert held["number"] in page
    other = await officer.post("/desk/sources", data=asked | {"certificate": newer["number"]})
    assert 'name="case"' not in (await officer.get(other.headers["location"])).text
    register = await officer.post("/desk/sources", data=asked | {"source": "register.population"})
    assert "当材料用：户口簿" in (await officer.get(register.headers["location"])).text
    somebody = asked | {"source": "register.population", "subjects": "460199199206142076"}
    nobody = await officer.post("/desk/sources", data=somebody)
    assert 'name="case"' not in (await officer.get(nobody.headers["location"])).text
    himself = await officer.post("/desk/sources", data=somebody | {"subjects": ID_CARD["person.id_number"]})
    assert 'name="case"' in (await officer.get(himself.headers["location"])).text
