"""“放到手机桌面”: she did, or she said later. Either way nobody asks again (js/install.js; pages/accounts/install.html)."""

from litestar import Request, Response, post
from litestar.di import NamedDependency

from backend.accounts.install import answer_install
from backend.core.db import Tx
from backend.core.web import ANYONE, local_path, read_form, see_other


@post("/install", opt=ANYONE, include_in_schema=False)
async def answer_offer(request: Request, tx: NamedDependency[Tx]) -> Response[None]:
    """Kept with the account of whoever is signed in; on the device the page's script keeps it."""
    form = await read_form(request)
    if tx.visitor:
        await answer_install(tx)
    return see_other(local_path(form.text("back"), "/"))


ROUTES = [answer_offer]
