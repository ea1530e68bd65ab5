"""Filing: the first move of every case of an order, in a number of statements that does not grow with the cases."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.cases.actions import due_of
from backend.cases.clocks import Count, replay, running, told_limit
from backend.cases.model import Case, CaseFile, Event, NewCase
from backend.cases.queries import facts_place
from backend.cases.sources import keep_sources
from backend.cases.states import MOVES, Clock, Move
from backend.cases.steps import as_seen, due_data
from backend.catalogue.queries import city_in
from backend.core.clock import Due
from backend.core.codes import case_number
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.events import NewEvent, record


class Filed(msgspec.Struct, frozen=True):
    """One case on its way into the tables: its id and number, the clock that starts with it, and what its event says of that."""

    id: UUID
    number: str
    new: NewCase
    move: Move
    count: Count | None
    end: Due | None
    limit: dict[str, Any]


async def file_cases(tx: Tx, order_id: UUID, new: Sequence[NewCase]) -> list[UUID]:
    """Writes the cases of an order and tells of them. Returns their ids."""
    filed = await write_cases(tx, order_id, new, await next_serials(tx, len(new)))
    await record(tx, [filing_event(tx, order_id, case) for case in filed])
    return [case.id for case in filed]


async def write_cases(tx: Tx, order_id: UUID, new: Sequence[NewCase], serials: Sequence[int]) -> list[Filed]:
    """Writes the cases of an order, each with its number, frozen facts, files and notice clock. Their events (`filing_event`) are
    recorded in the same transaction, or it does not commit.

    The order row must exist. Principal, actor and mandate are the viewer's.
    """
    await _refuse_without_mandate(tx, new)
    # One notice clock for all: it runs from the same moment and does not depend on the item.
    limit = told_limit(Clock.NOTICE, (await city_in(tx)).pack.city.clocks)
    count = running(replay([as_seen(tx.now, MOVES["filed"], limit)], new[0].limits))
    end = await due_of(tx, count)
    filed = [_prepared(tx, case, serial, count, end, limit) for case, serial in zip(new, serials, strict=True)]
    await _insert(tx, order_id, filed)
    await _insert_files(tx, [(case.id, file) for case in filed for file in case.new.files])
    await keep_sources(tx, [(case.id, n, source) for case in filed for n, source in enumerate(case.new.sources, 1)])
    return filed


def as_case(tx: Tx, order_id: UUID, order_number: str, filed: Filed, names: tuple[str, str]) -> Case:
    """As it would be loaded now. `names`: of the item and of the department."""
    new = filed.new
    return Case(
        id=filed.id, number=filed.number, order_id=order_id, order_number=order_number, principal_id=tx.viewer.principal_id,
        actor_id=tx.viewer.id, mandate_id=tx.viewer.mandate_id, item_code=new.item_code, item_version=new.item_version,
        item_name=names[0], limits=new.limits, department_id=new.department_id, department_name=names[1],
        state=filed.move.leads_to(None), version=1, officer_id=None, received_at=tx.now, accepted_at=None, decided_at=None,
        due=filed.end.due if filed.end else None, due_clock=filed.count.clock if filed.count else None,
        due_provisional=bool(filed.end and filed.end.provisional), bound=msgspec.to_builtins(new.bound), rules=new.rules,
    )  # fmt: skip


def as_event(tx: Tx, filed: Filed) -> Event:
    """How it began, for the clocks of what the machine does next."""
    return as_seen(tx.now, filed.move, filed.limit if filed.count else {})


async def next_serials(tx: Tx, wanted: int) -> list[int]:
    """The next numbers of the day's sequence, which orders and cases share."""
    rows = await tx.db.fetch("SELECT nextval('case_serial') AS serial FROM generate_series(1, $1)", wanted)
    return [row["serial"] for row in rows]


async def _refuse_without_mandate(tx: Tx, new: Sequence[NewCase]) -> None:
    if not await tx.db.fetchval(
        "SELECT bool_and(may_act_under($1, $2, 'submit', code)) FROM unnest($3::text[]) AS code",
        tx.viewer.mandate_id,
        tx.viewer.principal_id,
        [case.item_code for case in new],
    ):
        raise NotFound()


