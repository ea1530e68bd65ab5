"""An officer with the person before her, or on the line: what may be read out, printed and ended."""

import pytest

from tests.mandates.clerk import Clerk, rows
from tests.orders.shopping import picture

FATHER = {"person_name": "林长福", "person_number": "460199194403051015"}


async def looked_up(officer, **more):
    answer = await officer.post("/desk/people", data=FATHER | {"way": "counter"} | more)
    assert answer.status_code == 303, answer.text[-2000:]
    return answer.headers["location"]


async def mandate_of(site):
    (mandate,) = await rows(site, "SELECT id, ended_at, end_reason FROM mandates WHERE created_via = 'self'")
    return mandate


async def test_it_can_be_read_out_and_printed(site):
    officer = await site.person("officer-civil")
    page = await looked_up(officer)
    assert "林小燕可以替您办：所有允许代办的事项" in (await officer.get(page)).text
    sheet = await officer.get(page + "/helpers.pdf")
    assert sheet.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("handle", "way"), [("officer-civil", {}), ("officer-hotline", {"way": "hotline", "answer": "0001"})]
)
async def test_one_step_ends_it_and_the_agents_next_tap_shows_nothing(site, handle, way):
    officer, daughter = await site.person(handle), await site.person("daughter")
    assert "林长福" in (await daughter.get("/acting")).text
    page = await looked_up(officer, **way)
    mandate = await mandate_of(site)
    assert (await officer.post(f"{page}/mandates/{mandate['id']}/revocation")).status_code == 303
    assert "林长福" not in (await daughter.get("/acting")).text
    assert (await mandate_of(site))["end_reason"] == "revoked"
    (line,) = await rows(site, "SELECT actor_id, data FROM mandate_events WHERE kind = 'revoked'")
    assert line["data"]["via"] == ("hotline" if way else "counter")
    await Clerk(site).works()
    told = await rows(
        site,
        "SELECT a.handle FROM events e JOIN accounts a ON a.id = e.principal_id WHERE e.kind = 'mandate_ended' ORDER BY 1",
    )
    assert [row["handle"] for row in told] == ["daughter", "father"]


async def test_who_does_not_know_the_last_digits_learns_nothing_and_five_answers_an_hour_are_compared(site):
    officer = await site.person("officer-hotline")
    for wrong in ("0002", "", "00010001", "0003", "0004"):
        answer = await officer.post("/desk/people", data=FATHER | {"way": "hotline", "answer": wrong})
        assert answer.status_code == 422
        assert "对不上" in answer.text
    unknown = await officer.post(
        "/desk/people", data={"person_name": "林长福", "person_number": "460199194006183022", "way": "hotline"}
    )
    assert "对不上" in unknown.text
    assert (await officer.post("/desk/people", data=FATHER | {"way": "hotline", "answer": "0001"})).status_code == 429


async def test_the_look_closes_after_a_quarter_of_an_hour_and_is_the_officers_own(site):
    officer, other = await site.person("officer-civil"), await site.person("officer-second")
    page = await looked_up(officer)
    assert (await other.get(page)).status_code == 404
    site.clock.now = site.clock.now.replace(minute=16)
    assert (await officer.get(page)).status_code == 404
    mandate = await mandate_of(site)
    assert (await officer.post(f"{page}/mandates/{mandate['id']}/revocation")).status_code == 404


async def test_she_reads_who_looked(site):
    await looked_up(await site.person("officer-civil"))
    assert "谁查过我的授权" in (await (await site.person("father")).get("/mandates")).text
    assert "谁查过我的授权" not in (await (await site.person("daughter")).get("/mandates")).text


async def test_on_the_line_nobody_enters_a_death(site):
    officer = await site.person("officer-hotline")
    page = await looked_up(officer, way="hotline", answer="0001")
    paper = {"paper": ("paper.jpg", picture(), "image/jpeg")}
    assert (await officer.post(page + "/loss", data={"reason": "death"}, files=paper)).status_code == 403


async def test_a_death_entered_with_its_paper_ends_everything_and_says_so_kindly(site):
    officer = await site.person("officer-civil")
    page = await looked_up(officer)
    without = await officer.post(page + "/loss", data={"reason": "death"})
    assert without.status_code == 422
    answer = await officer.post(
        page + "/loss", data={"reason": "death"}, files={"paper": ("p.jpg", picture(), "image/jpeg")}
    )
    assert answer.status_code == 303, answer.text[-2000:]
    assert (await mandate_of(site))["end_reason"] == "death"
    clerk = Clerk(site)
    await clerk.works()
    await clerk.works()
    daughter = await site.person("daughter")
    inbox = (await daughter.get("/inbox")).text
    assert "请节哀" in inbox
    again = await (await site.person("father")).post(
        "/mandates",
        data={"agent_name": "周新居", "agent_phone": "13900000003", "days": "31", "extent": "all", "agreed": "yes"},
    )
    assert again.status_code == 422
    assert "不能授权" in again.text


async def test_what_a_register_says_ends_it_within_the_next_job(site):
    from backend.core.crypto import Vault
    from backend.core.db import Tx, connect
    from backend.registers.actions import keep_record

    settings = site.app.state.settings
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        tx = Tx(owner, Vault(settings.master_key or ""), site.clock())
        await keep_record(tx, "population", FATHER["person_number"], {"person.alive": False})
    await owner.close()
    clerk = Clerk(site)
    assert await clerk.works() == ["person_gone"]
    assert (await mandate_of(site))["end_reason"] == "death"
    (line,) = await rows(site, "SELECT actor_id, data FROM mandate_events WHERE kind = 'ended'")
    assert line["actor_id"] is None
    assert line["data"] == {"reason": "death", "said_by": "register"}
