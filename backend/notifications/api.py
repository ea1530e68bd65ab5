"""Notices as JSON."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, Parameter

from backend.core.db import Tx
from backend.core.errors import NotFound, Refusal
from backend.core.i18n import _
from backend.core.render import saying
from backend.core.viewer import counts_of
from backend.core.web import ANYONE, PERSON, language_of
from backend.notifications import api_wishes
from backend.notifications.actions import read
from backend.notifications.brought import Knock, how, knocks_of
from backend.notifications.inbound import Inbound, genuine, lay_down
from backend.notifications.messages import message
from backend.notifications.model import Channel, InboxEntry, Sending
from backend.notifications.queries import PAGE, inbox_of
from backend.notifications.reports import Report, take_report
from backend.notifications.wordings import Fields, worded


class Taken(msgspec.Struct, frozen=True):
    """`new` False: it had come before, and nothing was done again."""

    new: bool


FromGateway = TypeVar("FromGateway", Inbound, Report)
Limit = Annotated[int, Parameter(ge=0, le=PAGE)]


class WayText(msgspec.Struct, frozen=True):
    """What became of it beside the inbox. `state`: queued, sending, retry, sent, unknown, failed."""

    channel: Channel
    state: Sending
    said: str


class NoticeText(msgspec.Struct, frozen=True, kw_only=True):
    """One notice in the reader's language. `for_person`: whose affair it is, "" when the reader's own.

    `until` and `due` only on the newest notice of a case: an older one's date no longer holds.
    """

    id: UUID
    kind: str
    title: str
    happened: str
    todo: str
    until: str
    due: date | None
    case_number: str
    for_person: str
    needs_you: bool
    created_at: datetime
    read_at: datetime | None
    ways: list[WayText]


class NoticeList(msgspec.Struct, frozen=True):
    unread: int
    needs_you: int
    notices: list[NoticeText]


@get("/api/v1/notices", opt=PERSON, tags=["notices"])
async def list_notices(
    request: Request, tx: NamedDependency[Tx], limit: Limit = PAGE, before: FromQuery[UUID | None] = None
) -> NoticeList:
    """The caller's own notices, those that need her first, then the newest; with the numbers for a badge. `before`: the id of the
    last one seen, for those that come after it."""
    lang = language_of(request)
    counts = await counts_of(tx.db, tx.viewer)
    with saying(lang, tx.today) as said:
        entries = await inbox_of(tx, limit, before)
        knocks = await knocks_of(tx, [entry.id for entry in entries])
        own = await worded(tx, lang)
        notices = [_text(entry, own, _ways(knocks.get(entry.id, []), tx, said), said) for entry in entries]
    return NoticeList(counts.unread, counts.needs_you, notices)


@post("/api/v1/notices/{notice:uuid}/read", opt=PERSON, tags=["notices"], status_code=204)
async def read_notice(tx: NamedDependency[Tx], notice: FromPath[UUID]) -> None:
    """Marks one notice as read; a second time changes nothing."""
    await read(tx, notice)


def _ways(knocks: list[Knock], tx: Tx, said: Callable[[Any], str]) -> list[WayText]:
    return [WayText(one.channel, one.state, said(how(one, tx.now).words)) for one in knocks]


def _text(entry: InboxEntry, own: Mapping[str, Fields], ways: list[WayText], said: Callable[[Any], str]) -> NoticeText:
    full = message(entry.words, own.get(entry.words.kind, {}))
    return NoticeText(
        id=entry.id,
        kind=entry.words.kind,
        title=said(full.title),
        happened=said(full.happened),
        todo=said(full.todo),
        until=said(full.until) if full.until and entry.newest else "",
        due=entry.words.due if entry.newest else None,
        case_number=entry.words.number,
        for_person=entry.principal,
        needs_you=entry.needs_you,
        created_at=entry.created_at,
        read_at=entry.read_at,
        ways=ways,
    )


@post("/api/v1/sms/inbound", opt=ANYONE, tags=["notices"], status_code=200)
async def take_text(request: Request, tx: NamedDependency[Tx]) -> Taken:
    """For the operator's gateway: a text message that came in, signed like ours. 404 for whoever cannot sign."""
    return Taken(new=await lay_down(tx, await _signed(request, Inbound)))


@post("/api/v1/sms/reports", opt=ANYONE, tags=["notices"], status_code=204)
async def report_text(request: Request, tx: NamedDependency[Tx]) -> None:
    """For the operator's gateway: whether the phone took a text message of ours, signed like ours. 409: report it again later."""
    await take_report(tx, await _signed(request, Report))


async def _signed(request: Request, kind: type[FromGateway]) -> FromGateway:
    key, body, headers = request.app.state.settings.sms_key, await request.body(), request.headers
    if not key or not genuine(
        key, body, headers.get("x-timestamp", ""), headers.get("x-signature", ""), request.app.state.clock()
    ):
        raise NotFound()
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Refusal(_("这条短信的格式不对。")) from error


ROUTES = [take_text, report_text, list_notices, read_notice, *api_wishes.ROUTES]
