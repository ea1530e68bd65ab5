"""Trying an item's rules for the machine: over its examples, and over the last cases that were decided."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.approval.trial import MOST
from backend.catalogue.pack_check import item_faults
from backend.catalogue.pack_instant import examples_shown, never_otherwise
from backend.catalogue.pack_read import PackError
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.editing.candidate import Candidate, candidate
from backend.editing.model import Desk
from backend.editing.queries import desk_of, text_of
from backend.editing.trials import begin, differing, trial_for, trials_of, tried_version

USUAL = 200


@get("/desk/items/{code:str}/trials", opt=OFFICER, include_in_schema=False)
async def trials_page(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[str]:
    return await _page(request, tx, await desk_of(tx, code), Form([], []), [])


@post("/desk/items/{code:str}/trials", opt=OFFICER, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[Any]:
    form, desk = await read_form(request), await desk_of(tx, code)
    try:
        trial = await begin(tx, desk, form.text("wanted"))
    except Invalid as invalid:
        return await _page(request, tx, desk, form, list(invalid.problems))
    return see_other(f"/desk/items/{code}/trials/{trial}")


async def _page(request: Request, tx: Tx, desk: Desk, form: Form, problems: list[Problem]) -> Response[str]:
    version = tried_version(desk, tx.today)
    tried = await _candidate(tx, desk)
    sound = tried is not None and not any(
        not fault.warning for fault in item_faults(tried.pack, tried.item) if fault.where != "examples"
    )
    return page(
        request, tx, "editing/trials.html", status=422 if problems else 200, desk=desk, version=version, item=tried.item if tried else None,
        examples=examples_shown(tried.pack, tried.item) if tried and sound else [], sound=sound,
        never=never_otherwise(tried.pack, tried.item) if tried and sound else [], trials=await trials_of(tx, desk.code), usual=USUAL, most=MOST,
        form=form, problems=problems,
    )  # fmt: skip


async def _candidate(tx: Tx, desk: Desk) -> Candidate | None:
    """None where what was written cannot be an item."""
    try:
        return candidate(await city(tx.db), (await text_of(tx, tried_version(desk, tx.today))).raw)
    except PackError:
        return None


@get("/desk/items/{code:str}/trials/{trial:uuid}", opt=OFFICER, include_in_schema=False)
async def trial_page(
    request: Request, tx: NamedDependency[Tx], code: FromPath[str], trial: FromPath[UUID]
) -> Response[str]:
    """How far it is while it is worked on; then what would have come out otherwise."""
    desk = await desk_of(tx, code)
    found = await trial_for(tx, code, trial)
    newest = tried_version(desk, tx.today)
    stale = (newest.version, newest.revision) != (found.item_version, found.revision)
    return page(
        request, tx, "editing/trial.html", desk=desk, trial=found, lines=await differing(tx, trial), stale=stale
    )


ROUTES = [trials_page, ask, trial_page]
