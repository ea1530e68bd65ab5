"""A line goes over to the version in force: what fits is kept, what does not stands there to be answered again."""

from uuid import UUID, uuid4

from backend.cart.actions import lock_draft
from backend.cart.answering import store_answers
from backend.cart.binding import bind_roles
from backend.cart.fields import typed
from backend.cart.model import Answer, Cell, Draft, Line
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.parties.actions import add_parties


async def renew_line(tx: Tx, line_id: UUID) -> None:
    """She has seen what changed. NotFound if the line is not hers; nothing to do for one that is up to date."""
    draft = await lock_draft(tx)
    line = draft.line(line_id)
    if line is None or line.gone:
        raise NotFound()
    if line.before is None:
        return
    renewal = draft.sheet.renewals.get(line_id)
    again = {one.cell: _as_typed(draft, one.cell) for one in renewal.again} if renewal else {}
    await store_answers(tx, draft.cart_id, draft.version, again)
    parties = await _parties(tx, draft, line)
    stored = {role: [str(party) for party in ids] for role, ids in parties.items()}
    await tx.db.execute(
        "UPDATE cart_lines SET item_version = $3, filed_version = NULL, bound = $4 WHERE id = $1 AND cart_id = $2",
        line_id,
        draft.cart_id,
        line.version,
        stored,
    )


def _as_typed(draft: Draft, cell: Cell) -> Answer:
    """What she had said, no answer any more but still to be seen in its field."""
    element, value = draft.pack.elements[cell[1]], draft.told.answers[cell].value
    shown = typed(element, value) if not isinstance(value, list) else list(value)
    texts = shown if isinstance(shown, list) else [str(shown)]
    return Answer(raw=",".join(texts), version=draft.version)


async def _parties(tx: Tx, draft: Draft, line: Line) -> dict[str, tuple[UUID, ...]]:
    """Whoever filled a role goes on filling it; a role that is new gets whom a new line would give it."""
    here = [*draft.parties.values()]
    chosen = {role: ids[0] for role, ids in line.parties.items() if ids and not line.item.roles[role].repeated}
    others = [other for other in draft.lines if other.id != line.id]
    bound = bind_roles(line.item, chosen, here, others, uuid4, draft.earlier.values())
    fresh = {role: ids for role, ids in bound.parties.items() if role not in line.parties}
    used = {party for ids in fresh.values() for party in ids}
    await add_parties(tx, [party for party in bound.new if party.id in used])
    return line.parties | fresh
