"""What becomes of those who were looked at: an offer for who is entitled, once for each period; nothing of anybody else. As worker."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.accounts.consents import SMS
from backend.cases.states import State as CaseState
from backend.catalogue.model import Item
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.offers.model import Contact, Judged, State
from backend.offers.queries import about, about_contact
from backend.offers.rules import YEAR, period_of
from backend.registers.model import RegisterFact

OFFERED, EXPIRED = "offered", "offer_expired"
CAME_TO_NOTHING = [
    CaseState.REFUSED, CaseState.NOT_ACCEPTED, CaseState.NOT_COMPETENT, CaseState.WITHDRAWN, CaseState.RETURNED, CaseState.VOID,
]  # fmt: skip


class Person(msgspec.Struct, frozen=True):
    """Somebody one looked at, what was read of her, and what follows from it."""

    subject: bytes
    said: tuple[RegisterFact, ...]
    judged: Judged


class _Account(msgspec.Struct, frozen=True):
    """`reached`: by mail, by a browser of her own, by text messages she agreed to, or
    through whoever may take it for her. `has`: the thing itself, or it is under way."""

    id: UUID
    key: bytes
    reached: bool
    has: bool


class _Kept(msgspec.Struct, frozen=True):
    id: UUID
    subject: bytes
    state: State
    period: str
    facts_hash: bytes
    principal_id: UUID | None
    answered_at: datetime | None


async def settle(tx: Tx, look: UUID, item: Item, version: int, people: Sequence[Person]) -> int:
    """Writes what follows for each of them; how many were offered something now."""
    subjects = [person.subject for person in people]
    accounts = await _accounts(tx, item, subjects)
    kept = await _kept(tx, item, subjects)
    made = [await _one(tx, look, item, version, person, accounts.get(person.subject), kept.get(person.subject)) for person in people]  # fmt: skip
    told = [event for _new, event in made if event]
    await record(tx, told)
    return sum(new for new, _event in made)


async def _accounts(tx: Tx, item: Item, subjects: list[bytes]) -> dict[bytes, _Account]:
    """Whose number was seen by a provider or at a counter; somebody who only says that it is hers is offered nothing by it."""
    rows = await tx.db.fetch(
        """SELECT n.blind, a.id, a.key_wrapped AS key,
                  EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = a.id AND c.verified_at IS NOT NULL
                          AND (c.kind = 'email' OR consented(a.id, 'sms') >= $6))
                  OR EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.account_id = a.id)
                  OR EXISTS (SELECT 1 FROM mandates m WHERE m.principal_id = a.id AND m.ended_at IS NULL AND 'submit' = ANY (m.actions)
                             AND app_today() BETWEEN m.valid_from AND m.valid_to AND mandate_covers(m.kind, m.items, $2)) AS reached,
                  EXISTS (SELECT 1 FROM cases c WHERE c.principal_id = a.id AND c.item_code = $2 AND c.state <> ALL($3)
                          AND ($4 = 'once' OR c.received_at >= date_trunc('year', $5::timestamptz, 'Asia/Shanghai'))) AS has
           FROM id_numbers n JOIN accounts a ON a.id = n.account_id WHERE n.blind = ANY($1) AND a.erased_at IS NULL AND a.kind = 'person'""",
        subjects,
        item.code,
        CAME_TO_NOTHING,
        item.offered.per if item.offered else "once",
        tx.now,
        SMS.version,
    )
    return {row["blind"]: _Account(row["id"], row["key"], row["reached"], row["has"]) for row in rows}


async def _kept(tx: Tx, item: Item, subjects: list[bytes]) -> dict[bytes, _Kept]:
    """The newest offer of this thing to each of them, of whatever period; held until the end."""
    rows = await tx.db.fetch(
        """SELECT id, subject, state, period, facts_hash, principal_id, answered_at FROM offers
           WHERE item_code = $1 AND subject = ANY($2) ORDER BY offered_at, id FOR UPDATE""",
        item.code,
        subjects,
    )
    return {row["subject"]: msgspec.convert(dict(row), _Kept) for row in rows}


async def _one(
    tx: Tx, look: UUID, item: Item, version: int, person: Person, account: _Account | None, kept: _Kept | None
) -> tuple[bool, NewEvent | None]:
    """Whether something was offered now, and what she is told."""
    has = account is not None and account.has
    if person.judged.entitled is not True or has:
        over = kept is not None and person.judged.entitled is False and not has
        return False, await _expired(tx, item, account, kept) if kept and over else None
    row = _row(tx, look, item, version, person, account, kept)
    if kept and kept.state is State.OPEN:
        await _refresh(tx, row)
        return False, _told(OFFERED, item, account, kept.id) if account and kept.principal_id is None else None
    if kept and (
        (kept.state is State.TAKEN and kept.period == row["period"]) or _remembered(tx, kept, row["facts_hash"])
    ):
        return False, None
    await (_refresh(tx, row) if row["id"] == (kept and kept.id) else _insert(tx, row))
    return True, _told(OFFERED, item, account, row["id"])


def _remembered(tx: Tx, kept: _Kept, facts_hash: bytes) -> bool:
    """She said no, nothing has changed since, and a year is not over."""
    if kept.state is not State.REFUSED or kept.answered_at is None:
        return False
    return kept.facts_hash == facts_hash and tx.now < kept.answered_at + timedelta(days=YEAR)


async def _expired(tx: Tx, item: Item, account: _Account | None, kept: _Kept) -> NewEvent | None:
    """No longer entitled, as the registers say now: where she lives and what she is called is not kept any longer."""
    if kept.state is not State.OPEN:
        return None
    await tx.db.execute(
        "UPDATE offers SET state = 'expired', answered_at = $2, checked_at = $2, contact = NULL WHERE id = $1 AND state = 'open'",
        kept.id,
        tx.now,
    )
    return _told(EXPIRED, item, account, kept.id)


def _told(kind: str, item: Item, account: _Account | None, offer: UUID) -> NewEvent | None:
    if account is None:
        return None
    data = {"item": item.name, "code": item.code, "page": f"/offers/{offer}"}
    return NewEvent(kind=kind, principal_id=account.id, actor_kind="machine", data=data)


def _row(
    tx: Tx, look: UUID, item: Item, version: int, person: Person, account: _Account | None, kept: _Kept | None
) -> dict[str, Any]:
    assert person.judged.found
    assert item.offered
    period = period_of(item, tx.today)
    offer = kept.id if kept and kept.period == period else uuid4()
    key: DataKey = tx.vault.key(account.key) if account else tx.vault.registers
    unreached = account is None or not account.reached
    return {
        "id": offer,
        "look": look,
        "code": item.code,
        "version": version,
        "department": item.department,
        "role": item.offered.role,
        "subject": person.subject,
        "principal": account.id if account else None,
        "period": period,
        "facts_hash": tx.vault.blind(msgspec.json.encode(person.judged.found.known).decode(), f"offer:{item.code}"),
        "sealed": key.seal_value(person.judged.found, about(offer)),
        "area": str(_said(person, "person.household") or ""),
        "contact": tx.vault.registers.seal_value(_contact(person), about_contact(offer)) if unreached else None,
    }


def _contact(person: Person) -> Contact:
    return Contact(name=str(_said(person, "person.name") or ""), address=str(_said(person, "person.address") or ""))


def _said(person: Person, element: str) -> Any:
    return next((fact.value for fact in person.said if fact.element == element), None)


async def _insert(tx: Tx, row: dict[str, Any]) -> None:
    """A second worker at the same people finds the row there."""
    await tx.db.execute(
        """INSERT INTO offers (id, look_id, item_code, item_version, department_id, role, subject, principal_id, period, facts_hash,
                               sealed, area, contact, offered_at, checked_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)""",
        *row.values(),
        tx.now,
    )


async def _refresh(tx: Tx, row: dict[str, Any]) -> None:
    """As the registers say today; one that was refused or had expired is open again."""
    await tx.db.execute(
        """UPDATE offers SET offered_at = CASE WHEN state = 'open' THEN offered_at ELSE $9 END, state = 'open', answered_at = NULL,
                  look_id = $2, item_version = $3, principal_id = coalesce(principal_id, $4), facts_hash = $5, sealed = $6, area = $7,
                  contact = $8, checked_at = $9 WHERE id = $1""",
        *(row[name] for name in ("id", "look", "version", "principal", "facts_hash", "sealed", "area", "contact")),
        tx.now,
    )
