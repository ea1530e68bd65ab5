"""For machines of other authorities: their records, as they change."""

import hashlib
from uuid import UUID

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound, Refusal
from backend.core.i18n import _
from backend.core.web import ANYONE, IdempotencyKey
from backend.registers.clients import Client, client_called, client_with
from backend.registers.intake import Push, read_push
from backend.registers.pushing import Taken, refuse, take_push
from backend.registers.queries import is_new_nonce
from backend.registers.signatures import Key, claimed, verified_request


@post("/api/v1/registers/{code:str}/records", opt=ANYONE, tags=["registers"], status_code=202)
async def push_records(
    request: Request, tx: NamedDependency[Tx], code: FromPath[str], idempotency_key: IdempotencyKey = ""
) -> Taken:
    """Takes records in: `{"records": [{"identity", "as_of", "facts": {…}} or {"identity", "as_of", "deleted": true}]}`, at most 1000, all or none.

    The client shows its token (`Authorization: Bearer …`) or signs (RFC 9421, Ed25519; docs/registers.md). 404 for whoever cannot prove
    to be the client of this register. A record older than what is kept here changes nothing.
    """
    body = await request.body()
    client = await _client(request, tx, body)
    if client is None or client.register != code:
        raise NotFound()
    try:
        push = msgspec.json.decode(body, type=Push)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        raise Refusal(_("这次推送的格式不对，什么也没有收下。")) from error
    pack = (await city(tx.db)).pack
    if code not in pack.registers:
        raise NotFound()
    records, faults = read_push(push, code, pack, tx.now, tx.today)
    refuse(faults)
    return await take_push(tx, client, idempotency_key, hashlib.sha256(body).digest(), records)


async def _client(request: Request, tx: Tx, body: bytes) -> Client | None:
    scheme, _blank, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return await client_with(tx, token.strip())
    return await _signer(request, tx, body)


async def _signer(request: Request, tx: Tx, body: bytes) -> Client | None:
    """Whoever signed just this request, about now, for the first time; Conflict for one that comes again."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    said = claimed(headers)
    try:
        client = await client_called(tx, UUID(said.key_id)) if said else None
    except ValueError:
        return None
    if client is None or client.public_key is None:
        return None
    uri = request.app.state.settings.public_url + request.url.path
    stamp = verified_request("POST", uri, headers, body, Key("ed25519", client.public_key), tx.now)
    if stamp is None:
        return None
    if not await is_new_nonce(tx, client.id, stamp.nonce):
        raise Conflict(_("这个签名已经用过一次。请用新的随机数重新签名再发。"))
    return client


ROUTES = [push_records]
