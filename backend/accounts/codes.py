"""One-time codes: asked for, sent by a job, compared at most five times.

Six digits, five minutes, bound to the browser that asked, stored as a keyed hash. Limits are counted in the attempt's own
transaction and hold over every process. The answer is the same whether or not anybody is known at that number.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import msgspec

from backend.accounts.contacts import Channel, Contact
from backend.core.db import Tx
from backend.core.errors import TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue

LIFE = timedelta(minutes=5)
TRIES = 5
HOUR, DAY = 3600, 86400
# (what is counted, seconds, how many): a number's sends, and what one network may ask for.
SENDS = (("contact", HOUR, 5), ("contact", DAY, 30), ("network", HOUR, 60))


class Attempt(msgspec.Struct, frozen=True):
    """A code on its way to `contact`. `left` is how many guesses remain."""

    id: UUID
    contact: Contact
    purpose: Literal["sign_in", "contact"]
    left: int
    right: bool


async def ask_code(tx: Tx, browser: str, contact: Contact, network: str, account: UUID | None = None) -> UUID:
    """Prepares a code and the job that sends it; TooMany when this number or network has had enough."""
    await _refuse_too_many(tx, contact, network)
    attempt, code = uuid4(), f"{secrets.randbelow(10**6):06}"
    await as_browser(tx, browser)
    await tx.db.execute(
        """INSERT INTO sign_in_codes (id, browser, channel, contact_sealed, contact_blind, code_sealed, code_hash, purpose, account_id, asked_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        attempt, _hash(browser), contact.channel, tx.vault.system.seal(contact.value.encode(), f"attempt:{attempt}:contact"),
        tx.vault.blind(contact.value, contact.channel), tx.vault.system.seal(code.encode(), f"attempt:{attempt}:code"),
        _hashed(tx, attempt, code), "contact" if account else "sign_in", account, tx.now, tx.now + LIFE,
    )  # fmt: skip
    await enqueue(tx.db, "send_code", {"attempt": str(attempt)})
    return attempt


async def attempt_of(tx: Tx, browser: str, account: UUID | None = None) -> Attempt | None:
    """The newest attempt of this browser that can still be answered: to sign in, or of this account to change a contact."""
    await as_browser(tx, browser)
    row = await tx.db.fetchrow(
        """SELECT id, channel, contact_sealed, purpose, tries, right_at FROM sign_in_codes
           WHERE browser = $1 AND expires_at > $2 AND used_at IS NULL AND account_id IS NOT DISTINCT FROM $3
           ORDER BY asked_at DESC, id LIMIT 1""",
        _hash(browser),
        tx.now,
        account,
    )
    if row is None:
        return None
    value = tx.vault.system.open(row["contact_sealed"], f"attempt:{row['id']}:contact").decode()
    return Attempt(
        row["id"], Contact(row["channel"], value), row["purpose"], TRIES - row["tries"], row["right_at"] is not None
    )


async def guess(tx: Tx, browser: str, attempt: UUID, typed: str) -> bool:
    """Compares once, if a comparison is left: the row is locked, so ten thousand guesses at once are still five."""
    await as_browser(tx, browser)
    stored = await tx.db.fetchval(
        """UPDATE sign_in_codes SET tries = tries + 1
           WHERE id = $1 AND browser = $2 AND tries < $3 AND expires_at > $4 AND right_at IS NULL RETURNING code_hash""",
        attempt,
        _hash(browser),
        TRIES,
        tx.now,
    )
    right = stored is not None and hmac.compare_digest(stored, _hashed(tx, attempt, typed))
    if right:
        await tx.db.execute("UPDATE sign_in_codes SET right_at = $2 WHERE id = $1", attempt, tx.now)
    return right


async def use(tx: Tx, browser: str, attempt: UUID) -> None:
    """A right code opens one thing, once."""
    await as_browser(tx, browser)
    used = await tx.db.fetchval(
        "UPDATE sign_in_codes SET used_at = $2 WHERE id = $1 AND right_at IS NOT NULL AND used_at IS NULL RETURNING true",
        attempt,
        tx.now,
    )
    if not used:
        raise TooMany(_("这个验证码已经用过了，请重新要一个。"), next_step="/sign-in", next_say=_("重新登录"))


async def _refuse_too_many(tx: Tx, contact: Contact, network: str) -> None:
    subjects = {"contact": contact.value, "network": network}
    for what, seconds, most in SENDS:
        key = tx.vault.blind(subjects[what], f"send:{what}:{seconds}")
        if not await tx.db.fetchval("SELECT within_limit($1, $2, $3)", key, seconds, most):
            raise TooMany(
                _("要验证码的次数太多了。请过一小时再试，或拨打 12345。"), next_step="/sign-in", next_say=_("回到登录")
            )


async def as_browser(tx: Tx, browser: str) -> None:
    """Row-level security shows this transaction what the browser with this attempt cookie asked for, and nothing else."""
    await tx.db.execute("SELECT set_config('app.browser', $1, true)", _hash(browser).hex())


def _hash(browser: str) -> bytes:
    return hashlib.sha256(browser.encode()).digest()


def _hashed(tx: Tx, attempt: UUID, code: str) -> bytes:
    return tx.vault.blind(code, f"code:{attempt}")


class ToSend(msgspec.Struct, frozen=True):
    """What the job needs to send a code. `language`: hers, whom the number or address belongs to."""

    channel: Channel
    contact: str
    code: str
    language: str


async def code_to_send(tx: Tx, attempt: UUID) -> ToSend | None:
    """As worker: the code, unless it was sent already or is too old to be of use."""
    row = await tx.db.fetchrow(
        """SELECT s.channel, s.contact_sealed, s.code_sealed, coalesce(a.language, 'zh-Hans') AS language FROM sign_in_codes s
           LEFT JOIN contacts k ON k.kind = s.channel AND k.value_blind = s.contact_blind AND k.verified_at IS NOT NULL
           LEFT JOIN accounts a ON a.id = coalesce(s.account_id, k.account_id)
           WHERE s.id = $1 AND s.code_sealed IS NOT NULL AND s.expires_at > $2""",
        attempt,
        tx.now,
    )
    if row is None:
        return None
    contact = tx.vault.system.open(row["contact_sealed"], f"attempt:{attempt}:contact").decode()
    code = tx.vault.system.open(row["code_sealed"], f"attempt:{attempt}:code").decode()
    return ToSend(row["channel"], contact, code, row["language"])


async def forget_code(tx: Tx, attempt: UUID) -> None:
    """Sent: from now on only its keyed hash is here."""
    await tx.db.execute("UPDATE sign_in_codes SET code_sealed = NULL WHERE id = $1", attempt)


async def clear_old(tx: Tx) -> None:
    """Attempts and limits of which nothing is needed any more."""
    await tx.db.execute("DELETE FROM sign_in_codes WHERE expires_at < $1", tx.now - timedelta(days=1))
    await tx.db.execute("DELETE FROM passkey_challenges WHERE expires_at < $1", tx.now)
    await tx.db.execute("DELETE FROM provider_attempts WHERE expires_at < $1", tx.now)
    await tx.db.execute("DELETE FROM limits WHERE since < $1", tx.now - timedelta(days=2))
