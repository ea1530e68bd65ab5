"""Sending each actor's request to each route, aimed at the father's objects, and reading the verdict off the answer."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from litestar import Litestar

from backend.accounts.consents import PURPOSES, shown
from backend.core.codes import case_number, order_number
from tests.access.city import AUNT, MARKS, PUSH, City
from tests.access.table import ACTORS, FATHER, MISSING, NOBODY, OK, REFUSED, SIGN_IN
from tests.pieces import told
from tests.streams import heard, stream
from tests.web import Site

STREAMS = ("GET /cases/{number}/events", "GET /inbox/events")
NOT_THERE = UUID("00000000-0000-4000-8000-000000000404")
DAY = date(2026, 9, 25)
KEYS = {"p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
        "auth": "tBHItJI5svbpez7KI4CCXg"}  # fmt: skip


def routes_of(app: Litestar) -> Iterator[str]:
    """`GET /cases/{number}`: every route there is, also those of the framework."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                yield f"{method} {route.path_format}"


def path_of(route: str, city: City, *, real: bool = True) -> str:
    """The route's address with the father's objects in it, or with objects of the same shape that do not exist."""
    path = route.split(" ", 1)[1]
    for name in re.findall(r"{(\w+)}", path):
        path = path.replace(f"{{{name}}}", str(_aim(path, name, city) if real else _nowhere(path, name, city)))
    return path


def _aim(path: str, name: str, city: City) -> Any:
    aims = {
        "number": "order" if "/orders/" in path else "case", "mandate": "mandate of daughter", "line_id": "line",
        "file_id": "held file" if "/cart/" in path else "file", "code": "instant" if path.startswith("/desk/approval") else "item", "scenario_id": "scenario",
        "upload_id": "upload", "notice": "lost notice" if path.startswith("/desk/notices/") else "notice", "matter": "matter", "kept": "kept guide", "brought_id": "brought", "session": "session", "passkey": "passkey", "signature": "signature", "asked": "asked",
    }  # fmt: skip
    aims |= {
        n: n
        for n in (
            "opinion",
            "meeting",
            "bulk",
            "view",
            "absence",
            "text",
            "recheck",
            "inquiry",
            "trial",
            "document",
            "sight",
            "batch",
            "visit",
            "organisation",
            "point",
            "export",
            "party",
            "element",
            "offer",
            "pledged",
            "certificate",
            "showing",
        )
    } | {"account": "colleague", "appeal_id": "appeal", "look_id": "look"}
    if name == "page":
        return 1
    if name == "client":
        return NOT_THERE  # a machine: nobody's affair
    if path.startswith(("/desk/words/", "/desk/notice-words/")):
        return {"kind": "granted" if "notice-" in path else "office", "channel": "push", "language": "zh-Hans"}.get(
            name, "hall"
        )
    if path.startswith("/desk/mandates/"):
        aims["asked"] = "on paper"
    if name == "name" and "/cart/" in path:
        return city.targets["material"]
    if name == "section" or ("/draft/" in path and "/scenarios/" not in path):
        return "basics" if name == "section" else city.targets["drafted"]
    if path.startswith("/desk/documents/") and name in ("department", "kind"):
        return {"department": "民政局", "kind": "refusal"}[name]
    if name == "name" and "/consents/" in path:
        return "prefill"
    if name == "name" and "/lists/" in path:
        return "pledges"
    return city.targets[aims[name]] if name in aims else "nothing"


def _nowhere(path: str, name: str, city: City) -> Any:
    if name == "page":
        return 1
    if name == "number":
        return (order_number if "/orders/" in path else case_number)("460100", DAY, 999_999)
    if name in ("code", "section", "scenario_id", "element") or (name == "name" and "/cart/" in path):
        return _aim(path, name, city)
    return "nothing" if name in ("name", "path", "token") else NOT_THERE