def _prepared(tx: Tx, new: NewCase, serial: int, count: Count | None, end: Due | None, limit: dict[str, Any]) -> Filed:
    number = case_number(new.region, tx.today, serial)
    if new.waiting:
        return Filed(uuid4(), number, new, MOVES["filed_waiting"], None, None, limit)
    return Filed(uuid4(), number, new, MOVES["filed"], count, end, limit)


async def _insert(tx: Tx, order_id: UUID, filed: list[Filed]) -> None:
    rows = [_row(case) for case in filed]
    sealed = [tx.key.seal_value(case.new.facts, facts_place(case.id)) for case in filed]
    await tx.db.execute(
        """INSERT INTO cases (id, number, order_id, principal_id, actor_id, mandate_id, item_code, item_version, department_id,
                              state, bound, facts_sealed, rules, received_at, due, due_clock, due_provisional, situation, promised,
                              renews_until)
           SELECT c.id, c.number, $1, $2, $3, $4, c.item_code, c.item_version, c.department_id, c.state, c.bound, s.sealed, c.rules,
                  $5, c.due, c.due_clock, c.due_provisional, c.situation, c.promised, c.renews_until
           FROM jsonb_to_recordset($6) AS c(n integer, id uuid, number text, item_code text, item_version integer, department_id text,
                state text, bound jsonb, rules jsonb, due date, due_clock text, due_provisional boolean, situation text, promised integer,
                renews_until date)
           JOIN unnest($7::bytea[]) WITH ORDINALITY AS s(sealed, n) ON s.n = c.n ORDER BY c.n""",
        order_id,
        tx.viewer.principal_id,
        tx.viewer.id,
        tx.viewer.mandate_id,
        tx.now,
        [row | {"n": n} for n, row in enumerate(rows, 1)],
        sealed,
    )


def _row(case: Filed) -> dict[str, Any]:
    row = {
        "id": case.id,
        "number": case.number,
        "item_code": case.new.item_code,
        "item_version": case.new.item_version,
        "department_id": case.new.department_id,
        "state": case.move.after,
        "bound": case.new.bound,
        "rules": case.new.rules,
        "due": case.end and case.end.due,
        "due_clock": case.count and case.count.clock,
        "due_provisional": bool(case.end and case.end.provisional),
        "situation": case.new.situation or None,
        "promised": case.new.limits.promised if case.new.situation else None,
        "renews_until": case.new.limits.by,
    }
    return msgspec.to_builtins(row)  # type: ignore[no-any-return]


async def _insert_files(tx: Tx, files: list[tuple[UUID, CaseFile]]) -> None:
    if not files:
        return
    await tx.db.execute(
        """INSERT INTO case_files (case_id, subject, material, variant, position, file_id, added_at)
           SELECT f.case_id, f.subject, f.material, f.variant, f.position, f.file_id, $1
           FROM jsonb_to_recordset($2) AS f(case_id uuid, subject uuid, material text, variant text, position integer, file_id uuid)""",
        tx.now,
        [msgspec.to_builtins(file) | {"case_id": str(case_id)} for case_id, file in files],
    )


def filing_event(tx: Tx, order_id: UUID, case: Filed) -> NewEvent:
    return NewEvent(
        kind=case.move.name,
        principal_id=tx.viewer.principal_id,
        actor_kind="agent" if tx.viewer.acting else "citizen",
        actor_id=tx.viewer.id,
        mandate_id=tx.viewer.mandate_id,
        case_id=case.id,
        order_id=order_id,
        department_id=case.new.department_id,
        data={"version": 1, "to": case.move.after}
        | (case.limit if case.count else {})
        | due_data(case.end, case.count)
        | _assisted(tx),
    )


def _assisted(tx: Tx) -> dict[str, str]:
    """Who filled it in for her by duty: an officer at a window, or the staff of a service point."""
    by = {"officer": "window", "staff": "service_point"}.get(tx.viewer.kind)
    return {"assisted": by} if by and tx.viewer.acting else {}
