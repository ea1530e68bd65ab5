"""The hours in which nobody is knocked up, by the clock of the city. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

CITY = ZoneInfo("Asia/Shanghai")


class Night(msgspec.Struct, frozen=True):
    """From `start` up to, not including, `end`; over midnight where it ends earlier than it starts. Equal ends: no night."""

    start: time
    end: time

    def __bool__(self) -> bool:
        return self.start != self.end


NO_NIGHT = Night(time(0), time(0))


def until_morning(now: datetime, night: Night) -> timedelta:
    """How long a knock waits: zero by day, else until the night ends. Never a whole day."""
    local = now.astimezone(CITY)
    clock = local.time().replace(tzinfo=None)
    if not _within(clock, night):
        return timedelta(0)
    morning = datetime.combine(local.date(), night.end, CITY)
    return (morning if morning > local else morning + timedelta(days=1)) - local


def _within(clock: time, night: Night) -> bool:
    if night.start <= night.end:
        return night.start <= clock < night.end
    return clock >= night.start or clock < night.end
