"""Her data: what there is, the package to take away, one fact corrected, and leaving for good."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.queries import is_fresh
from backend.cart.fields import options, typed
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotAllowed, Problem
from backend.core.i18n import _
from backend.core.web import BEFORE_CONSENT, COOKIE, PERSON, page, read_form, see_other
from backend.rights.actions import ask_erasure, ask_export, cancel_erasure, correct, linked, open_export, own_data
from backend.rights.queries import erasure_of, exports_of, fact_of, hindrances_of, known_facts, questions_about_me

EARLY = PERSON | BEFORE_CONSENT


@get("/me/data", opt=EARLY, include_in_schema=False)
async def data(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    own_data(tx)
    found = await known_facts(tx)
    return page(
        request,
        tx,
        "rights/data.html",
        own=[fact for fact in found if fact.editable],
        others=[fact for fact in found if not fact.editable],
        questions=await questions_about_me(tx),
        exports=await exports_of(tx),
        now=tx.now,
        fresh=await _fresh(request, tx),
    )


@post("/me/data/exports", opt=EARLY, include_in_schema=False)
async def ask(tx: NamedDependency[Tx]) -> Response[None]:
    own_data(tx)
    await ask_export(tx)
    return see_other("/me/data#exports")


@post("/me/data/exports/{export:uuid}/download", opt=EARLY, include_in_schema=False, status_code=200)
async def download(request: Request, tx: NamedDependency[Tx], export: FromPath[UUID]) -> Response[bytes]:
    """A POST: it leaves an event. Nothing keeps the answer."""
    own_data(tx)
    await _need_fresh(request, tx, "/me/data")
    content = await open_export(tx, request.app.state.files, export)
    headers = {
        "Content-Disposition": 'attachment; filename="suishouban-data.zip"',
        "Cache-Control": "no-store",
        "X-Offline": "never",
    }
    return Response(content, media_type="application/zip", headers=headers)


@get("/me/data/facts/{party:uuid}/{element:str}", opt=PERSON, include_in_schema=False)
async def fact(
    request: Request, tx: NamedDependency[Tx], party: FromPath[UUID], element: FromPath[str]
) -> Response[Any]:
    own_data(tx)
    return await _fact_page(request, tx, party, element, None, [])


@post("/me/data/facts/{party:uuid}/{element:str}", opt=PERSON, include_in_schema=False)
async def correct_fact(
    request: Request, tx: NamedDependency[Tx], party: FromPath[UUID], element: FromPath[str]
) -> Response[Any]:
    own_data(tx)
    texts = (await read_form(request)).all("value")
    try:
        await correct(tx, party, element, texts)
    except Invalid as invalid:
        return await _fact_page(request, tx, party, element, texts, list(invalid.problems), status=422)
    return see_other("/me/data")


@get("/me/erase", opt=EARLY, include_in_schema=False)
async def erase_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    own_data(tx)
    return await _erase_page(request, tx)


@post("/me/erase", opt=EARLY, include_in_schema=False)
async def erase(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    own_data(tx)
    await _need_fresh(request, tx, "/me/erase")
    if (await read_form(request)).text("sure") != "yes":
        said = Problem(_("真的要注销，请先打上勾。"), "sure")
        return await _erase_page(request, tx, [said], status=422)
    try:
        await ask_erasure(tx)
    except Invalid:
        return await _erase_page(request, tx, status=422)
    return see_other("/me/erase")


@post("/me/erase/cancel", opt=EARLY, include_in_schema=False)
async def stay(tx: NamedDependency[Tx]) -> Response[None]:
    own_data(tx)
    await cancel_erasure(tx)
    return see_other("/me/erase")


async def _erase_page(
    request: Request, tx: Tx, problems: list[Problem] | None = None, status: int = 200
) -> Response[str]:
    return page(
        request,
        tx,
        "rights/erase.html",
        status=status,
        erasure=await erasure_of(tx),
        hindrances=linked(await hindrances_of(tx, tx.viewer.id)),
        person=tx.viewer.kind == "person",
        years=request.app.state.settings.archive_years,
        fresh=await _fresh(request, tx),
        problems=problems or [],
    )


async def _fact_page(
    request: Request,
    tx: Tx,
    party: UUID,
    element: str,
    texts: list[str] | None,
    problems: list[Problem],
    status: int = 200,
) -> Response[str]:
    found, known = await fact_of(tx, party, element)
    pack = (await city(tx.db)).pack
    entry = pack.elements[element]
    shown: Any = texts if texts is not None else typed(entry, known.value)
    if entry.type != "choices" and isinstance(shown, list):
        shown = shown[0] if shown else ""
    return page(
        request,
        tx,
        "rights/fact.html",
        status=status,
        fact=found,
        kind=str(entry.type),
        hint=entry.help,
        unit=entry.unit,
        options=options(entry, pack.city.regions),
        value=shown,
        problems=problems,
    )


async def _fresh(request: Request, tx: Tx) -> bool:
    return await is_fresh(tx, request.cookies.get(COOKIE, ""))


async def _need_fresh(request: Request, tx: Tx, back: str) -> None:
    if not await _fresh(request, tx):
        raise NotAllowed(
            _("为了安全，这一步之前请重新登录一次。"), next_step=f"/sign-in?next={back}", next_say=_("重新登录")
        )


ROUTES = [data, ask, download, fact, correct_fact, erase_page, erase, stay]
