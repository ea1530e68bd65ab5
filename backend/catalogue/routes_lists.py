"""The published lists: each to be searched, taken away as a table, and read by machines (api.py)."""

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.import_report import table
from backend.catalogue.lists import LISTS, counts_of, day_of, entries
from backend.catalogue.queries import city
from backend.catalogue.queries_lists import list_of, zero_errand
from backend.core.db import Tx
from backend.core.web import ANYONE, page

PER_PAGE = 30
TOO_MANY = 10_000  # rows of one table
LONGEST_QUERY = 100
HEAD = ["名称", "说明", "部门", "日期", "有关事项"]


@get("/lists", opt=ANYONE, include_in_schema=False)
async def all_lists(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    pack = (await city(tx.db)).pack
    errands, _rows = await zero_errand(tx.db, pack.city.region, "", 1, 0)
    counted = {name: errands if kind.made is None else len(entries(pack, name)) for name, kind in LISTS.items()}
    return page(request, tx, "catalogue/lists.html", lists=LISTS, counted=counted)


@get("/lists/{name:str}", opt=ANYONE, include_in_schema=False)
async def one_list(request: Request, tx: NamedDependency[Tx], name: FromPath[str]) -> Response[str]:
    q = _asked(request)
    text = request.query_params.get("page") or "1"
    number = min(max(int(text), 1), 1000) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    total, shown = await list_of(tx.db, name, q, PER_PAGE, (number - 1) * PER_PAGE)
    return page(
        request,
        tx,
        "catalogue/list.html",
        name=name,
        kind=LISTS[name],
        counts=counts_of((await city(tx.db)).pack, name),
        q=q,
        entries=[(entry, day_of(entry)) for entry in shown],
        total=total,
        number=number,
        more=number * PER_PAGE < total,
    )


@get("/lists/{name:str}/table.csv", opt=ANYONE, include_in_schema=False)
async def list_as_table(request: Request, tx: NamedDependency[Tx], name: FromPath[str]) -> Response[bytes]:
    _total, rows = await list_of(tx.db, name, _asked(request), TOO_MANY, 0)
    content = table(HEAD, ((e.title, e.says, e.by, e.day, "、".join(item for _code, item in e.items)) for e in rows))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-cache"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _asked(request: Request) -> str:
    text = request.query_params.get("q") or ""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST_QUERY]


ROUTES = [all_lists, one_list, list_as_table]
