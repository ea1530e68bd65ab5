"""A register or a certificate was wrong: every case that stood on it, and what is done about each.

Asked over all departments; each sees and handles its own. Withdrawing goes through the gate, one transaction a case, as
the officer who asked for it, so that each applicant hears of it and one refusal takes nothing else with it.
"""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.approval.actions import open_recheck
from backend.approval.messages import sources_of
from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.queries import case_by_id
from backend.cases.states import LABELS, State
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem, Refusal
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import enqueue

MOST_SUBJECTS, MOST_LINES = 200, 2000


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is known to have been wrong. `certificate`: the number of one; `subjects`: numbers people and things are known by."""

    source: str
    element: str = ""
    certificate: str = ""
    subjects: tuple[str, ...] = ()
    first: date | None
    last: date | None
    reason: str


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    source: str
    element: str | None
    narrow: bool  # only some subjects, or one certificate
    first: date
    last: date
    reason: str
    by_id: UUID
    at: datetime
    waiting: int = 0  # of the viewer's own, found and not handled
    found: int = 0


class Relied(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule read of it (`element`), or the material it stood for, with the certificate's number and version as the case keeps them."""

    as_of: datetime
    element: str = ""
    material: str = ""
    number: str | None = None
    version: int | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One case that stood on it. `by_machine`: granted without anybody looking."""

    case_id: UUID
    number: str
    item_name: str
    case_state: State
    by_machine: bool
    relied: list[Relied]
    state: Literal["found", "wanted", "review", "voided", "refused"]
    said: list[dict[str, Any]]

    @property
    def label(self) -> str:
        return LABELS[self.case_state]


async def ask(tx: Tx, asked: Asked) -> UUID:
    """Keeps what was wrong and finds what stood on it. Invalid with every problem at once."""
    await need_desk(tx)
    pack = (await city(tx.db)).pack
    source, certificate, party, problems = asked.source, None, None, list(_problems(tx, asked, pack))
    if asked.certificate:
        about = await _certificate(tx, asked.certificate)
        source, certificate, party = about or (source, None, None)
        problems += [] if about else [Problem(_("没有查到这个证照编号。"), "certificate")]
    if problems:
        raise Invalid(*problems)
    inquiry = uuid4()
    subjects = [tx.vault.blind(number, "identity") for number in asked.subjects] or None
    await tx.db.execute(
        """INSERT INTO source_inquiries (id, source, element, certificate_id, party_id, subjects, first, last, reason, by_id, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        inquiry, source, asked.element or None, certificate, party, subjects, asked.first, asked.last, asked.reason, tx.viewer.id, tx.now,
    )  # fmt: skip
    await tx.db.fetchval("SELECT find_relied($1)", inquiry)
    return inquiry


def _problems(tx: Tx, asked: Asked, pack: Pack) -> list[Problem]:
    found = []
    if not asked.certificate and asked.source not in sources_of(pack):
        found.append(Problem(_("请选是哪个登记库或哪种证照。"), "source"))
    if asked.element and asked.element not in pack.elements:
        found.append(Problem(_("请从列出的几项里选。"), "element"))
    if asked.first is None or asked.last is None or asked.last < asked.first or asked.first > tx.today:
        found.append(Problem(_("请写从哪天到哪天有错；最后一天不能早于第一天。"), "last"))
    if len(asked.subjects) > MOST_SUBJECTS:
        found.append(Problem(_("一次最多查 200 个号码。"), "subjects"))
    if not 1 <= len(asked.reason) <= 500:
        found.append(Problem(_("请写明错在哪里，500 个字以内。"), "reason"))
    return found


async def _certificate(tx: Tx, number: str) -> tuple[str, UUID, UUID | None] | None:
    """The source, the id and the party of one certificate."""
    row = await tx.db.fetchrow("SELECT id, type, party_id FROM certificate_about($1)", number.replace(" ", ""))
    return (f"certificate.{row['type']}", row["id"], row["party_id"]) if row else None


async def need_desk(tx: Tx) -> None:
    """NotFound for who examines nowhere."""
    if not await tx.db.fetchval("SELECT cardinality(my_examinations()) > 0"):
        raise NotFound()


async def inquiries(tx: Tx) -> list[Inquiry]:
    """Newest first, with how much of it is the viewer's own to handle."""
    await need_desk(tx)
    rows = await tx.db.fetch(
        """SELECT q.id, q.source, q.element, q.subjects IS NOT NULL OR q.certificate_id IS NOT NULL OR q.party_id IS NOT NULL AS narrow, q.first, q.last, q.reason, q.by_id, q.at,
                  count(l.case_id) AS found, count(l.case_id) FILTER (WHERE l.state IN ('found', 'refused')) AS waiting
           FROM source_inquiries q LEFT JOIN inquiry_lines l ON l.inquiry_id = q.id GROUP BY q.id ORDER BY q.at DESC LIMIT 100"""
    )
    return msgspec.convert(rows, list[Inquiry])


async def inquiry_for(tx: Tx, inquiry: UUID) -> Inquiry:
    found = [one for one in await inquiries(tx) if one.id == inquiry]
    if not found:
        raise NotFound()
    return found[0]


