"""What could not be brought to people, for the office that sees to it: what must reach them first."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.notifications.model import Channel, Sending, Words

MOST = 100
LONGEST_REMARK = 200
HOWS = {
    "called": _("打电话说了"),
    "letter": _("寄了信"),
    "visit": _("上门说了"),
    "counter": _("来窗口时当面说了"),
    "not_needed": _("不用再说了"),
}


class Tried(msgspec.Struct, frozen=True):
    channel: Channel
    state: Sending
    problem: str


class NotBrought(msgspec.Struct, frozen=True, kw_only=True):
    """`must`: the law, or her safety, wants that it reaches her. `tried`: empty when there was nothing to try. `number`: of the case."""

    id: UUID
    must: bool
    words: Words
    number: str | None
    name: str
    created_at: datetime
    tried: list[Tried]
    opened_at: datetime | None


class ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """How she is reached without us; "" for what is not known."""

    phone: str = ""
    email: str = ""
    address: str = ""

    @property
    def advice(self) -> str:
        if self.phone:
            return _("先打电话。打不通，隔一天再打一次。")
        if self.address:
            return _("没有电话，请寄信，或请村、社区上门说一声。")
        return _("电话和地址都没有。请问受理窗口或村、社区，找到人当面说。")


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    number: str | None
    words: Words
    how: str
    remark: str | None
    done_at: datetime


async def not_brought(tx: Tx) -> list[NotBrought]:
    """Of the viewer's offices, what must be told first, then the oldest."""
    rows = await tx.db.fetch(
        "SELECT id, person_id, must, words, number, created_at, name_sealed, key_wrapped, tried, opened_at FROM not_brought($1)", MOST
    )  # fmt: skip
    return [_opened(tx, dict(row)) for row in rows]


def _opened(tx: Tx, row: dict[str, Any]) -> NotBrought:
    name = tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['person_id']}").decode()
    return msgspec.convert(row | {"name": name}, NotBrought)


async def by_hand(tx: Tx, notice: UUID) -> ByHand:
    """How to reach her; that the viewer looked stays written down. NotFound for what is not on her list."""
    row = await tx.db.fetchrow(
        """SELECT person_id, key_wrapped, phone_sealed, email_sealed, party_id, address_source, address_sealed FROM reach_by_hand($1)""",
        notice,
    )
    if row is None:
        raise NotFound()
    key, person = tx.vault.key(row["key_wrapped"]), row["person_id"]
    known = {
        kind: key.open(row[f"{kind}_sealed"], f"contact:{person}:{kind}").decode()
        for kind in ("phone", "email")
        if row[f"{kind}_sealed"]
    }
    if row["address_sealed"]:
        place = f"fact:{row['party_id']}:person.address:{row['address_source']}"
        known["address"] = str(key.open_value(row["address_sealed"], place))
    return ByHand(**known)


async def brought_by_hand(tx: Tx, notice: UUID, how: str, remark: str) -> None:
    """It is off the list, with who said it to her and how. Invalid with every problem at once."""
    problems = [] if how in HOWS else [Problem(_("请选一种：是怎么告诉的。"), "how")]
    if len(remark) > LONGEST_REMARK:
        problems.append(Problem(_("请写在 200 字以内。"), "remark"))
    if problems:
        raise Invalid(*problems)
    if not await tx.db.fetchval("SELECT brought_by_hand($1, $2, $3)", notice, how, remark or None):
        raise NotFound()


async def brought_lately(tx: Tx) -> list[Brought]:
    rows = await tx.db.fetch("SELECT number, words, how, remark, done_at FROM brought_lately($1)", MOST)
    return msgspec.convert(rows, list[Brought])
