"""What the agent does stands in the journal of the mandate, in the same transaction, and both sides read it."""

from backend.core.db import connect
from tests.orders.shopping import THREE, form, reviewed


async def journal(site):
    owner = await connect(site.app.state.settings.login("owner"))
    rows = await owner.fetch("SELECT kind, data FROM mandate_events ORDER BY mandate_id, n")
    faults = await owner.fetch("SELECT * FROM journal_faults()")
    await owner.close()
    assert faults == []
    return rows


async def test_filing_three_things_is_one_line_with_their_names(site, daughter):
    answer = await daughter.post("/orders", data=form(await reviewed(site, daughter), "a-key-of-the-page"))
    assert answer.status_code == 303
    granted, used = await journal(site)
    assert (granted["kind"], used["kind"]) == ("granted", "used")
    assert set(used["data"]["items"]) == set(THREE)
    assert used["data"]["number"] == answer.headers["location"].rpartition("/")[2].partition("?")[0]


async def test_principal_and_agent_both_read_it(site, daughter):
    await daughter.post("/orders", data=form(await reviewed(site, daughter), "a-key-of-the-page"))
    father = await site.person("father")
    owner = await connect(site.app.state.settings.login("owner"))
    mandate = await owner.fetchval("SELECT id FROM mandates")
    await owner.close()
    for person in (father, daughter):
        page = (await person.get(f"/mandates/{mandate}")).text
        assert "提交" in page
        assert THREE[0] in page


async def test_what_the_principal_files_herself_is_no_use_of_a_mandate(site, daughter):
    await daughter.post("/acting", data={"mandate": ""})
    assert [row["kind"] for row in await journal(site)] == ["granted"]
