"""What a program gets as the answer to a filing."""

from uuid import UUID

from backend.approval.model import Finding
from backend.cart.model import Draft
from backend.cases.model import Case
from backend.core.db import Tx
from backend.orders.model import CaseReceipt, Order, Receipt, Saved


def receipt_now(
    tx: Tx, number: str, draft: Draft, cases: list[Case], granted: set[UUID], findings: list[Finding | None]
) -> Receipt:
    """The same as `receipt_of` the order that was just written, without reading it again. `cases`: of one that moved on, the last counts."""
    last = {case.id: case for case in cases}
    return Receipt(
        number=number,
        filed_at=tx.now,
        saved=saved_by(draft),
        cases=[
            CaseReceipt(
                number=case.number,
                item_code=case.item_code,
                item_name=case.item_name,
                department=case.department_name,
                state=case.state,
                due=case.due,
                why=[rule.words for rule in found.rules] if found and case.id in granted else [],
            )
            for case, found in zip(last.values(), findings, strict=True)
        ],
    )


def saved_by(draft: Draft) -> Saved:
    """Trips: each thing filed by itself at a window takes at least one; here only those an item still calls for."""
    trips = [line.item.visits.count for line in draft.lines]
    return Saved(
        questions=draft.sheet.saved.questions,
        materials=draft.sheet.saved.materials,
        trips=(sum(trips), sum(max(1, count) for count in trips)),
    )


def receipt_of(order: Order) -> Receipt:
    """An order in few words, as programs get it."""
    return Receipt(
        number=order.number,
        filed_at=order.filed_at,
        saved=order.saved,
        cases=[
            CaseReceipt(
                number=case.number,
                item_code=case.item_code,
                item_name=case.item_name,
                department=case.department_name,
                state=case.state,
                due=case.due,
                why=case.why,
            )
            for case in order.cases
        ],
    )
