"""Guides: one question a page, the answers in the address, and at the end what fits and why.

What is personal never stands in the address: known facts are read from the person's own records, personal answers are
sent by POST into her sealed draft. A stranger's journey is stored nowhere.
"""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.core.printing import printed
from backend.core.web import ANYONE, PERSON, language_of, page, read_form, request_tx, see_other
from backend.core.workdays import calendar
from backend.scenarios import routes_desk, routes_kept
from backend.scenarios.actions import name_parties, tell
from backend.scenarios.answers import NotAnAnswer, read_answer
from backend.scenarios.journey import CHANGE, Journey, journey_of, path_of, public_in
from backend.scenarios.model import Question, Scenario
from backend.scenarios.paper import paper_of
from backend.scenarios.queries import guides
from backend.scenarios.showing import ASKED, question_of, result_of


@get("/scenarios", opt=ANYONE, include_in_schema=False)
async def scenario_list(request: Request, tx: NamedDependency[Tx]) -> Response[str]:
    found = await guides(tx.db)
    rows = [
        {"title": one.title, "text": one.summary, "href": path_of(one), "glyph": found.glyphs[one.id]}
        for one in found.scenarios.values()
    ]
    return page(request, tx, "scenarios/list.html", rows=rows)


@get("/scenarios/{scenario_id:str}", opt=ANYONE, include_in_schema=False)
async def walk(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[str]:
    """The next question, a question to change (`_change`), or the end. `_asked`: the question of the page before."""
    journey = await _journey(request, tx, scenario_id)
    question = _to_ask(journey, request.query_params.get(CHANGE, ""))
    if question is None:
        address = str(request.base_url).rstrip("/") + journey.link()
        days = await calendar(tx.db, tx.today)
        return page(request, tx, "scenarios/result.html", address=address, **result_of(journey, tx.today, days))
    asked = request.query_params.get(ASKED, "")
    error = journey.stands.invalid.get(question.ask) or (_("请先选一个答案。") if asked == question.ask else "")
    return _ask(request, tx, journey, question, error)


def _ask(request: Request, tx: Tx, journey: Journey, question: Question, error: str) -> Response[str]:
    context = question_of(journey, question, tx.today)
    return page(request, tx, "scenarios/question.html", error=error, status=422 if error else 200, **context)


async def _journey(request: Request, tx: Tx, scenario_id: str) -> Journey:
    found = await guides(tx.db)
    scenario = found.scenario(scenario_id)
    return await journey_of(tx, found, scenario, typed_in(request, scenario))


def typed_in(request: Request, scenario: Scenario) -> dict[str, list[str]]:
    """The answers in the address. A personal one that somebody put there is passed over."""
    return public_in(scenario, {ask: request.query_params.getall(ask) for ask in request.query_params})


def _to_ask(journey: Journey, change: str) -> Question | None:
    """First an answer that makes no sense, then the one to be changed, then the next."""
    stands = journey.stands
    wrong = next((ask for ask in stands.invalid if ask not in stands.hidden), None)
    if wrong is not None:
        return journey.scenario.question(wrong)
    return next((one for one in stands.answered if one.ask == change), stands.next)


@post("/scenarios/{scenario_id:str}/answers", opt=PERSON, include_in_schema=False)
async def tell_in_confidence(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[Any]:
    """One personal answer into the draft; the public ones go along in the address as they were."""
    form, found = await read_form(request), await guides(tx.db)
    scenario = found.scenario(scenario_id)
    typed = public_in(scenario, {name: form.all(name) for name, _text in form.fields})
    question = scenario.question(form.text(ASKED))
    if question is None or question.public:
        raise NotFound()
    answers = [text for text in form.all(question.ask) if text]
    try:
        read_answer(question, answers)
    except NotAnAnswer as error:
        return _ask(request, tx, await journey_of(tx, found, scenario, typed), question, str(error))
    await tell(tx, scenario.id, {question.ask: answers})
    return see_other((await journey_of(tx, found, scenario, typed)).link())


@post("/scenarios/{scenario_id:str}/parties", opt=PERSON, include_in_schema=False)
async def choose_parties(request: Request, tx: NamedDependency[Tx], scenario_id: FromPath[str]) -> Response[None]:
    """Whom the guide's questions are about; "" is somebody she has told us nothing of."""
    form, found = await read_form(request), await guides(tx.db)
    scenario = found.scenario(scenario_id)
    typed = public_in(scenario, {name: form.all(name) for name, _text in form.fields})
    journey = await journey_of(tx, found, scenario, typed)
    named: dict[str, UUID | None] = {}
    for role, choices in journey.found.choices.items():
        text = form.text(f"party.{role}")
        named[role] = next((party.id for party in choices if str(party.id) == text), None)
    await name_parties(tx, scenario.id, named)
    return see_other((await journey_of(tx, found, scenario, typed)).link())


@get("/scenarios/{scenario_id:str}/checklist.pdf", opt=ANYONE, include_in_schema=False)
async def print_checklist(request: Request, scenario_id: FromPath[str]) -> Response[bytes]:
    """The end of a guide on paper: things to do, things to bring."""
    async with request_tx(request) as tx:
        journey = await _journey(request, tx, scenario_id)
        data = paper_of(journey, tx.today, await calendar(tx.db, tx.today), language_of(request))
    paper = await printed("checklist.typ", data)
    headers = {"Content-Disposition": 'inline; filename="checklist.pdf"', "Cache-Control": "no-store"}
    return Response(paper, media_type="application/pdf", headers=headers)


ROUTES = [
    scenario_list,
    walk,
    tell_in_confidence,
    choose_parties,
    print_checklist,
    *routes_kept.ROUTES,
    *routes_desk.ROUTES,
]
