"""The principal hears what an agent did for her on a channel of her own: who, what, when, how to stop it; once for each order."""

import json
from datetime import UTC, datetime

import msgspec
import pytest_asyncio

from backend.core.jobs import Work
from backend.notifications.letters import Letter
from backend.notifications.model import Channel
from tests.cases.town import FOOD, SHOP, new_case
from tests.fakes.sms_gateway import KEY, sms_gateway
from tests.notifications.knocks import (
    as_owner,
    give_address,
    give_email,
    give_phone,
    give_push,
    notices,
    sent_out,
    told,
)

PHONE = "13900001111"
DEVICE = "https://fcm.googleapis.com/fcm/send/of-the-daughter"


@pytest_asyncio.fixture
async def post(town):
    """The town, its worker, and an operator's gateway."""
    async with sms_gateway() as gateway:
        town.settings = msgspec.structs.replace(town.settings, sms_url=gateway.url, sms_key=KEY)
        work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
        yield town, work, gateway
        await work.close()


async def deliver(town, work, channel):
    """Every waiting notice of this channel."""
    await sent_out(work, Channel(channel))


async def letters(town):
    return [
        msgspec.convert(town.vault.system.open_value(row["sealed"], f"letter:{row['id']}"), Letter)
        for row in await as_owner(town, "SELECT id, sealed FROM letters ORDER BY queued_at")
    ]


def three(town):
    party = town.ids["father"]
    return [new_case(party, town.now), new_case(party, town.now, SHOP), new_case(party, town.now, FOOD)]


async def test_a_text_message_says_who_what_when_and_how_to_stop_it_and_nothing_else(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    case = await town.filed("daughter")
    await told(town)
    await deliver(town, work, "sms")
    (text,) = gateway.texts
    assert text["to"] == PHONE
    for said in ("陈小燕", "护理补贴：已提交", "9 月 25 日", "回复“收回”", "12345"):
        assert said in text["text"]
    for private in ("陈大海", case.number, PHONE):
        assert private not in text["text"]
    assert ("filed", "sms", "sent") in await notices(town, "father")
    assert not [row for row in await notices(town, "daughter") if row[1] in ("sms", "letter")], (
        "never through the agent"
    )


async def test_what_came_of_it_is_told_too_and_what_an_officer_asks_for(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    case = await town.filed("daughter")
    case = await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])
    case = await town.moved(case, "daughter", "corrected", for_father=True)
    case = await town.moved(case, "officer", "accepted")
    await town.moved(case, "officer", "granted")
    await told(town)
    await deliver(town, work, "sms")
    said = [text["text"] for text in gateway.texts]
    assert [any(word in text for text in said) for word in ("已提交", "需要您补一下", "补正已交上", "同意了")] == [
        True
    ] * 4
    assert len(said) == 4, "that it was accepted is no news for a text message"


