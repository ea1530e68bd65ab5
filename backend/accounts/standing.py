"""How far somebody is known now, and how she becomes known further."""

from uuid import UUID

import msgspec

from backend.accounts.levels import RANK, Level, Standing
from backend.core.codes import CodeError, read_resident_id
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.events import NewEvent, record


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
