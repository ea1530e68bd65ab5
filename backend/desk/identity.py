"""At the counter: a person and her card compared, once, and from then on she is known that far."""

from uuid import UUID

import asyncpg
import msgspec

from backend.accounts.contacts import Contact
from backend.accounts.levels import RANK
from backend.core.codes import CodeError, read_resident_id
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem, TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue

LOOKS_AN_HOUR = 60


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the number on the card. `phone` masked; `known`: she was at a counter or with the provider before."""

    id: UUID
    name: str
    phone: str
    known: bool
    level: str


def need_counter(tx: Tx) -> None:
    """Only who sits at a window; for every other officer there is no such page."""
    if "window" not in tx.viewer.roles:
        raise NotFound()


async def holders_of(tx: Tx, typed: str) -> list[Holder]:
    """Who says this number is hers; each of them keeps that it was looked up. Invalid: no number."""
    need_counter(tx)
    if not await tx.db.fetchval(
        "SELECT within_limit($1, 3600, $2)", tx.vault.blind(str(tx.viewer.id), "desk:looks"), LOOKS_AN_HOUR
    ):
        raise TooMany(_("这一小时查得太多了，请过一会儿再查。"), next_step="/desk", next_say=_("回到队列"))
    rows = await tx.db.fetch(
        "SELECT id, name_sealed, key_wrapped, level, seen, phone_sealed FROM people_with_number($1)", _blind(tx, typed)
    )
    return [_holder(tx, row) for row in rows]


async def confirm(tx: Tx, person: UUID, typed: str) -> None:
    """NotFound: not an account of this number. Conflict: the card is another account's already."""
    need_counter(tx)
    row = await tx.db.fetchrow(
        "SELECT key_wrapped FROM people_with_number($1) WHERE id = $2", _blind(tx, typed), person
    )
    if row is None:
        raise NotFound()
    number = read_resident_id(typed, tx.today).text
    sealed = tx.vault.key(row["key_wrapped"]).seal_value(number, f"fact:{person}:person.id_number:counter")
    event = await tx.db.fetchval("SELECT confirm_identity($1, $2, $3)", person, _blind(tx, typed), sealed)
    if event is None:
        raise Conflict(
            _("这张证件已经登记在另一个账号上，没有核对成。请先弄清是哪个账号。"),
            next_step="/desk/identity",
            next_say=_("重新查"),
        )
    await enqueue(tx.db, "notify", {"events": [event]})


def _blind(tx: Tx, typed: str) -> bytes:
    try:
        return tx.vault.blind(read_resident_id(typed, tx.today).text, "identity")
    except CodeError as error:
        raise Invalid(Problem(str(error), "number")) from error


def _holder(tx: Tx, row: asyncpg.Record) -> Holder:
    key, person = tx.vault.key(row["key_wrapped"]), row["id"]
    phone = key.open(row["phone_sealed"], f"contact:{person}:phone").decode() if row["phone_sealed"] else ""
    return Holder(
        id=person,
        name=key.open(row["name_sealed"], f"name:{person}").decode(),
        phone=Contact("phone", phone).shown if phone else "",
        known=RANK[row["level"]] == 2,
        level=row["level"],
    )
