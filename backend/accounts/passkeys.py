"""Passkeys (WebAuthn): asked for, added, used, removed.

The device signs a challenge of 32 random bytes that is kept only as its hash, bound to the browser that asked, and works
once within five minutes, also when what comes back is wrong. The device must have recognised its owner (finger, face or
screen lock), so a passkey is two factors in one.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from backend.accounts.codes import as_browser
from backend.accounts.model import Passkey
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound, Problem, TooMany
from backend.core.i18n import _
from backend.core.viewer import hash_of

Purpose = Literal["add", "sign_in", "enrol"]
LIFE = timedelta(minutes=5)
CHALLENGES_AN_HOUR = 300  # a network: an office stands behind one address
MOST = 10
LONGEST_NAME = 50
MUST_RECOGNISE = UserVerificationRequirement.REQUIRED


class NotProved(Exception):
    """What the browser brought back does not show that she holds this passkey. Never says to her what was wrong with it."""


class Site(msgspec.Struct, frozen=True):
    """What passkeys are bound to: the host and the origin of PUBLIC_URL."""

    host: str
    origin: str


class Proof(msgspec.Struct, frozen=True):
    """Who proved to hold a passkey."""

    account: UUID
    kind: str


def site_at(public_url: str) -> Site:
    parts = urlsplit(public_url)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


async def ask_to_add(
    tx: Tx, site: Site, browser: str, network: str, account: UUID, name: str, purpose: Purpose = "add"
) -> str:
    """The options for `navigator.credentials.create`, as JSON."""
    held = await tx.db.fetch("SELECT credential FROM passkeys WHERE account_id = $1", account)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="随手办",
        user_id=account.bytes,
        user_name=name,
        challenge=await _new_challenge(tx, browser, network, purpose, account),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=MUST_RECOGNISE
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row["credential"]) for row in held],
    )
    return options_to_json(options)


async def ask_to_sign_in(tx: Tx, site: Site, browser: str, network: str) -> str:
    """The options for `navigator.credentials.get`, as JSON: nobody is named, the device offers whom it knows here."""
    challenge = await _new_challenge(tx, browser, network, "sign_in", None)
    return options_to_json(
        generate_authentication_options(rp_id=site.host, challenge=challenge, user_verification=MUST_RECOGNISE)
    )


async def add(tx: Tx, site: Site, browser: str, account: UUID, typed: str, name: str, purpose: Purpose = "add") -> None:
    """Adds the passkey a device just made for this account; NotProved, or Conflict where it has enough already."""
    challenge = await _used_challenge(tx, browser, purpose, account, typed)
    made = _verified(site, challenge, typed)
    if await tx.db.fetchval("SELECT count(*) FROM passkeys WHERE account_id = $1", account) >= MOST:
        raise Conflict(_("通行密钥已经有 10 个了。请先删掉不用的。"), next_step="/me/passkeys", next_say=_("去看看"))
    added = await tx.db.fetchval(
        """INSERT INTO passkeys (id, account_id, credential, public_key, sign_count, name, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential) DO NOTHING RETURNING true""",
        uuid4(), account, made.credential_id, made.credential_public_key, made.sign_count, name[:LONGEST_NAME], tx.now,
    )  # fmt: skip
    if not added:
        raise NotProved("this credential is known already")


async def prove(tx: Tx, site: Site, browser: str, typed: str) -> Proof:
    """Who holds the passkey that signed; NotProved. From then on the transaction looks with her eyes."""
    challenge = await _used_challenge(tx, browser, "sign_in", None, typed)
    answer = _decoded(typed)
    held = await tx.db.fetchrow("SELECT * FROM passkey_at($1)", base64url_to_bytes(answer.id))
    if held is None or answer.user != held["account_id"].bytes:
        raise NotProved("nobody's passkey")
    try:
        seen = verify_authentication_response(
            credential=typed,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=held["public_key"],
            credential_current_sign_count=held["sign_count"],
            require_user_verification=True,
        )
    except Exception as error:  # whatever a stranger sends, and however the parsers below take it
        raise NotProved(type(error).__name__) from error
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(held["account_id"]))
    # Two uses at once of one counter: the row says which came first, the other finds it changed.
    counted = await tx.db.fetchval(
        "UPDATE passkeys SET sign_count = $2, used_at = $3 WHERE id = $1 AND sign_count = $4 RETURNING true",
        held["id"],
        seen.new_sign_count,
        tx.now,
        held["sign_count"],
    )
    if not counted:
        raise NotProved("used at the same moment")
    return Proof(held["account_id"], held["kind"])


async def passkeys_of(tx: Tx) -> list[Passkey]:
    rows = await tx.db.fetch(
        "SELECT id, name, created_at, used_at FROM passkeys WHERE account_id = $1 ORDER BY created_at, id", tx.viewer.id
    )
    return msgspec.convert(rows, list[Passkey])


async def rename(tx: Tx, passkey: UUID, name: str) -> None:
    """NotFound for anybody else's."""
    changed = await tx.db.fetchval(
        "UPDATE passkeys SET name = $3 WHERE id = $1 AND account_id = $2 RETURNING true", passkey, tx.viewer.id, name
    )
    if not changed:
        raise NotFound()


