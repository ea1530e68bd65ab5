"""What must reach somebody and could not be brought stands on the office's list until somebody says how it was told; officers hear
each workday morning what waits for them; and the operator's report on a text message counts."""

import hashlib
import hmac
import json
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from backend.notifications.digest import tell_days
from backend.notifications.jobs import JOBS
from tests.fakes.sms_gateway import KEY
from tests.notifications.knocks import as_owner, give_address, give_email, give_phone, notices, told
from tests.notifications.test_told_of_what_was_done_for_her import PHONE, post
from tests.web import StoppedClock, running

__all__ = ["post"]


@pytest_asyncio.fixture
async def site(town):
    async with running(town.settings, StoppedClock(town.now)) as site:
        yield site


async def decided(town):
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await town.moved(case, "officer", "granted")
    await told(town)
    return case


async def the_notice(town, kind="granted"):
    rows = await as_owner(town, "SELECT id FROM notices WHERE channel = 'inbox' AND must AND words->>'kind' = $1", kind)
    return rows[0]["id"]


async def test_a_decision_that_nothing_can_bring_is_on_the_offices_list_until_she_reads_it(town, site):
    case = await decided(town)
    officer = await site.person("window")
    text = (await officer.get("/desk/notices")).text
    assert "依法要送到的（1）" in text
    for said in ("陈大海", "护理补贴：同意了", case.number, "没有登记手机、邮箱和地址"):
        assert said in text
    assert "陈大海" not in (await (await site.person("foreign")).get("/desk/notices")).text, "another office's"
    father = await site.person("father")
    await father.post(f"/inbox/{await the_notice(town)}")
    assert "都送到了" in (await officer.get("/desk/notices")).text


@pytest.mark.parametrize("state", ["queued", "retry", "sent"])
async def test_what_was_brought_or_is_still_tried_is_not_on_it(town, site, state):
    await give_email(town, "father", "father@example.org")
    await decided(town)
    await as_owner(
        town,
        "UPDATE notices SET state = $1, sent_at = CASE WHEN $1 = 'sent' THEN now() END WHERE channel = 'email'",
        state,
    )
    assert "都送到了" in (await (await site.person("window")).get("/desk/notices")).text


@pytest.mark.parametrize("state", ["failed", "unknown"])
async def test_what_failed_or_nobody_knows_of_is(town, site, state):
    await give_email(town, "father", "father@example.org")
    await decided(town)
    await as_owner(town, "UPDATE notices SET state = $1, sent_at = NULL WHERE channel = 'email'", state)
    text = (await (await site.person("window")).get("/desk/notices")).text
    assert ("邮件没送到" if state == "failed" else "邮件不知道送到没有") in text


async def test_how_she_is_reached_is_shown_on_asking_which_is_written_down_and_done_takes_it_off(town, site):
    await give_phone(town, "father", PHONE)
    await give_address(town, "father", "演示路 1 号")
    await decided(town)
    await as_owner(town, "UPDATE notices SET state = 'failed' WHERE channel = 'sms'")
    notice, officer = await the_notice(town), await site.person("window")
    assert PHONE not in (await officer.get("/desk/notices")).text
    shown = await officer.post(f"/desk/notices/{notice}/contact")
    assert (shown.status_code, PHONE in shown.text, "演示路 1 号" in shown.text, "先打电话" in shown.text) == (
        200,
        True,
        True,
        True,
    )
    (written,) = await as_owner(town, "SELECT opened_by FROM notice_followups")
    assert written["opened_by"] == town.ids["window"]
    bad = await officer.post(f"/desk/notices/{notice}/done", data={"how": "pigeon", "remark": "长" * 201})
    assert (bad.status_code, "是怎么告诉的" in bad.text, "200 字以内" in bad.text) == (422, True, True)
    done = await officer.post(f"/desk/notices/{notice}/done", data={"how": "called", "remark": "儿媳接的"})
    assert done.status_code == 303
    text = (await officer.get("/desk/notices")).text
    assert ("都送到了" in text, "儿媳接的" in text, "打电话说了" in text) == (True, True, True)
    assert (await officer.post(f"/desk/notices/{notice}/done", data={"how": "called"})).status_code == 404, "done once"


