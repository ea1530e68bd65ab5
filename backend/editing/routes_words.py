"""The city's own vocabulary at the desk: offices and their hours, telephones, questions, materials."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.catalogue.pack_words import PLACES, words_in
from backend.catalogue.queries import city
from backend.catalogue.states import LABELS, MOVES, State
from backend.core.conditions_form import Vocabulary
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.editing import word_fields
from backend.editing.actions_words import begin_new_word, begin_word, broken_by, move_word, save_word
from backend.editing.filled import Filled, after, filled_of, typed
from backend.editing.lists import Lists
from backend.editing.queries import desks_of
from backend.editing.queries_words import city_data, history_of_word, open_changes, word_desk
from backend.editing.reading import read
from backend.editing.showing import fields_of
from backend.editing.word_changes import changed_words
from backend.editing.word_data import converts, lists_for, trimmed, whole
from backend.editing.word_model import WordDesk, word_moves

NO_RULES = Vocabulary(facts={})
MOST_LISTED = 300
STATES = {**LABELS, State.CHECKED: _("核对过了")}


@get("/desk/words", opt=OFFICER, include_in_schema=False)
async def words_page(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    """Every word of one kind; what is being worked on first."""
    return await _list_page(request, tx, Form([], []), [])


async def _list_page(
    request: Request, tx: Tx, form: Form, problems: list[Problem], *, status: int = 200
) -> Response[str]:
    desks, working = await desks_of(tx), await open_changes(tx)
    asked = form.text("kind") or request.query_params.get("kind", "office")
    kind = asked if asked in PLACES else "office"
    words, q = words_in(await city_data(tx.db), kind), request.query_params.get("q", "").strip()[:100]
    fresh = {code: one.data for (of, code), one in working.items() if of == kind and code not in words}
    rows = [
        {"code": code, "name": data.get("label") or data.get("name") or code, "change": working.get((kind, code))}
        for code, data in {**fresh, **words}.items()
        if q.lower() in f"{data.get('label')} {data.get('name')} {code}".lower()
    ]
    rows.sort(key=lambda row: row["change"] is None)
    pack, mine = (await city(tx.db)).pack, [short for short, roles in desks.items() if "editor" in roles]
    return page(
        request, tx, "editing/words.html", status=status, rows=rows[:MOST_LISTED], kind=kind, kinds=word_fields.LABELS, q=q,
        labels=STATES, form=form, problems=problems, mine=mine, departments=pack.departments, parties=pack.city.kinds,
    )  # fmt: skip


@post("/desk/words", opt=OFFICER, include_in_schema=False)
async def new_word(request: Request, tx: NamedDependency[Tx]) -> Response[Any]:
    form = await read_form(request)
    kind = form.text("kind")
    if kind not in ("office", "element", "material"):
        raise NotFound()
    try:
        said = [form.text(name) for name in ("about", "field", "label", "department")]
        code = await begin_new_word(tx, kind, *said)
    except (Invalid, Conflict) as refusal:
        return await _list_page(request, tx, form, list(refusal.problems), status=refusal.status)
    return see_other(f"/desk/words/{kind}/{quote(code)}")


@get("/desk/words/{kind:str}/{code:str}", opt=OFFICER, include_in_schema=False)
async def one_word(
    request: Request, tx: NamedDependency[Tx], kind: FromPath[str], code: FromPath[str]
) -> Response[str]:
    desk = await word_desk(tx, kind, code)
    return await _word_page(request, tx, desk, _opened(desk))


def _opened(desk: WordDesk) -> Filled:
    data = desk.change.data if desk.change else desk.text or {}
    return filled_of(word_fields.SPECS[desk.kind], whole(desk.kind, desk.code, data), NO_RULES)


@post("/desk/words/{kind:str}/{code:str}/change", opt=OFFICER, include_in_schema=False)
async def begin_change(tx: NamedDependency[Tx], kind: FromPath[str], code: FromPath[str]) -> Response[None]:
    await begin_word(tx, await word_desk(tx, kind, code))
    return see_other(f"/desk/words/{kind}/{quote(code)}")


@post("/desk/words/{kind:str}/{code:str}", opt=OFFICER, include_in_schema=False)
async def save(request: Request, tx: NamedDependency[Tx], kind: FromPath[str], code: FromPath[str]) -> Response[Any]:
    """A button of a row changes the page and saves nothing. Saved is all of the page or none of it."""
    form, desk = await read_form(request), await word_desk(tx, kind, code)
    if desk.change is None or desk.change.state is not State.DRAFT or "editor" not in desk.roles:
        raise NotFound()
    specs = word_fields.SPECS[kind]
    filled, seen = typed(specs, form.fields), _number(form)
    if do := form.text("do"):
        return await _word_page(request, tx, desk, after(specs, filled, do, form.text), seen=seen, unsaved=True)
    lists = lists_for((await city(tx.db)).pack)
    reading = read(specs, filled, NO_RULES, lists)
    problems = list(reading.problems)
    if not problems and (wrong := converts(kind, code, {**desk.change.data, **_there(reading.raw)})):
        problems.append(wrong)
    if problems:
        return await _word_page(request, tx, desk, filled, problems, status=422, seen=seen, unsaved=True)
    data = trimmed(kind, code, desk.change.data, reading.raw)
    try:
        async with tx.db.transaction():
            await save_word(tx, desk, data, seen, _changes(desk, desk.change.data, data, lists))
    except Conflict as conflict:
        return await _word_page(request, tx, desk, filled, list(conflict.problems), status=409, unsaved=True)
    return see_other(f"/desk/words/{kind}/{quote(code)}?saved=yes")


def _there(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None}


def _changes(desk: WordDesk, was: dict[str, Any], now: dict[str, Any], lists: Lists) -> list[dict[str, str]]:
    specs = word_fields.SPECS[desk.kind]
    first, second = (whole(desk.kind, desk.code, data) if data else {} for data in (was, now))
    return [msgspec.structs.asdict(one) for one in changed_words(specs, first, second, lists)]


def _number(form: Form) -> int:
    return int(form.text("revision")) if form.text("revision").isdecimal() else 0


@post("/desk/words/{kind:str}/{code:str}/moves", opt=OFFICER, include_in_schema=False)
async def make_move(
    request: Request, tx: NamedDependency[Tx], kind: FromPath[str], code: FromPath[str]
) -> Response[Any]:
    form, desk = await read_form(request), await word_desk(tx, kind, code)
    try:
        async with tx.db.transaction():
            await move_word(tx, desk, form.text("move"), _number(form), form.text("reason"))
    except (Invalid, Conflict) as refusal:
        return await _word_page(request, tx, desk, _opened(desk), list(refusal.problems), status=refusal.status)
    if desk.text is None and form.text("move") == "dropped":
        return see_other(f"/desk/words?kind={kind}")
    return see_other(f"/desk/words/{kind}/{quote(code)}?done={form.text('move')}")


async def _word_page(
    request: Request, tx: Tx, desk: WordDesk, filled: Filled, problems: list[Problem] | None = None, *, status: int = 200,
    seen: int | None = None, unsaved: bool = False,
) -> Response[str]:  # fmt: skip
    pack, change = (await city(tx.db)).pack, desk.change
    lists, specs = lists_for(pack), word_fields.SPECS[desk.kind]
    moves = word_moves(change.state, desk.roles, wrote=change.wrote, lawful=desk.lawful) if change else []
    changes = _changes(desk, desk.text or {}, change.data, lists) if change else []
    return page(
        request, tx, "editing/word.html", status=status, desk=desk, change=change, labels=STATES, moves=moves, changes=changes,
        fields=fields_of(specs, filled, NO_RULES, lists), problems=problems or [], kinds=word_fields.LABELS, unsaved=unsaved,
        mine=change is not None and change.state is State.DRAFT and "editor" in desk.roles,
        broken=await broken_by(tx, desk), revision=seen if seen is not None else change.revision if change else 0,
        history=await history_of_word(tx, desk.kind, desk.code), words={name: made.says for name, made in MOVES.items()},
        done=MOVES.get(request.query_params.get("done", "")), saved=request.query_params.get("saved") == "yes",
        codes={item.name: item.code for item in pack.items.values()}, seen=_seen(desk),
    )  # fmt: skip


def _seen(desk: WordDesk) -> dict[str, Any] | None:
    """A question as a phone shows it, while it is being changed."""
    if desk.kind != "element" or desk.change is None:
        return None
    data = whole(desk.kind, desk.code, desk.change.data)
    options = [{"value": value, "label": label} for value, label in data["options"].items()]
    return {**{name: data[name] for name in ("type", "label", "help", "unit")}, "options": options}


ROUTES = [words_page, new_word, one_word, begin_change, save, make_move]
