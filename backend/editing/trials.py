"""Trying a draft's rules for the machine over cases that were decided, before it is published. The worker does it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec

from backend.approval.trial import MOST, Tried, counted, decided_cases, tried
from backend.catalogue.pack_read import PackError
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.jobs import Work, enqueue
from backend.editing.candidate import Candidate, candidate
from backend.editing.model import Desk, Version

BATCH = 40  # cases a transaction
MOST_SHOWN = 300
UNREADABLE = _("草稿还有错，先改好再试。")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """`figures`: as approval/trial.py counts them."""

    id: UUID
    item_version: int
    revision: int
    wanted: int
    asked_at: datetime
    total: int | None
    done: int
    figures: dict[str, Any]
    finished_at: datetime | None
    problem: str

    @property
    def working(self) -> bool:
        return self.finished_at is None

    def kinds(self, kind: str) -> int:
        return int(self.figures.get("kinds", {}).get(kind, 0))

    @property
    def differ(self) -> int:
        return sum(self.kinds(kind) for kind in ("too_far", "no_longer", "newly"))


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One case that would have come out otherwise, for whoever may see it."""

    number: str
    received_at: datetime
    was: str
    would: Literal["granted", "to_person"]
    rules: list[dict[str, Any]]


def tried_version(desk: Desk, today: Any) -> Version:
    """The draft, else what is in force; NotFound where there is neither."""
    version = desk.draft or desk.in_force(today)
    if version is None:
        raise NotFound()
    return version


async def begin(tx: Tx, desk: Desk, wanted: str) -> UUID:
    """`wanted`: how many cases, as typed."""
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 5 else 0
    if not 1 <= number <= MOST:
        raise Invalid(Problem(_("请写 1 到 2000 之间的数。"), "wanted"))
    trial, version = uuid4(), tried_version(desk, tx.today)
    await tx.db.execute(
        """INSERT INTO rule_trials (id, item_code, item_version, revision, department_id, wanted, by_id, asked_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        trial, desk.code, version.version, version.revision, desk.department_id, number, tx.viewer.id, tx.now,
    )  # fmt: skip
    await enqueue(tx.db, "try_rules", {"trial": str(trial)})
    return trial


async def trials_of(tx: Tx, code: str) -> list[Trial]:
    """Newest first."""
    rows = await tx.db.fetch(
        """SELECT id, item_version, revision, wanted, asked_at, total, done, figures, finished_at, problem FROM rule_trials
           WHERE item_code = $1 ORDER BY asked_at DESC LIMIT 20""",
        code,
    )
    return msgspec.convert(rows, list[Trial])


async def trial_for(tx: Tx, code: str, trial: UUID) -> Trial:
    rows = await tx.db.fetch(
        """SELECT id, item_version, revision, wanted, asked_at, total, done, figures, finished_at, problem FROM rule_trials
           WHERE item_code = $1 AND id = $2""",
        code,
        trial,
    )
    if not rows:
        raise NotFound()
    return msgspec.convert(rows[0], Trial)


async def differing(tx: Tx, trial: UUID) -> list[Line]:
    """Those the viewer may see on her desk, what people refused first."""
    rows = await tx.db.fetch(
        """SELECT c.number, c.received_at, l.was, l.would, l.rules FROM rule_trial_lines l JOIN cases c ON c.id = l.case_id
           WHERE l.trial_id = $1 ORDER BY array_position(ARRAY['refused', 'taken_back', 'machine', 'person'], l.was), c.received_at DESC LIMIT $2""",
        trial,
        MOST_SHOWN,
    )
    return msgspec.convert(rows, list[Line])


async def run(work: Work, trial: UUID) -> None:
    """A second call begins anew; a trial that is finished stays as it is."""
    async with work.transaction() as tx:
        tried_, item, version = await _opened(tx, trial)
        cases = await decided_cases(tx, item, tried_.wanted) if version else []
        await tx.db.execute("UPDATE rule_trials SET total = $2 WHERE id = $1", trial, len(cases))
    if tried_.finished_at:
        return
    figures: dict[str, Any] = {}
    for place in range(0, len(cases), BATCH):
        some = cases[place : place + BATCH]
        async with work.transaction() as tx:
            assert version is not None
            lines = [
                line
                for case in some
                if (line := await tried(tx, case, version.item, tried_.item_version, version.pack))
            ]
            figures = counted(lines, figures)
            await _keep(tx, trial, lines)
            await tx.db.execute("UPDATE rule_trials SET done = $2 WHERE id = $1", trial, place + len(some))
    async with work.transaction() as tx:
        problem = "" if version else UNREADABLE
        await tx.db.execute(
            "UPDATE rule_trials SET figures = $2, finished_at = $3, problem = $4 WHERE id = $1",
            trial,
            figures,
            tx.now,
            problem,
        )


async def _opened(tx: Tx, trial: UUID) -> tuple[Trial, str, Candidate | None]:
    """None where the draft cannot be read, or was changed since."""
    row = await tx.db.fetchrow(
        """SELECT t.id, t.item_version, t.revision, t.wanted, t.asked_at, t.total, t.done, t.figures, t.finished_at, t.problem, t.item_code,
                  v.data->'item' AS raw FROM rule_trials t JOIN item_versions v ON (v.code, v.version) = (t.item_code, t.item_version)
           WHERE t.id = $1""",
        trial,
    )
    try:
        return msgspec.convert(row, Trial), row["item_code"], candidate(await city(tx.db), row["raw"])
    except PackError:
        return msgspec.convert(row, Trial), row["item_code"], None


async def _keep(tx: Tx, trial: UUID, lines: list[Tried]) -> None:
    """Only what differs."""
    await tx.db.executemany(
        """INSERT INTO rule_trial_lines (trial_id, case_id, was, would, rules) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT DO NOTHING""",
        [
            (trial, one.case_id, one.was, "granted" if one.granted else "to_person", list(one.rules))
            for one in lines
            if one.kind != "same"
        ],
    )
