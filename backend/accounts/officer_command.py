"""`suishouban officer invite|link|list|end`: who works at the desks. Nobody opens an officer's account from the web.

An officer has no password. She is sent a link with 128 random bits that opens once; with it she makes her first passkey.
"""

import argparse
import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import product
from uuid import UUID, uuid4

from backend.core.crypto import Vault
from backend.core.db import Tx, connect, wall_clock
from backend.core.embedded import reachable
from backend.core.viewer import hash_of
from backend.settings import Refused, Settings, load

LIFE = timedelta(days=7)
ROLES = (
    "window",
    "reviewer",
    "approver",
    "head",
    "editor",
    "checker",
    "legal",
    "supervisor",
    "auditor",
    "hotline",
    "admin",
)


def _whom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    parser.add_argument(
        "--department", required=True, help="its id in the pack, or “all”: every department there is today"
    )
    parser.add_argument("--role", action="append", required=True, choices=ROLES, help="may be given several times")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day, 2026-10-01; today")
    parser.add_argument("--until", dest="last", type=date.fromisoformat, help="last day; without it no end")


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", type=UUID, help="as `officer list` shows it")


def invite(args: argparse.Namespace) -> int:
    """open an officer's account with its roles and show the link for her first sign-in"""
    return _run(lambda tx, settings: _invite(tx, settings, args))


def link(args: argparse.Namespace) -> int:
    """show another link: a lost phone; her passkeys and sessions so far end"""
    return _run(lambda tx, settings: _again(tx, settings, args.account))


def end(args: argparse.Namespace) -> int:
    """end all roles, passkeys and sessions of an officer at once"""
    return _run(lambda tx, _: _end(tx, args.account))


def show(_: argparse.Namespace) -> int:
    """officers, their roles and how many passkeys they have"""
    return _run(lambda tx, _: _list(tx))


async def _invite(tx: Tx, settings: Settings, args: argparse.Namespace) -> str:
    departments = await tx.db.fetch("SELECT id FROM departments WHERE id = $1 OR $1 = 'all'", args.department)
    if not departments:
        raise Refused(f"There is no department {args.department}: load the pack first, or look for its id there.")
    first = args.first or tx.today
    if args.last and args.last < first:
        raise Refused("--until lies before the first day.")
    account, wrapped = uuid4(), tx.vault.new_key()
    sealed = tx.vault.key(wrapped).seal(args.name.encode(), f"name:{account}")
    await tx.db.execute(
        "INSERT INTO accounts (id, kind, key_wrapped, name_sealed) VALUES ($1, 'officer', $2, $3)", account, wrapped, sealed
    )  # fmt: skip
    for role, department in product(set(args.role), (row["id"] for row in departments)):
        await tx.db.execute(
            "INSERT INTO officer_roles (account_id, department_id, role, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)",
            account,
            department,
            role,
            first,
            args.last,
        )
    return await _new_link(tx, settings, account)


async def _again(tx: Tx, settings: Settings, account: UUID) -> str:
    await _need_officer(tx, account)
    await _shut_out(tx, account)
    return await _new_link(tx, settings, account)


async def _end(tx: Tx, account: UUID) -> str:
    await _need_officer(tx, account)
    await _shut_out(tx, account)
    await tx.db.execute(
        """UPDATE officer_roles SET valid_from = least(valid_from, $2 - 1), valid_to = $2 - 1
           WHERE account_id = $1 AND coalesce(valid_to, 'infinity') >= $2""",
        account,
        tx.today,
    )
    return f"{account} has no role any more"


async def _list(tx: Tx) -> str:
    rows = await tx.db.fetch(
        """SELECT a.id, a.key_wrapped, a.name_sealed, (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id) AS passkeys,
                  array_to_string(ARRAY(SELECT r.department_id || ':' || r.role FROM officer_roles r WHERE r.account_id = a.id
                      AND $1 BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity') ORDER BY 1), ' ') AS roles
           FROM accounts a WHERE a.kind = 'officer' ORDER BY a.created_at""",
        tx.today,
    )
    return "\n".join(f"{r['id']}  {_name(tx, r)}  {r['roles'] or '-'}  {r['passkeys']} passkeys" for r in rows)


def _name(tx: Tx, row: dict) -> str:
    return tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode()


async def _need_officer(tx: Tx, account: UUID) -> None:
    if not await tx.db.fetchval("SELECT EXISTS (SELECT 1 FROM accounts WHERE id = $1 AND kind = 'officer')", account):
        raise Refused("There is no officer with this id: `suishouban officer list` shows them.")


async def _shut_out(tx: Tx, account: UUID) -> None:
    await tx.db.execute("DELETE FROM passkeys WHERE account_id = $1", account)
    await tx.db.execute(
        "UPDATE officer_enrolments SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL", account, tx.now
    )
    await tx.db.execute("UPDATE sessions SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL", account, tx.now)


async def _new_link(tx: Tx, settings: Settings, account: UUID) -> str:
    token = secrets.token_urlsafe(16)  # 128 bits
    await tx.db.execute(
        "INSERT INTO officer_enrolments (token_hash, account_id, made_at, expires_at) VALUES ($1, $2, $3, $4)",
        hash_of(token),
        account,
        tx.now,
        tx.now + LIFE,
    )
    return f"{account}\n{settings.public_url}/enrol/{token}\nopens once, until {tx.now + LIFE:%Y-%m-%d %H:%M} UTC"


def _run(deed: Callable[[Tx, Settings], Awaitable[str]]) -> int:
    with reachable(load()) as settings:
        if not settings.master_key:
            raise Refused("MASTER_KEY is missing: give the path of its file in MASTER_KEY_FILE.")
        print(asyncio.run(_as_owner(settings, deed)))
    return 0


async def _as_owner(settings: Settings, deed: Callable[[Tx, Settings], Awaitable[str]]) -> str:
    owner, now = await connect(settings.login("owner")), wall_clock()
    try:
        async with owner.transaction():
            await owner.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
            return await deed(Tx(owner, Vault(settings.master_key or "", settings.certificate_keys), now), settings)
    finally:
        await owner.close()


COMMANDS = [
    ("officer invite", _whom, invite),
    ("officer link", _which, link),
    ("officer end", _which, end),
    ("officer list", lambda parser: None, show),
]
