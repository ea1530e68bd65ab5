"""The desk where an office words its documents: written, checked by somebody else, published, and looked at as paper."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem
from backend.core.printing import printed
from backend.core.web import OFFICER, Form, page, paper, read_form, request_tx, see_other
from backend.documents.actions import CHECKS, WRITES, Bench, bench_of, check, my_roles, publish, save, versions_of
from backend.documents.kinds import KINDS, PLACEHOLDERS, TABLE
from backend.documents.making import TEMPLATE
from backend.documents.preview import sample_sheet
from backend.documents.rules import wrong_with
from backend.documents.wordings import city_words

STEPS = {"check": check, "publish": publish}


@get("/desk/documents", opt=OFFICER, include_in_schema=False)
async def wordings(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Every kind of document of her departments, with whose words it has now."""
    mine, city = await my_roles(tx), await city_words(tx.db)
    asked = request.query_params.get("department", "")
    department = asked if asked in mine else next(iter(mine))
    versions = await versions_of(tx, department)
    return page(
        request, tx, "documents/wordings.html", departments=list(mine), department=department, kinds=TABLE if city else (), city=city,
        in_force={one.kind: one for one in versions if one.state == "published"},
        drafts={one.kind: one for one in versions if one.state in ("draft", "checked")},
    )  # fmt: skip


@get("/desk/documents/{department:str}/{kind:str}", opt=OFFICER, include_in_schema=False)
async def wording(
    request: Request, tx: NamedDependency[Tx], department: FromPath[str], kind: FromPath[str]
) -> Response[str]:
    return _bench_page(request, tx, await bench_of(tx, department, kind), Form([], []), [])


@post("/desk/documents/{department:str}/{kind:str}", opt=OFFICER, include_in_schema=False)
async def save_wording(
    request: Request, tx: NamedDependency[Tx], department: FromPath[str], kind: FromPath[str]
) -> Response[Any]:
    """What she wrote stays on the page when it is refused, also because somebody else was quicker."""
    form, bench = await read_form(request), await bench_of(tx, department, kind)
    try:
        async with tx.db.transaction():
            await save(tx, bench, _number(form), form.text("title"), _lines(form))
    except (Invalid, Conflict) as refusal:
        return _bench_page(request, tx, bench, form, list(refusal.problems), status=refusal.status)
    return see_other(f"{bench.address}?done=saved")


@post("/desk/documents/{department:str}/{kind:str}/steps", opt=OFFICER, include_in_schema=False)
async def step(
    request: Request, tx: NamedDependency[Tx], department: FromPath[str], kind: FromPath[str]
) -> Response[Any]:
    """`step`: check, by somebody else than its authors; publish."""
    form, bench = await read_form(request), await bench_of(tx, department, kind)
    name = form.text("step")
    try:
        async with tx.db.transaction():
            await STEPS.get(name, check)(tx, bench, _number(form))
    except (Invalid, Conflict) as refusal:
        return _bench_page(request, tx, bench, Form([], []), list(refusal.problems), status=refusal.status)
    return see_other(f"{bench.address}?done={name}")


@get("/desk/documents/{department:str}/{kind:str}/preview", opt=OFFICER, include_in_schema=False)
async def preview(request: Request, department: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    """The words as they were saved last, as paper with invented people. Set outside any transaction."""
    async with request_tx(request) as tx:
        bench, city = await bench_of(tx, department, kind), await city_words(tx.db)
        sheet = sample_sheet(bench, city.remedies if city else "", tx.today)
    return paper(await printed(TEMPLATE, sheet), f"sample-{kind}")


def _number(form: Form) -> int:
    text = form.text("revision")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _lines(form: Form) -> str:
    return form.text("body").replace("\r\n", "\n")


def _bench_page(
    request: Request, tx: Tx, bench: Bench, form: Form, problems: list[Problem], *, status: int = 200
) -> Response[str]:
    kind, words = KINDS[bench.kind], bench.words
    title, body = (form.text("title"), _lines(form)) if form.fields else (words.title, words.body)
    said = {name: PLACEHOLDERS[name] for name in kind.placeholders}
    return page(
        request, tx, "documents/wording.html", status=status, bench=bench, kind=kind, title=title, body=body, placeholders=said,
        required=("事项名称", *kind.needs), problems=problems, findings=wrong_with(kind, title, body), unsaved=bool(form.fields),
        writes=bool(bench.roles & WRITES), checks=bool(bench.roles & CHECKS) and not (bench.draft and tx.viewer.id in bench.draft.authors),
        done=request.query_params.get("done", ""),
    )  # fmt: skip


ROUTES = [wordings, wording, save_wording, step, preview]
