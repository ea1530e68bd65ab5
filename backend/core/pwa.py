"""What the browser receives besides pages: fingerprinted assets served from memory, precompressed, and the manifest."""

import mimetypes

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from backend.core.i18n import wanted

FOREVER = "public, max-age=31536000, immutable"
# A worker runs under the policy its own script came with: it needs to fetch, and a sandbox would end it.
WORKER_CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"


def _send(request: Request, name: str, cache: str, csp: str | None = None) -> Response[bytes]:
    try:
        body, headers = request.app.state.assets.find(name, request.headers.get("accept-encoding", ""))
    except KeyError as error:
        raise NotFoundException() from error
    kind = mimetypes.guess_type(name)[0]
    headers |= {"Cache-Control": cache} | ({"Content-Security-Policy": csp} if csp else {})
    return Response(body, headers=headers, media_type=kind or "application/octet-stream")


@get("/static/{name:path}", opt={"who": "anyone"}, sync_to_thread=False, include_in_schema=False)
def static(request: Request, name: FromPath[str]) -> Response[bytes]:
    return _send(request, name.lstrip("/"), FOREVER)


@get("/sw.js", opt={"who": "anyone"}, sync_to_thread=False, include_in_schema=False)
def service_worker(request: Request) -> Response[bytes]:
    return _send(request, "sw.js", "no-cache", WORKER_CSP)


@get("/manifest.webmanifest", opt={"who": "anyone"}, sync_to_thread=False, include_in_schema=False)
def manifest(request: Request) -> Response[bytes]:
    """In the language the page asks for: a browser fetches it without cookies, so the page that links to it says it (`?lang=`)."""
    lang = wanted(request.query_params.get("lang"), request.headers.get("accept-language", ""))
    body = request.app.state.pages.render("layouts/manifest.json", {"lang": lang}, lang=lang)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Accept-Encoding"}
    return Response(body.encode(), headers=headers, media_type="application/manifest+json")


ROUTES = [static, service_worker, manifest]
