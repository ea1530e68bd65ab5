"""The inbox, and the addresses of browsers that want to be told."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ASGIApp

from backend.accounts.actions import act_for
from backend.accounts.consents import PUSH, agreed
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.web import ANYONE, COOKIE, PERSON, language_of, page, see_other
from backend.notifications import (
    routes_letters,
    routes_office,
    routes_speed,
    routes_stopping,
    routes_wishes,
    routes_wordings,
)
from backend.notifications.actions import read, read_all, subscribe, unsubscribe
from backend.notifications.brought import how, knocks_of
from backend.notifications.messages import message
from backend.notifications.queries import PAGE, inbox_of, mandate_to_see, notice_for
from backend.notifications.vapid import offered
from backend.notifications.wordings import worded

Text = Annotated[str, msgspec.Meta(max_length=2048)]


class Keys(msgspec.Struct, frozen=True):
    p256dh: Text
    auth: Text


class Subscription(msgspec.Struct, frozen=True):
    """What a browser's `PushSubscription.toJSON()` gives; the rest of it is not needed."""

    endpoint: Text
    keys: Keys


class Renewal(msgspec.Struct, frozen=True):
    """`old`: the endpoint that ended, where the browser still knows it."""

    subscription: Subscription
    old: Text | None = None


class Endpoint(msgspec.Struct, frozen=True):
    endpoint: Text


OFFERS = "/offers/"  # pages that are about one principal's affairs, as a case is


@get("/inbox", opt=PERSON, include_in_schema=False)
async def inbox(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """`?before=`: older ones, from the notice with this id on."""
    before = _id(request.query_params.get("before", ""))
    entries = await inbox_of(tx, before=before)
    knocks = await knocks_of(tx, [entry.id for entry in entries])
    own = await worded(tx, language_of(request))
    lines = [
        (
            entry,
            message(entry.words, own.get(entry.words.kind, {})),
            [how(one, tx.now) for one in knocks.get(entry.id, ())],
        )
        for entry in entries
    ]
    return page(
        request,
        tx,
        "notifications/inbox.html",
        needs=[line for line in lines if line[0].needs_you],
        others=[line for line in lines if not line[0].needs_you],
        older=entries[-1].id if len(entries) == PAGE else None,
        first=before is None,
        push_key=offered(request.app.state.settings),
        push_agreed=await agreed(tx, tx.viewer.id, PUSH),
    )


@post("/inbox/{notice:uuid}", opt=PERSON, include_in_schema=False)
async def open_notice(request: Request, tx: NamedDependency[Tx], notice: FromPath[UUID]) -> Response[None]:
    """Reads it and goes to what it is about; if that is somebody else's affair, hers come onto the screen, as far as a mandate lets."""
    words, principal = await notice_for(tx, notice)
    await read(tx, notice)
    whose = words.number or words.page.startswith(OFFERS)
    if words.page and not whose:
        return see_other(words.page)
    if not whose or principal is None:
        return see_other("/inbox")
    if principal != tx.viewer.principal_id:
        mandate = None if principal == tx.viewer.id else await mandate_to_see(tx, principal)
        if principal != tx.viewer.id and mandate is None:
            return see_other("/inbox")
        await act_for(tx, request.cookies.get(COOKIE, ""), principal, mandate)
    return see_other(words.page or f"/cases/{words.number}")


@post("/inbox/read", opt=PERSON, include_in_schema=False)
async def read_everything(tx: NamedDependency[Tx]) -> Response[None]:
    await read_all(tx)
    return see_other("/inbox")


@get("/inbox/events", opt=PERSON, include_in_schema=False)
async def follow_inbox(request: Request, tx: NamedDependency[Tx]) -> ASGIApp:
    return request.app.state.live.answer(f"inbox:{tx.viewer.id}", request.headers.get("last-event-id", ""))


@get("/push/key", opt=ANYONE, include_in_schema=False)
async def push_key(request: Request) -> dict[str, str]:
    key = offered(request.app.state.settings)
    if key is None:
        raise NotFound()
    return {"key": key}


@post("/push/subscription", opt=PERSON, include_in_schema=False, status_code=204)
async def keep_subscription(request: Request, tx: NamedDependency[Tx], data: JSONBody[Subscription]) -> None:
    await subscribe(tx, data.endpoint, data.keys.p256dh, data.keys.auth, request.app.state.settings.push_allowed)


@post("/push/renewal", opt=PERSON, include_in_schema=False, status_code=204)
async def renew_subscription(request: Request, tx: NamedDependency[Tx], data: JSONBody[Renewal]) -> None:
    """The browser's own service worker asks, when its push service gave it a new address."""
    if data.old:
        await unsubscribe(tx, data.old)
    new = data.subscription
    await subscribe(tx, new.endpoint, new.keys.p256dh, new.keys.auth, request.app.state.settings.push_allowed)


@delete("/push/subscription", opt=PERSON, include_in_schema=False)
async def forget_subscription(tx: NamedDependency[Tx], data: JSONBody[Endpoint]) -> None:
    await unsubscribe(tx, data.endpoint)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFound() from error


ROUTES = [
    inbox,
    open_notice,
    read_everything,
    follow_inbox,
    push_key,
    keep_subscription,
    renew_subscription,
    forget_subscription,
    *routes_letters.ROUTES,
    *routes_office.ROUTES,
    *routes_speed.ROUTES,
    *routes_stopping.ROUTES,
    *routes_wishes.ROUTES,
    *routes_wordings.ROUTES,
]
