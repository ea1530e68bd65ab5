"""What a thing on the shelf would still want from this person, as far as is known today."""

from collections.abc import Iterable
from uuid import uuid4

import msgspec

from backend.cart.binding import bind_roles
from backend.cart.model import Draft, Line
from backend.cart.queries import cart_of, draft_of, no_cart
from backend.cart.rules import sheet_of
from backend.catalogue.model import Item
from backend.core.db import Tx
from backend.parties.model import Party


class Wants(msgspec.Struct, frozen=True):
    """`papers`: materials to hand in, of those that are certain. `in_cart`: it is there already."""

    papers: int
    in_cart: bool


async def wants_of(tx: Tx, items: Iterable[Item]) -> dict[str, Wants]:
    """Code → what it wants, for the principal on the screen: with what is in her cart, else with what is known of her."""
    draft = await draft_of(tx, await cart_of(tx) or await no_cart(tx))
    there = {line.item.code for line in draft.lines}
    return {item.code: Wants(_papers(draft, item), item.code in there) for item in items}


def _papers(draft: Draft, item: Item) -> int:
    parties = {**draft.parties, **draft.earlier}
    bound = bind_roles(item, {}, draft.parties.values(), draft.lines, uuid4, draft.earlier.values())
    parties |= {new.id: Party(id=new.id, kind=new.kind) for new in bound.new}
    line = Line(id=uuid4(), item=item, version=1, parties=bound.parties)
    sheet = sheet_of([line], parties, draft.told, draft.pack, draft.on)
    return sum(need.problem is not None for need in sheet.materials)
