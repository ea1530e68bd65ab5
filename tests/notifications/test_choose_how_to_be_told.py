"""How she is told is hers to choose, on pages without JavaScript and as JSON; what the law wants served keeps one way."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from backend.notifications.actions import tell
from backend.notifications.jobs import open_channels
from backend.notifications.matters import ALWAYS
from backend.notifications.model import Channel, Happening, Matter, Wishes
from backend.notifications.quiet import CITY, NO_NIGHT, Night, until_morning
from backend.notifications.rules import channels, matter, must_reach, urgent
from backend.notifications.wishes import is_elder
from tests.notifications.knocks import as_owner, give_address, give_email, give_phone, give_push, notices, told
from tests.notifications.test_own_case_by_text import agrees
from tests.notifications.test_told_of_what_was_done_for_her import DEVICE, PHONE
from tests.web import StoppedClock, running

EVERY = frozenset(Channel)
NIGHT = Night(time(22), time(7))
clocks = st.times(timezones=st.none())
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
nights = st.builds(Night, clocks, clocks)


# The hours -------------------------------------------------------------------------------------------------------


@given(moments, nights)
def test_a_knock_waits_less_than_a_day_and_is_out_of_the_night_when_it_comes(now, night):
    wait = until_morning(now, night)
    assert timedelta(0) <= wait < timedelta(days=1)
    assert until_morning(now + wait, night) == timedelta(0)
    if wait:
        assert (now + wait).astimezone(CITY).time() == night.end


@given(moments, nights)
def test_by_day_it_does_not_wait_and_at_night_it_does(now, night):
    clock = now.astimezone(CITY).time()
    asleep = night.start <= clock < night.end if night.start <= night.end else clock >= night.start or clock < night.end
    assert bool(until_morning(now, night)) == asleep


@given(moments, clocks)
def test_hours_that_end_where_they_begin_are_none(now, clock):
    assert until_morning(now, Night(clock, clock)) == timedelta(0)


@pytest.mark.parametrize(
    ("clock", "hours"), [("21:59", 0), ("22:00", 9), ("00:00", 7), ("03:30", 3.5), ("06:59", 1 / 60), ("07:00", 0)]
)
def test_from_ten_to_seven_over_midnight(clock, hours):
    now = datetime.combine(date(2026, 9, 25), time.fromisoformat(clock), CITY)
    assert until_morning(now, NIGHT) == timedelta(hours=hours)


# What follows from what she chose ----------------------------------------------------------------------------------


def happening(kind="granted", **known):
    base = {
        "event_id": 1, "kind": kind, "actor_kind": "officer", "case_id": "5a" * 16, "number": "1", "item": "护理补贴", "data": {},
        "person_id": "5b" * 16, "did_it": False, "has_push": True, "has_email": True, "has_phone": True, "has_address": True, "hers": True,
    }  # fmt: skip
    return Happening(**(base | known))


kinds = st.sampled_from(["granted", "refused", "correction_asked", "filed", "accepted", "transferred"])
subsets = st.sets(st.sampled_from([Channel.PUSH, Channel.EMAIL, Channel.SMS, Channel.LETTER]))


@given(kinds, st.booleans(), subsets, subsets, st.booleans())
def test_what_must_be_served_keeps_one_way_whatever_she_chose_where_there_is_one(kind, agent, chosen, reach, agreed):
    told = happening(
        kind, actor_kind="agent" if agent else "officer", for_her=agent, sms_agreed=agreed, has_push=Channel.PUSH in reach,
        has_email=Channel.EMAIL in reach, has_phone=Channel.SMS in reach, has_address=Channel.LETTER in reach,
    )  # fmt: skip
    about = matter(told)
    got = channels(told, EVERY, Wishes(chosen={about: tuple(chosen)}))
    assert got[0] is Channel.INBOX
    assert set(got[1:]) <= reach
    if about in ALWAYS and reach:
        assert got[1:], "the law wants that she hears"
    if about not in ALWAYS:
        assert set(got[1:]) <= chosen


def test_what_she_switched_off_does_not_knock():
    assert channels(happening("accepted"), EVERY, Wishes(chosen={Matter.PROGRESS: ()})) == [Channel.INBOX]


def test_a_text_message_she_chose_still_needs_her_consent():
    chosen = Wishes(chosen={Matter.PROGRESS: (Channel.SMS,)})
    assert channels(happening("accepted"), EVERY, chosen) == [Channel.INBOX]
    assert channels(happening("accepted", sms_agreed=True), EVERY, chosen) == [Channel.INBOX, Channel.SMS]


def test_an_elder_without_push_has_a_text_message_and_a_letter_until_she_chooses():
    told = happening(has_push=False, has_email=False)
    assert channels(told, EVERY, Wishes()) == [Channel.INBOX, Channel.SMS]
    assert channels(told, EVERY, Wishes(elder=True)) == [Channel.INBOX, Channel.SMS, Channel.LETTER]
    mine = Wishes(elder=True, chosen={Matter.NEEDS: (Channel.SMS,)})
    assert channels(happening(has_push=False, sms_agreed=True), EVERY, mine) == [Channel.INBOX, Channel.SMS]


def test_what_she_may_have_without_asking_is_never_texted_without_her_consent():
    """It is no decision that has to be served: her inbox, a letter where nothing digital reaches her, and the community office."""
    only_a_phone = {"has_push": False, "has_email": False, "case_id": None, "hers": False, "actor_kind": "machine"}
    assert channels(happening("offered", **only_a_phone), EVERY, Wishes()) == [Channel.INBOX, Channel.LETTER]
    agreed = happening("offered", sms_agreed=True, **only_a_phone)
    assert channels(agreed, EVERY, Wishes()) == [Channel.INBOX, Channel.SMS]
    assert Channel.SMS in channels(happening(has_push=False, has_email=False), EVERY, Wishes()), "a decision is served"


@pytest.mark.parametrize(("how", "kind", "knocks"), [("all", "accepted", True), ("needs", "accepted", False),
                                                      ("needs", "granted", True), ("inbox", "granted", False)])  # fmt: skip
def test_an_agents_copies_knock_as_she_wishes(how, kind, knocks):
    got = channels(happening(kind, hers=False, as_agent=True), EVERY, Wishes(as_agent=how))
    assert got[0] is Channel.INBOX
    assert bool(got[1:]) == knocks


def test_what_is_due_today_and_her_account_do_not_wait_for_the_morning():
    today = date(2026, 9, 25)
    assert urgent(happening("correction_asked", data={"due": "2026-09-25"}), today)
    assert not urgent(happening("correction_asked", data={"due": "2026-09-26"}), today)
    assert urgent(happening("export_taken", case_id=None, hers=False), today)


def test_what_she_did_herself_need_not_be_brought_to_her():
    assert must_reach(happening("granted"))
    assert not must_reach(happening("granted", did_it=True))
    assert not must_reach(happening("granted", in_filing=True))
    assert not must_reach(happening("accepted"))
    assert not must_reach(happening("granted", hers=False, as_agent=True))


@pytest.mark.parametrize(("born", "old"), [("1966-09-25", True), ("1966-09-26", False), ("1940-02-29", True)])
def test_sixty_on_the_birthday(born, old):
    assert is_elder(date.fromisoformat(born), date(2026, 9, 25)) is old
    assert not is_elder(None, date(2026, 9, 25))


# In the town --------------------------------------------------------------------------------------------------------


async def at_night(town):
    events = [row["id"] for row in await as_owner(town, "SELECT id FROM events WHERE public ORDER BY id")]
    async with town.machine() as tx:
        return await tell(tx, events, open_channels(town.settings), NIGHT)


async def waits(town, kind):
    """Hours for which the father's push of this kind is held back."""
    rows = await as_owner(
        town,
        "SELECT extract(epoch FROM due_after)::float8 / 3600 AS hours FROM notices WHERE words->>'kind' = $1 AND channel = 'push' AND person_id = $2",
        kind,
        town.ids["father"],
    )
    return rows[0]["hours"]


