"""The queue of an officer's departments, and a case as she works on it."""

from datetime import date
from itertools import groupby
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.model import Case
from backend.cases.queries import REPLY, filed_facts, files_of
from backend.cases.states import State
from backend.catalogue.answers import shown
from backend.catalogue.queries import city, item_version
from backend.catalogue.version_model import ItemVersion
from backend.core.db import Tx
from backend.core.i18n import _
from backend.desk.model import NEAR_DAYS, FiledFact, FiledMaterial, QueueRow, Tally
from backend.desk.veils import veiled

PAGE = 50
FAR = date(9999, 12, 31)


async def queue_of(tx: Tx, after: tuple[date, UUID] | None = None, state: State | None = None) -> list[QueueRow]:
    """Open cases by due date, one page after the row `after` (keyset, so that page 2,000 costs what page 1 does)."""
    day, row = after or (date(1, 1, 1), UUID(int=0))
    rows = await tx.db.fetch(
        """SELECT c.id, c.number, i.name AS item_name, d.name AS department_name, c.state, c.received_at, c.due, c.due_clock,
                  c.due_provisional, c.officer_id IS NOT DISTINCT FROM $1 AS mine
           FROM cases c JOIN item_versions i ON (i.code, i.version) = (c.item_code, c.item_version) JOIN departments d ON d.id = c.department_id
           WHERE c.department_id = ANY($2) AND c.decided_at IS NULL AND (c.due, c.id) > ($3, $4) AND ($5::text IS NULL OR c.state = $5)
           ORDER BY c.due, c.id LIMIT $6""",
        tx.viewer.id,
        list(tx.viewer.departments),
        day,
        row,
        state,
        PAGE,
    )
    return msgspec.convert(rows, list[QueueRow])


async def tally_of(tx: Tx) -> Tally:
    row = await tx.db.fetchrow(
        """SELECT (SELECT count(*) FROM (SELECT 1 FROM cases WHERE department_id = ANY($1) AND decided_at IS NULL AND due < $2 LIMIT 100) x) AS red,
                  (SELECT count(*) FROM (SELECT 1 FROM cases WHERE department_id = ANY($1) AND decided_at IS NULL
                          AND due BETWEEN $2 AND $2 + $3::int LIMIT 100) x) AS yellow,
                  (SELECT count(*) FROM (SELECT 1 FROM cases WHERE department_id = ANY($1) AND decided_at IS NULL AND officer_id = $4 LIMIT 100) x) AS mine""",
        list(tx.viewer.departments),
        tx.today,
        NEAR_DAYS,
        tx.viewer.id,
    )
    return msgspec.convert(row, Tally)


async def next_in_queue(tx: Tx, case: Case) -> str | None:
    """The number of the case after this one, so that the officer need not go back to the list."""
    rows = await queue_of(tx, (case.due or FAR, case.id))
    return rows[0].number if rows else None


async def applicant_of(tx: Tx, case: Case) -> dict[str, str]:
    """The names of principal and actor, opened with their own keys; of who is forgotten as the archive knows her."""
    rows = await tx.db.fetch(
        """SELECT a.id, a.name_sealed, a.key_wrapped, r.sealed, r.key_wrapped AS archive_key
           FROM accounts a LEFT JOIN archives r ON r.account_id = a.id AND a.erased_at IS NOT NULL WHERE a.id = ANY($1)""",
        [case.principal_id, case.actor_id],
    )
    names = {r["id"]: _name(tx, r) for r in rows}
    return {"principal": names[case.principal_id], "actor": names[case.actor_id]}


def _name(tx: Tx, row: asyncpg.Record) -> str:
    if row["archive_key"]:
        archive = tx.vault.key(row["archive_key"]).open_value(row["sealed"], f"archive:{row['id']}")
        return str(archive["name"])
    return tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode()


async def filed_in(tx: Tx, case: Case, *, masked: bool) -> list[FiledFact]:
    """What was filed, in words, in the item's own order; secret values masked unless the officer opened them."""
    version, regions = (
        await item_version(tx.db, case.item_code, case.item_version),
        (await city(tx.db)).pack.city.regions,
    )
    found = []
    for fact in await filed_facts(tx, case):
        element = version.elements.get(fact.element)
        if element or fact.element.startswith(REPLY):
            value = shown(element, fact.value, regions, masked=masked) if element else str(fact.value)
            value = veiled(element.type, value) if element and masked else value
            found.append(
                FiledFact(
                    label=element.label if element else _("补正时的说明"),
                    value=value,
                    source=fact.source,
                    trust=fact.trust,
                    subject=fact.subject,
                    element=fact.element,
                )
            )
    return sorted(found, key=lambda f: _place(version, f.element))


def _place(version: ItemVersion, element: str) -> int:
    """The item's own order; words that answer a correction stand last."""
    order = list(version.elements)
    return order.index(element) if element in version.elements else len(order)


async def materials_in(tx: Tx, case: Case) -> list[FiledMaterial]:
    version = await item_version(tx.db, case.item_code, case.item_version)
    files = await files_of(tx.db, case.id)
    grouped = groupby(files, key=lambda f: (f.subject, f.material))
    return [
        FiledMaterial(
            label=version.materials[material].label if material in version.materials else material,
            subject=subject,
            material=material,
            files=[{"id": f.file_id, "pdf": f.media_type == "application/pdf", "pages": f.pages} for f in of],
        )
        for (subject, material), of in grouped
    ]
