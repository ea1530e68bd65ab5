"""Who is looking, for whom: opened once per request, inside its transaction."""

import hashlib
from base64 import b64encode
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.core.crypto import DataKey, Vault
from backend.core.looks import Looks


class Counts(msgspec.Struct, frozen=True):
    """The small numbers on every page."""

    cart: int
    unread: int
    needs_you: int


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in actor. `principal_id` is whose affairs are on the screen; equal to `id` unless under a mandate."""

    id: UUID
    kind: str
    name: str
    principal_id: UUID
    principal_name: str
    mandate_id: UUID | None
    roles: frozenset[str]
    departments: frozenset[str]
    language: str
    key: DataKey
    mandate_lost: bool
    language_chosen: bool = False
    looks: str | None = None  # as core/looks.py writes it; None: never chosen while signed in
    agreed_to: int = (
        0  # the newest version of the platform's terms she agreed to; in the demo, where one tap makes you anybody, any
    )

    @property
    def acting(self) -> bool:
        return self.mandate_id is not None

    @property
    def officer(self) -> bool:
        """At her desk. With somebody's affairs on the screen, at her window, she is that person's helper and no more."""
        return self.kind == "officer" and not self.acting

    @property
    def phone_key(self) -> str:
        """`owner.key`, both base64: what a phone seals under that she could not send yet. It ends with the principal's own key."""
        whose = f"{self.id} {self.principal_id}"
        owner, key = self.key.derived(f"phone owner {whose}")[:12], self.key.derived(f"phone key {whose}")
        return f"{b64encode(owner).decode()}.{b64encode(key).decode()}"


def hash_of(token: str) -> bytes:
    """Session tokens are stored hashed: a copy of the table opens nothing."""
    return hashlib.sha256(token.encode()).digest()


async def open_viewer(db: asyncpg.Connection, vault: Vault, token: str | None, now: datetime) -> Viewer | None:
    """Sets app.viewer, app.session and app.now for the transaction and says who it is; None when nobody is signed in."""
    row = await db.fetchrow(
        """SELECT s.*, CASE WHEN EXISTS (SELECT 1 FROM sessions x WHERE x.token_hash = $1 AND x.account_id = s.account_id AND x.means = 'demo')
                       THEN 2147483647 ELSE consented(s.account_id, 'platform') END AS agreed_to, chose_language(s.account_id) AS language_chosen,
                  chosen_looks(s.account_id) AS looks, set_config('app.session', encode($1, 'hex'), true)
           FROM open_session($1, $2) s""",
        hash_of(token or ""),
        now,
    )
    if row is None:
        return None
    own, principal = vault.key(row["key_wrapped"]), vault.key(row["principal_key_wrapped"])
    return Viewer(
        id=row["account_id"],
        kind=row["kind"],
        name=own.open(row["name_sealed"], f"name:{row['account_id']}").decode(),
        principal_id=row["principal_id"],
        principal_name=principal.open(row["principal_name_sealed"], f"name:{row['principal_id']}").decode(),
        mandate_id=row["mandate_id"],
        roles=frozenset(row["roles"]),
        departments=frozenset(row["departments"]),
        language=row["language"],
        language_chosen=row["language_chosen"],
        key=principal,
        mandate_lost=row["mandate_lost"],
        looks=row["looks"],
        agreed_to=row["agreed_to"] or 0,
    )


async def keep_language(db: asyncpg.Connection, viewer: Viewer, language: str, *, chosen: bool) -> None:
    """What she reads in is what she is written to in: letters, reminders, text messages. What she once chose stays."""
    await db.execute(
        "UPDATE accounts SET language = $2, language_chosen = language_chosen OR $3 WHERE id = $1",
        viewer.id,
        language,
        chosen,
    )


async def keep_looks(db: asyncpg.Connection, viewer: Viewer, looks: Looks) -> None:
    """Who reads in the elder version is also written to on paper and by text message, until she says otherwise."""
    await db.execute(
        "UPDATE accounts SET looks = $2, large_print = $3 WHERE id = $1", viewer.id, str(looks), looks.mode == "elder"
    )


async def counts_of(db: asyncpg.Connection, viewer: Viewer) -> Counts:
    """Of unread notices a thousand are counted: nobody reads a greater number, and every page of hers asks."""
    row = await db.fetchrow(
        """SELECT (SELECT count(*) FROM cart_lines l JOIN carts c ON c.id = l.cart_id
                   WHERE c.principal_id = $1 AND c.actor_id = $2 AND c.state = 'open') AS cart,
                  count(*) AS unread, count(*) FILTER (WHERE n.needs_you) AS needs_you
           FROM (SELECT needs_you FROM notices WHERE person_id = (SELECT inbox_on_screen($1)) AND channel = 'inbox' AND read_at IS NULL
                 ORDER BY needs_you DESC LIMIT 1000) AS n""",
        viewer.principal_id,
        viewer.id,
    )
    return msgspec.convert(row, Counts)
