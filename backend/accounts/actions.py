"""Opening accounts and sessions."""

import secrets
from datetime import timedelta
from uuid import UUID, uuid4

from asyncpg import UniqueViolationError

from backend.accounts.alarms import raise_alarm
from backend.accounts.contacts import Contact
from backend.accounts.model import NewAccount
from backend.accounts.queries import contacts_of, own_key
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.core.viewer import hash_of

SESSION = timedelta(hours=12)
TAKEN = _("这个号码或邮箱已经用在另一个账号上。用它登录那个账号，或换一个。")


async def open_account(tx: Tx, new: NewAccount) -> UUID:
    """Writes the account with a data key of its own, its contacts sealed, its own party, its roles.

    Who opens an account is looking at it from then on: so may the web role, for a person who proved a number.
    """
    account, wrapped = uuid4(), tx.vault.new_key()
    key = tx.vault.key(wrapped)
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(account))
    await tx.db.execute(
        "INSERT INTO accounts (id, kind, handle, key_wrapped, name_sealed, level, about) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        account,
        new.kind,
        new.handle,
        wrapped,
        key.seal(new.name.encode(), f"name:{account}"),
        new.level,
        new.about,
    )
    await _write_contacts(tx, account, key, new)
    if new.kind != "officer":
        await tx.db.execute(
            "INSERT INTO parties (id, principal_id, kind, is_self) VALUES ($1, $1, $2, true)",
            account,
            "person" if new.kind == "staff" else new.kind,
        )
    for department, roles in new.roles.items():
        for role in roles:
            await tx.db.execute(
                "INSERT INTO officer_roles (account_id, department_id, role) VALUES ($1, $2, $3)",
                account,
                department,
                role,
            )
    return account


async def _write_contacts(tx: Tx, account: UUID, key: DataKey, new: NewAccount) -> None:
    for kind, value in (("email", new.email), ("phone", new.phone)):
        if not value:
            continue
        try:
            await tx.db.execute(
                "INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at) VALUES ($1, $2, $3, $4, $5)",
                account,
                kind,
                key.seal(value.encode(), f"contact:{account}:{kind}"),
                tx.vault.blind(value, kind),
                tx.now,
            )
        except UniqueViolationError as error:  # a business's or an officer's, which no code signs in
            raise Conflict(TAKEN, next_step="/sign-in", next_say=_("回到登录")) from error


async def open_session(tx: Tx, account: UUID, means: str = "demo", device: str = "") -> str:
    """A new session for herself; returns the token for the cookie, which is stored only as its hash."""
    token = secrets.token_urlsafe(32)
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(account))
    await tx.db.execute(
        """INSERT INTO sessions (token_hash, account_id, principal_id, created_at, expires_at, means, device)
           VALUES ($1, $2, $2, $3, $4, $5, $6)""",
        hash_of(token),
        account,
        tx.now,
        tx.now + SESSION,
        means,
        device,
    )
    return token


async def end_session(tx: Tx, token: str) -> None:
    await tx.db.execute(
        "UPDATE sessions SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL", hash_of(token), tx.now
    )


async def end_one(tx: Tx, session: UUID) -> None:
    """Ends one of her own sessions, wherever it is; NotFound for anybody else's."""
    ended = await tx.db.fetchval(
        "UPDATE sessions SET ended_at = $3 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL RETURNING true",
        session,
        tx.viewer.id,
        tx.now,
    )
    if not ended:
        raise NotFound()


async def act_for(tx: Tx, token: str, principal: UUID, mandate: UUID | None) -> None:
    """Puts another person's affairs on the screen: under a live mandate of hers, or back to oneself (mandate None)."""
    changed = await tx.db.fetchval(
        """UPDATE sessions SET principal_id = $2, mandate_id = $3 WHERE token_hash = $1
           AND (($3::uuid IS NULL AND $2 = account_id) OR EXISTS (SELECT 1 FROM mandates m WHERE m.id = $3 AND m.agent_id = account_id
                AND m.principal_id = $2 AND m.ended_at IS NULL AND app_today() BETWEEN m.valid_from AND m.valid_to))
           RETURNING 1""",
        hash_of(token),
        principal,
        mandate,
    )
    if changed is None:
        raise NotFound()


async def change_contact(tx: Tx, contact: Contact) -> None:
    """From now on she is reached and signs in there; where she was reached before is told. Conflict: somebody else's."""
    before, key, kind = await contacts_of(tx), await own_key(tx), contact.channel
    if contact in before:
        return
    try:
        await tx.db.execute(
            """INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5)
               ON CONFLICT (account_id, kind) DO UPDATE SET value_sealed = excluded.value_sealed, value_blind = excluded.value_blind,
                   verified_at = excluded.verified_at, changed_at = excluded.changed_at""",
            tx.viewer.id,
            kind,
            key.seal(contact.value.encode(), f"contact:{tx.viewer.id}:{kind}"),
            tx.vault.blind(contact.value, kind),
            tx.now,
        )
    except UniqueViolationError as error:
        raise Conflict(TAKEN, next_step="/me/contacts", next_say=_("返回")) from error
    await raise_alarm(tx, key, before, kind)
