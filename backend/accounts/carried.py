"""What goes along while somebody signs in: where she was going, and what she had typed when her session ended."""

from typing import Any

from litestar import Request, Response

from backend.accounts.cookies import session_cookie
from backend.core.web import Form, local_path, page, see_other


def carried_of(form: Form) -> dict[str, Any]:
    """For the templates: `next`, and after an ended session `again` (the address it was sent to) with `typed`."""
    typed = [(name.removeprefix("typed."), value) for name, value in form.fields if name.startswith("typed.")]
    again = local_path(form.text("again")) if form.text("again") else ""
    return {"next": local_path(form.text("next")), "again": again, "typed": typed}


def came_in(request: Request, carried: dict[str, Any], token: str) -> Response[Any]:
    """On to where she was going; with something typed in hand, one tap sends it again."""
    cookie = {"Set-Cookie": session_cookie(token)}
    if carried["again"]:
        return page(
            request, None, "accounts/send_again.html", headers=cookie, again=carried["again"], typed=carried["typed"]
        )
    return see_other(carried["next"], cookie)
