"""The result of a granted case: made and delivered online by the machine where there is one that can be.

Certificates that are issued by the platform join in here: what `make_result` does between the grant and the delivery.
"""

from backend.cases.model import Case
from backend.cases.queries import events_of
from backend.cases.states import State
from backend.cases.walking import walk
from backend.catalogue.queries import item_version
from backend.core.db import Tx
from backend.core.events import record

ONLINE = {"way": "online"}


async def deliver_online(tx: Tx, case: Case) -> Case:
    """The result stands on the applicant's page from then on: that is its delivery. What exists on paper or as a card
    alone is made and handed over by the office."""
    result = (await item_version(tx.db, case.item_code, case.item_version)).item.result
    if case.state is not State.GRANTED or "electronic" not in result.delivery:
        return case
    path = [("certificate_made", ONLINE), ("delivered", ONLINE)]
    (delivered,), events, jobs = await walk(tx, [(case, await events_of(tx.db, case.id), path)])
    await record(tx, events, also=jobs)
    return delivered
