"""Mandates as JSON."""

from uuid import UUID

from litestar import delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.web import PERSON
from backend.mandates.actions import revoke
from backend.mandates.model import Mandate
from backend.mandates.queries import mandates_of


@get("/api/v1/mandates", opt=PERSON, tags=["mandates"])
async def list_mandates(tx: NamedDependency[Tx]) -> list[Mandate]:
    """The mandates the caller has given and those she holds."""
    return await mandates_of(tx)


@delete("/api/v1/mandates/{mandate:uuid}", opt=PERSON, tags=["mandates"])
async def end_mandate(tx: NamedDependency[Tx], mandate: FromPath[UUID]) -> None:
    """Ends a mandate at once: revoked by its principal, laid down by its agent."""
    await revoke(tx, mandate)


ROUTES = [list_mandates, end_mandate]
