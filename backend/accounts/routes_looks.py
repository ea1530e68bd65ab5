"""How pages look to her: 长辈版, the size of its words, colours, the voice. At the first visit too, without an account."""

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.accounts.cookies import preference
from backend.core.db import Tx
from backend.core.looks import SIZES, THEMES, Looks, chosen
from backend.core.viewer import keep_looks
from backend.core.web import ANYONE, local_path, looks_of, page, read_form, see_other


@get("/looks", opt=ANYONE, include_in_schema=False)
async def show_looks(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    back = local_path(request.query_params.get("back", ""), "/")
    return page(request, tx, "accounts/looks.html", sizes=SIZES, themes=THEMES, back=back)


@post("/looks", opt=ANYONE, include_in_schema=False)
async def choose_looks(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    """Seen at once on the same page: whoever finds the words still too small goes on choosing."""
    form = await read_form(request)
    looks = chosen(looks_of(request), form.text("mode"), form.text("size"), form.text("theme"))
    return await _kept(tx, looks, "/looks")


@post("/mode", opt=ANYONE, include_in_schema=False)
async def choose_mode(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    """The switch 长辈版, on the home page and at the foot of every page: one tap, and back to where it was."""
    form = await read_form(request)
    mode = "elder" if form.text("mode") == "elder" else "standard"
    return await _kept(tx, chosen(looks_of(request), mode), local_path(form.text("back"), "/"))


async def _kept(tx: Tx, looks: Looks, back: str) -> Response[None]:
    if tx.visitor:
        await keep_looks(tx.db, tx.viewer, looks)
    return see_other(back, {"Set-Cookie": preference("mode", str(looks))})


ROUTES = [show_looks, choose_looks, choose_mode]
