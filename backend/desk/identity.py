"""At the counter: a person and her card compared, once, and from then on she is known that far."""

from uuid import UUID

import asyncpg
import msgspec

from backend.accounts.contacts import Contact, read_contact
from backend.accounts.levels import RANK
from backend.core.codes import CodeError, read_resident_id
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem, TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue

LOOKS_AN_HOUR = 60
OWN_PHONE = _("请写孩子自己的 11 位手机号，登录时要收验证码。")
OTHERS_PHONE = _("这个手机号登记在别人名下。请写孩子自己的手机号，家长的不行。")
IN_USE = _("这个手机号的账号里已经办过事，不能合过来。请孩子换一个手机号，或先在那个账号里换掉手机号。")


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the number on the card. `phone` masked; `known`: she was at a counter or with the provider before.

    `waits`: opened for her by a guardian; she is fourteen now and may take it over.
    """

    id: UUID
    name: str
    phone: str
    known: bool
    level: str
    waits: bool


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
        """SELECT id, name_sealed, key_wrapped, level, seen, phone_sealed, id IN (SELECT u.id FROM unclaimed($1) u) AS waits
           FROM people_with_number($1)""",
        _blind(tx, typed),
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


async def hand_over(tx: Tx, typed: str, typed_phone: str) -> None:
    """A child of fourteen, with her card: from now on she signs in with her own phone to the account a guardian opened.

    Everything in it stays as it is; her guardians are told by a job. An account she opened with that phone before, in which
    nothing was filed, gives the phone up and is forgotten after seven days. NotFound: no such account waits for this card.
    """
    need_counter(tx)
    number, phone = _blind(tx, typed), read_contact(typed_phone)
    child = await tx.db.fetchrow("SELECT id, name_sealed, key_wrapped FROM unclaimed($1)", number)
    if child is None:
        raise NotFound()
    if phone is None or phone.channel != "phone":
        raise Invalid(Problem(OWN_PHONE, "phone"))
    key, blind = tx.vault.key(child["key_wrapped"]), tx.vault.blind(phone.value, "phone")
    fresh = await _opened_before(tx, blind, key.open(child["name_sealed"], f"name:{child['id']}"))
    sealed = key.seal(phone.value.encode(), f"contact:{child['id']}:phone")
    if not await tx.db.fetchval("SELECT hand_over($1, $2, $3, $4)", number, sealed, blind, fresh):
        raise Invalid(Problem(IN_USE, "phone"))
    await enqueue(tx.db, "account_taken_over", {"account": str(child["id"])})


async def _opened_before(tx: Tx, phone: bytes, name: bytes) -> UUID | None:
    """The account this phone signs in to, if it is hers by name; Invalid when it is somebody else's."""
    for row in await tx.db.fetch("SELECT id, name_sealed, key_wrapped FROM account_at($1)", phone):
        if tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}") != name:
            raise Invalid(Problem(OTHERS_PHONE, "phone"))
        return row["id"]
    return None


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
        waits=row["waits"],
    )
