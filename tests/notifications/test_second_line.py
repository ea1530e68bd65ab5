"""Row-level security: whatever Python forgot, the web role sees and changes only the viewer's own."""

import asyncpg
import pytest

from tests.notifications.knocks import as_owner, give_push, told

DEVICE = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
async def full(town):
    """The father has notices and a browser."""
    await give_push(town, "father", DEVICE)
    await town.filed("daughter")
    await told(town)
    return town


@pytest.mark.parametrize(("who", "seen"), [("father", 2), ("daughter", 1), ("stranger", 0), ("officer", 0)])
async def test_everybody_sees_her_own_notices_only(full, who, seen):
    async with full.tx(who) as tx:
        assert await tx.db.fetchval("SELECT count(*) FROM notices") == seen
        assert await tx.db.fetchval("SELECT count(*) FROM push_subscriptions") == (who == "father")


async def test_acting_for_somebody_does_not_open_her_inbox(full):
    async with full.tx("daughter", for_father=True) as tx:
        assert await tx.db.fetchval("SELECT count(*) FROM notices WHERE person_id = $1", full.ids["father"]) == 0


async def test_nobody_reads_or_forgets_for_another(full):
    async with full.tx("stranger") as tx:
        assert await tx.db.execute("UPDATE notices SET read_at = now()") == "UPDATE 0"
        assert await tx.db.execute("DELETE FROM push_subscriptions") == "DELETE 0"
    assert len(await as_owner(full, "SELECT 1 FROM push_subscriptions")) == 1


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE notices SET words = '{}'",
        "UPDATE notices SET state = 'sent'",
        "DELETE FROM notices",
        "INSERT INTO notices (id, event_id, person_id, channel, state, words, created_at) VALUES (gen_random_uuid(), 1, viewer(), 'inbox', 'sent', '{}', now())",
        "UPDATE push_subscriptions SET endpoint = 'https://evil.example/'",
    ],
)
async def test_pages_write_no_notices_and_move_no_browsers(full, forbidden):
    async with full.tx("father") as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.db.transaction():
                await tx.db.execute(forbidden)


async def test_a_browser_is_never_kept_in_anothers_name(full):
    async with full.tx("stranger") as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.db.transaction():
                await tx.db.execute(
                    "INSERT INTO push_subscriptions (id, account_id, endpoint, p256dh, auth, created_at) VALUES (gen_random_uuid(), $1, 'x', '', '', now())",
                    full.ids["father"],
                )


@pytest.mark.parametrize(
    "impossible",
    [
        "UPDATE notices SET state = 'sent', sent_at = NULL",
        "UPDATE notices SET state = 'queued', sent_at = NULL WHERE channel = 'inbox'",
        "UPDATE notices SET state = 'sending', lease_until = NULL WHERE channel = 'push'",
        "UPDATE notices SET state = 'lost'",
    ],
)
async def test_the_table_itself_refuses_what_cannot_be(full, impossible):
    with pytest.raises(asyncpg.CheckViolationError):
        await as_owner(full, impossible)
