"""Cases over JSON: the same queries and the same gate as the pages."""

from datetime import date, datetime

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.cases.actions import move
from backend.cases.correction import Point, answer_correction, points_of
from backend.cases.correction_form import typed_and_photos
from backend.cases.joint_model import JointOpinion, Meeting
from backend.cases.messages import DueWords, Step, timeline
from backend.cases.model import Case, CaseRow
from backend.cases.queries import case_for, cases_of, events_of
from backend.cases.queries_joint import together
from backend.cases.states import LABELS, Clock, Public, State
from backend.cases.when import due_words_of
from backend.core.city_words import city_word
from backend.core.db import Tx
from backend.core.i18n import translate
from backend.core.render import language, said
from backend.core.web import PERSON, language_of, request_tx


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    item: str
    department: str
    state: State
    public_state: Public
    label: str
    received_at: datetime
    due: date | None
    due_clock: Clock | None
    provisional: bool


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: done, now, needs, later; `at` is missing for what is still to come."""

    kind: str | None
    title: str
    text: list[str]
    state: str
    by: str | None
    at: datetime | None


class PointToAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a correction notice. `answer` and `photo` are the names of the form fields that answer it."""

    say: str
    material: str
    element: str
    answer: str
    photo: str


class OtherDepartment(msgspec.Struct, frozen=True, kw_only=True):
    """What another department was asked about this case. `state`: waiting, asked, agreed, objected, silent, escalated, dropped."""

    department: str
    about: str
    state: str
    label: str
    due: date | None


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """A joint survey or meeting ahead that the applicant is told of."""

    kind: str
    at: datetime
    place: str
    people: str
    with_applicant: bool


class CaseDetail(msgspec.Struct, frozen=True, kw_only=True):
    summary: CaseSummary
    version: int
    order: str
    item_code: str
    item_version: int
    accepted_at: datetime | None
    decided_at: datetime | None
    overdue: bool
    why: list[str]
    timeline: list[TimelineEntry]
    corrections: list[PointToAnswer]
    together: list[OtherDepartment]
    appointments: list[Appointment]


@get("/api/v1/cases", opt=PERSON, tags=["cases"])
async def list_cases(request: Request, tx: NamedDependency[Tx]) -> list[CaseSummary]:
    """The cases of whoever the session acts for; what needs her comes first."""
    lang = _lang(request)
    return [_summary(case, lang) for case in await cases_of(tx.db, tx.viewer)]


@get("/api/v1/cases/{number:str}", opt=PERSON, tags=["cases"])
async def read_case(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> CaseDetail:
    return await _detail(request, tx, await case_for(tx.db, tx.viewer, number))


@post("/api/v1/cases/{number:str}/withdrawal", opt=PERSON, tags=["cases"], status_code=200)
async def withdraw_case(request: Request, tx: NamedDependency[Tx], number: FromPath[str]) -> CaseDetail:
    """Takes the case back; doing it twice answers the same."""
    case = await case_for(tx.db, tx.viewer, number)
    if case.state is not State.WITHDRAWN:
        case = await move(tx, case, "withdrawn")
    return await _detail(request, tx, case)


@post("/api/v1/cases/{number:str}/correction", opt=PERSON, tags=["cases"], status_code=200)
async def correct_case(request: Request, number: FromPath[str]) -> CaseDetail:
    """Answers every point of the correction notice at once, as multipart/form-data: for each of `corrections` its
    `answer` (text) or its `photo` (files). All that is missing or wrong comes back at once (422).
    """
    async with request_tx(request) as tx:
        await case_for(tx.db, tx.viewer, number)
    typed, photos = await typed_and_photos(request)
    async with request_tx(request) as tx:
        case = await case_for(tx.db, tx.viewer, number)
        return await _detail(request, tx, await answer_correction(tx, request.app.state.files, case, typed, photos))


async def _detail(request: Request, tx: Tx, case: Case) -> CaseDetail:
    events = await events_of(tx.db, case.id, public_only=True)
    due, lang = await due_words_of(tx, case, events), _lang(request)
    points = await points_of(tx, case) if case.state is State.CORRECTING else []
    others = await together(tx.db, case)
    token = language.set(lang)
    try:
        return CaseDetail(
            summary=_summary(case, lang),
            version=case.version,
            order=case.order_number,
            item_code=case.item_code,
            item_version=case.item_version,
            accepted_at=case.accepted_at,
            decided_at=case.decided_at,
            overdue=bool(due and due.overdue),
            why=_why(due),
            timeline=[_entry(step) for step in timeline(case.state, events)],
            corrections=[_point(point) for point in points],
            together=[_other(one, lang) for one in others.asked] if others else [],
            appointments=[_appointment(one) for one in others.meetings if _told(one)] if others else [],
        )
    finally:
        language.reset(token)


def _summary(case: Case | CaseRow, lang: str) -> CaseSummary:
    return CaseSummary(
        number=case.number,
        item=city_word(case.item_name, lang),
        department=city_word(case.department_name, lang),
        state=case.state,
        public_state=case.public,
        label=translate(lang, LABELS[case.state]),
        received_at=case.received_at,
        due=case.due,
        due_clock=case.due_clock,
        provisional=case.due_provisional,
    )


def _point(point: Point) -> PointToAnswer:
    asked = point.defect
    return PointToAnswer(
        say=asked.say, material=asked.material, element=asked.element, answer=point.answer, photo=point.photo
    )


def _other(one: JointOpinion, lang: str) -> OtherDepartment:
    return OtherDepartment(
        department=one.department_name,
        about=one.about,
        state=one.state,
        label=translate(lang, one.said),
        due=one.due if one.open else None,
    )


def _told(one: Meeting) -> bool:
    return one.ahead and (one.kind == "survey" or one.with_applicant)


def _appointment(one: Meeting) -> Appointment:
    return Appointment(kind=one.kind, at=one.at, place=one.place, people=one.people, with_applicant=one.with_applicant)


def _why(due: DueWords | None) -> list[str]:
    return [said(line) for line in due.why] if due else []


def _entry(step: Step) -> TimelineEntry:
    event = step.event
    return TimelineEntry(
        kind=event.kind if event else None,
        title=said(step.title),
        text=[said(line) for line in step.text],
        state=step.state,
        by=event.actor_kind if event else None,
        at=event.at if event else None,
    )


def _lang(request: Request) -> str:
    return language_of(request)


ROUTES = [list_cases, read_case, withdraw_case, correct_case]
