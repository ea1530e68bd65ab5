"""A letter to somebody whom nothing digital reaches, perhaps without an account: what she may have, and how she says yes."""

from uuid import UUID

from backend.cases.messages import Sentence
from backend.catalogue.queries import city
from backend.core.i18n import DEFAULT
from backend.core.jobs import Work
from backend.core.render import saying
from backend.notifications.letters import queue_words
from backend.offers.messages import LETTER
from backend.offers.queries import to_write_to


async def write_offer_letter(work: Work, offer: UUID) -> None:
    """Into the queue of letters, to the address the register gave; nothing where she was reached or has answered meanwhile."""
    async with work.transaction() as tx:
        found = await to_write_to(tx, offer)
        item = (await city(tx.db)).pack.items.get(found.item_name) if found else None
        if found is None or item is None or item.offered is None or not found.contact.address:
            return
        said = {"item": item.name, "gives": item.offered.gives, "basis": item.offered.basis}
        with saying(DEFAULT) as say:
            await queue_words(tx, found.contact.name, found.contact.address, say(Sentence(LETTER, said)))
