"""The community office: goes to those whom nothing digital reaches, and writes down what they said."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.offers.messages import OUTCOMES
from backend.offers.model import Unreached
from backend.offers.queries import unreached_one


async def keep_look(tx: Tx, kind: Literal["list", "table"], people: Iterable[Unreached]) -> None:
    """That the viewer saw who these are and where they live, department by department."""
    for department, count in Counter(one.department for one in people).items():
        await tx.db.execute(
            "INSERT INTO outreach_looks (department_id, kind, people, officer_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6)",
            department,
            kind,
            count,
            tx.viewer.id,
            tx.viewer.name,
            tx.now,
        )


async def note_visit(tx: Tx, offer: UUID, outcome: str, words: str) -> None:
    """NotFound where it is not on the viewer's list any more. A no is remembered as if she had said it on her own phone."""
    one = await unreached_one(tx, offer)
    problems = [] if outcome in OUTCOMES else [Problem(_("请选见到了没有、要不要。"), "outcome")]
    if outcome == "letter" and not one.contact.address:
        problems.append(Problem(_("登记里没有地址，寄不了信，请上门。"), "outcome"))
    if len(words) > 500:
        problems.append(Problem(_("最多写 500 字。"), "words"))
    if problems:
        raise Invalid(*problems)
    await tx.db.execute(
        "INSERT INTO offer_visits (offer_id, outcome, words, officer_id, at) VALUES ($1, $2, $3, $4, $5)",
        offer,
        outcome,
        words,
        tx.viewer.id,
        tx.now,
    )
    if outcome == "letter":
        await enqueue(tx.db, "write_offer_letter", {"offer": str(offer)})
    if outcome == "declines":
        await tx.db.execute("SELECT declined_at_the_door($1)", offer)
