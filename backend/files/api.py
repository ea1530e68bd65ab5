"""Uploads that go on where they stopped: tus 1.0 (core, creation, termination, expiration). See docs/files.md."""

import base64
import binascii
import re
from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

from litestar import Request, Response, delete, head, patch, post
from litestar.di import NamedDependency
from litestar.exceptions.http_exceptions import InternalServerException
from litestar.params import FromPath, HeaderParameter

from backend.core.db import Tx
from backend.core.errors import Problem, Refusal
from backend.core.files import MAX_BYTES
from backend.core.i18n import _
from backend.core.idempotency import checked_key
from backend.core.web import PERSON, IdempotencyKey, request_tx
from backend.files.actions import KEPT, append, begin, give_up, refuse_part
from backend.files.model import Upload
from backend.files.queries import upload_of

BYTES = "application/offset+octet-stream"
SHA256 = re.compile(r"[0-9a-f]{64}")
Length = Annotated[str, HeaderParameter(name="Upload-Length", description="How many bytes the whole has.")]
Offset = Annotated[str, HeaderParameter(name="Upload-Offset", description="How many of them are there already.")]
Metadata = Annotated[
    str,
    HeaderParameter(
        name="Upload-Metadata",
        description="`filename <base64>,sha256 <base64 of 64 hexadecimal digits>`: the name, and the hash of the whole.",
    ),
]


@post("/api/v1/uploads", opt=PERSON, tags=["files"], status_code=201)
async def create(
    tx: NamedDependency[Tx], length: Length = "", metadata: Metadata = "", key: IdempotencyKey = ""
) -> Response[None]:
    """Begins an upload. Under a key that is on its way already: that one, with how far it has come."""
    said = _metadata(metadata)
    sha256 = said.get("sha256", b"").decode("ascii", "replace")
    if not SHA256.fullmatch(sha256):
        raise Refusal(Problem(_("缺少文件的 SHA-256。请在 Upload-Metadata 里带上。"), "Upload-Metadata"))
    name = said.get("filename", b"").decode("utf-8", "replace")
    upload = await begin(tx, checked_key(key), _number(length, "Upload-Length"), bytes.fromhex(sha256), name)
    headers = {**_standing(upload), "Location": f"/api/v1/uploads/{upload.id}", "Tus-Max-Size": str(MAX_BYTES)}
    return Response(None, status_code=201, headers=headers)


@head("/api/v1/uploads/{upload_id:uuid}", opt=PERSON, tags=["files"], include_in_schema=True)
async def offset(tx: NamedDependency[Tx], upload_id: FromPath[UUID]) -> Response[None]:
    """How far it has come."""
    return Response(None, headers=_standing(await upload_of(tx, upload_id)))


@patch("/api/v1/uploads/{upload_id:uuid}", opt=PERSON, tags=["files"], status_code=204)
async def continue_(request: Request, upload_id: FromPath[UUID], at: Offset = "") -> Response[None]:
    """The bytes from `Upload-Offset` on, as many as the sender likes to send at once. A piece that breaks off in the middle
    counts as far as it came. Received between two transactions: a slow telephone holds no connection."""
    if request.headers.get("content-type") != BYTES:
        raise Refusal(Problem(_("这一段的类型不对，应当是 application/offset+octet-stream。"), "Content-Type"))
    start = _number(at, "Upload-Offset")
    async with request_tx(request) as tx:
        before = await upload_of(tx, upload_id)
        refuse_part(before, start, int(request.headers.get("content-length") or 0))
    part = await _as_far_as_it_comes(request, before.length - start)
    async with request_tx(request) as tx:
        after = await append(tx, request.app.state.files, upload_id, start, part)
    return Response(None, status_code=204, headers=_standing(after))


@delete("/api/v1/uploads/{upload_id:uuid}", opt=PERSON, tags=["files"], status_code=204)
async def end(tx: NamedDependency[Tx], upload_id: FromPath[UUID]) -> Response[None]:
    await give_up(tx, upload_id)
    return Response(None, status_code=204, headers={"Tus-Resumable": "1.0.0"})


async def _as_far_as_it_comes(request: Request, most: int) -> bytes:
    """The body, or its beginning where the line broke; never more than one byte too many, which is then refused."""
    part = bytearray()
    try:
        async for piece in request.stream():
            part += piece
            if len(part) > most:
                return bytes(part[: most + 1])
    except InternalServerException:
        pass
    return bytes(part)


def _standing(upload: Upload) -> dict[str, str]:
    return {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.touched_at + KEPT, usegmt=True),
        "Cache-Control": "no-store",
    }


def _metadata(text: str) -> dict[str, bytes]:
    pairs = (pair.strip().partition(" ") for pair in text.split(",") if pair.strip())
    try:
        return {name: base64.b64decode(value, validate=True) for name, _blank, value in pairs}
    except (binascii.Error, ValueError) as error:
        raise Refusal(
            Problem(_("Upload-Metadata 读不懂。请按 tus 1.0 写成“名字 base64”。"), "Upload-Metadata")
        ) from error


def _number(text: str, header: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Refusal(Problem(_("这个请求头要写一个整数。"), header))
    return int(text)


ROUTES = [create, offset, continue_, end]
