"""Three days before her limit ends she is reminded, once."""

from backend.notifications.actions import remind
from tests.notifications.knocks import as_owner, notices, told


async def reminded(town) -> int:
    async with town.machine() as tx:
        return await remind(tx)


async def asked(town):
    case = await town.filed("father")
    return await town.moved(case, "officer", "correction_asked", problems=[{"say": "请补一张照片"}])


async def test_she_is_reminded_once_when_three_days_are_left(town):
    case = await asked(town)
    assert await reminded(town) == 0
    town.later(days=(case.due - town.now.date()).days - 3)
    assert (await reminded(town), await reminded(town)) == (1, 0)
    await told(town)
    assert (await notices(town, "father"))[-1] == ("correction_due_soon", "inbox", "sent")
    (row,) = await as_owner(town, "SELECT words, event_id FROM notices WHERE needs_you")
    assert (row["words"]["kind"], row["words"]["due"]) == ("correction_due_soon", case.due.isoformat())


async def test_nobody_is_reminded_of_what_is_done_or_past(town):
    case = await asked(town)
    town.later(days=(case.due - town.now.date()).days + 1)
    assert await reminded(town) == 0
    other = await asked(town)
    await town.moved(other, "father", "withdrawn")
    town.later(days=(other.due - town.now.date()).days)
    assert await reminded(town) == 0


async def test_a_reminder_does_not_move_the_date(town):
    case = await asked(town)
    town.later(days=(case.due - town.now.date()).days - 1)
    await reminded(town)
    (row,) = await as_owner(town, "SELECT due, version, state FROM cases")
    assert (row["due"], row["version"], row["state"]) == (case.due, case.version, "correcting")
