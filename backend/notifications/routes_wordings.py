"""The desk where an editor changes what people read in notices, with how it will look, and every version of it."""

from typing import Any, NamedTuple
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.states import Clock, Notice
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import LANGUAGES, translate
from backend.core.render import saying
from backend.core.web import OFFICER, Form, page, read_form, see_other
from backend.notifications import wordings
from backend.notifications.matters import NAMES as MATTERS
from backend.notifications.matters import matter_of
from backend.notifications.messages import Message, loudness, message, push_words
from backend.notifications.model import Matter, TextTask, Words
from backend.notifications.on_paper_and_phone import text_of

SAMPLE = {
    "item": "护理补贴",
    "number": "460100202609250000185",
    "authority": "市残联",
    "items": ["护理补贴", "老年人优待证"],
    "counts": {"late": 1, "soon": 2, "fresh": 3, "open": 9},
}
NOBODY = UUID(int=0)
TONGUES = {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}


class Look(NamedTuple):
    """How it will look, as far as the channel shows it."""

    push: tuple[str, str]
    text: str
    cost: wordings.Segments
    full: Message


@get("/desk/notice-words", opt=OFFICER, include_in_schema=False)
async def all_words(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    wordings.need_editor(tx)
    language = request.query_params.get("language", "zh-Hans")
    language = language if language in LANGUAGES else "zh-Hans"
    groups: dict[Matter, list[tuple[str, Message]]] = {matter: [] for matter in MATTERS}
    for kind in wordings.kinds():
        groups[matter_of(kind)].append((kind, message(_sample(tx, kind))))
    return page(
        request, tx, "notifications/words.html", groups=groups, matters=MATTERS, channels=wordings.NAMES, language=language, tongues=TONGUES,
        changed=await wordings.changed(tx, language), done=request.query_params.get("done", ""),
    )  # fmt: skip


@get("/desk/notice-words/{kind:str}/{channel:str}/{language:str}", opt=OFFICER, include_in_schema=False)
async def words(
    request: Request, tx: NamedDependency[Tx], kind: FromPath[str], channel: FromPath[str], language: FromPath[str]
) -> Response[str]:
    return await _page(request, tx, (kind, channel, language), None, [])


@post("/desk/notice-words/{kind:str}/{channel:str}/{language:str}", opt=OFFICER, include_in_schema=False)
async def write(
    request: Request, tx: NamedDependency[Tx], kind: FromPath[str], channel: FromPath[str], language: FromPath[str]
) -> Response[Any]:
    """`do`: save, usual (back to the product's own), or look (nothing is kept)."""
    wordings.need_editor(tx)
    wordings.usual(kind, channel, language)
    form, place = await read_form(request), (kind, channel, language)
    typed = {field: form.text(field) for field in wordings.CHANNELS[channel]}
    if form.text("do") == "look":
        return await _page(request, tx, place, form, wordings.wrong_with(*place, typed), looked=True)
    try:
        await wordings.write(tx, *place, None if form.text("do") == "usual" else typed)
    except Invalid as invalid:
        return await _page(request, tx, place, form, list(invalid.problems))
    return see_other(f"/desk/notice-words?language={language}&done=1")


async def _page(
    request: Request,
    tx: Tx,
    place: tuple[str, str, str],
    form: Form | None,
    problems: list[Problem],
    *,
    looked: bool = False,
) -> Response[str]:
    wordings.need_editor(tx)
    kind, channel, language = place
    usual, history = wordings.usual(*place), await wordings.versions(tx, *place)
    in_force = history[0].words if history else None
    now = {field: wordings.shown(channel, text) for field, text in in_force.items()} if in_force else usual
    typed = {field: form.text(field) for field in usual} if form else now
    safe = typed if not problems else now
    return page(
        request, tx, "notifications/words_edit.html", status=422 if problems and not looked else 200, kind=kind, channel=channel,
        language=language, usual=usual, typed=typed, own=in_force is not None, history=history, problems=problems, fields=wordings.FIELD_NAMES,
        longest=wordings.LONGEST, placeholders=wordings.known(kind, channel), names=wordings.NAMES, tongues=TONGUES,
        look=_look(tx, place, safe), shown=wordings.shown, unsaved=form is not None,
    )  # fmt: skip


def _look(tx: Tx, place: tuple[str, str, str], typed: wordings.Fields) -> Look:
    """With an invented case; what cannot be kept yet is shown as it is now."""
    kind, channel, language = place
    own = {field: wordings.kept(channel, text) for field, text in typed.items()}
    sample = _sample(tx, kind)
    task = TextTask(
        id=NOBODY, attempts=1, age=0, person_id=NOBODY, words=sample, language=language, at=tx.now, by_agent=False, key_wrapped=b"",
        phone_sealed=None, agent_id=None, agent_name=None, agent_key=None, may_text=True, worded=own if channel == "sms" else None,
    )  # fmt: skip
    with saying(language, tx.today) as said:
        text = said(text_of(task, ""))
    title, body = push_words(sample, own if channel == "push" else {})
    full = message(sample, own if channel == "inbox" else {})
    return Look((translate(language, title), translate(language, body)), text, wordings.segments(text), full)


def _sample(tx: Tx, kind: str) -> Words:
    needs = loudness(kind) is Notice.NEEDS_YOU
    return Words(kind=kind, due=tx.today if needs else None, clock=Clock.CORRECTION if needs else None, **SAMPLE)  # type: ignore[arg-type]


ROUTES = [all_words, words, write]
