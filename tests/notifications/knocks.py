"""Small steps the tests of notices share: who can be reached, what is told, what is stored."""

import os
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.core.db import connect
from backend.core.jobs import Work
from backend.notifications.actions import tell
from backend.notifications.delivery import take_back
from backend.notifications.journal import Journal
from backend.notifications.model import Channel
from backend.notifications.outgoing import Sender
from backend.notifications.ways import WAYS, open_channels
from tests.cases.town import Town

MARKERS = ("陈大海", "陈小燕", "王秀英", "460100194410050017", "father@example.org")


def browser_keys() -> tuple[str, str]:
    """p256dh and auth of some browser."""
    point = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64(point), base64(os.urandom(16))


def base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


async def as_owner(town: Town, statement: str, *args: Any) -> list[Any]:
    owner = await connect(town.settings.login("owner"))
    try:
        return await owner.fetch(statement, *args)
    finally:
        await owner.close()


async def give_email(town: Town, who: str, address: str) -> None:
    person = town.ids[who]
    (account,) = await as_owner(town, "SELECT key_wrapped FROM accounts WHERE id = $1", person)
    sealed = town.vault.key(account["key_wrapped"]).seal(address.encode(), f"contact:{person}:email")
    await as_owner(
        town,
        "INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at) VALUES ($1, 'email', $2, $3, now())",
        person,
        sealed,
        town.vault.blind(address, "email"),
    )


async def give_push(town: Town, who: str, endpoint: str, keys: tuple[str, str] | None = None) -> None:
    await as_owner(
        town,
        "INSERT INTO push_subscriptions (id, account_id, endpoint, p256dh, auth, created_at) VALUES ($1, $2, $3, $4, $5, now())",
        uuid4(), town.ids[who], endpoint, *(keys or browser_keys()),
    )  # fmt: skip


async def told(town: Town) -> int:
    """Tells of everything that happened so far, as the job would; how many rows were new."""
    events = [row["id"] for row in await as_owner(town, "SELECT id FROM events WHERE public ORDER BY id")]
    async with town.machine() as tx:
        return await tell(tx, events, open_channels(town.settings))


async def sent_out(work: Work, *channels: Channel) -> None:
    """One look of the worker's senders: everything that is due on these channels (or on all) is claimed, sent and settled."""
    for channel in channels or WAYS:
        sender = Sender(work, channel, WAYS[channel], Journal(work.settings.data / "outgoing", channel))
        await take_back(work.pool)
        while await sender.round():
            pass
        await sender.finished()


async def notices(town: Town, who: str | None = None) -> list[tuple[str, str, str]]:
    """(kind, channel, state) of all rows, or of one person's, in order."""
    rows = await as_owner(
        town,
        "SELECT words->>'kind' AS kind, channel, state FROM notices WHERE $1::uuid IS NULL OR person_id = $1 ORDER BY event_id, channel",
        town.ids[who] if who else None,
    )
    return [(row["kind"], row["channel"], row["state"]) for row in rows]


async def give_phone(town: Town, who: str, number: str) -> None:
    """A number that came with the account."""
    person = town.ids[who]
    (account,) = await as_owner(town, "SELECT key_wrapped FROM accounts WHERE id = $1", person)
    sealed = town.vault.key(account["key_wrapped"]).seal(number.encode(), f"contact:{person}:phone")
    await as_owner(
        town,
        """INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at, changed_at)
           SELECT id, 'phone', $2, $3, created_at, created_at FROM accounts WHERE id = $1""",
        person,
        sealed,
        town.vault.blind(number, "phone"),
    )


async def give_address(town: Town, who: str, address: str) -> None:
    """What her own profile says."""
    person = town.ids[who]
    (account,) = await as_owner(town, "SELECT key_wrapped FROM accounts WHERE id = $1", person)
    sealed = town.vault.key(account["key_wrapped"]).seal_value(address, f"fact:{person}:person.address:profile")
    await as_owner(
        town,
        "INSERT INTO facts (party_id, element, source, sealed, trust, at) VALUES ($1, 'person.address', 'profile', $2, 'C', now())",
        person,
        sealed,
    )
