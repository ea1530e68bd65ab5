"""Giving, using and ending a mandate."""

import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

from backend.core.db import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound, Problem
from backend.core.i18n import _
from backend.mandates.journal import note
from backend.mandates.model import ACTIONS, LONGEST_DAYS, Grant

CONSENT = (
    "本人%(principal)s授权%(agent)s,从%(from)s到%(to)s,替本人在随手办上办理：%(matters)s。"
    "可以：查看、填写、提交、补正、代收结果。本人可以随时收回这份授权。"
)


async def grant(tx: Tx, asked: Grant, matters: str) -> UUID:
    """The principal gives a mandate on her own phone. `matters`: the names of the items, as she read them.

    Invalid with every problem at once. The agent is found by number and name together, so that neither can be fished for.
    """
    _own_affairs(tx)
    agent, problems = await _agent(tx, asked), _problems(asked)
    if agent is None:
        problems.append(Problem(_("没有找到这位家人。请核对姓名和手机号，对方要先在随手办登录过一次。"), "agent_phone"))
    elif agent == tx.viewer.id:
        problems.append(Problem(_("不用授权给自己，您可以直接办。"), "agent_phone"))
    if problems or agent is None:
        raise Invalid(*problems)
    return await _store(tx, asked, agent, matters)


async def _store(tx: Tx, asked: Grant, agent: UUID, matters: str) -> UUID:
    mandate, until = uuid4(), tx.today + timedelta(days=asked.days)
    consent = consent_text(tx, asked, matters)
    await tx.db.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, items, actions, consent, consent_hash, valid_from, valid_to, granted_at)
           VALUES ($1, $2, $3, 'entrusted', 'self', $4, $5, $6, $7, $8, $9, $10)""",
        mandate,
        tx.viewer.id,
        agent,
        asked.items,
        list(ACTIONS),
        consent,
        hashlib.sha256(consent.encode()).digest(),
        tx.today,
        until,
        tx.now,
    )
    await note(tx, mandate, "granted")
    return mandate


def consent_text(tx: Tx, asked: Grant, matters: str) -> str:
    """The very words the principal agrees to; they are stored with their hash."""
    return CONSENT % {
        "principal": tx.viewer.name,
        "agent": asked.agent_name,
        "matters": matters,
        "from": tx.today.isoformat(),
        "to": (tx.today + timedelta(days=asked.days)).isoformat(),
    }


async def revoke(tx: Tx, mandate: UUID) -> None:
    """Ends it at once: the principal takes it back, or the agent lays it down. NotFound for anybody else, and when it has ended."""
    reason = await tx.db.fetchval(
        """UPDATE mandates SET ended_at = $2, end_reason = CASE WHEN principal_id = $3 THEN 'revoked' ELSE 'renounced' END
           WHERE id = $1 AND ended_at IS NULL AND $3 IN (principal_id, agent_id) RETURNING end_reason""",
        mandate,
        tx.now,
        tx.viewer.id,
    )
    if reason is None:
        raise NotFound()
    await note(tx, mandate, "revoked", {"reason": reason})


def _own_affairs(tx: Tx) -> None:
    """No sub-delegation (Civil Code art. 169): only the principal herself gives a mandate."""
    if tx.viewer.acting:
        raise NotAllowed(
            _("您正在替别人办事，不能再授权给第三个人。请先换回「自己」。"), next_step="/acting", next_say=_("换人")
        )


async def _agent(tx: Tx, asked: Grant) -> UUID | None:
    rows = await tx.db.fetch(
        "SELECT id, name_sealed, key_wrapped FROM account_at($1)", tx.vault.blind(asked.agent_phone, "phone")
    )
    for row in rows:
        if tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode() == asked.agent_name:
            return row["id"]
    return None


def _problems(asked: Grant) -> list[Problem]:
    problems = []
    if not asked.agent_name:
        problems.append(Problem(_("请写上家人的姓名。"), "agent_name"))
    if not 1 <= asked.days <= LONGEST_DAYS:
        problems.append(Problem(_("授权的天数要在 1 到 365 天之间。"), "days"))
    if asked.items is not None and not asked.items:
        problems.append(Problem(_("请至少选一件可以代办的事。"), "items"))
    return problems
