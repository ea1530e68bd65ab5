"""Of a case she filed herself a text message comes with her consent; what must be served on her comes on some channel anyway."""

import pytest

from backend.accounts.consents import SMS
from tests.notifications.knocks import as_owner, give_address, give_email, give_phone, give_push, notices, told
from tests.notifications.test_told_of_what_was_done_for_her import DEVICE, PHONE, deliver, letters, post

__all__ = ["post"]


async def agrees(town, version=SMS.version, withdrawn=False):
    """To text messages about her own cases."""
    await as_owner(town, "INSERT INTO consent_texts VALUES (sha256('sms'), 'sms') ON CONFLICT DO NOTHING")
    await as_owner(
        town,
        """INSERT INTO consents (id, account_id, purpose, version, language, text_hash, given_by, given_at, withdrawn_at, withdrawn_by)
           VALUES (gen_random_uuid(), $1, 'sms', $2, 'zh-Hans', sha256('sms'), $1, now(), CASE WHEN $3 THEN now() END, CASE WHEN $3 THEN $1::uuid END)""",
        *(town.ids["father"], version, withdrawn),
    )


async def granted(town):
    case = await town.filed("father")
    case = await town.moved(case, "officer", "accepted")
    await town.moved(case, "officer", "granted")
    await told(town)


async def channels(town, kind="granted"):
    return {channel for of, channel, _state in await notices(town, "father") if of == kind}


async def test_with_her_consent_the_result_comes_by_text_and_what_is_no_result_does_not(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    await give_email(town, "father", "father@example.org")
    await agrees(town)
    await granted(town)
    assert await channels(town) == {"inbox", "email", "sms"}
    assert "sms" not in await channels(town, "accepted")
    await deliver(town, work, "sms")
    (text,) = gateway.texts
    assert "护理补贴" in text["text"]
    assert "回复“收回”" not in text["text"], "nobody acts for her"


@pytest.mark.parametrize("consent", [None, {"version": 1}, {"withdrawn": True}])
async def test_without_it_or_with_the_words_of_before_nothing_is_sent_where_mail_reaches_her(post, consent):
    town, _work, _gateway = post
    await give_phone(town, "father", PHONE)
    await give_email(town, "father", "father@example.org")
    if consent:
        await agrees(town, **consent)
    await granted(town)
    assert await channels(town) == {"inbox", "email"}


async def test_taken_back_between_the_notice_and_the_sending_it_is_not_sent(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    await give_push(town, "father", DEVICE)
    await agrees(town)
    await granted(town)
    await as_owner(town, "UPDATE consents SET withdrawn_at = now(), withdrawn_by = account_id")
    await deliver(town, work, "sms")
    assert gateway.texts == []
    assert ("granted", "sms", "failed") in await notices(town, "father")


async def test_a_decision_reaches_who_has_only_a_phone_though_she_agreed_to_nothing(post):
    town, work, gateway = post
    await give_phone(town, "father", PHONE)
    await granted(town)
    assert await channels(town) == {"inbox", "sms"}
    await deliver(town, work, "sms")
    assert len(gateway.texts) == 1


async def test_and_by_letter_who_has_none(post):
    town, work, _gateway = post
    await give_address(town, "father", "演示路 1 号")
    await granted(town)
    assert await channels(town) == {"inbox", "letter"}
    await deliver(town, work, "letter")
    (letter,) = await letters(town)
    assert "您在随手办上办的事有了消息" in str(letter)
