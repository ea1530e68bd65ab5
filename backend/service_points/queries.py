"""What staff, their administrators and the city see of organisations that help."""

from datetime import date
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.mandates.consent import open_words
from backend.service_points.model import Colleague, Figure, Organisation, Place, Point, Visit


async def my_place(tx: Tx) -> Place:
    """Where the viewer works now; NotFound for whoever works nowhere."""
    row = await tx.db.fetchrow(
        """SELECT o.id AS organisation_id, o.name, s.admin FROM staff s JOIN organisations o ON o.id = s.organisation_id
           WHERE s.account_id = $1 AND o.id = my_organisation()""",
        tx.viewer.id,
    )
    return msgspec.convert(dict(row), Place) if row else await _counter(tx)


async def _counter(tx: Tx) -> Place:
    """An officer at a window files for whoever stands there, as the staff of a service point do."""
    counters = await tx.db.fetchval("SELECT my_counters()")
    if not counters:
        raise NotFound()
    return Place(organisation_id=None, name="、".join(sorted(counters)), admin=False, counters=tuple(sorted(counters)))


async def organisations(tx: Tx) -> list[Organisation]:
    rows = await tx.db.fetch(
        "SELECT id, name, kind, most_visits FROM organisations WHERE ended_at IS NULL ORDER BY name"
    )
    return msgspec.convert(rows, list[Organisation])


async def run_by_viewer(tx: Tx, organisation: UUID) -> Organisation:
    """For its administrator and for the city's; NotFound for everybody else."""
    row = await tx.db.fetchrow(
        "SELECT id, name, kind, most_visits FROM organisations WHERE id = $1 AND ended_at IS NULL AND runs(id)",
        organisation,
    )
    if row is None:
        raise NotFound()
    return msgspec.convert(dict(row), Organisation)


async def points(tx: Tx, organisation: UUID | None = None) -> list[Point]:
    """All open points, or those of one organisation."""
    rows = await tx.db.fetch(
        """SELECT p.id, p.organisation_id, o.name AS organisation_name, p.name, p.address, p.hours, p.phone
           FROM service_points p JOIN organisations o ON o.id = p.organisation_id
           WHERE p.ended_at IS NULL AND o.ended_at IS NULL AND ($1::uuid IS NULL OR o.id = $1) ORDER BY o.name, p.name LIMIT 500""",
        organisation,
    )
    return msgspec.convert(rows, list[Point])


async def colleagues(tx: Tx, organisation: UUID) -> list[Colleague]:
    rows = await tx.db.fetch(
        """SELECT s.account_id AS id, a.name_sealed, a.key_wrapped, s.admin, s.since,
                  EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = s.account_id) OR a.handle IS NOT NULL AS passkeys
           FROM staff s JOIN accounts a ON a.id = s.account_id WHERE s.organisation_id = $1 AND s.ended_at IS NULL ORDER BY s.since, s.account_id""",
        organisation,
    )
    return [
        Colleague(
            id=row["id"],
            name=tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode(),
            admin=row["admin"],
            since=row["since"],
            passkeys=row["passkeys"],
        )
        for row in rows
    ]


async def open_visit(tx: Tx) -> Visit | None:
    """The viewer's one visit of today."""
    row = await tx.db.fetchrow(
        """SELECT v.id, v.person_id, v.point_id, coalesce(p.name, d.name) AS point, v.items, v.consent_sealed, v.consent_hash, v.opened_at, v.signed_at, v.mandate_id,
                  a.name_sealed, a.key_wrapped
           FROM visits v LEFT JOIN service_points p ON p.id = v.point_id LEFT JOIN departments d ON d.id = v.department_id
           JOIN accounts a ON a.id = v.person_id
           WHERE v.staff_id = $1 AND v.closed_at IS NULL AND v.day = $2""",
        tx.viewer.id,
        tx.today,
    )
    if row is None:
        return None
    fields, key = dict(row), tx.vault.key(row["key_wrapped"])
    del fields["key_wrapped"]
    fields["person"] = key.open(fields.pop("name_sealed"), f"name:{row['person_id']}").decode()
    fields["consent"] = open_words(key, fields.pop("consent_sealed"), fields.pop("consent_hash"))
    return msgspec.convert(fields, Visit)


async def visit_for(tx: Tx, visit: UUID) -> Visit:
    """The viewer's open visit of this number; NotFound otherwise."""
    found = await open_visit(tx)
    if found is None or found.id != visit:
        raise NotFound()
    return found


async def done_in(tx: Tx, visit: Visit) -> list[tuple[str, str]]:
    """What was filed under it so far: name of the item, number of the order or case."""
    rows = await tx.db.fetch(
        """SELECT i.name, e.data ->> 'number' AS number FROM mandate_events e, jsonb_array_elements_text(e.data -> 'items') AS i(name)
           WHERE e.mandate_id = $1 AND e.kind = 'used' ORDER BY e.n""",
        visit.mandate_id,
    )
    return [(row["name"], row["number"]) for row in rows]


async def figures(tx: Tx, organisation: UUID, since: date) -> list[Figure]:
    """By point and month, the newest first; nothing personal, and nothing under five."""
    rows = await tx.db.fetch(
        "SELECT point_id, month, item, visits, filings FROM visit_figures($1, $2)", organisation, since
    )
    return msgspec.convert(rows, list[Figure])
