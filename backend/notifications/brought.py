"""What became of a notice on each way of knocking, as its reader is told."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.messages import Sentence
from backend.core.db import SHANGHAI, Tx
from backend.core.i18n import _
from backend.notifications.model import Channel, Sending

SOON = timedelta(minutes=5)  # what waits longer waits for the morning, and says so
SENT = {
    Channel.PUSH: _("手机提醒 %(at)s 已发出"),
    Channel.EMAIL: _("邮件 %(at)s 已发出"),
    Channel.SMS: _("短信 %(at)s 已发出"),
    Channel.LETTER: _("信已写好，等着打印寄出"),
}
ARRIVED = _("短信 %(at)s 已送到手机")
LATER = {
    Channel.PUSH: _("手机提醒 %(at)s 再发"),
    Channel.EMAIL: _("邮件 %(at)s 再发"),
    Channel.SMS: _("短信 %(at)s 再发"),
    Channel.LETTER: _("信正在写"),
}
ON_ITS_WAY = {
    Channel.PUSH: _("手机提醒正在发"),
    Channel.EMAIL: _("邮件正在发"),
    Channel.SMS: _("短信正在发"),
    Channel.LETTER: _("信正在写"),
}
UNSURE = {
    Channel.PUSH: _("手机提醒可能没送到"),
    Channel.EMAIL: _("邮件可能没送到"),
    Channel.SMS: _("短信可能没送到"),
}
LOST = {
    Channel.PUSH: _("手机提醒没送到"),
    Channel.EMAIL: _("邮件没送到，请核对邮箱"),
    Channel.SMS: _("短信没送到，请核对手机号"),
    Channel.LETTER: _("没有寄信的地址"),
}
# Where she can do something about it.
MENDED_AT = {Channel.EMAIL: "/me/contacts", Channel.SMS: "/me/contacts", Channel.LETTER: "/me/data"}


class Knock(msgspec.Struct, frozen=True, kw_only=True):
    channel: Channel
    state: Sending
    sent_at: datetime | None = None
    next_at: datetime | None = None
    arrived_at: datetime | None = None


class Told(msgspec.Struct, frozen=True):
    """`mend`: the page where she can see to it that it arrives next time, "" where there is nothing to do."""

    words: Sentence
    mend: str = ""


async def knocks_of(tx: Tx, inbox: list[UUID]) -> dict[UUID, list[Knock]]:
    """For these inbox notices of the viewer's, what went out beside them."""
    rows: list[asyncpg.Record] = await tx.db.fetch(
        """SELECT i.id, k.channel, k.state, k.sent_at, k.next_at, k.arrived_at FROM notices i
           JOIN notices k ON (k.event_id, k.person_id) = (i.event_id, i.person_id) AND k.channel <> 'inbox'
           WHERE i.id = ANY($1) AND k.state <> 'merged' ORDER BY k.channel""",
        inbox,
    )
    found: defaultdict[UUID, list[Knock]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(msgspec.convert({n: v for n, v in row.items() if n != "id"}, Knock))
    return found


def how(knock: Knock, now: datetime) -> Told:
    """One line of her inbox. Pure."""
    match knock.state:
        case Sending.SENT if knock.arrived_at:
            return Told(Sentence(ARRIVED, {"at": _clock(knock.arrived_at, now)}))
        case Sending.SENT:
            return Told(Sentence(SENT[knock.channel], {"at": _clock(knock.sent_at or now, now)}))
        case Sending.UNKNOWN if knock.channel in UNSURE:
            return Told(Sentence(UNSURE[knock.channel]), MENDED_AT.get(knock.channel, ""))
        case Sending.FAILED | Sending.UNKNOWN:
            return Told(Sentence(LOST[knock.channel]), MENDED_AT.get(knock.channel, ""))
    if knock.next_at and knock.next_at - now > SOON:
        return Told(Sentence(LATER[knock.channel], {"at": _clock(knock.next_at, now)}))
    return Told(Sentence(ON_ITS_WAY[knock.channel]))


def _clock(at: datetime, now: datetime) -> datetime | str:
    """Today the time is enough; else the page words the whole of it."""
    here, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    return f"{here:%H:%M}" if here.date() == today else at
