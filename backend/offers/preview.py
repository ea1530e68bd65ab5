"""What one tap on an offer would file, judged without writing anything: what is used for it, and what is still missing."""

from uuid import UUID, uuid4

import msgspec

from backend.cart.consent import sensitive_unagreed
from backend.cart.hindrances import hindrances
from backend.cart.model import Draft
from backend.cart.queries import StoredLine, cart_of, draft_of, no_cart
from backend.cart.rules import sheet_of
from backend.cart.uses import hash_of_words, uses_of, words_of
from backend.catalogue.model import Item
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.offers.model import Offer
from backend.parties.model import Known


class Preview(msgspec.Struct, frozen=True):
    """`uses`: the words about certificates and registers, a line each; `use`: their hash, which the tap sends back."""

    missing: tuple[Problem, ...] = ()
    uses: tuple[str, ...] = ()
    use: str = ""


async def preview_of(tx: Tx, offer: Offer, language: str) -> Preview:
    """Nothing where the thing can be filed no more."""
    published = await city(tx.db)
    item = published.pack.items.get(published.titles.get(offer.item_code, ""))
    if item is None or item.offered is None:
        return Preview()
    draft = await _as_if(tx, item, published.versions[item.code], offer)
    uses = uses_of(draft)
    words = words_of(uses, language)
    missing = [*draft.sheet.problems, *(await hindrances(tx, draft)).problems]
    missing += [Problem(label) for label in sensitive_unagreed(draft)]
    return Preview(tuple(missing), tuple(words.split("\n")) if uses else (), hash_of_words(words) if uses else "")


async def _as_if(tx: Tx, item: Item, version: int, offer: Offer) -> Draft:
    """The cart as it would be with this line alone."""
    assert item.offered
    cart = await cart_of(tx) or await no_cart(tx)
    new: dict[str, UUID] = {one.role: uuid4() for one in offer.found.fills}
    bound = {item.offered.role: str(tx.viewer.principal_id)} | {role: str(party) for role, party in new.items()}
    line = StoredLine(uuid4(), item.code, version, 1, bound)
    draft = await draft_of(tx, msgspec.structs.replace(cart, lines=[line]))
    known = {
        (new[one.role], one.element): (Known(one.value, one.source, "B", one.at),)
        for one in offer.found.fills
        if one.role in new
    }
    told = msgspec.structs.replace(draft.told, known={**draft.told.known, **known})
    sheet = sheet_of(draft.lines, draft.parties, told, draft.pack, draft.on)
    return msgspec.structs.replace(draft, told=told, sheet=sheet)
