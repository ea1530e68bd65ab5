"""Giving, using and ending a mandate."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound, Problem
from backend.core.i18n import _
from backend.mandates.consent import hash_of, seal_words
from backend.mandates.journal import note
from backend.mandates.model import LONGEST_DAYS, Grant, NewMandate
from backend.mandates.queries import whose

FULL = _("对方已经在替 5 个人办事，不能再多了。请换一位家人，或请对方先结束一份。")
CANNOT = _("有一方已经不能授权，也不能替人办事了。有疑问请打 12345，或到窗口说明。")
REFUSED_BY_DATABASE = {"five_principals": FULL, "both_can_act": CANNOT}
CONSENT = (
    "本人%(principal)s授权%(agent)s,从%(from)s到%(to)s,替本人在随手办上办理：%(matters)s。"
    "可以：查看、填写、提交、补正、代收结果。本人可以随时收回这份授权。"
)


async def grant(tx: Tx, asked: Grant, matters: str) -> UUID:
    """The principal gives a mandate on her own phone. `matters`: the names of the items, as she read them.

    Invalid with every problem at once. The agent is found by number and name together, so that neither can be fished for.
    """
    await giving(tx)
    agent, problems = await person_at(tx, asked.agent_phone, asked.agent_name), problems_of(asked)
    if agent is None:
        problems.append(Problem(_("没有找到这位家人。请核对姓名和手机号，对方要先在随手办登录过一次。"), "agent_phone"))
    elif agent == tx.viewer.id:
        problems.append(Problem(_("不用授权给自己，您可以直接办。"), "agent_phone"))
    if problems or agent is None:
        raise Invalid(*problems)
    return await _store(tx, asked, agent, matters)


async def _store(tx: Tx, asked: Grant, agent: UUID, matters: str) -> UUID:
    consent = consent_text(tx.viewer.principal_name, asked.agent_name, asked.days, matters, tx.today)
    new = NewMandate(
        principal_id=tx.viewer.principal_id,
        agent_id=agent,
        kind="entrusted",
        via="self",
        items=asked.items,
        consent=consent,
        valid_to=tx.today + timedelta(days=asked.days),
    )
    return await write_mandate(tx, new)


async def write_mandate(
    tx: Tx, new: NewMandate, said: Mapping[str, Any] | None = None, key: DataKey | None = None
) -> UUID:
    """The row and the first line of its journal, which keeps `said`; Invalid when one of the two can give or hold none.

    `key`: the principal's, for who does not read her account.
    """
    await insert_mandate(tx, new, key)
    await note(tx, new.id, "granted", {"via": new.via, **(said or {})})
    return new.id


async def insert_mandate(tx: Tx, new: NewMandate, key: DataKey | None = None) -> None:
    """The row alone, for where somebody else than its principal writes the journal."""
    if key is None:
        key = tx.vault.key(await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", new.principal_id))
    async with at_most_five(tx):
        await tx.db.execute(
            """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, items, actions, consent_sealed, consent_hash, valid_from, valid_to, granted_at,
                                     own_consent_on)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
            new.id,
            new.principal_id,
            new.agent_id,
            new.kind,
            new.via,
            new.items,
            list(new.actions),
            seal_words(key, new.consent),
            hash_of(new.consent),
            new.valid_from or tx.today,
            new.valid_to,
            tx.now,
            new.own_consent_on,
        )


@asynccontextmanager
async def at_most_five(tx: Tx) -> AsyncIterator[None]:
    """The database counts whom an agent acts for, and knows who can act no more; here its no gets words: Invalid, and nothing was written."""
    try:
        async with tx.db.transaction():
            yield
    except asyncpg.CheckViolationError as error:
        if error.constraint_name not in REFUSED_BY_DATABASE:
            raise
        raise Invalid(Problem(REFUSED_BY_DATABASE[error.constraint_name], "agent_name")) from error


def consent_text(principal: str, agent: str, days: int, matters: str, today: date) -> str:
    """The very words the principal agrees to; they are stored with their hash."""
    return CONSENT % {
        "principal": principal,
        "agent": agent,
        "matters": matters,
        "from": spelled(today),
        "to": spelled(today + timedelta(days=days)),
    }


def spelled(day: date) -> str:
    """A day as it stands in words somebody signs. Pure."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


async def revoke(tx: Tx, mandate: UUID) -> None:
    """Ends it at once: the principal takes it back, or the agent lays it down. NotFound for anybody else, and when it has ended.

    Whoever has a guardian does not dismiss her: that is a court's to do, or comes of itself with the years.
    """
    reason = await tx.db.fetchval(
        """UPDATE mandates SET ended_at = $2, end_reason = CASE WHEN principal_id = $3 THEN 'revoked' ELSE 'renounced' END
           WHERE id = $1 AND ended_at IS NULL AND ($3 = agent_id OR ($3 = principal_id AND kind <> 'guardian')) RETURNING end_reason""",
        mandate,
        tx.now,
        await whose(tx),
    )
    if reason is None:
        raise NotFound()
    await note(tx, mandate, "revoked", {"reason": reason})


def own_affairs(tx: Tx) -> None:
    """No sub-delegation (Civil Code art. 169): only the principal herself gives a mandate."""
    if tx.viewer.acting:
        raise NotAllowed(
            _("您正在替别人办事，不能再授权给第三个人。请先换回「自己」。"), next_step="/acting", next_say=_("换人")
        )


async def giving(tx: Tx) -> None:
    """The principal herself gives, or for a business its legal representative; nobody else passes anything on."""
    if await whose(tx) != tx.viewer.principal_id:
        own_affairs(tx)


class Person(NamedTuple):
    """Somebody found, with the key that what she is asked is sealed under."""

    id: UUID
    key: DataKey


async def found_at(tx: Tx, phone: str, name: str) -> Person | None:
    """Whose verified number this is, if that is also her name: neither can be fished for."""
    rows = await tx.db.fetch("SELECT id, name_sealed, key_wrapped FROM account_at($1)", tx.vault.blind(phone, "phone"))
    for row in rows:
        key = tx.vault.key(row["key_wrapped"])
        if key.open(row["name_sealed"], f"name:{row['id']}").decode() == name:
            return Person(row["id"], key)
    return None


async def person_at(tx: Tx, phone: str, name: str) -> UUID | None:
    found = await found_at(tx, phone, name)
    return found.id if found else None


def problems_of(asked: Grant) -> list[Problem]:
    problems = []
    if not asked.agent_name:
        problems.append(Problem(_("请写上家人的姓名。"), "agent_name"))
    if not 1 <= asked.days <= LONGEST_DAYS:
        problems.append(Problem(_("授权的天数要在 1 到 365 天之间。"), "days"))
    if asked.items is not None and not asked.items:
        problems.append(Problem(_("请至少选一件可以代办的事。"), "items"))
    return problems