async def test_at_night_it_lies_in_the_inbox_at_once_and_the_knock_waits_until_seven(town):
    await give_phone(town, "father", PHONE)
    await give_push(town, "father", DEVICE)
    await give_address(town, "father", "演示路 1 号")
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await told(town)
    town.now = datetime(2026, 9, 25, 23, 30, tzinfo=CITY)
    await town.moved(case, "officer", "granted")
    await at_night(town)
    assert await waits(town, "granted") == 7.5
    assert ("granted", "inbox", "sent") in await notices(town, "father")


async def test_hours_of_her_own_go_before_the_citys(town):
    await give_push(town, "father", DEVICE)
    await as_owner(town, "INSERT INTO notice_habits VALUES ($1, '00:00', '00:00', 'all', now())", town.ids["father"])
    town.now = datetime(2026, 9, 25, 23, 30, tzinfo=CITY)
    await town.filed("daughter")
    await at_night(town)
    assert await waits(town, "filed") == 0


async def test_who_reads_in_large_print_or_is_eighty_gets_a_letter_too(town):
    await give_phone(town, "father", PHONE)
    await give_address(town, "father", "演示路 1 号")
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await as_owner(town, "UPDATE accounts SET large_print = true WHERE id = $1", town.ids["father"])
    await town.moved(case, "officer", "granted")
    await told(town)
    assert {channel for kind, channel, _ in await notices(town, "father") if kind == "granted"} == {
        "inbox",
        "sms",
        "letter",
    }


