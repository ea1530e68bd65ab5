"""How the caller wants to be told, as JSON: the same choices and the same refusals as on her pages."""

from typing import Literal

import msgspec
from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.accounts.consents import SMS
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import PERSON
from backend.notifications.matters import ALWAYS, PEOPLES
from backend.notifications.model import Matter
from backend.notifications.quiet import Night
from backend.notifications.wishes import (
    UNKNOWN,
    Habits,
    checked,
    choose,
    choose_usual,
    hours,
    keep_habits,
    my_choices,
    my_habits,
    my_reach,
)

Channels = list[str]


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """`chosen`: matter → channels (push, email, sms, letter); a matter that is not there has the usual ones. `quiet_from` and
    `quiet_until`: 22:00 and 07:00, or twice the same for no such hours. `always`: what cannot be switched off as a whole."""

    chosen: dict[str, Channels] = {}
    quiet_from: str
    quiet_until: str
    as_agent: Literal["all", "needs", "inbox"] = "all"
    always: list[str] = []


@get("/api/v1/notice-preferences", opt=PERSON, tags=["notices"])
async def show_preferences(request: Request, tx: NamedDependency[Tx]) -> Preferences:
    """By which channels the caller is told beside the inbox, which has everything."""
    return await _preferences(request, tx)


@put("/api/v1/notice-preferences", opt=PERSON, tags=["notices"])
async def keep_preferences(request: Request, tx: NamedDependency[Tx], data: JSONBody[Preferences]) -> Preferences:
    """Replaces all of them; `always` is not written. 422 with every problem, and nothing is kept."""
    night, reach, problems = hours(data.quiet_from, data.quiet_until), await my_reach(tx, SMS.version), []
    chosen = {}
    for name, channels in data.chosen.items():
        try:
            chosen[_matter(name)] = checked(_matter(name), channels, reach)
        except Invalid as invalid:
            problems += [Problem(problem.say, f"chosen.{name}") for problem in invalid.problems]
    if problems:
        raise Invalid(*problems)
    for matter in PEOPLES:
        await (choose(tx, matter, chosen[matter]) if matter in chosen else choose_usual(tx, matter))
    await keep_habits(tx, Habits(quiet_from=night.start, quiet_until=night.end, as_agent=data.as_agent))
    return await _preferences(request, tx)


def _matter(name: str) -> Matter:
    if name not in PEOPLES:
        raise Invalid(Problem(UNKNOWN, "chosen"))
    return Matter(name)


async def _preferences(request: Request, tx: Tx) -> Preferences:
    chosen, habits = await my_choices(tx), await my_habits(tx, Night(*request.app.state.settings.quiet_hours))
    return Preferences(
        chosen={matter.value: [channel.value for channel in channels] for matter, channels in chosen.items()},
        quiet_from=f"{habits.quiet_from:%H:%M}",
        quiet_until=f"{habits.quiet_until:%H:%M}",
        as_agent=habits.as_agent,  # type: ignore[arg-type]
        always=[matter.value for matter in PEOPLES if matter in ALWAYS],
    )


ROUTES = [show_preferences, keep_preferences]
