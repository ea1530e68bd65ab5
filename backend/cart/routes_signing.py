"""Signatures of the other people: asked for from the cart; read, given or declined by each of them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.standing import standing_of
from backend.cart.actions import lock_draft
from backend.cart.forms import id_in
from backend.cart.hindrances import SIGN
from backend.cart.queries import open_draft
from backend.cart.signatures import answer, ask_signer, asked_for, by_token, counter_code, signers, waiting_for
from backend.cart.signing import STATES, Signer
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.web import PERSON, page, read_form, see_other


@get("/cart/signatures", opt=PERSON, include_in_schema=False)
async def overview(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    return await _overview(request, tx, [])


@post("/cart/signatures", opt=PERSON, include_in_schema=False)
async def ask(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """`line` and `party`: the question goes out, or what is still missing for it is said."""
    form = await read_form(request)
    line, party = id_in(form.text("line")), id_in(form.text("party"))
    try:
        async with tx.db.transaction():
            await ask_signer(tx, await lock_draft(tx), line, party)
    except Invalid as invalid:
        return await _overview(request, tx, list(invalid.problems), status=422)
    return see_other(f"/cart/signatures#{SIGN}{line}.{party}")


@get("/sign/{token:str}", opt=PERSON, include_in_schema=False)
async def follow_link(tx: NamedDependency[Tx], token: FromPath[str]) -> Response[None]:
    """Where the message leads; who is not the signer finds nothing here, also with the link in her hands."""
    return see_other(f"/signatures/{await by_token(tx, token)}")


@get("/signatures", opt=PERSON, include_in_schema=False)
async def mine(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    return page(request, tx, "cart/to_sign.html", waiting=await waiting_for(tx))


@get("/signatures/{signature:uuid}", opt=PERSON, include_in_schema=False)
async def show(request: Request, tx: NamedDependency[Tx], signature: FromPath[UUID]) -> Response[str]:
    asked = await asked_for(tx, signature)
    known = (await standing_of(tx)).enough(asked.words.level)
    return page(request, tx, "cart/sign.html", asked=asked, words=asked.words, known=known)


@post("/signatures/{signature:uuid}/answer", opt=PERSON, include_in_schema=False)
async def give(request: Request, tx: NamedDependency[Tx], signature: FromPath[UUID]) -> Response[None]:
    """`agree`: yes signs, anything else declines."""
    form = await read_form(request)
    await answer(tx, signature, form.text("agree") == "yes")
    return see_other(f"/signatures/{signature}")


async def _overview(request: Request, tx: Tx, problems: list[Problem], status: int = 200) -> Response[Any]:
    draft = await open_draft(tx)
    found = await signers(tx, draft) if draft else []
    if not found:
        return see_other("/cart")
    codes = {signer.key: counter_code(tx, signer.signature) for signer in found if signer.signature and _open(signer)}
    return page(
        request, tx, "cart/signatures.html", status=status, signers=found, states=STATES, codes=codes, problems=problems
    )


def _open(signer: Signer) -> bool:
    return signer.state == "waiting"


ROUTES = [overview, ask, follow_link, mine, show, give]