async def test_her_age_is_read_from_her_own_profile(town):
    await give_phone(town, "father", PHONE)
    await give_address(town, "father", "演示路 1 号")
    person = town.ids["father"]
    (account,) = await as_owner(town, "SELECT key_wrapped FROM accounts WHERE id = $1", person)
    sealed = town.vault.key(account["key_wrapped"]).seal_value("1944-10-05", f"fact:{person}:person.birth_date:profile")
    await as_owner(town, "INSERT INTO facts (party_id, element, source, sealed, trust, at) VALUES ($1, 'person.birth_date', 'profile', $2, 'C', now())", person, sealed)  # fmt: skip
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await town.moved(case, "officer", "granted")
    await told(town)
    assert ("granted", "letter", "queued") in await notices(town, "father")


# On the pages -------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def site(town):
    async with running(town.settings, StoppedClock(town.now)) as site:
        yield site


async def test_she_chooses_without_javascript_and_it_holds_from_the_next_notice(town, site):
    await give_email(town, "father", "father@example.org")
    await give_push(town, "father", DEVICE)
    father = await site.person("father")
    assert "照平常的来" in (await father.get("/me/notices")).text
    answer = await father.post("/me/notices/progress", data={"channels": ["email"]})
    assert answer.status_code == 303
    assert "邮件" in (await father.get("/me/notices")).text
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await told(town)
    assert {channel for kind, channel, _ in await notices(town, "father") if kind == "accepted"} == {"inbox", "email"}
    await father.post("/me/notices/progress", data={"do": "usual"})
    await town.moved(case, "officer", "granted")
    await told(town)
    assert {channel for kind, channel, _ in await notices(town, "father") if kind == "granted"} == {
        "inbox",
        "email",
        "push",
    }


async def test_what_cannot_be_chosen_is_said_and_nothing_chosen_is_lost(town, site):
    father = await site.person("father")
    answer = await father.post("/me/notices/needs", data={})
    assert (answer.status_code, "请至少留一种" in answer.text) == (422, True)
    answer = await father.post("/me/notices/needs", data={"channels": ["email", "sms"]})
    assert (answer.status_code, "短信要您先看一遍说明" in answer.text) == (422, True)
    assert 'value="email" checked' in answer.text
    await agrees(town)
    assert (await father.post("/me/notices/needs", data={"channels": ["email", "sms"]})).status_code == 303
    assert (await father.post("/me/notices/needs", data={"channels": ["pigeon"]})).status_code == 422
    assert (await father.get("/me/notices/digest")).status_code == 404
    assert (await father.get("/me/notices/nothing")).status_code == 404


async def test_quiet_hours_are_hers(town, site):
    father = await site.person("father")
    assert (
        await father.post("/me/notices/quiet", data={"quiet": "on", "start": "21:30", "end": "06:00"})
    ).status_code == 303
    assert "21:30 到 06:00" in (await father.get("/me/notices")).text
    bad = await father.post("/me/notices/quiet", data={"quiet": "on", "start": "25:00", "end": ""})
    assert (bad.status_code, "请选开始和结束的钟点" in bad.text) == (422, True)
    await father.post("/me/notices/quiet", data={"quiet": "off"})
    assert "随时提醒" in (await father.get("/me/notices")).text
    await father.post("/me/notices/agent", data={"as_agent": "needs"})
    assert "有结果才提醒" in (await father.get("/me/notices")).text
    assert (await father.post("/me/notices/agent", data={"as_agent": "x"})).status_code == 422


async def test_the_same_as_json(town, site):
    father = await site.person("father")
    mine = (await father.get("/api/v1/notice-preferences")).json()
    assert (mine["chosen"], mine["as_agent"], mine["always"]) == ({}, "all", ["needs", "done_for_me", "account"])
    wanted = {
        "chosen": {"progress": [], "needs": ["push"]},
        "quiet_from": "23:00",
        "quiet_until": "06:30",
        "as_agent": "inbox",
    }
    answer = await father.put("/api/v1/notice-preferences", json=wanted)
    assert answer.status_code == 200
    kept = (await father.get("/api/v1/notice-preferences")).json()
    assert {name: kept[name] for name in wanted} == wanted
    for wrong in ({"chosen": {"needs": []}}, {"chosen": {"digest": []}}, {"quiet_from": "7"}, {"as_agent": "x"}):
        assert (await father.put("/api/v1/notice-preferences", json=wanted | wrong)).status_code in (400, 422), wrong
    assert (await father.get("/api/v1/notice-preferences")).json() == kept


async def test_the_elder_version_is_remembered_for_letters(town, site):
    father = await site.person("father")
    await father.post("/mode", data={"mode": "elder", "back": "/"})
    assert (await as_owner(town, "SELECT large_print FROM accounts WHERE id = $1", town.ids["father"]))[0][
        "large_print"
    ]
    await father.post("/mode", data={"mode": "standard", "back": "/"})
    assert not (await as_owner(town, "SELECT large_print FROM accounts WHERE id = $1", town.ids["father"]))[0][
        "large_print"
    ]


def test_no_night_is_no_night():
    assert not NO_NIGHT