async def lines_of(tx: Tx, inquiry: UUID) -> list[Line]:
    """The cases of the viewer's departments, those nobody handled first."""
    rows = await tx.db.fetch(
        """SELECT l.case_id, c.number, v.name AS item_name, c.state AS case_state, l.relied, l.state, l.said,
                  EXISTS (SELECT 1 FROM automatic_decisions d WHERE d.case_id = c.id AND d.outcome = 'granted') AS by_machine
           FROM inquiry_lines l JOIN cases c ON c.id = l.case_id JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           WHERE l.inquiry_id = $1 ORDER BY l.state = 'found' DESC, c.received_at, c.number LIMIT $2""",
        inquiry,
        MOST_LINES,
    )
    return msgspec.convert(rows, list[Line])


async def elsewhere(tx: Tx, inquiry: UUID) -> dict[str, int]:
    """How many cases each department has of it."""
    rows = await tx.db.fetch("SELECT department_id, n FROM inquiry_departments($1)", inquiry)
    return {row["department_id"]: row["n"] for row in rows}


async def review(tx: Tx, inquiry: UUID, cases: list[UUID]) -> int:
    """Each of these goes on the list of what is looked at again, and each applicant is told that it is. How many."""
    done = 0
    for line in await _held(tx, inquiry, cases):
        case = await case_by_id(tx.db, line)
        await _open_once(tx, case, inquiry)
        await record(tx, [_doubted(tx, case)])
        await _mark(tx, inquiry, line, "review", [])
        done += 1
    return done


async def _open_once(tx: Tx, case: Case, inquiry: UUID) -> None:
    """Nothing more where it lies on the desk already because of another source."""
    try:
        async with tx.db.transaction():
            await open_recheck(tx, case, "source", inquiry=inquiry)
    except asyncpg.UniqueViolationError:
        return


async def withdraw(tx: Tx, inquiry: UUID, cases: list[UUID], reason: str) -> int:
    """Hands these to the worker, to be taken back one by one for this reason. How many."""
    if not 1 <= len(reason) <= 1000:
        raise Invalid(Problem(_("请写明理由，申请人会看到。"), "why"))
    held = await _held(tx, inquiry, cases)
    for case in held:
        await _mark(tx, inquiry, case, "wanted", [{"reason": reason}])
    if held:
        await enqueue(tx.db, "withdraw_relied", {"inquiry": str(inquiry)})
    return len(held)


async def _held(tx: Tx, inquiry: UUID, cases: list[UUID]) -> list[UUID]:
    """Those of them that are the viewer's and nobody has handled, held until the commit."""
    if not cases:
        raise Invalid(Problem(_("请先勾选办件。"), "case"))
    rows = await tx.db.fetch(
        """SELECT case_id FROM inquiry_lines WHERE inquiry_id = $1 AND case_id = ANY ($2) AND state IN ('found', 'refused', 'review')
           ORDER BY case_id FOR UPDATE""",
        inquiry,
        cases,
    )
    return [row["case_id"] for row in rows]


async def _mark(tx: Tx, inquiry: UUID, case: UUID, state: str, said: list[dict[str, Any]]) -> None:
    await tx.db.execute(
        "UPDATE inquiry_lines SET state = $3, said = $4, by_id = $5, at = $6 WHERE inquiry_id = $1 AND case_id = $2",
        inquiry, case, state, said, tx.viewer.id, tx.now,
    )  # fmt: skip


async def next_wanted(tx: Tx, inquiry: UUID) -> tuple[UUID, UUID] | None:
    """A case to be taken back, and the officer who asked for it."""
    row = await tx.db.fetchrow(
        "SELECT case_id, by_id FROM inquiry_lines WHERE inquiry_id = $1 AND state = 'wanted' ORDER BY case_id LIMIT 1",
        inquiry,
    )
    return (row["case_id"], row["by_id"]) if row else None


async def withdraw_one(tx: Tx, inquiry: UUID, case_id: UUID) -> None:
    """As the officer of `tx`. The line is locked: two workers do it once."""
    row = await tx.db.fetchrow(
        "SELECT said FROM inquiry_lines WHERE inquiry_id = $1 AND case_id = $2 AND state = 'wanted' FOR UPDATE",
        inquiry,
        case_id,
    )
    if row is None:
        return
    try:
        async with tx.db.transaction():
            await move(tx, await case_by_id(tx.db, case_id), "voided", {"reason": row["said"][0]["reason"]})
        await _mark(tx, inquiry, case_id, "voided", [])
    except Refusal as refusal:
        await _mark(tx, inquiry, case_id, "refused", [{"say": p.say, "params": p.params} for p in refusal.problems])


def _doubted(tx: Tx, case: Case) -> NewEvent:
    return NewEvent(
        kind="source_doubted", principal_id=case.principal_id, actor_kind="officer", actor_id=tx.viewer.id, case_id=case.id,
        order_id=case.order_id, department_id=case.department_id,
    )  # fmt: skip
