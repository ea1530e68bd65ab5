"""A grant brings a certificate in the same breath: numbered, signed, sealed, and as good as its dates and its issuer say."""

import asyncio
import hashlib
import io
from datetime import timedelta

import asyncpg
import pikepdf
import pytest

from backend.certificates import making
from backend.certificates.actions import check_value, token_of
from backend.certificates.jobs import certificates_ending
from backend.certificates.queries import listed, valid_of
from backend.core.codes import read_certificate_number
from backend.core.signature import PlatformSigner, check
from tests.certificates.conftest import KEY
from tests.orders.shopping import transaction


async def test_it_is_there_with_the_decision_and_says_what_was_granted(granted):
    row = await granted.row()
    assert (row["type"], row["department_id"], row["source"], row["state"]) == (
        "elder_allowance",
        "民政局",
        "issued",
        "valid",
    )
    assert read_certificate_number(granted.number.lower()).text == granted.number
    async with transaction(granted.site, granted.father) as tx:
        (one,) = await listed(tx)
        assert one.fields["person.name"] == "林长福"
        assert one.content.issuer == "海口市民政局"
        assert hashlib.sha256(one.text).digest() == row["digest"]
        assert tx.vault.keyring.verifies(row["key_id"], one.text, row["signature"])
        assert [held.id for held in await valid_of(tx)] == [granted.id]


async def test_its_page_and_its_paper_follow(granted, work):
    page = await granted.father.get("/certificates")
    assert "高龄老人长寿补贴发放决定书" in page.text
    assert "PDF 正在制作" in (await granted.father.get(f"/certificates/{granted.id}")).text
    assert (await granted.father.get(f"/certificates/{granted.id}/pdf")).status_code == 503
    await making.make(work, granted.id)
    await making.make(work, granted.id)
    answer = await granted.father.get(f"/certificates/{granted.id}/pdf")
    assert answer.status_code == 200
    said = await asyncio.to_thread(check, answer.content, PlatformSigner(KEY).certificate)
    assert said.intact
    assert said.ours
    with pikepdf.open(io.BytesIO(answer.content)) as paper:
        assert granted.number in str(paper.docinfo["/Title"])


async def test_an_agent_finds_what_she_filed_for_and_strangers_find_nothing(granted, daughter):
    assert (await daughter.get(f"/certificates/{granted.id}")).status_code == 200, "issued on the case she filed"
    for somebody in ("buyer", "officer-market"):
        person = await granted.site.person(somebody)
        assert (await person.get(f"/certificates/{granted.id}")).status_code in (403, 404)
        assert (await person.get(f"/certificates/{granted.id}/pdf")).status_code in (403, 404)


@pytest.mark.parametrize(
    "altered",
    [
        "UPDATE certificates SET valid_until = '2199-01-01'",
        "UPDATE certificates SET valid_from = '2020-01-01'",
        "UPDATE certificates SET digest = sha256('other')",
        "UPDATE certificates SET signature = decode(repeat('00', 64), 'hex')",
        "UPDATE certificates SET key_id = 'nobody'",
        "UPDATE certificates SET type = 'elder_card'",
    ],
)
async def test_what_was_altered_counts_for_nothing_and_says_so(granted, altered):
    with pytest.raises(asyncpg.RestrictViolationError):
        await granted.owner_says(altered)
    await granted.owner_says("ALTER TABLE certificates DISABLE TRIGGER certificates_stand")
    await granted.owner_says(altered)
    async with transaction(granted.site, granted.father) as tx:
        assert await valid_of(tx) == []
    page = (await granted.father.get(f"/certificates/{granted.id}")).text
    assert "内容被改动过" in page


async def test_states_only_move_where_they_may(granted):
    for state in ("suspended", "valid", "revoked"):
        await granted.owner_says(
            "UPDATE certificates SET state = $1, state_reason = '查实', state_since = now()", state
        )
    for state in ("valid", "suspended", "replaced"):
        with pytest.raises(asyncpg.CheckViolationError):
            await granted.owner_says("UPDATE certificates SET state = $1, state_since = now()", state)
    with pytest.raises(asyncpg.RestrictViolationError):
        await granted.owner_says("DELETE FROM certificates")
    with pytest.raises(asyncpg.RestrictViolationError):
        await granted.owner_says("DELETE FROM certificate_changes")


