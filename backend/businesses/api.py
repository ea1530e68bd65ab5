"""Businesses as JSON: whose affairs the caller may handle, and opening one she represents."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.businesses.actions import open_business
from backend.businesses.model import Held
from backend.businesses.queries import businesses_held
from backend.core.db import Tx
from backend.core.idempotency import fingerprint, once
from backend.core.web import PERSON, IdempotencyKey


class OnLicence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credit code and name as they stand on the licence."""

    code: str
    name: str


class OpenedBusiness(msgspec.Struct, frozen=True):
    principal_id: UUID
    mandate_id: UUID


@get("/api/v1/businesses", opt=PERSON, tags=["businesses"])
async def list_businesses(tx: NamedDependency[Tx]) -> list[Held]:
    """Those the caller represents by law, and those that gave her a mandate; each with the mandate she acts under."""
    return await businesses_held(tx)


@post("/api/v1/businesses", opt=PERSON, tags=["businesses"], status_code=201)
async def open_it(
    tx: NamedDependency[Tx], data: JSONBody[OnLicence], idempotency_key: IdempotencyKey = ""
) -> Response[OpenedBusiness]:
    """Its legal representative opens its affairs, as the register names her. A replay is answered with the same."""

    async def make() -> OpenedBusiness:
        opened = await open_business(tx, data.code, data.name)
        return OpenedBusiness(opened.account_id, opened.mandate_id)

    outcome, replayed = await once(tx, "businesses", idempotency_key, fingerprint(msgspec.to_builtins(data)), make)
    headers = {"Location": "/api/v1/businesses", "Idempotency-Replayed": str(replayed).lower()}
    return Response(msgspec.convert(outcome, OpenedBusiness), status_code=201, headers=headers)


ROUTES = [list_businesses, open_it]
