"""A guardian and what is done with her ward's data: she agrees and withdraws for the ward, until a child is fourteen.

From that birthday her consents count for nothing any more (`consent_lapsed`, migration 0023), whoever is awake to notice. A
child then takes over the account that was opened for her: by the identity provider, or at a counter with her card.
"""

from uuid import UUID

from backend.accounts.consents import (
    PLATFORM,
    PREFILL,
    SENSITIVE,
    Consent,
    Purpose,
    agree,
    consents_of,
    purpose_of,
    withdraw,
)
from backend.core.db import Tx
from backend.core.errors import NotAllowed, NotFound
from backend.core.i18n import _
from backend.core.jobs import enqueue_all
from backend.mandates.journal import note
from backend.mandates.model import Mandate
from backend.mandates.queries import mandates_held

FOR_A_WARD = (PLATFORM, SENSITIVE, PREFILL)  # push and text messages are about her own phone
FOURTEEN = _("满 14 岁以后，个人信息怎么用由孩子自己同意，监护人不能代替。请孩子用自己的账号同意。")
AT_ONCE = 1000  # guardianships in one round


async def ward_of(tx: Tx, mandate: UUID) -> Mandate:
    """A guardianship that the viewer holds now; NotFound otherwise."""
    found = next((m for m in await mandates_held(tx) if m.id == mandate), None)
    if found is None or found.kind != "guardian" or not found.live(tx.today):
        raise NotFound()
    return found


async def wards_consents(tx: Tx, held: Mandate) -> list[Consent]:
    """Everything ever agreed to for the ward while the viewer agrees for her; afterwards only what the viewer gave."""
    return await consents_of(tx, held.principal_id)


async def agree_for(tx: Tx, held: Mandate, name: str, digest: str) -> bool:
    """False, and nothing is kept, when the words changed meanwhile; NotAllowed once the child is fourteen."""
    purpose = _purpose(name)
    if not held.agrees_for(tx.today):
        raise NotAllowed(FOURTEEN, next_step=f"/mandates/{held.id}/consents", next_say=_("看说明"))
    if not await agree(tx, held.principal_id, purpose, digest, held.id):
        return False
    await note(tx, held.id, "consent_given", {"purpose": purpose.name})
    return True


async def withdraw_for(tx: Tx, held: Mandate, name: str) -> None:
    """What she gave herself; another guardian's stands until he takes it back."""
    purpose = _purpose(name)
    if await withdraw(tx, held.principal_id, purpose):
        await note(tx, held.id, "consent_withdrawn", {"purpose": purpose.name})


def _purpose(name: str) -> Purpose:
    purpose = purpose_of(name)
    if purpose not in FOR_A_WARD:
        raise NotFound()
    return purpose


async def note_fourteen(tx: Tx) -> int:
    """As worker, every morning: guardians of whoever is fourteen since are told, once each; returns how many."""
    rows = await tx.db.fetch(
        """SELECT m.id FROM mandates m WHERE m.kind = 'guardian' AND m.ended_at IS NULL AND m.own_consent_on BETWEEN m.valid_from + 1 AND $1
             AND m.valid_to >= $1 AND NOT EXISTS (SELECT 1 FROM mandate_events e WHERE e.mandate_id = m.id AND e.kind = 'own_consent')
           LIMIT $2 FOR UPDATE OF m SKIP LOCKED""",
        tx.today,
        AT_ONCE,
    )
    await _note_and_tell(tx, [row["id"] for row in rows], "own_consent")
    return len(rows)


async def note_taken_over(tx: Tx, child: UUID) -> int:
    """As worker: the child signs in herself from now on; her guardians are told, and it stands in each journal, once."""
    rows = await tx.db.fetch(
        """SELECT m.id FROM mandates m WHERE m.principal_id = $1 AND m.kind = 'guardian' AND m.ended_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM mandate_events e WHERE e.mandate_id = m.id AND e.kind = 'taken_over') FOR UPDATE OF m""",
        child,
    )
    await _note_and_tell(tx, [row["id"] for row in rows], "taken_over")
    return len(rows)


async def _note_and_tell(tx: Tx, held: list[UUID], what: str) -> None:
    for mandate in held:
        await note(tx, mandate, what)
    await enqueue_all(tx.db, [("tell_mandate", {"mandate": str(mandate), "what": what}) for mandate in held])