async def test_the_office_suspends_resumes_and_revokes_and_the_holder_reads_why(granted):
    head = await granted.site.person("officer-civil")
    found = await head.post("/desk/certificates", data={"number": granted.number.lower()})
    assert "林长福" in found.text
    assert "发证机关什么时候查过" in (await granted.father.get(f"/certificates/{granted.id}")).text
    form = {"number": granted.number, "state": "valid", "step": "suspend"}
    assert (await head.post("/desk/certificates/state", data=form | {"reason": "查"})).status_code == 422
    assert (await head.post("/desk/certificates/state", data=form | {"reason": "户籍正在核实"})).status_code == 303
    assert (await head.post("/desk/certificates/state", data=form | {"reason": "户籍正在核实"})).status_code == 409
    page = (await granted.father.get(f"/certificates/{granted.id}")).text
    assert "已暂停使用" in page
    assert "户籍正在核实" in page
    async with transaction(granted.site, granted.father) as tx:
        assert await valid_of(tx) == [], "suspended counts for nothing"
    for step, state, reason in (("resume", "suspended", "核实无误"), ("revoke", "valid", "提供的材料不实")):
        again = {"number": granted.number, "state": state, "step": step, "reason": reason}
        assert (await head.post("/desk/certificates/state", data=again)).status_code == 303
    page = (await granted.father.get(f"/certificates/{granted.id}")).text
    assert "已吊销" in page
    assert page.index("提供的材料不实") < page.index("核实无误", page.index("经过"))
    changes = await granted.row(
        "(SELECT count(*) FROM certificate_changes) AS n, (SELECT count(*) FROM events WHERE kind LIKE 'certificate\\_%' AND kind <> 'certificate_made') AS told"
    )
    assert (changes["n"], changes["told"]) == (4, 4), "three moves and one look"


async def test_only_those_who_decide_at_the_department_that_issued_it_find_it(granted):
    for somebody in ("officer-market", "officer-second", "father"):
        person = await granted.site.person(somebody)
        answer = await person.post("/desk/certificates", data={"number": granted.number})
        assert answer.status_code in (403, 404, 422)
        assert "林长福" not in answer.text.replace("林长福</h", "")
    head = await granted.site.person("officer-civil")
    assert (await head.post("/desk/certificates", data={"number": granted.number[:-1] + "?"})).status_code == 422


async def test_the_papers_qr_asks_for_its_check_value_and_then_says_whether_it_holds(granted, work):
    await making.make(work, granted.id)
    vault, anybody = granted.site.app.state.vault, granted.site.stranger()
    at, code = f"/verify/{token_of(vault, granted.id)}", check_value(vault, granted.id)
    asked = await anybody.get(at)
    assert asked.status_code == 200
    assert granted.number not in asked.text
    assert (await anybody.post(at, data={"check": "0000 0000"})).status_code == 422
    good = await anybody.post(at, data={"check": code})
    assert granted.number in good.text
    assert "现在可以用" in good.text
    assert "林长福" not in good.text
    paper = (await granted.father.get(f"/certificates/{granted.id}/pdf")).content
    same = await anybody.post(at, data={"check": code}, files={"paper": ("c.pdf", paper)})
    assert "就是这一份" in same.text
    other = await anybody.post(at, data={"check": code}, files={"paper": ("c.pdf", paper + b" ")})
    assert "不是这一份" in other.text
    await granted.owner_says(
        "UPDATE certificates SET state = 'revoked', state_reason = '提供的材料不实', state_since = now()"
    )
    gone = await anybody.post(at, data={"check": code})
    assert "不能用：已吊销" in gone.text
    assert "材料不实" not in gone.text


async def test_one_that_ends_soon_is_told_once_and_then_has_expired(granted, work):
    await granted.owner_says("ALTER TABLE certificates DISABLE TRIGGER certificates_stand")
    await granted.owner_says(
        "UPDATE certificates SET valid_until = $1", (granted.site.clock.now + timedelta(days=59)).date()
    )
    for _night in range(2):
        await certificates_ending(work, {})
    told = await granted.row("(SELECT count(*) FROM events WHERE kind = 'certificate_ending') AS n")
    assert told["n"] == 1


async def test_two_grants_at_once_give_two_numbers(granted):
    async def number() -> str:
        async with transaction(granted.site, granted.father) as tx:
            return str(await tx.db.fetchval("SELECT nextval('certificate_serial')"))

    assert len(set(await asyncio.gather(*(number() for _ in range(8))))) == 8


async def test_a_grant_that_is_void_takes_its_certificate_along(granted):
    head = await granted.site.person("officer-civil")
    case = await granted.row(
        "(SELECT number FROM cases c WHERE c.id = case_id) AS number, (SELECT version FROM cases c WHERE c.id = case_id) AS version"
    )
    form = {"move": "voided", "version": str(case["version"]), "reason": "当时的登记有错"}
    answer = await head.post(f"/desk/cases/{case['number']}/moves", data=form)
    assert answer.status_code == 303, answer.text[:400]
    async with transaction(granted.site, granted.father) as tx:
        assert await valid_of(tx) == []
    page = (await granted.father.get(f"/certificates/{granted.id}")).text
    assert "批准它的决定作废了" in page
