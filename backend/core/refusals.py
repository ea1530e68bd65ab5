"""A refusal as a page with a next step, or as application/problem+json: what `create_app` answers with."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from backend.core.errors import Refusal, SignInNeeded
from backend.core.i18n import translate
from backend.core.web import NotAgreed, SignedOut, base_context, is_api, language_of, see_other


def refused(request: Request, refusal: Refusal) -> Response[Any]:
    """A refusal as a page, or as application/problem+json for the API."""
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if refusal.status in (429, 503) else {})
    if is_api(request):
        return _problem_json(request, refusal, headers)
    if isinstance(refusal, SignInNeeded):
        return _sign_in_page(request, refusal)
    if isinstance(refusal, NotAgreed):
        return _agree_page(request, refusal)
    context = base_context(request, request.state.get("viewer"), None) | {"refusal": refusal}
    body = request.app.state.pages.render("pages/errors/refusal.html", context, lang=context["lang"])
    return Response(body, status_code=refusal.status, media_type=MediaType.HTML, headers=headers)


def _agree_page(request: Request, refusal: NotAgreed) -> Response[Any]:
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        return see_other("/agree?" + urlencode({"next": request.url.path + query}))
    context = base_context(request, None, None) | {"typed": refusal.typed, "again": request.url.path, "next": "/"}
    body = request.app.state.pages.render("pages/accounts/agree_first.html", context, lang=context["lang"])
    return Response(body, status_code=403, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})


def _sign_in_page(request: Request, refusal: SignInNeeded) -> Response[Any]:
    typed = refusal.typed if isinstance(refusal, SignedOut) else []
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        return see_other("/sign-in?" + urlencode({"next": request.url.path + query}))
    context = base_context(request, None, None) | {"typed": typed, "again": request.url.path, "next": "/"}
    body = request.app.state.pages.render("pages/accounts/signed_out.html", context, lang=context["lang"])
    return Response(body, status_code=401, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})


def _problem_json(request: Request, refusal: Refusal, headers: dict[str, str]) -> Response[bytes]:
    lang = language_of(request)
    body = {
        "title": translate(lang, refusal.title),
        "status": refusal.status,
        "problems": [{"field": p.field, "say": translate(lang, p.say, p.params)} for p in refusal.problems],
    }
    return Response(
        msgspec.json.encode(body), status_code=refusal.status, media_type="application/problem+json", headers=headers
    )
