"""An event becomes one row for each person who should know and each channel that reaches her."""

from backend.notifications.actions import tell
from backend.notifications.ways import open_channels
from tests.notifications.knocks import as_owner, give_email, give_push, notices, told

DEVICE = "https://fcm.googleapis.com/fcm/send/abc"


async def test_the_principal_is_told_even_when_her_agent_did_it(town):
    await town.filed("daughter")
    await told(town)
    assert await notices(town, "father") == [("filed", "inbox", "sent")]
    assert await notices(town, "daughter") == [("filed", "inbox", "sent")]
    assert await notices(town, "stranger") == []


async def test_the_agent_who_filed_hears_what_officers_do(town):
    case = await town.filed("daughter")
    await town.moved(case, "officer", "accepted")
    await told(town)
    for who in ("father", "daughter"):
        assert await notices(town, who) == [("filed", "inbox", "sent"), ("accepted", "inbox", "sent")]


async def test_an_agent_whose_mandate_ended_hears_no_more(town):
    case = await town.filed("daughter")
    await told(town)
    await as_owner(town, "UPDATE mandates SET ended_at = now(), end_reason = 'revoked'")
    await town.moved(case, "officer", "accepted")
    await told(town)
    assert await notices(town, "daughter") == [("filed", "inbox", "sent")]
    assert len(await notices(town, "father")) == 2


async def test_an_agent_hears_only_of_the_items_she_may_see(town):
    await town.filed("daughter")
    await as_owner(town, "UPDATE mandates SET items = ARRAY['another-item']")
    await told(town)
    assert await notices(town, "daughter") == []


async def test_officers_are_not_told_of_their_own_doing(town):
    case = await town.filed("father")
    await town.moved(case, "officer", "accepted")
    await told(town)
    assert await notices(town, "officer") == []


async def test_one_event_told_twice_is_one_row_each(town):
    await give_push(town, "father", DEVICE)
    await town.filed("daughter")
    assert await told(town) == 3
    assert await told(town) == 0
    assert await notices(town, "father") == [("filed", "inbox", "sent"), ("filed", "push", "queued")]


async def test_every_channel_that_reaches_her_is_used(town):
    await give_push(town, "father", DEVICE)
    await give_email(town, "father", "father@example.org")
    await town.filed("daughter")
    await told(town)
    assert await notices(town, "father") == [
        ("filed", "email", "queued"),
        ("filed", "inbox", "sent"),
        ("filed", "push", "queued"),
    ]


async def test_whoever_did_it_herself_reads_it_in_the_inbox_only(town):
    await give_push(town, "father", DEVICE)
    await town.filed("father")
    await told(town)
    assert await notices(town, "father") == [("filed", "inbox", "sent")]


async def test_an_address_nobody_verified_is_not_written_to(town):
    await give_email(town, "father", "father@example.org")
    await as_owner(town, "UPDATE contacts SET verified_at = NULL")
    await town.filed("daughter")
    await told(town)
    assert await notices(town, "father") == [("filed", "inbox", "sent")]


async def test_the_next_event_of_a_case_answers_what_was_asked_before(town):
    case = await town.filed("father")
    case = await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])
    await told(town)
    needs = "SELECT words->>'kind' AS kind FROM notices WHERE needs_you ORDER BY event_id"
    assert [row["kind"] for row in await as_owner(town, needs)] == ["correction_asked"]
    await town.moved(case, "father", "withdrawn")
    await told(town)
    assert await as_owner(town, needs) == []


async def test_what_happens_in_one_second_is_one_mail(town):
    await give_email(town, "father", "father@example.org")
    case = await town.filed("daughter")
    await told(town)
    await town.moved(case, "officer", "accepted")
    await told(town)
    assert [row for row in await notices(town, "father") if row[1] == "email"] == [
        ("filed", "email", "merged"),
        ("accepted", "email", "queued"),
    ]


async def test_an_officers_own_words_stay_on_the_page_of_the_case(town):
    case = await town.filed("father")
    case = await town.moved(case, "officer", "accepted")
    await town.moved(case, "officer", "refused", reason="陈大海的材料不符")
    await told(town)
    stored = str(await as_owner(town, "SELECT words FROM notices"))
    assert "refused" in stored
    assert "陈大海" not in stored


async def test_the_later_event_may_be_told_first(town):
    """Two jobs at once come in any order; what stands in the end is the same."""
    await give_email(town, "father", "father@example.org")
    case = await town.filed("daughter")
    case = await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])
    await town.moved(case, "father", "withdrawn")
    events = [row["id"] for row in await as_owner(town, "SELECT id FROM events ORDER BY id DESC")]
    for event in events:
        async with town.machine() as tx:
            await tell(tx, [event], open_channels(town.settings))
    assert await as_owner(town, "SELECT 1 FROM notices WHERE needs_you AND channel = 'inbox'") == []
    mails = [row for row in await notices(town, "father") if row[1] == "email"]
    assert mails == [("filed", "email", "merged"), ("correction_asked", "email", "queued")]
