"""My credit tier: what it is, what it changes, how to appeal and how to repair it; and the desk that answers appeals."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import OFFICER, PERSON, Form, page, read_form, see_other
from backend.offers.credit import STATES, answer, appeal, appeals_at, appeals_of, repair_words, tier_of


@get("/credit", opt=PERSON, include_in_schema=False)
async def mine(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _page(request, tx, "", [])


@post("/credit/appeals", opt=PERSON, include_in_schema=False)
async def appeal_(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    words = (await read_form(request)).text("words")
    try:
        await appeal(tx, words)
    except Invalid as invalid:
        return await _page(request, tx, words, list(invalid.problems))
    return see_other("/credit")


async def _page(request: Request, tx: Tx, words: str, problems: list[Problem]) -> Response[str]:
    return page(
        request, tx, "offers/credit.html", status=422 if problems else 200, tier=await tier_of(tx), repair=await repair_words(tx),
        appeals=await appeals_of(tx), states=STATES, words=words, problems=problems,
    )  # fmt: skip


@get("/desk/credit", opt=OFFICER, include_in_schema=False)
async def desk(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return await _desk(request, tx, Form([], []), [])


@post("/desk/credit/{appeal_id:uuid}", opt=OFFICER, include_in_schema=False)
async def answer_(request: Request, tx: NamedDependency[Tx], appeal_id: FromPath[UUID]) -> Response[Any]:
    form = await read_form(request)
    try:
        await answer(tx, appeal_id, form.text("state"), form.text("words"))
    except Invalid as invalid:
        return await _desk(request, tx, form, list(invalid.problems), appeal_id)
    return see_other("/desk/credit")


async def _desk(request: Request, tx: Tx, form: Form, problems: list[Problem], at: UUID | None = None) -> Response[str]:
    return page(
        request, tx, "offers/credit_desk.html", status=422 if problems else 200, appeals=await appeals_at(tx), tiers=await _labels(tx),
        form=form, problems=problems, at=at,
    )  # fmt: skip


async def _labels(tx: Tx) -> dict[str, str]:
    """Tier → its name."""
    pack = (await city(tx.db)).pack
    codes = pack.city.credit.elements.values() if pack.city.credit else ()
    return {tier: label for code in codes for tier, label in pack.elements[code].options.items()}


ROUTES = [mine, appeal_, desk, answer_]
