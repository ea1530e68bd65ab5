"""A person's certificates: all she holds, and one of them with its history and its PDF."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.queries import city
from backend.certificates import routes_carried, routes_desk, routes_showing
from backend.certificates.making import rows_of
from backend.certificates.model import Certificate, Standing
from backend.certificates.queries import certificate_for, changes_of, desk_looks, listed, paper_of, paper_place
from backend.certificates.rules import MEANINGS, STANDINGS, ends_soon
from backend.core.db import Tx
from backend.core.errors import Unavailable
from backend.core.i18n import _
from backend.core.stores import read
from backend.core.web import PERSON, page, paper

CHANGES = {"valid": _("恢复使用"), "suspended": _("暂停使用"), "revoked": _("吊销"), "replaced": _("换成了新的")}


@get("/certificates", opt=PERSON, include_in_schema=False)
async def all_of_hers(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """What can be used stands first; what cannot says why."""
    held = await listed(tx)
    return page(
        request,
        tx,
        "certificates/list.html",
        good=[one for one in held if one.standing is Standing.VALID],
        others=[one for one in held if one.standing is not Standing.VALID],
        soon={one.id for one in held if one.standing is Standing.VALID and ends_soon(tx.today, one.valid_until)},
        standings=STANDINGS,
        labels=await _labels(tx, held),
    )


@get("/certificates/{certificate:uuid}", opt=PERSON, include_in_schema=False)
async def one_of_hers(request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> Response[str]:
    one = await certificate_for(tx, certificate)
    pack = (await city(tx.db)).pack
    department = pack.departments.get(one.department_id)
    return page(
        request,
        tx,
        "certificates/one.html",
        one=one,
        label=(await _labels(tx, [one]))[one.id],
        rows=rows_of(one.content, pack, masked=True) if one.content else [],
        office=department,
        standing=STANDINGS[one.standing],
        means=MEANINGS[one.standing],
        soon=one.standing is Standing.VALID and ends_soon(tx.today, one.valid_until),
        changes=await changes_of(tx.db, one.id),
        desk_looks=await desk_looks(tx, one.id),
        said=CHANGES,
        chain=await _chain(tx, one),
        standings=STANDINGS,
        made=(await paper_of(tx, one.id))[1] is not None,
    )


async def _chain(tx: Tx, one: Certificate) -> list[Certificate]:
    """The ones before it and after it, newest first, without itself."""
    held = {other.id: other for other in await listed(tx)}
    after = {other.replaces: other for other in held.values() if other.replaces}
    chain, later, earlier = list[Certificate](), after.get(one.id), held.get(one.replaces) if one.replaces else None
    while later:
        chain.insert(0, later)
        later = after.get(later.id)
    while earlier:
        chain.append(earlier)
        earlier = held.get(earlier.replaces) if earlier.replaces else None
    return chain


async def _labels(tx: Tx, held: list[Certificate]) -> dict[UUID, str]:
    """As each calls itself; one whose words are altered as the city calls its type."""
    kinds = (await city(tx.db)).pack.certificates
    return {
        one.id: one.content.label if one.content else kinds[one.type].label if one.type in kinds else one.type
        for one in held
    }


@get("/certificates/{certificate:uuid}/pdf", opt=PERSON, include_in_schema=False)
async def pdf(request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> Response[Any]:
    number, store_key = await paper_of(tx, certificate)
    if store_key is None:
        raise Unavailable(
            _("这份证照的 PDF 正在制作，请过一分钟再打开。"),
            next_step=f"/certificates/{certificate}",
            next_say=_("返回证照"),
        )
    sealed = await read(request.app.state.files, store_key)
    return paper(tx.key.open(sealed, paper_place(certificate)), number)


ROUTES = [all_of_hers, one_of_hers, pdf, *routes_desk.ROUTES, *routes_showing.ROUTES, *routes_carried.ROUTES]
