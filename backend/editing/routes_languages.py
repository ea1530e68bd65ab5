"""An item in other languages: an editor writes them beside the Chinese. What she writes counts at once; the Chinese decides in law."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.pack_texts import texts_of_written
from backend.catalogue.queries import city
from backend.catalogue.queries_texts import write_text
from backend.core.city_words import known_in
from backend.core.db import Tx
from backend.core.errors import NotFound, Problem
from backend.core.i18n import DEFAULT, LANGUAGES, _
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.editing.queries import desk_of, text_of

LONGEST = 6_000


@get("/desk/items/{code:str}/languages", opt=OFFICER, include_in_schema=False)
async def item_in_languages(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[str]:
    return await _page(request, tx, code, _chosen(request.query_params.get("language", "")), Form([], []), [])


@post("/desk/items/{code:str}/languages", opt=OFFICER, include_in_schema=False)
async def write_in_languages(request: Request, tx: NamedDependency[Tx], code: FromPath[str]) -> Response[Any]:
    """Whatever changed on the page is kept; an emptied text gives way to what the pack brought."""
    form = await read_form(request)
    language, desk = _chosen(form.text("language")), await desk_of(tx, code)
    if "editor" not in desk.roles:
        raise NotFound()
    known, texts = known_in(language), await _texts(tx, code)
    said = {chinese: form.text(f"said-{number}", known.get(chinese, "")) for number, chinese in enumerate(texts)}
    long = [
        Problem(_("这一栏太长了，请写短一些。"), f"said-{n}")
        for n, one in enumerate(said.values())
        if len(one) > LONGEST
    ]
    if long:
        return await _page(request, tx, code, language, form, long, status=422)
    for chinese, text in said.items():
        if text.replace("\r\n", "\n") != known.get(chinese, ""):
            await write_text(tx.db, tx.viewer.id, tx.now, language, chinese, text)
    return see_other(f"/desk/items/{code}/languages?language={language}&done=1")


def _chosen(language: str) -> str:
    """Another language than the source: English unless she chose."""
    return language if language in LANGUAGES and language != DEFAULT else "en"


async def _texts(tx: Tx, code: str) -> list[str]:
    """The Chinese of what is being written or in force, each once, in the order of the item."""
    await city(tx.db)  # this process knows what was said before
    desk = await desk_of(tx, code)
    text = await text_of(tx, desk.draft or desk.in_force(tx.today) or desk.versions[0])
    return list(dict.fromkeys(one.chinese for one in texts_of_written({"items": {desk.name: text.raw}})))


async def _page(
    request: Request, tx: Tx, code: str, language: str, form: Form, problems: list[Problem], *, status: int = 200
) -> Response[str]:
    desk, known = await desk_of(tx, code), known_in(language)
    rows = [
        {"chinese": chinese, "said": form.text(f"said-{n}", known.get(chinese, "")), "known": chinese in known}
        for n, chinese in enumerate(await _texts(tx, code))
    ]
    return page(
        request, tx, "editing/languages.html", status=status, desk=desk, rows=rows, chosen=language, problems=problems,
        missing=sum(not row["known"] for row in rows), done=request.query_params.get("done", ""),
    )  # fmt: skip


ROUTES = [item_in_languages, write_in_languages]
