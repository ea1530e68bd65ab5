"""How she wants to be told: one page for all, one question a page for each."""

from datetime import time
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.consents import PUSH, SMS, agreed
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.web import PERSON, page, read_form, see_other
from backend.notifications.matters import ALWAYS, NAMES, PEOPLES
from backend.notifications.model import Channel, Matter
from backend.notifications.quiet import NO_NIGHT, Night
from backend.notifications.vapid import offered
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

CHANNEL_NAMES = {
    Channel.PUSH: _("手机提醒"),
    Channel.EMAIL: _("邮件"),
    Channel.SMS: _("短信"),
    Channel.LETTER: _("寄信"),
}
AS_AGENT = {
    "all": (_("和自己的一样提醒"), ""),
    "needs": (_("要补材料、有结果才提醒"), _("其他的只放在收件箱")),
    "inbox": (_("都不提醒"), _("只放在收件箱，打开随手办能看到")),
}

SUGGESTED = Night(time(22), time(7))  # where neither she nor the city has any


def city_night(request: Request) -> Night:
    return Night(*request.app.state.settings.quiet_hours)


def matter_named(name: str) -> Matter:
    found = next((matter for matter in PEOPLES if matter == name), None)
    if found is None:
        raise NotFound()
    return found


@get("/me/notices", opt=PERSON, include_in_schema=False)
async def wishes(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(
        request, tx, "notifications/wishes.html", matters=[(matter, *NAMES[matter]) for matter in PEOPLES], chosen=await my_choices(tx),
        habits=await my_habits(tx, city_night(request)), reach=await my_reach(tx, SMS.version), names=CHANNEL_NAMES, as_agent=AS_AGENT,
        always=ALWAYS, done=request.query_params.get("done", ""), push_key=offered(request.app.state.settings),
        push_agreed=await agreed(tx, tx.viewer.id, PUSH),
    )  # fmt: skip


@get("/me/notices/quiet", opt=PERSON, include_in_schema=False)
async def quiet(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    night = (await my_habits(tx, city_night(request))).night
    return _quiet_page(request, tx, "on" if night else "off", night or city_night(request) or SUGGESTED, [])


@post("/me/notices/quiet", opt=PERSON, include_in_schema=False)
async def keep_quiet(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form, habits = await read_form(request), await my_habits(tx, city_night(request))
    try:
        night = NO_NIGHT if form.text("quiet") == "off" else hours(form.text("start"), form.text("end"))
    except Invalid as invalid:
        return _quiet_page(request, tx, "on", habits.night or city_night(request) or SUGGESTED, list(invalid.problems))
    await keep_habits(tx, Habits(quiet_from=night.start, quiet_until=night.end, as_agent=habits.as_agent))
    return see_other("/me/notices?done=1")


@get("/me/notices/agent", opt=PERSON, include_in_schema=False)
async def as_agent(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return _agent_page(request, tx, (await my_habits(tx, city_night(request))).as_agent, [])


@post("/me/notices/agent", opt=PERSON, include_in_schema=False)
async def keep_as_agent(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    wanted, habits = (await read_form(request)).text("as_agent"), await my_habits(tx, city_night(request))
    if wanted not in AS_AGENT:
        return _agent_page(request, tx, habits.as_agent, [Problem(UNKNOWN, "as_agent")])
    await keep_habits(tx, Habits(quiet_from=habits.quiet_from, quiet_until=habits.quiet_until, as_agent=wanted))
    return see_other("/me/notices?done=1")


@get("/me/notices/{matter:str}", opt=PERSON, include_in_schema=False)
async def wish(request: Request, tx: NamedDependency[Tx], matter: FromPath[str]) -> Response[str]:
    return await _wish_page(request, tx, matter_named(matter), [])


@post("/me/notices/{matter:str}", opt=PERSON, include_in_schema=False)
async def keep_wish(request: Request, tx: NamedDependency[Tx], matter: FromPath[str]) -> Response[Any]:
    about, form = matter_named(matter), await read_form(request)
    if form.text("do") == "usual":
        await choose_usual(tx, about)
        return see_other("/me/notices?done=1")
    try:
        await choose(tx, about, checked(about, form.all("channels"), await my_reach(tx, SMS.version)))
    except Invalid as invalid:
        return await _wish_page(request, tx, about, list(invalid.problems), form.all("channels"))
    return see_other("/me/notices?done=1")


async def _wish_page(
    request: Request, tx: Tx, matter: Matter, problems: list[Problem], typed: list[str] | None = None
) -> Response[str]:
    chosen = (await my_choices(tx)).get(matter)
    return page(
        request, tx, "notifications/wish.html", status=422 if problems else 200, matter=matter, title=NAMES[matter][0], about=NAMES[matter][1],
        chosen=typed if typed is not None else chosen, usual=chosen is None, reach=await my_reach(tx, SMS.version), names=CHANNEL_NAMES,
        always=matter in ALWAYS, problems=problems,
    )  # fmt: skip


def _quiet_page(request: Request, tx: Tx, choice: str, night: Night, problems: list[Problem]) -> Response[str]:
    status = 422 if problems else 200
    return page(request, tx, "notifications/quiet.html", status=status, choice=choice, night=night, problems=problems)


def _agent_page(request: Request, tx: Tx, chosen: str, problems: list[Problem]) -> Response[str]:
    status = 422 if problems else 200
    return page(
        request, tx, "notifications/as_agent.html", status=status, chosen=chosen, ways=AS_AGENT, problems=problems
    )


ROUTES = [wishes, quiet, keep_quiet, as_agent, keep_as_agent, wish, keep_wish]
