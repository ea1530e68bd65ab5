"""One page of an item's form: shown, changed row by row without saving, saved."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.model import Ask
from backend.catalogue.queries import city
from backend.catalogue.rule_words import vocabulary_of
from backend.catalogue.states import State
from backend.core.conditions_form import Vocabulary
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound, Problem
from backend.core.web import OFFICER, page, read_form, see_other
from backend.editing.actions import save
from backend.editing.candidate import Candidate, candidate, findings
from backend.editing.differences import Side, changes_of
from backend.editing.fields import BY_NAME, SECTIONS, Section
from backend.editing.filled import Filled, after, opened, typed
from backend.editing.lists import Lists, lists_of
from backend.editing.model import Desk, Finding, ItemEvent, Text, Version
from backend.editing.queries import changed_since, desk_of, desks_of, text_of
from backend.editing.reading import converts, merged, read
from backend.editing.showing import fields_of


class Bench(msgspec.Struct, frozen=True):
    """One page with everything it is drawn from and read by."""

    desk: Desk
    draft: Version
    text: Text
    section: Section
    tried: Candidate
    words: Vocabulary
    lists: Lists
    found: list[Finding]


async def _bench(tx: Tx, code: str, name: str, fields: list[tuple[str, str]]) -> Bench:
    """NotFound where there is no draft that she may write in; a page nobody has is not found either."""
    desk, section = await desk_of(tx, code), BY_NAME.get(name)
    draft = desk.draft
    if section is None or draft is None or draft.state is not State.DRAFT or "editor" not in desk.roles:
        raise NotFound(next_step=f"/desk/items/{code}")
    published, text = await city(tx.db), await text_of(tx, draft)
    tried = candidate(published, text.raw)
    new = [
        Ask(fact=said)
        for field, said in fields
        if field.startswith("asks.") and field.endswith((".fact", ".new")) and said
    ]
    item = msgspec.structs.replace(tried.item, asks=(*tried.item.asks, *new))
    roles = [said for field, said in fields if field.startswith("roles.") and field.endswith(".name") and said]
    mine = [short for short, held in (await desks_of(tx)).items() if "editor" in held]
    lists, words = lists_of(tried.pack, tried.item, mine, roles), vocabulary_of(tried.pack, item, ruled=True)
    return Bench(desk, draft, text, section, tried, words, lists, findings(published, tried))


@get("/desk/items/{code:str}/draft/{section:str}", opt=OFFICER, include_in_schema=False)
async def form_page(
    request: Request, tx: NamedDependency[Tx], code: FromPath[str], section: FromPath[str]
) -> Response[str]:
    bench = await _bench(tx, code, section, [])
    return _page(request, tx, bench, opened(bench.text.raw, bench.section.specs, bench.words))


@post("/desk/items/{code:str}/draft/{section:str}", opt=OFFICER, include_in_schema=False)
async def save_page(
    request: Request, tx: NamedDependency[Tx], code: FromPath[str], section: FromPath[str]
) -> Response[Any]:
    """A button of a row changes the page and saves nothing. Saved is all of the page or none of it."""
    form = await read_form(request)
    bench = await _bench(tx, code, section, form.fields)
    filled = typed(bench.section.specs, form.fields)
    seen = int(form.text("revision")) if form.text("revision").isdecimal() else 0
    if do := form.text("do"):
        filled = after(bench.section.specs, filled, do, form.text)
        return _page(request, tx, bench, filled, seen=seen, unsaved=True)
    return await _saved(request, tx, bench, filled, seen)


async def _saved(request: Request, tx: Tx, bench: Bench, filled: Filled, seen: int) -> Response[Any]:
    reading = read(bench.section.specs, filled, bench.words, bench.lists)
    problems = list(reading.problems)
    if not problems and (wrong := converts({**bench.text.raw, **_there(reading.raw)})):
        problems.append(wrong)
    if problems:
        return _page(request, tx, bench, filled, problems, status=422, seen=seen, unsaved=True)
    raw = merged(bench.text.raw, reading.raw)
    try:
        async with tx.db.transaction():
            if raw != bench.text.raw or seen != bench.draft.revision:
                await save(tx, bench.desk, raw, seen, await _changes(tx, bench, raw))
    except Conflict as conflict:
        others = await changed_since(tx, bench.draft, seen)
        return _page(request, tx, bench, filled, list(conflict.problems), status=409, others=others, unsaved=True)
    return see_other(f"/desk/items/{bench.desk.code}/draft/{bench.section.name}?saved=yes")


def _there(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None}


async def _changes(tx: Tx, bench: Bench, raw: dict[str, Any]) -> list[dict[str, str]]:
    """What this save changes of the draft, for the history."""
    now, mine = candidate(await city(tx.db), raw), [bench.desk.department_id]
    before = Side(bench.text.raw, bench.tried.item, bench.tried.pack, bench.lists)
    after_ = Side(raw, now.item, now.pack, lists_of(now.pack, now.item, mine))
    return [msgspec.structs.asdict(change) for change in changes_of(before, after_, [bench.section.name])]


def _page(
    request: Request, tx: Tx, bench: Bench, filled: Filled, problems: list[Problem] | None = None, *, status: int = 200,
    seen: int | None = None, unsaved: bool = False, others: list[ItemEvent] | None = None,
) -> Response[str]:  # fmt: skip
    names = [section.name for section in SECTIONS]
    place = names.index(bench.section.name)
    revision = bench.draft.revision if others is not None or seen is None else seen
    return page(
        request, tx, "editing/section.html", status=status, desk=bench.desk, draft=bench.draft, section=bench.section,
        sections=SECTIONS, fields=fields_of(bench.section.specs, filled, bench.words, bench.lists), problems=problems or [],
        findings=bench.found, revision=revision, unsaved=unsaved, others=others or [], following=names[(place + 1) % len(names)],
        saved=request.query_params.get("saved") == "yes",
    )  # fmt: skip


ROUTES = [form_page, save_page]
