"""What is known of cases. Everything is loaded through the viewer: missing and forbidden are both NotFound."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.model import Case, CaseFile, CaseRow, Defect, Event, Fact
from backend.core.codes import CodeError, read_number
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.core.viewer import Viewer

REPLY = "filing.correction_reply"
"""Before the number of the point: words in answer to a correction notice that belong to no element."""


async def case_for(db: asyncpg.Connection, viewer: Viewer, number: str) -> Case:
    """The case if it is the principal's (herself, or under a live mandate that covers it), or of the officer's department."""
    row = await db.fetchrow(
        """SELECT c.id, c.number, c.order_id, o.number AS order_number, c.principal_id, c.actor_id, c.mandate_id, c.item_code,
                  c.item_version, v.name AS item_name, case_limits(c, v.data) AS limits, c.department_id,
                  d.name AS department_name, c.state, c.version, c.officer_id, c.received_at, c.accepted_at, c.decided_at,
                  c.due, c.due_clock, c.due_provisional, c.bound, c.rules, c.acceptance_number, c.colour, c.archived_at
           FROM cases c JOIN orders o ON o.id = c.order_id JOIN departments d ON d.id = c.department_id
           JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           WHERE c.number = $1 AND CASE WHEN $4 THEN c.department_id = ANY($3)
                                   ELSE c.principal_id = $2 AND may_act(c.principal_id, 'see', c.item_code) END""",
        _clean(number),
        viewer.principal_id,
        list(viewer.departments),
        viewer.officer,
    )
    if row is None:
        raise await _not_found(db, viewer, _clean(number))
    return msgspec.convert(row, Case)


async def _not_found(db: asyncpg.Connection, viewer: Viewer, number: str) -> NotFound:
    """Only who may see the case in another role, as an agent or as herself, is told to change it; 404 all the same."""
    if not viewer.officer and await db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM cases WHERE number = $1 AND may_act(principal_id, 'see', item_code))", number
    ):
        said = _("这件事是另一个人的。先选好现在为谁办，就能看到。")
        return NotFound(said, next_step=f"/acting?next=/cases/{number}", next_say=_("选为谁办"))
    return NotFound()


async def case_by_id(db: asyncpg.Connection, case_id: UUID) -> Case:
    """For the machine's own work; people's requests load through `case_for`."""
    row = await db.fetchrow(
        """SELECT c.id, c.number, c.order_id, o.number AS order_number, c.principal_id, c.actor_id, c.mandate_id, c.item_code,
                  c.item_version, v.name AS item_name, case_limits(c, v.data) AS limits, c.department_id,
                  d.name AS department_name, c.state, c.version, c.officer_id, c.received_at, c.accepted_at, c.decided_at,
                  c.due, c.due_clock, c.due_provisional, c.bound, c.rules, c.acceptance_number, c.colour, c.archived_at
           FROM cases c JOIN orders o ON o.id = c.order_id JOIN departments d ON d.id = c.department_id
           JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           WHERE c.id = $1""",
        case_id,
    )
    if row is None:
        raise NotFound()
    return msgspec.convert(row, Case)


async def cases_of(db: asyncpg.Connection, viewer: Viewer, limit: int = 100) -> list[CaseRow]:
    """The principal's cases, newest first: what needs her stands on top."""
    rows = await db.fetch(
        """SELECT c.number, i.name AS item_name, d.name AS department_name, c.state, c.received_at, c.decided_at,
                  c.due, c.due_clock, c.due_provisional
           FROM cases c JOIN item_versions i ON (i.code, i.version) = (c.item_code, c.item_version) JOIN departments d ON d.id = c.department_id
           WHERE c.principal_id = $1 AND may_act(c.principal_id, 'see', c.item_code)
           ORDER BY (c.state = 'correcting') DESC, (c.decided_at IS NULL) DESC, c.received_at DESC, c.number DESC LIMIT $2""",
        viewer.principal_id,
        limit,
    )
    return msgspec.convert(rows, list[CaseRow])


async def events_of(db: asyncpg.Connection, case_id: UUID, *, public_only: bool = False) -> list[Event]:
    """Oldest first."""
    rows = await db.fetch(
        """SELECT id, kind, actor_kind, actor_id, at, public, data FROM events
           WHERE case_id = $1 AND (public OR NOT $2) ORDER BY id""",
        case_id,
        public_only,
    )
    return msgspec.convert(rows, list[Event])