def body_of(route: str, city: City) -> dict[str, Any]:
    """What httpx sends along: enough for whoever may do it."""
    t, cart = city.targets, {"cart": str(city.targets["cart"])}
    material = cart | {"material": t["material"]}
    pledge = cart | {"material": t["pledge"], "signed": "no"}
    aunt = {"agent_name": MARKS[AUNT].name, "agent_phone": MARKS[AUNT].phone}
    asked = {"principal_name": MARKS[AUNT].name, "principal_phone": MARKS[AUNT].phone}
    push = {"endpoint": PUSH, "keys": KEYS}
    filing = cart | {"version": t["version"]}
    bodies: dict[str, dict[str, Any]] = {
        "POST /sign-in": {"data": {"handle": "father"}},
        "POST /sign-in/codes": {"data": {"contact": "no number"}},
        "POST /desk/mandates/{asked}/answer": {"data": {"answer": "withdraw"}},
        "POST /acting": {"data": {"mandate": str(t["mandate of daughter"]), "principal": str(city.ids["father"])}},
        "POST /mandates": {"data": aunt | {"days": "90", "extent": "all", "agreed": "yes"}},
        "POST /mandates/show-code": {"data": aunt | {"days": "90", "extent": "all", "agreed": "yes"}},
        "POST /api/v1/mandates/words": {"json": aunt},
        "POST /api/v1/mandates": {"json": aunt | {"text_hash": "00"}},
        "PUT /api/v1/mandates/{mandate}/consents/{name}": {"json": {"text_hash": "00"}},
        "PUT /api/v1/consents/{name}": {"json": {"text_hash": shown(PURPOSES["prefill"], "zh-Hans")}},
        "POST /api/v1/signatures/{signature}/answer": {"json": {"answer": "decline"}},
        "POST /api/v1/cart/signatures": {"json": {"line": str(NOT_THERE), "party": str(NOT_THERE)}},
        "POST /api/v1/businesses": {"json": {"code": "91460100MA5TQWER12", "name": "没有这家"}},
        "POST /mandates/code": {"data": {"code": "ABCD EFGH JKLM"}},
        "POST /mandates/requests": {"data": asked | {"days": "90", "extent": "all", "way": "sms"}},
        "POST /mandates/requests/{asked}/answer": {"data": {"agreed": "yes"}},
        "POST /desk/notices/{notice}/done": {"data": {"how": "called"}},
        "POST /api/v1/sms/reports": {"json": {"reference": str(NOT_THERE), "state": "arrived"}},
        "POST /api/v1/sms/inbound": {"json": {"from": MARKS[FATHER].phone, "text": "1", "reference": "walked"}},
        "POST /cart/lines": {"data": {"item": t["item"]}},
        "POST /cart/sheet": {"data": cart | {"later": "yes", "seen": "1"}},
        "POST /cart/materials": {"data": material},
        "POST /cart/materials/turn": {"data": material | {"file": str(t["held file"]), "way": "left"}},
        "POST /api/v1/uploads": {"headers": told(b"photo", "a.jpg")},
        "PATCH /api/v1/uploads/{upload_id}": {
            "headers": {"Upload-Offset": "1", "Content-Type": "application/offset+octet-stream"},
            "content": b"hoto!",
        },
        "POST /cart/materials/removal": {"data": material | {"file": str(t["held file"])}},
        "POST /cart/materials/pledge": {"data": pledge},
        "POST /orders": {"data": filing | {"agree": "yes", "use": t["use"], "key": "walked-all-routes"}},
        "POST /certificates/{certificate}/showings": {"data": {"purpose": "whose"}},
        "POST /certificates/{certificate}/carried": {"data": {"purpose": "whose", "hours": "1"}},
        "POST /api/v1/certificates/{certificate}/showings": {"json": {"purpose": "whose"}},
        "POST /api/v1/looks": {"json": {"token": "nothing"}},
        "POST /me/data/facts/{party}/{element}": {"data": {"value": "13900010001"}},
        "POST /me/passkeys/{passkey}/name": {"data": {"name": "客厅里的平板"}},
        "POST /push/subscription": {"json": push},
        "POST /push/renewal": {"json": {"subscription": push}},
        "DELETE /push/subscription": {"json": {"endpoint": PUSH}},
        "POST /desk/cases/{number}/moves": {"data": {"move": "accepted", "version": str(t["case_version"])}},
        "POST /desk/views": {"data": {"name": "快到期", "query": "colour=yellow"}},
        "POST /desk/bulk": {"data": {"move": "assigned", "case": f"{t['case']}:{t['case_version']}"}},
        "POST /desk/cases/{number}/notes": {"data": {"note": "打过电话"}},
        "POST /desk/cases/{number}/assignment": {"data": {"to": str(city.ids["civil"])}},
        "POST /desk/items": {"data": {"name": "演示的新事项", "department": "民政局"}},
        "POST /desk/words": {"data": {"kind": "office", "field": "walked", "label": "演示的地点"}},
        "POST /desk/items/{code}/moves": {
            "data": {"version": "1", "revision": "1", "move": "withdrawn", "reason": "不办了"}
        },
        "POST /api/v1/cart/lines": {"json": {"lines": [{"item": t["item"]}]}},
        "PUT /api/v1/cart/answers": {"json": {"version": t["version"], "answers": {}}},
        "PUT /api/v1/cart/lines/{line_id}/parties": {"json": {}},
        "PUT /api/v1/cart/pledges": {"json": {"material": t["pledge"], "signed": False}},
        "POST /api/v1/cart/materials": {"data": material},
        "POST /api/v1/orders": {"json": filing | {"agree": True, "use": t["use"]}},
        "POST /desk/scenarios": {"data": {"title": "演示的新指引"}},
        "POST /api/v1/offers/{offer}/acceptance": {"json": {}},
        "GET /cart/materials/pledge": {"params": {"material": t["pledge"]}},
        "GET /search": {"params": {"q": "补贴"}},
    }
    return bodies.get(route, {"data": {"say": "nothing"}} if route.startswith("POST") else {})


