"""An officer's account: made by a command, opened once by a link, from then on with her passkey alone."""

import subprocess
import sys
from datetime import timedelta

import msgspec
import pytest_asyncio

from backend.core.db import connect
from tests.accounts.test_passkeys import HOST, signs_in
from tests.browser.town import environ_for
from tests.fakes.authenticator import Authenticator
from tests.web import ORIGIN, StoppedClock, running


@pytest_asyncio.fixture
async def site(settings):
    owner = await connect(settings.login("owner"))
    await owner.execute("INSERT INTO departments (id, name) VALUES ('civil', '民政局')")
    now = await owner.fetchval("SELECT now()")
    await owner.close()
    async with running(msgspec.structs.replace(settings, public_url=ORIGIN), StoppedClock(now)) as site:
        yield site


def officer(site, *words):
    told = environ_for(site.app.state.settings, 8000) | {"PUBLIC_URL": ORIGIN, "SUISHOUBAN_DEMO": "off"}
    return subprocess.run(
        [sys.executable, "-m", "backend", "officer", *words], env=told, capture_output=True, text=True
    )


def invited(site, *more):
    """Her account and the path of her link."""
    done = officer(site, "invite", "王惠民", "--department", "civil", "--role", "reviewer", *more)
    assert done.returncode == 0, done.stderr
    account, link, _ = done.stdout.splitlines()
    return account, link.removeprefix(ORIGIN)


async def enrols(client, path, device):
    options = (await client.post(f"{path}/challenge")).json()
    return await client.post(path, data={"credential": device.create(options)})


async def test_the_link_opens_once_and_then_her_passkey_opens_the_desk(site):
    _, path = invited(site)
    device, client = Authenticator(ORIGIN, HOST), site.stranger()
    shown = await client.get(path)
    assert "王惠民" in shown.text
    assert (shown.headers["cache-control"], shown.headers["x-offline"]) == ("no-store", "never")
    answer = await enrols(client, path, device)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert (await client.get("/desk")).status_code == 200
    assert (await site.stranger().get(path)).status_code == 404
    assert (await site.stranger().post(f"{path}/challenge")).status_code == 404
    again = site.stranger()
    assert (await signs_in(again, device)).headers["location"] == "/desk"
    assert (await again.get("/desk")).status_code == 200


async def test_a_wrong_answer_leaves_the_link_open_and_an_old_link_is_closed(site):
    _, path = invited(site)
    device, client = Authenticator(ORIGIN, HOST), site.stranger()
    device.recognises = False
    assert (await enrols(client, path, device)).status_code == 422
    device.recognises = True
    site.clock.now += timedelta(days=8)
    assert (await client.get(path)).status_code == 404


async def test_she_does_not_remove_her_last_passkey(site):
    _, path = invited(site)
    client = site.stranger()
    await enrols(client, path, Authenticator(ORIGIN, HOST))
    owner = await connect(site.app.state.settings.login("owner"))
    passkey = await owner.fetchval("SELECT id FROM passkeys")
    await owner.close()
    answer = await client.post(f"/me/passkeys/{passkey}/remove")
    assert answer.status_code == 409
    assert "唯一" in answer.text


async def test_her_roles_end_with_their_dates_and_a_new_link_ends_what_was(site):
    account, path = invited(site, "--until", "2099-12-31")
    device, client = Authenticator(ORIGIN, HOST), site.stranger()
    await enrols(client, path, device)
    assert "civil:reviewer" in officer(site, "list").stdout
    again = officer(site, "link", account)
    assert again.returncode == 0, again.stderr
    assert (await client.get("/desk")).status_code == 303
    assert (await signs_in(site.stranger(), device)).status_code == 422
    assert officer(site, "end", account).returncode == 0
    assert (await site.stranger().get(again.stdout.splitlines()[1].removeprefix(ORIGIN))).status_code == 404
    assert "civil:reviewer" not in officer(site, "list").stdout


def test_what_cannot_be_is_refused_in_words(site):
    unknown = officer(site, "invite", "某人", "--department", "nowhere", "--role", "reviewer")
    assert (unknown.returncode, "There is no department nowhere" in unknown.stderr) == (2, True)
    nobody = officer(site, "link", "00000000-0000-0000-0000-000000000000")
    assert (nobody.returncode, "There is no officer" in nobody.stderr) == (2, True)


async def test_somebody_of_the_whole_city_has_her_role_in_every_department(site):
    owner = await connect(site.app.state.settings.login("owner"))
    await owner.execute("INSERT INTO departments (id, name) VALUES ('housing', '住房局')")
    done = officer(site, "invite", "周法核", "--department", "all", "--role", "legal", "--role", "checker")
    assert done.returncode == 0, done.stderr
    held = await owner.fetch(
        "SELECT department_id, role FROM officer_roles WHERE account_id = $1", done.stdout.split()[0]
    )
    await owner.close()
    assert {tuple(row) for row in held} == {(d, r) for d in ("civil", "housing") for r in ("legal", "checker")}
