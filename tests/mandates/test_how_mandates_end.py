"""Reminders before the end, the end itself, and what ends with a person."""

from datetime import timedelta

from backend.core.db import connect
from backend.mandates.ending import Loss, end_all
from tests.mandates.clerk import Clerk, rows

DEATH = Loss(reason="death", said_by="operator")
MIND = ("mind_mandates", {})


async def morning(site, days_left):
    """That many days before the only mandate's last one; the worker minds the mandates, twice."""
    ((last,),) = await rows(site, "SELECT valid_to FROM mandates")
    today = site.clock.now.date()
    site.clock.now += last - today - timedelta(days=days_left)
    clerk = Clerk(site)
    await clerk.does(MIND, MIND)
    await clerk.works()
    return [
        (r["kind"], r["data"].get("days")) for r in await rows(site, "SELECT kind, data FROM mandate_events ORDER BY n")
    ]


async def test_both_sides_hear_14_and_3_days_before_once_each_and_the_end_is_a_line(site):
    assert await morning(site, 15) == [("granted", None)]
    assert await morning(site, 14) == [("granted", None), ("reminded", 14)]
    assert await morning(site, 4) == [("granted", None), ("reminded", 14)]
    assert (await morning(site, 3))[2:] == [("reminded", 3)]
    assert (await morning(site, 0))[3:] == []
    assert (await morning(site, -1))[3:] == [("expired", None)]
    told = await rows(
        site, """SELECT a.handle, count(*) FROM notices n JOIN accounts a ON a.id = n.person_id
                 WHERE channel = 'inbox' AND words ->> 'kind' = 'mandate_ends_soon' GROUP BY 1 ORDER BY 1""",
    )  # fmt: skip
    assert [tuple(row) for row in told] == [("daughter", 2), ("father", 2)]
    assert await rows(site, "SELECT * FROM journal_faults()") == []


async def test_the_notice_leads_to_the_mandate(site):
    await morning(site, 14)
    father = await site.person("father")
    page = (await father.get("/inbox")).text
    assert "一份授权快到期了" in page
    (notice,) = await rows(
        site,
        "SELECT n.id FROM notices n JOIN accounts a ON a.id = n.person_id WHERE a.handle = 'father' AND channel = 'inbox'",
    )
    (mandate,) = await rows(site, "SELECT id FROM mandates")
    assert (await father.post(f"/inbox/{notice['id']}")).headers["location"] == f"/mandates/{mandate['id']}"


async def test_with_a_death_everything_given_and_held_is_over_at_once(site):
    daughter = await site.person("daughter")
    (mandate,) = await rows(site, "SELECT id, principal_id, agent_id FROM mandates")
    chosen = {"mandate": str(mandate["id"]), "principal": str(mandate["principal_id"])}
    assert (await daughter.post("/acting", data=chosen)).status_code == 303
    assert "林长福" in (await daughter.get("/me")).text
    owner = await connect(site.app.state.settings.login("owner"))
    from backend.core.db import Tx

    tx = Tx(owner, site.app.state.vault, site.clock())
    assert await end_all(tx, mandate["principal_id"], DEATH) == 1
    assert await end_all(tx, mandate["agent_id"], DEATH) == 0
    await owner.close()
    assert "林长福" not in (await daughter.get("/me")).text
    (line,) = await rows(site, "SELECT actor_id, data FROM mandate_events WHERE kind = 'ended'")
    assert (line["actor_id"], line["data"]) == (None, {"reason": "death", "said_by": "operator"})
