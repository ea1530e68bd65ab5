"""The inbox as people see it: hers alone, what needs her on top, read with one tap."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from backend.core.render import saying
from backend.notifications.brought import Knock, how
from tests.notifications.knocks import as_owner, give_email, give_push, told
from tests.notifications.test_told_of_what_was_done_for_her import DEVICE
from tests.web import StoppedClock, running

NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def site(town):
    async with running(town.settings, StoppedClock(town.now)) as site:
        yield site


async def ids(person):
    return [notice["id"] for notice in (await person.get("/api/v1/notices")).json()["notices"]]


async def test_an_empty_inbox_says_what_to_do(site):
    answer = await (await site.person("father")).get("/inbox")
    assert answer.status_code == 200
    assert "还没有消息" in answer.text
    assert 'href="/items"' in answer.text


async def test_nobody_signed_in_is_led_to_the_sign_in_page(site):
    answer = await site.stranger().get("/inbox")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Finbox")


async def test_officers_have_no_citizens_inbox(site):
    assert (await (await site.person("officer")).get("/inbox")).status_code == 404


async def test_what_needs_her_stands_on_top_with_its_date(town, site):
    case = await town.filed("father")
    await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])
    town.later(minutes=1)
    await town.filed("father")
    await told(town)
    text = (await (await site.person("father")).get("/inbox")).text
    assert text.index("需要您补一下") < text.index("已提交")
    assert re.search(r">请在 \d+ 月 \d+ 日（周.）前补上。</strong>", text)
    assert "rows-amber" in text


async def test_one_tap_reads_it_and_goes_to_the_case(town, site):
    case = await town.filed("father")
    await told(town)
    father = await site.person("father")
    (notice,) = await ids(father)
    for _ in range(2):
        answer = await father.post(f"/inbox/{notice}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case.number}")
    listed = (await father.get("/api/v1/notices")).json()
    assert (listed["unread"], listed["notices"][0]["read_at"] is None) == (0, False)


async def test_everything_can_be_read_at_once(town, site):
    await town.filed("father")
    await town.filed("father")
    await told(town)
    father = await site.person("father")
    assert "全部标为已读" in (await father.get("/inbox")).text
    await father.post("/inbox/read")
    assert (await father.get("/api/v1/notices")).json()["unread"] == 0
    assert "全部标为已读" not in (await father.get("/inbox")).text


async def test_who_did_it_for_whom_is_said_inside_only(town, site):
    await town.filed("daughter")
    await told(town)
    assert "陈小燕替您办的" in (await (await site.person("father")).get("/inbox")).text
    daughter = (await (await site.person("daughter")).get("/inbox")).text
    assert "您替陈大海办的" in daughter


async def test_the_agents_tap_brings_the_principals_affairs_onto_the_screen(town, site):
    case = await town.filed("daughter")
    await told(town)
    daughter = await site.person("daughter")
    (notice,) = await ids(daughter)
    answer = await daughter.post(f"/inbox/{notice}")
    assert answer.headers["location"] == f"/cases/{case.number}"
    seen = await daughter.get(answer.headers["location"])
    assert seen.status_code == 200
    assert "陈大海" in seen.text


async def test_when_the_mandate_has_ended_nothing_of_it_stays_in_the_agents_inbox(town, site):
    case = await town.filed("daughter")
    await told(town)
    daughter = await site.person("daughter")
    (notice,) = await ids(daughter)
    await as_owner(town, "UPDATE mandates SET ended_at = now(), end_reason = 'revoked'")
    text = (await daughter.get("/inbox")).text
    assert [mark for mark in ("陈大海", case.number, "护理补贴") if mark in text] == []
    assert await ids(daughter) == []
    assert (await daughter.post(f"/inbox/{notice}")).status_code == 404


async def test_a_stranger_sees_and_reads_nothing_of_it(town, site):
    case = await town.filed("father")
    await told(town)
    (notice,) = await ids(await site.person("father"))
    stranger = await site.person("stranger")
    assert case.number not in (await stranger.get("/inbox")).text
    for path in (f"/inbox/{notice}", f"/inbox/{uuid4()}", "/inbox/none", f"/api/v1/notices/{notice}/read"):
        assert (await stranger.post(path)).status_code == 404
    assert (await stranger.get("/api/v1/notices")).json() == {"unread": 0, "needs_you": 0, "notices": []}


async def test_the_agent_reading_hers_leaves_the_principals_unread(town, site):
    await town.filed("daughter")
    await told(town)
    daughter = await site.person("daughter")
    (notice,) = await ids(daughter)
    await daughter.post(f"/api/v1/notices/{notice}/read")
    assert (await (await site.person("father")).get("/api/v1/notices")).json()["unread"] == 1


async def test_the_api_words_a_notice_in_the_readers_language_and_form(town, site):
    case = await town.filed("father")
    case = await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])
    await told(town)
    answer = await (await site.person("father")).get("/api/v1/notices")
    listed = answer.json()
    assert (listed["unread"], listed["needs_you"]) == (2, 1)
    newest = listed["notices"][0]
    assert newest["title"] == "护理补贴：需要您补一下"
    assert newest["case_number"] == case.number
    assert newest["due"] == case.due.isoformat()
    assert newest["until"].startswith(f"请在 {case.due.month} 月 {case.due.day} 日（周")


@pytest.mark.parametrize("limit", ["-1", "51", "x"])
async def test_a_limit_that_cannot_be_is_refused(site, limit):
    assert (await (await site.person("father")).get(f"/api/v1/notices?limit={limit}")).status_code == 400


async def test_the_unread_number_stands_on_every_page(town, site):
    await town.filed("father")
    await told(town)
    assert "条未读" in (await (await site.person("father")).get("/me")).text


async def test_a_name_that_looks_like_markup_is_shown_as_text(town, site):
    await town.filed("father")
    await told(town)
    await as_owner(town, "UPDATE notices SET words = jsonb_set(words, '{item}', '\"<script>x</script>\"')")
    text = (await (await site.person("father")).get("/inbox")).text
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


async def test_each_notice_says_what_became_of_it_on_every_way(town, site):
    await give_email(town, "father", "father@example.org")
    await give_push(town, "father", DEVICE)
    await town.filed("daughter")
    await told(town)
    await as_owner(town, "UPDATE notices SET state = 'failed' WHERE channel = 'email'")
    await as_owner(town, "UPDATE notices SET state = 'sent', sent_at = $1 WHERE channel = 'push'", town.now)
    father = await site.person("father")
    text = (await father.get("/inbox")).text
    assert re.search(r"收件箱已到 · <a href=\"/me/contacts\">邮件没送到，请核对邮箱</a> · 手机提醒 10:00 已发出", text)
    (notice,) = (await father.get("/api/v1/notices")).json()["notices"]
    assert [(way["channel"], way["state"]) for way in notice["ways"]] == [("email", "failed"), ("push", "sent")]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"channel": "sms", "state": "sent", "sent_at": NOW, "arrived_at": NOW}, "短信 10:00 已送到手机"),
        ({"channel": "sms", "state": "unknown"}, "短信可能没送到"),
        ({"channel": "sms", "state": "queued", "next_at": NOW + timedelta(hours=21)}, "短信 9 月 26 日 07:00 再发"),
        ({"channel": "email", "state": "retry", "next_at": NOW + timedelta(minutes=1)}, "邮件正在发"),
        ({"channel": "letter", "state": "sent", "sent_at": NOW}, "信已写好，等着打印寄出"),
        ({"channel": "letter", "state": "failed"}, "没有寄信的地址"),
        ({"channel": "letter", "state": "unknown"}, "没有寄信的地址"),
    ],
)
def test_the_state_of_a_knock_in_plain_words(known, said):
    with saying("zh-Hans") as speak:
        assert speak(how(msgspec.convert(known, Knock), NOW).words) == said


@pytest.mark.parametrize("channel", ["push", "email", "sms", "letter"])
@pytest.mark.parametrize("state", ["queued", "sending", "retry", "sent", "unknown", "failed"])
def test_every_state_of_every_way_has_its_words(channel, state):
    with saying("zh-Hans") as speak:
        assert speak(how(msgspec.convert({"channel": channel, "state": state}, Knock), NOW).words)


async def test_older_ones_are_a_page_further_none_twice_and_none_left_out(town, site):
    for _ in range(3):
        await town.filed("father")
        town.later(minutes=1)
    case = await town.filed("father")
    await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])
    await told(town)
    father = await site.person("father")
    seen, before = [], None
    while True:
        query = {"limit": 2} | ({"before": before} if before else {})
        page = (await father.get("/api/v1/notices", params=query)).json()["notices"]
        if not page:
            break
        seen, before = seen + [one["id"] for one in page], page[-1]["id"]
    assert seen == await ids(father)
    assert len(seen) == 5
    older = await father.get("/inbox", params={"before": seen[1]})
    assert [notice in older.text for notice in seen] == [False, False, True, True, True]
    assert (await father.get("/inbox", params={"before": "x"})).status_code == 404
    assert "没有更早的消息了" in (await father.get("/inbox", params={"before": str(uuid4())})).text
