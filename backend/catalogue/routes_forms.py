"""The item's form as PDF: blank, or filled in as a sample. Set once a version and kept."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from backend.catalogue.paper_form import paper_form
from backend.catalogue.queries import city
from backend.core.errors import NotFound
from backend.core.printing import printed
from backend.core.web import ANYONE, request_tx

MOST_KEPT = 100
Key = tuple[str, int, int, bool]

_kept: dict[Key, bytes] = {}


@get("/items/{code:str}/form.pdf", opt=ANYONE, include_in_schema=False)
async def blank_form(request: Request, code: FromPath[str]) -> Response[bytes]:
    return await _paper(request, code, sample=False)


@get("/items/{code:str}/sample.pdf", opt=ANYONE, include_in_schema=False)
async def filled_sample(request: Request, code: FromPath[str]) -> Response[bytes]:
    return await _paper(request, code, sample=True)


async def _paper(request: Request, code: str, *, sample: bool) -> Response[bytes]:
    """The version in force, which never changes; NotFound for what cannot be filed here."""
    async with request_tx(request) as tx:
        now = await city(tx.db)
        if code not in now.titles:
            raise NotFound()
        version = now.versions[code]
        data = paper_form(now.pack, now.pack.items[now.titles[code]], version, sample=sample)
    key = (code, version, now.pack_id, sample)
    name = f"{code}-{'sample' if sample else 'form'}"
    headers = {"ETag": f'"{name}-{version}-{now.pack_id}"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return Response(await _set(key, data), media_type="application/pdf", headers=headers)


async def _set(key: Key, data: Any) -> bytes:
    if key not in _kept:
        content = await printed("form.typ", data)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = content
    return _kept[key]


ROUTES = [blank_form, filled_sample]
