"""Offers as JSON."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.core.db import Tx
from backend.core.web import PERSON, language_of
from backend.offers.actions import refuse, reopen, take
from backend.offers.model import Offer, State, Taken
from backend.offers.preview import Preview, preview_of
from backend.offers.queries import offer_for, offers_of


class FactView(msgspec.Struct, frozen=True):
    label: str
    value: str
    source: str
    day: date


class ReasonView(msgspec.Struct, frozen=True):
    words: str
    facts: list[FactView]


class PaidView(msgspec.Struct, frozen=True):
    """A fact of the filing that a register knows, masked where it is secret."""

    label: str
    value: str
    source: str


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """`gives`: how much, in words; `basis`: by what one was allowed to look; `filled`: what would be filed from registers."""

    id: UUID
    item_code: str
    item_name: str
    department: str
    state: State
    gives: str
    basis: str
    reasons: list[ReasonView]
    filled: list[PaidView]
    offered_at: datetime
    answered_at: datetime | None
    order: str | None


class OneOfferView(msgspec.Struct, frozen=True):
    """`uses`: what one agrees to by taking it, in words; `use`: their hash, to be sent back. `missing`: what one tap lacks."""

    offer: OfferView
    uses: list[str]
    use: str
    missing: int


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    use: str = ""


def view_of(offer: Offer) -> OfferView:
    return OfferView(
        id=offer.id,
        item_code=offer.item_code,
        item_name=offer.item_name,
        department=offer.department,
        state=offer.state,
        gives=offer.gives,
        basis=offer.basis,
        reasons=[
            ReasonView(reason.words, [FactView(f.label, f.value, f.source, f.day) for f in reason.facts])
            for reason in offer.found.reasons
        ],
        filled=[PaidView(one.label, one.shown, one.register) for one in offer.found.fills],
        offered_at=offer.offered_at,
        answered_at=offer.answered_at,
        order=offer.order_number,
    )


@get("/api/v1/offers", opt=PERSON, tags=["offers"])
async def every(tx: NamedDependency[Tx]) -> list[OfferView]:
    """What the principal on the screen is offered or was: open ones first."""
    return [view_of(offer) for offer in await offers_of(tx)]


@get("/api/v1/offers/{offer:uuid}", opt=PERSON, tags=["offers"])
async def read(request: Request, tx: NamedDependency[Tx], offer: FromPath[UUID]) -> OneOfferView:
    found = await offer_for(tx, offer)
    preview = await preview_of(tx, found, language_of(request)) if found.open else Preview()
    return OneOfferView(view_of(found), list(preview.uses), preview.use, len(preview.missing))


@post("/api/v1/offers/{offer:uuid}/acceptance", opt=PERSON, tags=["offers"], status_code=200)
async def accept(tx: NamedDependency[Tx], offer: FromPath[UUID], data: JSONBody[Acceptance]) -> Taken:
    """Files it once: whoever asks again gets the same order, with or without a key. `missing`: the line waits in the cart."""
    return await take(tx, offer, data.use)


@post("/api/v1/offers/{offer:uuid}/refusal", opt=PERSON, tags=["offers"], status_code=200)
async def decline(tx: NamedDependency[Tx], offer: FromPath[UUID]) -> OfferView:
    """Remembered: not offered again until something changes or a year has passed."""
    await refuse(tx, offer)
    return view_of(await offer_for(tx, offer))


@post("/api/v1/offers/{offer:uuid}/reopening", opt=PERSON, tags=["offers"], status_code=200)
async def want_after_all(tx: NamedDependency[Tx], offer: FromPath[UUID]) -> OfferView:
    """Takes a refusal back."""
    await reopen(tx, offer)
    return view_of(await offer_for(tx, offer))


ROUTES = [every, read, accept, decline, want_after_all]
