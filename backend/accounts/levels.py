"""How far we know who somebody is, and how she becomes known further.

`said`: as she says herself. `code`: by a number or address she answers. `provider` and `counter`: the province's identity
provider vouches for her, or an officer compared her with her card. What counts is asked of the database (`level_now`,
migration 0014), which also refuses a case below its item's level.
"""

from typing import Literal
from uuid import UUID

import msgspec

from backend.core.codes import CodeError, read_resident_id
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _

Level = Literal["said", "code", "provider", "counter"]
Needed = Literal["said", "code", "verified"]
RANK = {"said": 0, "code": 1, "provider": 2, "counter": 2, "verified": 2}
PAGE = "/me/level"

LABELS: dict[str, str] = {
    "said": _("还没有核实"),
    "code": _("验证过手机号或邮箱"),
    "provider": _("统一身份认证核实过"),
    "counter": _("窗口核对过证件"),
}
# What an item asks of whoever files it, on its page and in the cart; nothing is said where nothing is asked.
ASKED: dict[str, str] = {
    "said": "",
    "code": _("办这件事要先核实身份：用手机号或邮箱收一个验证码就行。"),
    "verified": _("办这件事要先核实身份：用统一身份认证，或带身份证到窗口核对一次，以后都算数。"),
}


class Standing(msgspec.Struct, frozen=True):
    """How far the one who acts is known; under a mandate also what its giver was known by (`given`)."""

    own: Level
    given: Level | None = None

    def enough(self, needed: str) -> bool:
        return self.known(needed) and self.entrusted(needed)

    def known(self, needed: str) -> bool:
        return RANK[self.own] >= RANK[needed]

    def entrusted(self, needed: str) -> bool:
        return self.given is None or RANK[self.given] >= RANK[needed]


async def standing_of(tx: Tx) -> Standing:
    row = await tx.db.fetchrow(
        "SELECT level_now($1) AS own, (SELECT level FROM mandates WHERE id = $2) AS given",
        tx.viewer.id,
        tx.viewer.mandate_id,
    )
    return msgspec.convert(dict(row), Standing)


async def verified_once(tx: Tx) -> bool:
    """Whether she was known by more than a number before her number changed: then a passkey is as good as it was."""
    level: str = await tx.db.fetchval("SELECT level FROM accounts WHERE id = $1", tx.viewer.id)
    return RANK[level] == 2


async def known_by_code(tx: Tx, attempt: UUID) -> None:
    """She answered a code to her own number or address in this very transaction."""
    if await count_as_known(tx, attempt):
        await _note(tx, "code")


async def count_as_known(tx: Tx, attempt: UUID) -> bool:
    """The same for somebody who is just coming in; whether she was not known that far before."""
    return await tx.db.fetchval("SELECT known_by_code($1)", attempt)


async def known_in_demo(tx: Tx) -> None:
    """For trying the program: one of the cast is taken for seen at the counter. NotFound for everybody else."""
    if not await tx.db.fetchval("SELECT known_in_demo()"):
        raise NotFound()
    await _note(tx, "counter")


async def _note(tx: Tx, level: Level) -> None:
    """In the history of her account; nobody has to be told of what she just did herself."""
    data = {"level": level}
    event = NewEvent(kind="level_raised", principal_id=tx.viewer.id, actor_kind="citizen", actor_id=tx.viewer.id, public=False, data=data)  # fmt: skip
    await record(tx, [event])


async def state_number(tx: Tx, typed: str) -> None:
    """The ID number she says is hers, so that a counter finds her account by her card. It opens nothing by itself."""
    try:
        number = read_resident_id(typed, tx.today).text
    except CodeError as error:
        raise Invalid(Problem(str(error), "number")) from error
    await tx.db.execute(
        """INSERT INTO stated_numbers (account_id, blind, stated_at) VALUES ($1, $2, $3)
           ON CONFLICT (account_id) DO UPDATE SET blind = excluded.blind, stated_at = excluded.stated_at""",
        tx.viewer.id,
        tx.vault.blind(number, "identity"),
        tx.now,
    )


async def number_stated(tx: Tx) -> bool:
    return await tx.db.fetchval(
        """SELECT EXISTS (SELECT 1 FROM stated_numbers WHERE account_id = $1)
               OR EXISTS (SELECT 1 FROM id_numbers WHERE account_id = $1)""",
        tx.viewer.id,
    )
