"""Pages for the applicant: all her cases, one case with its date and its story, taking it back, putting it right."""

import asyncio
from collections.abc import AsyncIterator
from itertools import groupby
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage

from backend.cases import routes_guide, routes_pledges
from backend.cases.actions import may_move, move
from backend.cases.correction import Typed, answer_correction, points_of
from backend.cases.correction_form import typed_and_photos
from backend.cases.issued import issued_on
from backend.cases.joint_model import MEETINGS
from backend.cases.messages import timeline
from backend.cases.model import Case, CaseFile
from backend.cases.queries import agent_names, case_for, cases_of, department_phone, events_of, files_of
from backend.cases.queries_joint import together
from backend.cases.states import LABELS, State
from backend.cases.when import due_words_of
from backend.catalogue.queries import city, item_version
from backend.certificates.queries import issued_on as certificate_of
from backend.core.db import Tx
from backend.core.errors import Invalid, Refusal
from backend.core.web import PERSON, page, request_tx, see_other

PING = 25.0  # seconds of silence after which proxies begin to doubt


@get("/cases", opt=PERSON, include_in_schema=False)
async def case_list(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(request, tx, "cases/list.html", cases=await cases_of(tx.db, tx.viewer), labels=LABELS)


@get("/cases/{number:str}", opt=PERSON, include_in_schema=False)
async def case_page(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    case = await case_for(tx.db, tx.viewer, number)
    events = await events_of(tx.db, case.id, public_only=True)
    return page(
        request,
        tx,
        "cases/show.html",
        case=case,
        label=LABELS[case.state],
        steps=timeline(case.state, events),
        due=await due_words_of(tx, case, events),
        agents=await agent_names(tx, events),
        phone=await department_phone(tx.db, case.department_id),
        papers=await _papers(tx, case),
        issued=await issued_on(tx.db, case.id),
        certificate=await certificate_of(tx.db, case.id),
        together=await together(tx.db, case),
        kinds=MEETINGS,
        may_withdraw=await may_move(tx, case, "withdrawn"),
        may_correct=await may_move(tx, case, "corrected"),
        granted_by_machine=any(event.kind == "granted" and event.actor_kind == "machine" for event in events),
    )


async def _papers(tx: Tx, case: Case) -> list[tuple[str, list[CaseFile]]]:
    """What was handed in, by material, as people call it."""
    materials = (await item_version(tx.db, case.item_code, case.item_version)).materials
    by_material = groupby(await files_of(tx.db, case.id), key=lambda file: (file.material, file.subject, file.variant))
    return [(materials[code].label if code in materials else code, list(pages)) for (code, *_), pages in by_material]


@get("/cases/{number:str}/withdrawal", opt=PERSON, include_in_schema=False)
async def withdrawal_page(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    return page(request, tx, "cases/withdraw.html", case=await case_for(tx.db, tx.viewer, number))


@post("/cases/{number:str}/withdrawal", opt=PERSON, include_in_schema=False)
async def withdraw(tx: NamedDependency[Tx], number: FromPath[str]) -> Response[None]:
    case = await case_for(tx.db, tx.viewer, number)
    if case.state is not State.WITHDRAWN:  # a second tap finds it done
        await move(tx, case, "withdrawn")
    return see_other(f"/cases/{case.number}")


@get("/cases/{number:str}/correction", opt=PERSON, include_in_schema=False)
async def correction_page(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[Any]:
    case = await case_for(tx.db, tx.viewer, number)
    if case.state is not State.CORRECTING:
        return see_other(f"/cases/{case.number}")
    return await _correction(request, tx, case, {}, None)


@post("/cases/{number:str}/correction", opt=PERSON, include_in_schema=False)
async def correct(request: Request, number: FromPath[str]) -> Response[Any]:
    """Everything the notice asked for, at once; what is still missing is said at once, and nothing typed is lost."""
    async with request_tx(request) as tx:
        await case_for(tx.db, tx.viewer, number)
    typed, photos = await typed_and_photos(request)
    async with request_tx(request) as tx:
        case = await case_for(tx.db, tx.viewer, number)
        try:
            async with tx.db.transaction():  # what is refused halfway leaves nothing behind
                await answer_correction(tx, request.app.state.files, case, typed, photos)
        except Invalid as refusal:
            return await _correction(request, tx, case, typed, refusal)
        return see_other(f"/cases/{case.number}")


async def _correction(request: Request, tx: Tx, case: Case, typed: Typed, refusal: Refusal | None) -> Response[str]:
    return page(
        request,
        tx,
        "cases/correct.html",
        status=refusal.status if refusal else 200,
        case=case,
        points=await points_of(tx, case),
        regions=(await city(tx.db)).pack.city.regions,
        due=await due_words_of(tx, case, await events_of(tx.db, case.id)),
        typed=typed,
        problems=refusal.problems if refusal else (),
    )


@get("/cases/{number:str}/events", opt=PERSON, include_in_schema=False)
async def watch(request: Request, number: FromPath[str]) -> ServerSentEvent:
    """`changed` each time the case is no longer the `version` the page shows, `end` when she may not see it any more.

    Holds no connection while it waits.
    """
    case = await _seen(request, number)
    shown = request.query_params.get("version", "")
    seen = int(shown) if shown.isdecimal() and len(shown) < 10 else case.version
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return ServerSentEvent(_changes(request, case, seen), headers=headers)


async def _changes(request: Request, case: Case, shown: int) -> AsyncIterator[ServerSentEventMessage]:
    live = request.app.state.live
    with live.watching(f"case_events:{case.id}") as changes:
        yield ServerSentEventMessage(event="open", data="", retry=3000)
        changes.set()  # what happened between the page and this line was told to nobody
        while not live.ended:
            try:
                await asyncio.wait_for(changes.wait(), PING)
            except TimeoutError:
                yield ServerSentEventMessage(data=None, comment="ping")
                continue
            changes.clear()
            try:
                now = await _seen(request, case.number)  # again: a mandate may have ended in the meantime
            except Refusal:
                yield ServerSentEventMessage(event="end", data="")
                return
            if now.version != shown:
                shown = now.version
                yield ServerSentEventMessage(event="changed", data=shown)


async def _seen(request: Request, number: str) -> Case:
    """The case in a short transaction of its own, for a request that must not keep one open."""
    async with request_tx(request) as tx:
        return await case_for(tx.db, tx.viewer, number)


ROUTES = [
    case_list,
    case_page,
    withdrawal_page,
    withdraw,
    correction_page,
    correct,
    watch,
    *routes_guide.ROUTES,
    *routes_pledges.ROUTES,
]
