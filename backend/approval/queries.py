"""What the machine decided, and what is to be looked at again. Loaded through the viewer: missing and forbidden are both NotFound."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.approval.model import Decision, Figures, Recheck, Switch
from backend.cases.model import Case
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import NotFound

FIGURES_OF = timedelta(days=90)


async def decision_on(db: asyncpg.Connection, case_id: UUID) -> Decision | None:
    """The grant by machine, else what the machine found last; None where it has no rules."""
    row = await db.fetchrow(
        """SELECT case_id, item_version, outcome, finding, at FROM automatic_decisions WHERE case_id = $1
           ORDER BY outcome = 'granted' DESC, id DESC LIMIT 1""",
        case_id,
    )
    return msgspec.convert(row, Decision) if row else None


async def looks_at(tx: Tx, case: Case) -> list[Recheck]:
    """That the applicant asked a person to look, and what came of it, the newest first."""
    rows = await tx.db.fetch(
        """SELECT r.id, r.case_id, c.number, c.item_code, v.name AS item_name, r.department_id, r.cause, r.opened_at, r.outcome,
                  r.closed_by, r.closed_at, r.words_sealed, r.answer_sealed, a.key_wrapped, false AS wrote
           FROM rechecks r JOIN cases c ON c.id = r.case_id JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           LEFT JOIN accounts a ON a.id = c.principal_id AND a.erased_at IS NULL
           WHERE r.case_id = $1 AND r.cause = 'asked' ORDER BY r.opened_at DESC""",
        case.id,
    )
    return _opened(tx, rows)


async def rechecks_on(tx: Tx, case_id: UUID) -> list[Recheck]:
    """Everything about one case, for the office, the newest first."""
    rows = await tx.db.fetch(
        """SELECT r.id, r.case_id, c.number, c.item_code, v.name AS item_name, r.department_id, r.cause, r.opened_at, r.outcome,
                  r.closed_by, r.closed_at, r.words_sealed, r.answer_sealed, a.key_wrapped, $2 = ANY (v.authors) AS wrote
           FROM rechecks r JOIN cases c ON c.id = r.case_id JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           LEFT JOIN accounts a ON a.id = c.principal_id AND a.erased_at IS NULL
           WHERE r.case_id = $1 AND r.department_id = ANY (my_examinations()) ORDER BY r.opened_at DESC""",
        case_id,
        tx.viewer.id,
    )
    return _opened(tx, rows)


async def rechecks_waiting(tx: Tx, limit: int = 200) -> list[Recheck]:
    """On the desks of the viewer: who asked comes first, then what a wrong source touched, then the sample; the oldest first."""
    rows = await tx.db.fetch(
        """SELECT r.id, r.case_id, c.number, c.item_code, v.name AS item_name, r.department_id, r.cause, r.opened_at, r.outcome,
                  r.closed_by, r.closed_at, r.words_sealed, r.answer_sealed, a.key_wrapped, $1 = ANY (v.authors) AS wrote
           FROM rechecks r JOIN cases c ON c.id = r.case_id JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           LEFT JOIN accounts a ON a.id = c.principal_id AND a.erased_at IS NULL
           WHERE r.closed_at IS NULL AND r.department_id = ANY (my_examinations())
           ORDER BY array_position(ARRAY['asked', 'source', 'sample'], r.cause), r.opened_at LIMIT $2""",
        tx.viewer.id,
        limit,
    )
    return _opened(tx, rows)


async def recheck_for(tx: Tx, recheck: UUID) -> Recheck:
    """On a desk of the viewer, or NotFound."""
    case = await tx.db.fetchval("SELECT case_id FROM rechecks WHERE id = $1", recheck)
    found = [one for one in await rechecks_on(tx, case) if one.id == recheck] if case else []
    if not found:
        raise NotFound()
    return found[0]


def _opened(tx: Tx, rows: Iterable[Any]) -> list[Recheck]:
    """With the applicant's and the officer's words, none of somebody who is forgotten."""
    found = []
    for row in rows:
        said = dict(row)
        words, answer, wrapped = said.pop("words_sealed"), said.pop("answer_sealed"), said.pop("key_wrapped")
        key = tx.vault.key(wrapped) if wrapped else None
        said |= {"words": _words(key, words, place_of(row["id"], "words")), "answer": _words(key, answer, place_of(row["id"], "answer"))}  # fmt: skip
        found.append(msgspec.convert(said, Recheck))
    return found


def _words(key: DataKey | None, sealed: bytes | None, place: str) -> str:
    return str(key.open_value(sealed, place)) if key and sealed else ""


def place_of(recheck: UUID, part: str) -> str:
    return f"recheck:{part}:{recheck}"


async def figures_of(tx: Tx) -> dict[str, Figures]:
    """By item, of the last ninety days, of every department the viewer works in; of all for administrators and auditors."""
    rows = await tx.db.fetch(
        "SELECT item_code, granted, to_person, held, drawn, checked, wrong FROM approval_figures($1)",
        tx.now - FIGURES_OF,
    )
    return {row["item_code"]: msgspec.convert(row, Figures) for row in rows}


async def stopped_now(db: asyncpg.Connection) -> set[str | None]:
    """The items for which the machine is stopped; None among them: for all."""
    rows = await db.fetch(
        """SELECT item_code FROM (SELECT DISTINCT ON (item_code) item_code, stopped FROM approval_switches ORDER BY item_code, id DESC) x
           WHERE stopped"""
    )
    return {row["item_code"] for row in rows}


async def shares_now(db: asyncpg.Connection) -> dict[str | None, float]:
    """How many of a hundred grants are looked at again, where somebody set it; None: of every other item."""
    rows = await db.fetch(
        "SELECT DISTINCT ON (item_code) item_code, percent::float8 AS percent FROM approval_shares ORDER BY item_code, id DESC"
    )
    return {row["item_code"]: row["percent"] for row in rows}


async def switches_of(tx: Tx, item: str | None) -> list[Switch]:
    """The log of one item, or (None) of the switch for all, the newest first."""
    rows = await tx.db.fetch(
        """SELECT s.item_code, s.stopped, s.reason, s.at, s.by_name FROM approval_switches s
           WHERE s.item_code IS NOT DISTINCT FROM $1 ORDER BY s.id DESC LIMIT 50""",
        item,
    )
    return msgspec.convert(rows, list[Switch])


async def may_steer(tx: Tx, item: str | None) -> bool:
    """Whether the viewer may stop the machine: an administrator everywhere, a head for the items of her department."""
    return bool(await tx.db.fetchval("SELECT may_steer($1)", item))
