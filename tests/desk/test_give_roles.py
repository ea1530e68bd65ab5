"""An administrator gives and ends roles with dates; nobody gives herself one, and one administrator stays."""

from datetime import timedelta

import asyncpg
import pytest

from backend.core.db import connect
from tests.mandates.clerk import rows

BUREAU = "民政局"


async def ids(site):
    return {
        r["handle"]: str(r["id"]) for r in await rows(site, "SELECT handle, id FROM accounts WHERE kind = 'officer'")
    }


async def given(admin, who, role="reviewer", first="2026-09-25", last="", department=BUREAU):
    return await admin.post(
        "/desk/roles", data={"account": who, "department": department, "role": role, "first": first, "last": last}
    )


async def test_a_role_counts_from_its_first_to_its_last_day_and_no_longer(site, case):
    admin, known = await site.person("officer-admin"), await ids(site)
    day = site.clock.now.date()
    first, last = day + timedelta(days=1), day + timedelta(days=2)
    answer = await given(admin, known["officer-housing"], "reviewer", first.isoformat(), last.isoformat())
    assert answer.status_code == 303
    seen = []
    for _ in range(4):
        officer = await site.person("officer-housing")
        seen.append((await officer.get(f"/desk/cases/{case.number}")).status_code)
        site.clock.now += timedelta(days=1)
    assert seen == [404, 200, 200, 404]


async def test_an_ended_role_ends_at_once_also_for_who_is_signed_in(site, case):
    admin, officer, known = await site.person("officer-admin"), await site.person("officer-civil"), await ids(site)
    for role in ("window", "reviewer", "approver", "head"):
        said = {"account": known["officer-civil"], "department": BUREAU, "role": role}
        assert (await admin.post("/desk/roles/end", data=said)).status_code == 303
    assert (await officer.get(f"/desk/cases/{case.number}")).status_code == 404
    shown = (await admin.get("/desk/roles")).text
    assert "郑统筹改的" in shown


async def test_nobody_gives_herself_anything_and_only_an_administrator_gives(site):
    admin, civil, known = await site.person("officer-admin"), await site.person("officer-civil"), await ids(site)
    own = await given(admin, known["officer-admin"])
    assert own.status_code == 422
    assert "不能给自己加角色" in own.text
    assert (await given(civil, known["officer-second"])).status_code == 404
    assert (await civil.get("/desk/roles")).status_code == 404
    for who, role, first, last in (("x", "reviewer", "2026-09-25", ""), (known["officer-second"], "king", "2026-09-25", ""),
                                   (known["officer-second"], "reviewer", "x", ""), (known["officer-second"], "reviewer", "2026-09-25", "2026-09-01")):  # fmt: skip
        assert (await given(admin, who, role, first, last)).status_code == 422


async def test_the_last_administrator_stays(site):
    admin, known = await site.person("officer-admin"), await ids(site)
    own_end = {"account": known["officer-admin"], "department": BUREAU, "role": "admin"}
    assert (await admin.post("/desk/roles/end", data=own_end)).status_code == 409
    await given(admin, known["officer-second"], "admin")
    second = await site.person("officer-second")
    assert (await second.post("/desk/roles/end", data=own_end)).status_code == 303
    assert (await given(second, known["officer-civil"], "admin", last="2026-12-31")).status_code == 303
    civil = await site.person("officer-civil")
    last = {"account": known["officer-second"], "department": BUREAU, "role": "admin"}
    answer = await civil.post("/desk/roles/end", data=last)  # her own has a last day: nobody would be left then
    assert answer.status_code == 409
    assert "至少要留一位" in answer.text


async def test_the_web_role_itself_gives_nobody_anything_without_an_administrator(site):
    known = await ids(site)
    logins = site.app.state.settings.login
    web, owner = await connect(logins("web")), await connect(logins("owner"))
    for viewer in ("officer-civil", "officer-admin"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await gives_herself(web, known[viewer])
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("DELETE FROM role_events")
    await web.close()
    await owner.close()


async def gives_herself(web, account):
    async with web.transaction():
        await web.execute("SELECT set_config('app.viewer', $1, true)", account)
        await web.execute(
            "INSERT INTO officer_roles (account_id, department_id, role) VALUES ($1::uuid, $2, 'legal')",
            account,
            BUREAU,
        )
