"""Carrying a code along to where there is no network, and checking one."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import segno
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.answers import shown
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.certificates.carried import HOURS, KIND, REFUSED, Statement, read, written
from backend.certificates.model import Certificate, Standing
from backend.certificates.routes_showing import STRICT
from backend.certificates.rules import MEANINGS, STANDINGS, standing_on
from backend.certificates.showing import PURPOSES, elements_for
from backend.certificates.showing_actions import NOT_SHOWN, to_show
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound, Problem, TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.pace import scans
from backend.core.viewer import hash_of
from backend.core.web import ANYONE, PERSON, Form, network_of, page, read_form, see_other

KEPT = {name: value for name, value in STRICT.items() if name != "X-Offline"}
"""The page with the code: no cache, but sealed on her own phone (pwa/sw.js)."""


@get("/certificates/{certificate:uuid}/carried", opt=PERSON, include_in_schema=False)
async def choose(request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> Response[str]:
    return await _choice(request, tx, certificate, Form([], []), ())


@post("/certificates/{certificate:uuid}/carried", opt=PERSON, include_in_schema=False)
async def begin(request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID]) -> Response[Any]:
    form = await read_form(request)
    purpose, hours = form.text("purpose"), form.text("hours")
    problems = [] if purpose in PURPOSES else [Problem(_("请选一个用途，对方只看到这个用途要的内容。"), "purpose")]
    problems += [] if hours in map(str, HOURS) else [Problem(_("请选这个码管多久。"), "hours")]
    if problems:
        return await _choice(request, tx, certificate, form, tuple(problems))
    await to_carry(tx, certificate)
    until = int((tx.now + timedelta(hours=int(hours))).timestamp())
    return see_other(f"/certificates/{certificate}/carried/{purpose}/{until}")


async def _choice(request: Request, tx: Tx, certificate: UUID, form: Form, problems: tuple[Problem, ...]) -> Response[str]:  # fmt: skip
    one, pack = await to_carry(tx, certificate), (await city(tx.db)).pack
    kind = pack.certificates[one.type]
    seen = {code: [pack.elements[e].label for e in elements_for(code, kind)] for code in PURPOSES}
    return page(
        request, tx, "certificates/carry.html", status=422 if problems else 200, one=one, kind=kind, purposes=PURPOSES, seen=seen,
        hours=HOURS, form=form, problems=problems, headers=STRICT,
    )  # fmt: skip


async def to_carry(tx: Tx, certificate: UUID) -> Certificate:
    one = await to_show(tx, certificate)
    if one.standing is not Standing.VALID or one.type not in (await city(tx.db)).pack.certificates:
        raise Conflict(NOT_SHOWN, next_step=f"/certificates/{one.id}", next_say=_("看看为什么"))
    return one


@get("/certificates/{certificate:uuid}/carried/{purpose:str}/{until:str}", opt=PERSON, include_in_schema=False)
async def code(
    request: Request, tx: NamedDependency[Tx], certificate: FromPath[UUID], purpose: FromPath[str], until: FromPath[str]
) -> Response[str]:
    """The code itself; NotFound for a time that is over or more than a day away."""
    one, pack = await to_carry(tx, certificate), (await city(tx.db)).pack
    ends = int(until) if until.isascii() and until.isdecimal() and len(until) < 12 else 0
    if purpose not in PURPOSES or not 0 < ends - tx.now.timestamp() <= max(HOURS) * 3600:
        raise NotFound()
    said = statement_of(one, pack, purpose, tx.now, ends)
    address = f"{request.app.state.settings.public_url}/carried#{written(tx.vault.keyring, said)}"
    return page(
        request, tx, "certificates/carried.html", one=one, said=said, purpose=PURPOSES[purpose], label=pack.certificates[one.type].label,
        labels=[pack.elements[e].label for e, _words in said.fields],
        picture=segno.make(address, error="l", micro=False).svg_data_uri(scale=4, border=4, light="white"), headers=KEPT,
    )  # fmt: skip


def statement_of(one: Certificate, pack: Pack, purpose: str, now: datetime, until: int) -> Statement:
    assert one.content is not None  # it holds, so it is as it was signed
    kind = pack.certificates[one.type]
    fields = [
        (e, shown(pack.elements[e], one.fields[e], pack.city.regions))
        for e in elements_for(purpose, kind)
        if e in one.fields
    ]
    return Statement(
        kind=KIND, digest=one.digest, type=one.type, issuer=one.content.issuer, purpose=purpose, fields=fields,
        begun=int(now.timestamp()), ends=until,
    )  # fmt: skip


@get("/carried", opt=ANYONE, include_in_schema=False)
async def asking(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Where such a code leads: its words stand behind the # and reach no server by themselves; a script puts them into the form."""
    return page(request, tx, "certificates/carried_check.html", text="", problems=(), headers=STRICT)


@post("/carried", opt=ANYONE, include_in_schema=False)
async def check_carried(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Whether its signature is ours, its time not over, and how the certificate stands now. Every check is told to the holder."""
    if not scans.allows(network_of(request), tx.now):
        raise TooMany(_("查得太快了，请过一分钟再扫。"))
    text = (await read_form(request)).text("text")
    if not text:
        said = Problem(_("还没有码里的文字。请用手机相机再扫一次，或者整段贴进来。"), "text")
        return page(
            request, tx, "certificates/carried_check.html", status=422, text="", problems=(said,), headers=STRICT
        )
    found = read(tx.vault.keyring, text, tx.now)
    if isinstance(found, str):
        return _refused(request, tx, found)
    row = await _looked(tx, found)
    if row is None:
        return _refused(request, tx, "unknown")
    pack = (await city(tx.db)).pack
    standing, kinds = standing_on(tx.today, row["state"], row["valid_from"], row["valid_until"]), pack.certificates
    return page(
        request, tx, "certificates/carried_seen.html", said=found, standing=STANDINGS[standing], means=MEANINGS[standing],
        holds=standing is Standing.VALID, label=kinds[found.type].label if found.type in kinds else found.type,
        rows=[(pack.elements[e].label, words) for e, words in found.fields if e in pack.elements], headers=STRICT,
    )  # fmt: skip


async def _looked(tx: Tx, said: Statement) -> Any:
    row = await tx.db.fetchrow(
        "SELECT state, since, valid_from, valid_until, event_id FROM look_at_carried($1, $2, $3, $4, $5)",
        said.digest, hash_of(secrets.token_urlsafe(18)), uuid4(), said.purpose, [element for element, _words in said.fields],
    )  # fmt: skip
    if row:
        await enqueue(tx.db, "notify", {"events": [row["event_id"]]})
    return row


def _refused(request: Request, tx: Tx, outcome: str) -> Response[str]:
    return page(request, tx, "certificates/look_refused.html", status=409, say=REFUSED[outcome], headers=STRICT)


ROUTES = [choose, begin, code, asking, check_carried]
