"""The counter's own pages: a person and her card compared, and a signature on paper for another person's filing."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.files import keep, press
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, request_tx, see_other
from backend.desk.identity import confirm, hand_over, holders_of, need_counter
from backend.desk.signing import OnPaper, signed_on_paper, to_sign_on_paper

COMPARED = _("请先核对证件和本人，再打勾。")


@get("/desk/identity", opt=OFFICER, include_in_schema=False)
async def identity_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    need_counter(tx)
    done = request.query_params.get("done") == "1"
    return page(request, tx, "desk/identity.html", holders=None, number="", phone="", problems=[], done=done)


@post("/desk/identity", opt=OFFICER, include_in_schema=False)
async def find_by_card(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Found by the whole number on the card and by nothing less; the number stays in the form, never in an address."""
    number = (await read_form(request)).text("number")
    try:
        holders, problems = await holders_of(tx, number), list[Problem]()
    except Invalid as invalid:
        holders, problems = None, list(invalid.problems)
    said: dict[str, Any] = {"holders": holders, "number": number, "phone": "", "problems": problems, "done": False}
    return page(request, tx, "desk/identity.html", status=422 if problems else 200, **said)


@post("/desk/identity/confirmation", opt=OFFICER, include_in_schema=False)
async def confirm_person(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    number = form.text("number")
    if form.text("compared") != "yes":
        return await _compared_page(request, tx, form, [Problem(COMPARED, "compared")])
    await confirm(tx, _id(form.text("person")), number)
    return see_other("/desk/identity?done=1")


@post("/desk/identity/handover", opt=OFFICER, include_in_schema=False)
async def hand_account_over(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    """A child of fourteen takes over the account that was opened for her."""
    form = await read_form(request)
    problems = [] if form.text("compared") == "yes" else [Problem(COMPARED, "compared")]
    try:
        if problems:
            raise Invalid(*problems)
        async with tx.db.transaction():
            await hand_over(tx, form.text("number"), form.text("phone"))
    except Invalid as invalid:
        return await _compared_page(request, tx, form, list(invalid.problems))
    return see_other("/desk/identity?done=1")


async def _compared_page(request: Request, tx: Tx, form: Form, problems: list[Problem]) -> Response[str]:
    """The card again, with what is wrong and nothing typed lost."""
    number = form.text("number")
    said: dict[str, Any] = {"holders": await holders_of(tx, number), "number": number, "phone": form.text("phone")}
    return page(request, tx, "desk/identity.html", status=422, problems=problems, done=False, **said)


@get("/desk/signatures", opt=OFFICER, include_in_schema=False)
async def paper_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    need_counter(tx)
    return _paper(request, tx, None, "", [], done=request.query_params.get("done") == "1")


@post("/desk/signatures", opt=OFFICER, include_in_schema=False)
async def find_by_code(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    code = (await read_form(request)).text("code")
    try:
        return _paper(request, tx, await to_sign_on_paper(tx, code), code, [])
    except Invalid as invalid:
        return _paper(request, tx, None, code, list(invalid.problems))


@post("/desk/signatures/paper", opt=OFFICER, include_in_schema=False)
async def hand_in_paper(request: Request) -> Response[Any]:
    """The scan is pressed outside any transaction, then kept with the signature in one."""
    async with request_tx(request) as tx:
        form = await read_form(request)
        found = await to_sign_on_paper(tx, form.text("code"))
    try:
        pressed = await press(*await _scan(form))
        async with request_tx(request) as tx:
            await signed_on_paper(tx, form.text("code"), await keep(tx, request.app.state.files, pressed, office=True))
    except Invalid as invalid:
        async with request_tx(request) as tx:
            return _paper(request, tx, found, form.text("code"), list(invalid.problems))
    return see_other("/desk/signatures?done=1")


async def _scan(form: Form) -> tuple[bytes, str]:
    files = form.files("scan")
    problems = [] if files else [Problem(_("请扫描或拍下签好的纸。"), "scan")]
    problems += [] if form.text("compared") == "yes" else [Problem(COMPARED, "compared")]
    if problems:
        raise Invalid(*problems)
    return await files[0].read(), files[0].filename


def _paper(
    request: Request, tx: Tx, found: OnPaper | None, code: str, problems: list[Problem], *, done: bool = False
) -> Response[str]:
    said: dict[str, Any] = {"found": found, "code": code, "problems": problems, "done": done}
    return page(request, tx, "desk/signatures.html", status=422 if problems else 200, **said)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound() from error


ROUTES = [
    identity_page, find_by_card, confirm_person, hand_account_over, paper_page, find_by_code, hand_in_paper,
]  # fmt: skip
