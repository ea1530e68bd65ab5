"""Signatures as JSON: what waits for mine, what I ask others for, and the answer."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.cart.actions import lock_draft
from backend.cart.queries import open_draft
from backend.cart.signatures import Asked, answer, ask_signer, asked_for, signers, waiting_for
from backend.cart.signing import Signer
from backend.core.db import Tx
from backend.core.web import PERSON


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answer: Literal["sign", "decline"]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to sign which line: as `line` and `party` of `GET /api/v1/cart/signatures`."""

    line: UUID
    party: UUID


@get("/api/v1/signatures", opt=PERSON, tags=["signatures"])
async def list_asked(tx: NamedDependency[Tx]) -> list[Asked]:
    """What waits for the signature of the caller, or of whom she acts for, in the words that would be signed."""
    return await waiting_for(tx)


@get("/api/v1/signatures/{signature:uuid}", opt=PERSON, tags=["signatures"])
async def read_asked(tx: NamedDependency[Tx], signature: FromPath[UUID]) -> Asked:
    return await asked_for(tx, signature)


@post("/api/v1/signatures/{signature:uuid}/answer", opt=PERSON, tags=["signatures"], status_code=204)
async def give_answer(tx: NamedDependency[Tx], signature: FromPath[UUID], data: JSONBody[Answer]) -> None:
    """Signs or declines, once. 403: not known far enough, or not hers to give; 409: answered already, or too late."""
    await answer(tx, signature, data.answer == "sign")


@get("/api/v1/cart/signatures", opt=PERSON, tags=["signatures"])
async def list_signers(tx: NamedDependency[Tx]) -> list[Signer]:
    """Everybody else who has to sign something in the open cart, and how far that is."""
    draft = await open_draft(tx)
    return await signers(tx, draft) if draft else []


@post("/api/v1/cart/signatures", opt=PERSON, tags=["signatures"], status_code=204)
async def ask_for(tx: NamedDependency[Tx], data: JSONBody[Question]) -> None:
    """Sends the question; sent again, it replaces the one before, and that link opens nothing any more."""
    await ask_signer(tx, await lock_draft(tx), data.line, data.party)


ROUTES = [list_asked, read_asked, give_answer, list_signers, ask_for]