async def files_of(db: asyncpg.Connection, case_id: UUID) -> list[CaseFile]:
    """The files in force: of each material the newest filing, its pages in order."""
    rows = await db.fetch(
        """SELECT f.subject, f.material, f.variant, f.position, f.file_id, f.added_at, x.media_type, x.pages
           FROM case_files f JOIN files x ON x.id = f.file_id
           WHERE f.case_id = $1 AND f.added_at = (SELECT max(g.added_at) FROM case_files g WHERE g.case_id = f.case_id
                 AND (g.subject, g.material, g.variant) = (f.subject, f.material, f.variant))
           ORDER BY f.material, f.subject, f.variant, f.position""",
        case_id,
    )
    return msgspec.convert(rows, list[CaseFile])


async def filed_facts(tx: Tx, case: Case) -> list[Fact]:
    """The facts in force, opened."""
    return in_force(await all_facts(tx, case))


def in_force(facts: Iterable[Fact]) -> list[Fact]:
    """Of each (subject, element) the last one given, at filing or with a correction."""
    return list({(fact.subject, fact.element): fact for fact in facts}.values())


async def all_facts(tx: Tx, case: Case) -> list[Fact]:
    """Every fact ever given for this case, opened with the principal's key; whoever could load the case may read them.

    Of somebody who is forgotten with the archive's key, and none when that has been destroyed.
    """
    row = await tx.db.fetchrow(
        """SELECT c.facts_sealed, CASE WHEN a.erased_at IS NULL THEN a.key_wrapped ELSE r.key_wrapped END AS key_wrapped
           FROM cases c JOIN accounts a ON a.id = c.principal_id LEFT JOIN archives r ON r.account_id = a.id WHERE c.id = $1""",
        case.id,
    )
    if row is None:
        raise NotFound()
    if row["key_wrapped"] is None:
        return []
    opened = tx.vault.key(row["key_wrapped"]).open_value(row["facts_sealed"], facts_place(case.id))
    return msgspec.convert(opened, list[Fact])


async def open_defects(db: asyncpg.Connection, case_id: UUID) -> list[Defect]:
    """The points of the last correction notice, in the officer's order."""
    problems = await db.fetchval(
        """SELECT data->'problems' FROM events WHERE case_id = $1
           AND kind IN ('correction_asked', 'correction_asked_again') ORDER BY id DESC LIMIT 1""",
        case_id,
    )
    return msgspec.convert(problems or [], list[Defect])


async def agent_names(tx: Tx, events: Sequence[Event]) -> dict[UUID, str]:
    """The names of those who acted for the principal; she may know them, and they themselves."""
    agents = {event.actor_id for event in events if event.actor_kind == "agent" and event.actor_id}
    if not agents:
        return {}
    rows = await tx.db.fetch("SELECT id, name_sealed, key_wrapped FROM accounts WHERE id = ANY($1)", list(agents))
    return {
        row["id"]: tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode()
        for row in rows
    }


def facts_place(case_id: UUID) -> str:
    """Where sealed facts belong: they cannot be moved to another case."""
    return f"facts:{case_id}"


async def roles_in(db: asyncpg.Connection, account: UUID, department: str) -> frozenset[str]:
    """The officer's roles in this department today."""
    rows = await db.fetch(
        """SELECT role FROM officer_roles WHERE account_id = $1 AND department_id = $2
           AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)""",
        account,
        department,
    )
    return frozenset(row["role"] for row in rows)


class Room(msgspec.Struct, frozen=True):
    """Where only so many are granted: how many already were, how many accepted earlier are still open."""

    quota: int
    granted: int
    earlier: int


async def room_for(db: asyncpg.Connection, case_id: UUID) -> Room | None:
    """None where nothing is limited. Whoever asks holds the order of acceptance of this item until the transaction ends."""
    row = await db.fetchrow("SELECT quota, granted, earlier FROM quota_room($1)", case_id)
    return msgspec.convert(row, Room) if row else None


async def department_phone(db: asyncpg.Connection, department: str) -> str:
    """The enquiry number, or empty."""
    phone: Any = await db.fetchval("SELECT data->'phones'->>'enquiry' FROM departments WHERE id = $1", department)
    return phone or ""


def _clean(number: str) -> str:
    try:
        return read_number(number).text
    except CodeError:
        raise NotFound() from None
