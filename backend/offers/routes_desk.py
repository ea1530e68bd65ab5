"""The community office's list of those whom nothing digital reaches, and the log of looking."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.import_report import table
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _, translate
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.offers.community import keep_look, note_visit
from backend.offers.messages import OUTCOMES
from backend.offers.model import Unreached
from backend.offers.queries import looks, outreach_looks, unreached
from backend.offers.rules import community_of

HEAD = (_("区"), _("街道、社区或村"), _("姓名"), _("地址"), _("可以领什么"), _("上次怎么样"), _("给下一位同事的话"))


@get("/desk/offers/unreached", opt=OFFICER, include_in_schema=False)
async def unreached_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Where there is somebody to go to, and for what; nobody's name or address."""
    return await _page(request, tx, Form([], []), [], named=False)


@post("/desk/offers/unreached", opt=OFFICER, include_in_schema=False)
async def named_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """With names and addresses, which is written down."""
    await keep_look(tx, "list", await unreached(tx))
    return await _page(request, tx, Form([], []), [])


@post("/desk/offers/unreached/table", opt=OFFICER, include_in_schema=False)
async def as_table(tx: NamedDependency[Tx]) -> Response[bytes]:
    """To be taken along on the round: what one needs at the door, and no more. Written down as well; NotFound where nobody is on it."""
    people, regions, language = await unreached(tx), (await city(tx.db)).pack.city.regions, tx.viewer.language
    if not people:
        raise NotFound()
    await keep_look(tx, "table", people)
    rows = (
        (regions.get(one.area, ""), community_of(one.contact.address), one.contact.name, one.contact.address, one.item_name,
         translate(language, OUTCOMES[one.outcome]) if one.outcome else "", one.words)
        for one in people
    )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="outreach.csv"', "Cache-Control": "no-store"}
    return Response(table([translate(language, one) for one in HEAD], rows), media_type="text/csv; charset=utf-8", headers=headers, status_code=200)  # fmt: skip


@post("/desk/offers/{offer:uuid}/visit", opt=OFFICER, include_in_schema=False)
async def visited(request: Request, tx: NamedDependency[Tx], offer: FromPath[UUID]) -> Response[Any]:
    """`outcome`: a letter, nobody there, wants it, does not want it; `words` for whoever goes next."""
    form = await read_form(request)
    try:
        await note_visit(tx, offer, form.text("outcome"), form.text("words"))
    except Invalid as invalid:
        return await _page(request, tx, form, list(invalid.problems), offer)
    return see_other("/desk/offers/unreached")


async def _page(
    request: Request, tx: Tx, form: Form, problems: list[Problem], at: UUID | None = None, *, named: bool = True
) -> Response[str]:
    pack, people = (await city(tx.db)).pack, await unreached(tx)
    registers = {code: register.label for code, register in pack.registers.items()}
    return page(
        request, tx, "offers/unreached.html", status=422 if problems else 200, areas=_areas(people, pack.city.regions), named=named,
        outcomes=OUTCOMES, looks=await looks(tx), seen=await outreach_looks(tx), registers=registers, form=form, problems=problems, at=at,
    )  # fmt: skip


def _areas(people: list[Unreached], regions: dict[str, str]) -> dict[tuple[str, str], list[Unreached]]:
    """(district, community) → whom to go to; "" where the register does not know it."""
    found: dict[tuple[str, str], list[Unreached]] = {}
    for one in people:
        found.setdefault((regions.get(one.area, ""), community_of(one.contact.address)), []).append(one)
    return found


ROUTES = [unreached_page, named_page, as_table, visited]
