"""Does what an item says of itself as an offer hold together, and can registers alone decide it?"""

from collections.abc import Iterator

from backend.catalogue.model import Item, Offered, Pack
from backend.catalogue.pack_read import Fault
from backend.core.conditions import All, uses_of


def offer_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    """Registers know all that entitlement looks at, whoever is offered it is one person, and what is filled in is asked."""
    offered = item.offered
    if offered is None:
        return
    register, role = pack.registers.get(offered.over), item.roles.get(offered.role)
    if register is None or register.about != "person":
        yield Fault("offered.over", f"“{offered.over}”不是一个说人的登记库")
    if role is None or role.kind != "person" or role.repeated or role.optional:
        yield Fault("offered.role", "主动告知的对象要是这件事里必有的一个人")
        return
    known = {fact for one in pack.registers.values() for fact in one.facts}
    yield from _judged(pack, item, offered, known)
    yield from _filled(pack, item, offered, known)


def _judged(pack: Pack, item: Item, offered: Offered, known: set[str]) -> Iterator[Fault]:
    for fact in sorted({use.fact for use in uses_of(entitled_by(item))}):
        if fact.partition(".")[0] != offered.role:
            yield Fault("offered", f"“{fact}”不是本人的信息，登记库查不出谁符合")
        elif not sources_of(pack, item.element_of(fact)) & known:
            yield Fault("offered", f"没有登记库知道“{fact}”，永远查不出谁符合")


def _filled(pack: Pack, item: Item, offered: Offered, known: set[str]) -> Iterator[Fault]:
    asked = {ask.fact for ask in item.asks}
    for into, out_of in offered.fills.items():
        if into not in asked:
            yield Fault("offered.fills", f"没有问“{into}”")
        elif out_of.partition(".")[0] != offered.role or item.element_of(out_of) not in known:
            yield Fault("offered.fills", f"没有登记库知道本人的“{out_of}”")


def entitled_by(item: Item) -> All:
    """Who is entitled: `fits` and what the offer adds."""
    assert item.offered
    return All(of=tuple(one for one in (item.fits, item.offered.when) if one is not None))


def sources_of(pack: Pack, element: str) -> set[str]:
    """The element, and those it follows from; one that follows from itself is named by another check."""
    found, ahead = {element}, [element]
    while ahead:
        meaning = pack.meanings.get(ahead.pop())
        new = set(meaning.of if meaning else ()) - found
        found |= new
        ahead += new
    return found
