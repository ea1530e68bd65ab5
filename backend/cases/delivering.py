"""The result of a granted case: made and delivered online by the machine where there is one that can be.

Certificates that are issued by the platform join in here: what `make_result` does between the grant and the delivery.
"""

from backend.cases.actions import move
from backend.cases.model import Case
from backend.cases.states import State
from backend.catalogue.queries import item_version
from backend.core.db import Tx

ONLINE = {"way": "online"}


async def deliver_online(tx: Tx, case: Case) -> Case:
    """The result stands on the applicant's page from then on: that is its delivery. What exists on paper or as a card
    alone is made and handed over by the office."""
    result = (await item_version(tx.db, case.item_code, case.item_version)).item.result
    if case.state is not State.GRANTED or "electronic" not in result.delivery:
        return case
    made = await move(tx, case, "certificate_made", ONLINE, machine=True)
    return await move(tx, made, "delivered", ONLINE, machine=True)
