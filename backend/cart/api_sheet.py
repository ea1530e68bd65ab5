"""The sheet as JSON: each question and each material of the cart once, answers and pledges."""

from typing import Any

import msgspec
from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.cart.actions import lock_draft
from backend.cart.answering import save_answers
from backend.cart.api_views import SheetView, draft_for, sheet_view
from backend.cart.fields import typed
from backend.cart.materials import need_named, pledge, take_pledge_back
from backend.cart.model import Draft
from backend.catalogue.model import Pack
from backend.core.db import Tx
from backend.core.errors import Invalid
from backend.core.web import PERSON


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`version`: the cart's as last read. `answers`: question name → plain value, null clears it."""

    version: int
    answers: dict[str, str | int | bool | list[str] | None]


class Pledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`name`: her own, under the pledge; `read`: the `pledge_hash` of the words she read."""

    material: str
    signed: bool
    name: str = ""
    read: str = ""


@get("/api/v1/cart/sheet", opt=PERSON, tags=["cart"])
async def read_sheet(request: Request, tx: NamedDependency[Tx]) -> SheetView:
    """Each question and each material of the cart, once."""
    return await sheet_view(request, tx, await draft_for(tx))


@put("/api/v1/cart/answers", opt=PERSON, tags=["cart"])
async def put_answers(request: Request, tx: NamedDependency[Tx], data: JSONBody[Answers]) -> SheetView:
    """Keeps all answers or none: every problem comes back at once, each with its question's name as `field`."""
    draft = await lock_draft(tx)
    texts = {name: _texts(draft, draft.pack, name, value) for name, value in data.answers.items()}
    outcome = await save_answers(tx, draft, texts, data.version)
    empty = {name for name, value in data.answers.items() if value is None}
    if problems := [problem for problem in outcome.problems if problem.field not in empty]:
        raise Invalid(*problems)
    return await sheet_view(request, tx, await draft_for(tx))


@put("/api/v1/cart/pledges", opt=PERSON, tags=["cart"])
async def put_pledge(request: Request, tx: NamedDependency[Tx], data: JSONBody[Pledge]) -> SheetView:
    """Signs the pledge of one material instead of handing it in, or takes it back."""
    draft = await lock_draft(tx)
    need = need_named(draft, data.material)
    await (pledge(tx, draft, need, data.name, data.read) if data.signed else take_pledge_back(tx, draft, need))
    return await sheet_view(request, tx, await draft_for(tx))


def _texts(draft: Draft, pack: Pack, name: str, value: Any) -> list[str]:
    """A plain value as a form would send it; what is of another type than its element is refused as text."""
    element = pack.elements.get(name.partition(".")[2])
    if value is None:
        return []
    if isinstance(value, list):
        return value
    matching = element is not None and isinstance(value, (bool, int))
    return [str(typed(element, value))] if matching and element else [str(value)]


ROUTES = [read_sheet, put_answers, put_pledge]
