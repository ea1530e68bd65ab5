"""How soon notices left after they were due, by the day: counted when they are settled, nothing of anybody in it."""

import msgspec

from backend.core.db import Tx
from backend.core.i18n import _
from backend.notifications.model import Channel

NAMES = {Channel.PUSH: _("手机提醒"), Channel.EMAIL: _("邮件"), Channel.SMS: _("短信"), Channel.LETTER: _("信")}


class Count(msgspec.Struct, frozen=True):
    sent: int
    within_2s: int
    within_10s: int

    def share(self, part: int) -> str:
        """In per cent, rounded down: 99.96 is not yet 100."""
        return f"{part * 1000 // self.sent / 10:.1f}%".replace(".0%", "%") if self.sent else "–"

    @property
    def in_2s(self) -> str:
        return self.share(self.within_2s)

    @property
    def in_10s(self) -> str:
        return self.share(self.within_10s)


class Speed(msgspec.Struct, frozen=True):
    channel: Channel
    today: Count
    week: Count


async def speeds(tx: Tx) -> list[Speed]:
    """Each way of knocking on which anything left in the last seven days."""
    rows = await tx.db.fetch(
        """SELECT channel, sum(sent)::bigint AS sent, sum(within_2s)::bigint AS within_2s, sum(within_10s)::bigint AS within_10s,
                  coalesce(sum(sent) FILTER (WHERE day = $1), 0)::bigint AS sent_today, coalesce(sum(within_2s) FILTER (WHERE day = $1), 0)::bigint AS today_2s,
                  coalesce(sum(within_10s) FILTER (WHERE day = $1), 0)::bigint AS today_10s
           FROM sending_days WHERE day > $1::date - 7 GROUP BY channel ORDER BY array_position(ARRAY['push', 'email', 'sms', 'letter'], channel)""",
        tx.today,
    )
    return [
        Speed(
            channel=Channel(row["channel"]),
            today=Count(row["sent_today"], row["today_2s"], row["today_10s"]),
            week=Count(row["sent"], row["within_2s"], row["within_10s"]),
        )
        for row in rows
    ]