async def test_nobody_else_opens_it(town, site):
    await give_phone(town, "father", PHONE)
    await decided(town)
    await as_owner(town, "UPDATE notices SET state = 'failed' WHERE channel = 'sms'")
    notice = await the_notice(town)
    for who in ("foreign", "health"):
        officer = await site.person(who)
        assert (await officer.post(f"/desk/notices/{notice}/contact")).status_code == 404
        assert (await officer.post(f"/desk/notices/{notice}/done", data={"how": "called"})).status_code == 404
    assert await as_owner(town, "SELECT 1 FROM notice_followups") == []


# The operator's reports ---------------------------------------------------------------------------------------------


def signed(body, at, key=KEY):
    raw = json.dumps(body).encode()
    signature = hmac.new(key.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    return {
        "content": raw,
        "headers": {"Content-Type": "application/json", "X-Timestamp": str(at), "X-Signature": signature},
    }


@pytest_asyncio.fixture
async def gateway(post):
    """(town, site, reference of the text message that was sent, report(state) → status)."""
    town, work, _ = post
    await give_phone(town, "father", PHONE)
    await decided(town)
    await as_owner(town, "UPDATE notices SET state = 'sent', sent_at = now() WHERE channel = 'sms'")
    ((reference,),) = [
        tuple(row.values()) for row in await as_owner(town, "SELECT id FROM notices WHERE channel = 'sms'")
    ]
    async with running(town.settings, StoppedClock(town.now)) as site:
        program = site.stranger()

        async def report(state, about=reference, key=KEY):
            body = {"reference": str(about), "state": state, "problem": "空号"}
            return (
                await program.post("/api/v1/sms/reports", **signed(body, int(town.now.timestamp()), key))
            ).status_code

        yield town, site, work, report


async def of_text(town):
    (row,) = await as_owner(town, "SELECT id, state, arrived_at, problem FROM notices WHERE channel = 'sms'")
    return row


async def test_a_report_that_the_phone_took_it_is_shown_to_her(gateway):
    town, site, _, report = gateway
    assert [await report("arrived"), await report("arrived"), await report("lost")] == [204, 204, 204]
    assert (await of_text(town))["state"] == "sent", "what arrived has arrived"
    assert "短信 10:00 已送到手机" in (await (await site.person("father")).get("/inbox")).text


async def test_one_that_was_lost_goes_by_letter_or_onto_the_list(gateway):
    town, site, work, report = gateway
    assert await report("lost") == 204
    assert ((await of_text(town))["state"], (await of_text(town))["problem"]) == ("failed", "operator: 空号")
    await JOBS["text_lost"](work, {"notice": str((await of_text(town))["id"])})
    assert "短信没送到" in (await (await site.person("window")).get("/desk/notices")).text
    await give_address(town, "father", "演示路 1 号")
    await JOBS["text_lost"](work, {"notice": str((await of_text(town))["id"])})
    assert ("granted", "letter", "queued") in await notices(town, "father")


async def test_a_report_is_the_gateways_alone_and_too_early_is_to_be_said_again(gateway):
    town, _, _, report = gateway
    assert [await report("lost", key="another"), await report("lost", about=uuid4())] == [404, 404]
    assert [await report("eaten"), (await of_text(town))["state"]] == [400, "sent"]
    await as_owner(
        town, "UPDATE notices SET state = 'sending', lease_until = now(), sent_at = NULL WHERE channel = 'sms'"
    )
    assert await report("arrived") == 409


# An officer's morning -----------------------------------------------------------------------------------------------


async def test_each_workday_morning_an_officer_is_told_once_what_waits(town, site):
    town.now += timedelta(days=3)  # the day after the mid-autumn holiday
    await town.filed("father")
    await town.filed("father")
    await give_email(town, "officer", "officer@example.org")
    for _ in range(2):
        async with town.machine() as tx:
            await tell_days(tx)
    await told(town)
    rows = await notices(town, "officer")
    assert rows == [("desk_digest", "email", "queued"), ("desk_digest", "inbox", "sent")]
    officer = await site.person("officer")
    text = (await officer.get("/desk/notices")).text
    assert "超期 0 件，快到期 0 件" in text
    assert "新来 2 件，手上还没办完的一共 2 件" in text
    await officer.post("/desk/notices/digest", data={"digest": "off"})
    town.later(days=1)
    async with town.machine() as tx:
        assert await tell_days(tx) > 0
    await told(town)
    assert [row for row in await notices(town, "officer") if row[1] == "email"] == rows[:1], "she switched it off"


async def test_on_a_day_off_nobody_is_told(town):
    await town.filed("father")
    assert town.now.strftime("%m-%d") == "09-25", "mid-autumn, a Friday"
    async with town.machine() as tx:
        assert await tell_days(tx) == 0
