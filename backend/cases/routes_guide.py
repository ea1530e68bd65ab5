"""What was asked and promised when a case was filed, for the applicant and for the desk."""

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.model import Case
from backend.cases.queries import case_for
from backend.catalogue.item_flow import flow_of
from backend.catalogue.queries import guide_as_filed
from backend.core.db import Tx
from backend.core.web import OFFICER, PERSON, language_of, mode_of, page


@get("/cases/{number:str}/guide", opt=PERSON, include_in_schema=False)
async def as_filed(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    case = await case_for(tx.db, tx.viewer, number)
    return await _guide(request, tx, case, f"/cases/{case.number}")


@get("/desk/cases/{number:str}/guide", opt=OFFICER, include_in_schema=False)
async def as_filed_at_the_desk(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> Response[str]:
    case = await case_for(tx.db, tx.viewer, number)
    return await _guide(request, tx, case, f"/desk/cases/{case.number}")


async def _guide(request: Request, tx: Tx, case: Case, back_to: str) -> Response[str]:
    lang = language_of(request)
    item = await guide_as_filed(tx.db, case.item_code, case.item_version, lang)
    return page(
        request, tx, "cases/guide.html", item=item, flow=flow_of(item, lang, large=mode_of(request) == "elder"),
        address=str(request.url.with_replacements(path=f"/items/{item.code}", query="")), case=case, back_to=back_to,
    )  # fmt: skip


ROUTES = [as_filed, as_filed_at_the_desk]