async def test_an_order_of_three_things_is_told_once_on_each_channel_and_stands_three_times_in_the_inbox(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    await give_email(town, "father", "father@example.org")
    await give_push(town, "father", DEVICE)
    await town.filed_together(*three(town), who="daughter")
    await told(town)
    rows = await notices(town, "father")
    assert sorted(channel for _kind, channel, _state in rows) == ["email", "inbox", "inbox", "inbox", "push", "sms"]
    assert {kind for kind, channel, _ in rows if channel != "inbox"} == {"filed_together"}
    await deliver(town, work, "sms")
    (text,) = gateway.texts
    assert "3 件事已提交：护理补贴、个体工商户设立…" in text["text"]


async def test_what_happens_later_in_one_of_them_does_not_take_the_orders_mail_away(post):
    town, _work, _gateway = post
    await give_email(town, "father", "father@example.org")
    cases = await town.filed_together(*three(town), who="daughter")
    await told(town)
    await town.moved(cases[0], "officer", "accepted")
    await told(town)
    mails = [row for row in await notices(town, "father") if row[1] == "email"]
    assert mails == [("filed_together", "email", "queued"), ("accepted", "email", "queued")]


async def test_who_has_only_an_address_gets_a_letter(post):
    town, work, gateway = post
    await give_address(town, "father", "某某路 1 号 2 栋 303")
    await town.filed_together(*three(town), who="daughter")
    await told(town)
    await deliver(town, work, "letter")
    await deliver(town, work, "letter")
    (letter,) = await letters(town)
    assert (letter.name, letter.address) == ("陈大海", "某某路 1 号 2 栋 303")
    for said in (
        "陈大海，您好",
        "陈小燕",
        "护理补贴、个体工商户设立、食品经营许可",
        "9 月 25 日",
        "12345",
        "任何一个窗口",
    ):
        assert said in letter.words
    assert gateway.texts == []
    assert ("filed_together", "letter", "sent") in await notices(town, "father")


async def test_a_number_that_is_also_the_agents_is_not_hers_alone(post):
    """The daughter has typed the very number into her own account: a letter goes instead."""
    town, _work, _gateway = post
    await give_phone(town, "father", PHONE)
    await give_address(town, "father", "某某路 1 号")
    await as_owner(
        town,
        """INSERT INTO contacts (account_id, kind, value_sealed, value_blind, changed_at)
           SELECT $1, kind, value_sealed, value_blind, changed_at FROM contacts""",
        town.ids["daughter"],
    )
    await town.filed("daughter")
    await told(town)
    assert {channel for _kind, channel, _state in await notices(town, "father")} == {"inbox", "letter"}


async def test_what_she_does_herself_knocks_nowhere(post):
    town, _work, _gateway = post
    await give_phone(town, "father", PHONE)
    case = await town.filed("father")
    await town.moved(case, "officer", "accepted")
    await told(town)
    assert {channel for _kind, channel, _state in await notices(town, "father")} == {"inbox"}


async def test_it_is_worded_in_her_language(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    await as_owner(town, "UPDATE accounts SET language = 'zh-Hant' WHERE id = $1", town.ids["father"])
    await town.filed("daughter")
    await told(town)
    await deliver(town, work, "sms")
    assert "9 月 25 日（週五），陈小燕替您辦了" in gateway.texts[0]["text"]


async def test_a_gateway_that_is_busy_is_asked_again_and_one_that_hangs_up_is_not(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    await town.filed("daughter")
    await told(town)
    await as_owner(town, "UPDATE notices SET created_at = now()")
    gateway.mood = "503"
    await deliver(town, work, "sms")
    (row,) = await as_owner(town, "SELECT id, state FROM notices WHERE channel = 'sms'")
    assert row["state"] == "retry"
    await as_owner(town, "UPDATE notices SET next_at = now() WHERE channel = 'sms'")
    gateway.mood = "drops"
    await deliver(town, work, "sms")
    await deliver(town, work, "sms")
    (row,) = await as_owner(town, "SELECT state FROM notices WHERE channel = 'sms'")
    assert row["state"] == "unknown"
    assert len(gateway.texts) == 1


async def test_a_push_to_an_agent_does_not_go_out_any_more_once_her_mandate_is_over(post):
    town, work, _gateway = post
    await give_push(town, "daughter", DEVICE)
    case = await town.filed("daughter")
    await town.moved(case, "officer", "accepted")
    await told(town)
    await as_owner(town, "UPDATE mandates SET ended_at = now(), end_reason = 'revoked'")
    await sent_out(work, Channel.PUSH)
    rows = await as_owner(town, "SELECT state, problem FROM notices WHERE channel = 'push'")
    assert [tuple(row.values()) for row in rows] == [("merged", "the mandate ended first")]


async def test_jobs_and_notices_carry_no_name_and_no_number(post):
    town, _work, _gateway = post
    await give_phone(town, "father", PHONE)
    await town.filed_together(*three(town), who="daughter")
    await told(town)
    stored = json.dumps(
        [
            list(map(str, row.values()))
            for row in await as_owner(
                town, "SELECT words::text FROM notices UNION ALL SELECT convert_from(payload, 'UTF8') FROM pgqueuer"
            )
        ],
        ensure_ascii=False,
    )
    assert [mark for mark in ("陈大海", "陈小燕", PHONE) if mark in stored] == []