async def ask(site: Site, city: City, handle: str, route: str, *, real: bool = True) -> httpx.Response:
    """This person's request, from a telephone that keeps nothing but her session."""
    person = site.stranger()
    cookie = {} if handle == NOBODY else {"Cookie": f"__Host-session={city.tokens[handle]}"}
    key = {"Idempotency-Key": "walked-all-routes"} if "/api/" in route and not route.startswith("GET") else {}
    method, path = route.split(" ", 1)[0], path_of(route, city, real=real)
    if route in STREAMS:
        return await _first_of(site, city, handle, path)
    sent = body_of(route, city) if real else _elsewhere(body_of(route, city), city)
    return await person.request(method, path, headers=cookie | key | sent.pop("headers", {}), **sent)


def _elsewhere(sent: dict[str, Any], city: City) -> dict[str, Any]:
    """The same body, naming a cart that does not exist."""
    cart = str(city.targets["cart"])
    return {
        kind: {n: str(NOT_THERE) if v == cart else v for n, v in body.items()} if isinstance(body, dict) else body
        for kind, body in sent.items()
    }


async def _first_of(site: Site, city: City, handle: str, path: str) -> httpx.Response:
    """The status and the first words of a stream that would not end."""
    person = site.stranger()
    if handle != NOBODY:
        person.cookies.set("__Host-session", city.tokens[handle])
    async with stream(site, person, path) as pieces:
        status = int(await heard(pieces))
        if status == 303:
            return httpx.Response(status, headers={"Location": "/sign-in"})
        return httpx.Response(status, text=await heard(pieces))


def verdict(answer: httpx.Response) -> str:
    """Anything but the four is a fault of ours, named by its status."""
    to = answer.headers.get("location", "")
    if answer.status_code == 401 or (answer.status_code == 303 and to.split("?")[0] == "/sign-in"):
        return SIGN_IN
    if answer.status_code == 404:
        return MISSING
    if answer.status_code < 400:
        return OK
    return REFUSED if answer.status_code in (400, 403, 409, 422, 429) else str(answer.status_code)


class OneConnection:
    """Stands where the pool stands: every request gets the same connection, whose transaction is undone afterwards.

    A request's own transaction is a savepoint in it then: role, row security and triggers are the real ones.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection, self._free = connection, asyncio.Lock()

    @asynccontextmanager
    async def acquire(self, timeout: float | None = None) -> AsyncIterator[asyncpg.Connection]:  # noqa: ASYNC109
        async with self._free:
            yield self.connection

    async def close(self) -> None:
        await self.connection.close()


@asynccontextmanager
async def undone(site: Site) -> AsyncIterator[asyncpg.Connection]:
    """Whatever requests write inside the block did not happen afterwards; yields the web role's connection they use."""
    connection: asyncpg.Connection = site.app.state.pool.connection
    outer = connection.transaction()
    await outer.start()
    try:
        yield connection
    finally:
        await outer.rollback()


async def walk(site: Site, city: City, routes: Iterable[str]) -> dict[tuple[str, str], httpx.Response]:
    """Every one of these routes by every actor, each as if it were the first."""
    found = {}
    for route in routes:
        for actor in ACTORS:
            async with undone(site):
                found[route, actor] = await ask(site, city, actor, route)
    return found


@contextmanager
def at(site: Site, **later: float) -> Iterator[None]:
    """The site's clock put forward."""
    now = site.clock.now
    site.clock.now = now + timedelta(**later)
    try:
        yield
    finally:
        site.clock.now = now
