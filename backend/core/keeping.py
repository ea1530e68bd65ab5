"""Who may keep a page for a time without a network (docs/offline.md). pwa/sw.js reads these headers and keeps nothing else."""

import hashlib

from litestar import Request


def keeping(request: Request, kind: str | None, looks: str, status: int, headers: dict[str, str]) -> dict[str, str]:
    """The headers of a page for an account of this kind, None: nobody. `looks`: mode and language, "elder en".

    Anybody keeps a page for nobody in particular as it is. Of one that anybody may see, whoever is signed in keeps what a
    stranger sees of it: the worker asks for that by itself, without her session, and sends `X-Mode` back as `X-Kept`.
    """
    if status != 200 or request.method != "GET" or "Cache-Control" in headers:
        return {"Cache-Control": "no-store", **headers}
    if kind is None:
        vary = "Cookie, HX-Request, Accept-Language, X-Kept"
        return {"Cache-Control": "no-cache", "X-Offline": "public", "X-Mode": looks, "Vary": vary, **headers}
    if kind != "person" or request.route_handler.opt.get("who") != "anyone":
        return {"Cache-Control": "no-store", **headers}
    return {"Cache-Control": "no-store", "X-Offline": "stranger", "X-Mode": looks, **headers}


def copied(request: Request) -> str:
    """The mode and language of a copy that a phone keeps for later, "" for a page that is looked at now."""
    return request.headers.get("x-kept", "")


def is_known(request: Request, body: str, headers: dict[str, str]) -> bool:
    """Whether the browser has this very page already; only pages for nobody in particular are given a tag."""
    if headers.get("X-Offline") != "public":
        return False
    headers["ETag"] = f'W/"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    return headers["ETag"] in request.headers.get("if-none-match", "")
