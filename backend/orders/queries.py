"""Orders as their people see them: missing and forbidden are both NotFound."""

from uuid import UUID

import msgspec

from backend.core.codes import CodeError, read_number
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.orders.model import Order, OrderedCase


async def order_for(tx: Tx, number: str) -> Order:
    """The order of the principal on the screen, with the cases of it that the viewer may see; none of them: NotFound."""
    row = await tx.db.fetchrow(
        """SELECT id, number, principal_id, actor_id, filed_at, saved FROM orders
           WHERE number = $1 AND principal_id = $2""",
        _clean(number),
        tx.viewer.principal_id,
    )
    if row is None:
        raise NotFound()
    order = msgspec.convert(row, Order)
    if cases := await _cases_of(tx, order.id):
        return msgspec.structs.replace(order, cases=cases)
    raise NotFound()


async def _cases_of(tx: Tx, order_id: UUID) -> tuple[OrderedCase, ...]:
    rows = await tx.db.fetch(
        """SELECT c.number, c.item_code, v.name AS item_name, v.data->'item'->'result'->>'name' AS result, d.name AS department_name,
                  c.state, c.received_at, c.decided_at, c.due, c.due_clock, c.due_provisional, c.rules,
                  (SELECT x.id FROM certificates x WHERE x.case_id = c.id) AS certificate,
                  (v.data->'item'->'limits'->>'promised')::integer AS promised,
                  coalesce(v.data->'item'->'limits'->>'unit', 'workday') AS promised_unit,
                  EXISTS (SELECT 1 FROM events e WHERE e.case_id = c.id AND e.kind = 'granted' AND e.actor_kind = 'machine')
                      AS granted_by_machine,
                  EXISTS (SELECT 1 FROM register_requests r WHERE r.case_id = c.id AND c.officer_id IS NULL AND c.rules->'verdict' = 'null'
                          AND (r.state = 'waiting' OR r.done_at > app_now() - interval '15 seconds'
                               OR c.received_at > app_now() - interval '2 hours')) AS asking
           FROM cases c JOIN departments d ON d.id = c.department_id
           JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
           WHERE c.order_id = $1 AND may_act(c.principal_id, 'see', c.item_code) ORDER BY c.number""",
        order_id,
    )
    return tuple(msgspec.convert(rows, list[OrderedCase]))


async def order_of_cart(tx: Tx, cart_id: UUID) -> str | None:
    """The number of the order that a cart became."""
    return await tx.db.fetchval("SELECT number FROM orders WHERE cart_id = $1", cart_id)


async def names_of(tx: Tx, accounts: set[UUID]) -> dict[UUID, str]:
    """The names of people whom the viewer may know."""
    rows = await tx.db.fetch("SELECT id, key_wrapped, name_sealed FROM accounts WHERE id = ANY($1)", list(accounts))
    return {
        row["id"]: tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode()
        for row in rows
    }


def _clean(number: str) -> str:
    try:
        return read_number(number).text
    except CodeError:
        raise NotFound() from None