async def remove(tx: Tx, passkey: UUID) -> None:
    """NotFound for anybody else's; Conflict for the last one of who would have no other way in."""
    held = await tx.db.fetch(
        "SELECT id FROM passkeys WHERE account_id = $1 ORDER BY id FOR UPDATE", tx.viewer.id
    )  # locked: two removals at once leave one
    if passkey not in {row["id"] for row in held}:
        raise NotFound()
    if len(held) == 1 and not await another_way(tx):
        raise Conflict(
            Problem(_("这是您唯一的通行密钥，删了就登录不了。请先加一个新的。")),
            next_step="/me/passkeys",
            next_say=_("去看看"),
        )
    await tx.db.execute("DELETE FROM passkeys WHERE id = $1 AND account_id = $2", passkey, tx.viewer.id)


async def another_way(tx: Tx) -> bool:
    """Whether she gets in without a passkey: a person with a number, an address or the provider; an officer never."""
    if tx.viewer.officer:
        return False
    return await tx.db.fetchval(
        """SELECT EXISTS (SELECT 1 FROM contacts WHERE account_id = $1 AND verified_at IS NOT NULL)
                  OR EXISTS (SELECT 1 FROM identities WHERE account_id = $1)""",
        tx.viewer.id,
    )


async def officer_invited(tx: Tx, token: str) -> tuple[UUID, str] | None:
    """Whom a link that was not used yet invites: her account and her name."""
    row = await tx.db.fetchrow("SELECT account_id, name_sealed, key_wrapped FROM enrolment_at($1)", hash_of(token))
    if row is None:
        return None
    account = row["account_id"]
    return account, tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{account}").decode()


async def as_invited(tx: Tx, account: UUID) -> None:
    """Who holds the link is the officer from here on, for what follows in this transaction."""
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(account))


async def first_page_of(tx: Tx, account: UUID) -> str:
    """Where who was invited works: staff of an organisation that helps, or an officer."""
    is_staff = await tx.db.fetchval("SELECT kind = 'staff' FROM accounts WHERE id = $1", account)
    return "/visits" if is_staff else "/desk"


async def use_invitation(tx: Tx, token: str) -> None:
    """A link opens once; NotFound for who comes second."""
    used = await tx.db.fetchval(
        "UPDATE officer_enrolments SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING true",
        hash_of(token),
        tx.now,
    )
    if not used:
        raise NotFound()


async def _new_challenge(tx: Tx, browser: str, network: str, purpose: Purpose, account: UUID | None) -> bytes:
    key = tx.vault.blind(network, "passkey:network")
    if not await tx.db.fetchval("SELECT within_limit($1, 3600, $2)", key, CHALLENGES_AN_HOUR):
        raise TooMany(_("试的次数太多了。请过一小时再试，或拨打 12345。"), next_step="/sign-in", next_say=_("回到登录"))
    challenge = secrets.token_bytes(32)
    await as_browser(tx, browser)
    await tx.db.execute(
        """INSERT INTO passkey_challenges (hash, browser, purpose, account_id, asked_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        sha256(challenge).digest(),
        hash_of(browser),
        purpose,
        account,
        tx.now,
        tx.now + LIFE,
    )
    return challenge


async def _used_challenge(tx: Tx, browser: str, purpose: Purpose, account: UUID | None, typed: str) -> bytes:
    """The challenge that was signed, if we asked this browser for this; it is used up now, whatever comes of it."""
    challenge = _decoded(typed).challenge
    await as_browser(tx, browser)
    ours = await tx.db.fetchval(
        """UPDATE passkey_challenges SET used_at = $4 WHERE hash = $1 AND browser = $2 AND purpose = $3
           AND account_id IS NOT DISTINCT FROM $5 AND used_at IS NULL AND expires_at > $4 RETURNING true""",
        sha256(challenge).digest(),
        hash_of(browser),
        purpose,
        tx.now,
        account,
    )
    if not ours:
        raise NotProved("no such challenge")
    return challenge


class _Answer(msgspec.Struct, frozen=True):
    """Of what the browser brought: which credential, what it signed, whom it takes itself to belong to."""

    id: str
    challenge: bytes
    user: bytes


def _decoded(typed: str) -> _Answer:
    try:
        answer = msgspec.json.decode(typed, type=dict)
        response = answer["response"]
        said = msgspec.json.decode(base64url_to_bytes(response["clientDataJSON"]), type=dict)
        user = base64url_to_bytes(response.get("userHandle") or "")
        base64url_to_bytes(answer["id"])
        return _Answer(answer["id"], base64url_to_bytes(said["challenge"]), user)
    except Exception as error:  # JSON of any shape, from anybody
        raise NotProved(type(error).__name__) from error


def _verified(site: Site, challenge: bytes, typed: str) -> VerifiedRegistration:
    try:
        return verify_registration_response(
            credential=typed,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # CBOR and certificates of any shape, from anybody
        raise NotProved(type(error).__name__) from error
