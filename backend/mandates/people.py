"""The person before us, at a counter or a service point: found by her ID card, or given an account of her own.

Nobody leafs through people: a name and a whole number find one, or none. What is wrong is said for everybody at once.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import msgspec

from backend.accounts.actions import open_account
from backend.accounts.contacts import read_contact
from backend.accounts.model import NewAccount
from backend.core.codes import CodeError, read_resident_id
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem
from backend.core.i18n import _
from backend.parties.actions import remember

NOT_SAME = _("证件号码和姓名对不上。请对照证件再看一遍。")
FIRST_TIME = _("第一次来，请登记一个手机号；没有手机，就登记能收到信的地址。")
OTHER_CARD = _("这个手机号的账号登记的是另一张证件。请换一个手机号，或先到大厅核对账号。")
OTHER_OWNER = _("这个手机号登记在别人名下。请写本人自己的手机号；没有就不写，登记地址。")
NO_MOBILE = _("手机号要写 11 位。没有手机就不写，登记地址。")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What her card says, and how she can be reached, as it was typed. `side`: what the form's fields begin with."""

    side: str
    name: str
    number: str
    phone: str = ""
    address: str = ""
    reachable: bool = True  # a first account needs a phone or an address


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """`account` None: to be opened. `number`: as it is stored and hashed."""

    shown: Shown
    account: UUID | None
    number: str
    wrapped: bytes = b""
    problems: tuple[Problem, ...] = ()

    @property
    def tail(self) -> str:
        return self.number[-4:]


async def look_up(tx: Tx, shown: Shown) -> Found:
    """Whose card this is here. By the number; else by name and phone together, the card then being new to us."""
    problems = [Problem(_("请写上证件上的姓名。"), f"{shown.side}_name")] if not shown.name else []
    try:
        number = read_resident_id(shown.number, tx.today).text
    except CodeError as error:
        return Found(
            shown=shown, account=None, number="", problems=(*problems, Problem(str(error), f"{shown.side}_number"))
        )
    row = await tx.db.fetchrow(
        "SELECT id, kind, name_sealed, key_wrapped FROM account_by_number($1)", tx.vault.blind(number, "identity")
    )
    if row and not problems:
        right = row["kind"] == "person" and _name(tx, row) == shown.name
        said = [] if right else [Problem(NOT_SAME, f"{shown.side}_number")]
        return Found(shown=shown, account=row["id"], number=number, wrapped=row["key_wrapped"], problems=tuple(said))
    row, said = await _by_phone(tx, shown)
    account, wrapped = (row["id"], row["key_wrapped"]) if row else (None, b"")
    return Found(shown=shown, account=account, number=number, wrapped=wrapped, problems=(*problems, *said))


async def _by_phone(tx: Tx, shown: Shown) -> tuple[asyncpg.Record | None, list[Problem]]:
    field = f"{shown.side}_phone"
    if not shown.phone:
        missing = shown.reachable and not shown.address
        return None, [Problem(FIRST_TIME, field)] if missing else []
    contact = read_contact(shown.phone)
    if contact is None or contact.channel != "phone":
        return None, [Problem(NO_MOBILE, field)]
    rows = await tx.db.fetch(
        "SELECT id, name_sealed, key_wrapped FROM account_at($1)", tx.vault.blind(contact.value, "phone")
    )
    hers = next((row for row in rows if _name(tx, row) == shown.name), None)
    return hers, [Problem(OTHER_OWNER, field)] if rows and hers is None else []


async def settle(tx: Tx, found: Found) -> tuple[UUID, DataKey]:
    """Her account, opened now if she had none, and its key. An officer's look at the card counts; Invalid when the account has another card."""
    account, wrapped = (found.account, found.wrapped) if found.account else await _open(tx, found)
    blind = tx.vault.blind(found.number, "identity")
    if tx.viewer.officer and not await tx.db.fetchval("SELECT card_seen($1, $2)", account, blind):
        raise Invalid(Problem(OTHER_CARD, f"{found.shown.side}_phone"))
    return account, tx.vault.key(wrapped)


async def _open(tx: Tx, found: Found) -> tuple[UUID, bytes]:
    shown, contact = found.shown, read_contact(found.shown.phone)
    facts = {"person.name": shown.name, "person.id_number": found.number}
    facts |= {"person.phone": contact.value} if contact else {}
    facts |= {"person.address": shown.address} if shown.address else {}
    try:
        async with tx.db.transaction():
            new = NewAccount(kind="person", name=shown.name, phone=contact.value if contact else None)
            return await open_with(tx, new, found.number, facts, tx.viewer.id)
    except Conflict as error:
        raise Invalid(Problem(OTHER_OWNER, f"{shown.side}_phone")) from error


async def open_with(
    tx: Tx, new: NewAccount, number: str, facts: dict[str, str], seen_by: UUID | None
) -> tuple[UUID, bytes]:
    """An account for somebody who did not open it herself, with what is known of her from the start; and its wrapped key."""
    account = await open_account(tx, new)
    wrapped = await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", account)
    await remember(tx, tx.vault.key(wrapped), account, facts, "profile", "B")
    await bind_number(tx, account, number, seen_by)
    await look_as(tx, tx.viewer.id)
    return account, wrapped


async def bind_number(tx: Tx, account: UUID, number: str, seen_by: UUID | None) -> None:
    """From now on she is found by this number. `seen_by` None: a register or the identity provider vouches for it."""
    await tx.db.execute(
        "INSERT INTO id_numbers (account_id, blind, seen_by, seen_at) VALUES ($1, $2, $3, $4)",
        account,
        tx.vault.blind(number, "identity"),
        seen_by,
        tx.now,
    )


async def look_as(tx: Tx, account: UUID) -> None:
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(account))


@asynccontextmanager
async def looking_as(tx: Tx, account: UUID) -> AsyncIterator[None]:
    """For what only she herself may write. What goes wrong undoes this as well: it belongs to the savepoint."""
    await look_as(tx, account)
    yield
    await look_as(tx, tx.viewer.id)


def _name(tx: Tx, row: asyncpg.Record) -> str:
    return tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode()
