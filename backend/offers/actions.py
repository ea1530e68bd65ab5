"""Answering an offer: one tap files through the ordinary order; a no is remembered, and can be taken back."""

from uuid import UUID

from backend.cart.actions import Wanted, add_lines, lock_draft
from backend.cart.binding import Choice
from backend.cart.consent import sensitive_unagreed
from backend.cart.hindrances import hindrances
from backend.cart.model import Draft, Line
from backend.cart.parting import only
from backend.cart.queries import open_draft
from backend.catalogue.model import Item
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.offers.model import Filled, Found, Judged, Offer, State, Taken
from backend.offers.queries import offer_for
from backend.offers.rules import judged
from backend.orders.actions import file_order
from backend.orders.model import Filing
from backend.parties.actions import remember
from backend.registers.queries import facts_about

NUMBER = "person.id_number"
UNKNOWN = _("登记里现在查不全，没有提交，也没有丢。请过一会儿再点一次，或者自己放进购物车办。")


async def take(tx: Tx, offer_id: UUID, use: str = "") -> Taken:
    """Files what is offered, once, whoever taps how often and from how many devices.

    1. The offer's row is held: the second tap, the agent's and the nightly look wait here and then see what became of it.
    2. Taken already: the order there is. Not open: nothing is filed.
    3. The registers are asked once more; who is no longer entitled is told so.
    4. The thing goes into the cart as any other, with what registers know, and alone out of it as any other order. What
       still misses something stays in the cart, to be completed there.

    `use`: the hash of the words about certificates and registers that stood on the page she tapped.
    """
    offer = await _held(tx, offer_id)
    if offer.state is not State.OPEN:
        return Taken(state=offer.state, order=offer.order_number or "")
    published = await city(tx.db)
    item = published.pack.items.get(published.titles.get(offer.item_code, ""))
    now = await _still(tx, item, offer) if item and item.offered else Judged(False)
    if now.entitled is None:
        raise Conflict(UNKNOWN, next_step=f"/offers/{offer.id}", next_say=_("回去看看"))
    if item is None or now.found is None:
        await _answer(tx, offer.id, State.EXPIRED)
        return Taken(state=State.EXPIRED)
    draft, line, begun = await _in_the_cart(tx, item, now.found)
    if missing := await _missing(tx, draft, line) or int(begun):
        return Taken(state=State.OPEN, missing=missing)
    lines = (line.id,) if len(draft.lines) > 1 else ()
    body = Filing(cart=draft.cart_id, version=draft.version, agree=True, use=use, lines=lines)
    receipt, _replayed = await file_order(tx, f"offer-{offer.id}-{line.id}", body)
    return Taken(state=State.TAKEN, order=receipt.number)


async def _held(tx: Tx, offer_id: UUID) -> Offer:
    """Locked until the end; NotFound where the viewer may not file it for her."""
    await tx.db.fetchval("SELECT id FROM offers WHERE id = $1 AND principal_id = $2 FOR UPDATE", offer_id, tx.viewer.principal_id)  # fmt: skip
    offer = await offer_for(tx, offer_id)
    allowed = await tx.db.fetchval(
        "SELECT may_act_under($1, $2, 'submit', $3)", tx.viewer.mandate_id, offer.principal_id, offer.item_code
    )
    if not allowed:
        raise NotFound()
    return offer


async def _still(tx: Tx, item: Item, offer: Offer) -> Judged:
    """What the registers say of her now; the basis of the offer allows to ask them. Another number than hers asks nothing."""
    number = await _number(tx, offer.principal_id)
    subject = await tx.db.fetchval("SELECT subject FROM offers WHERE id = $1", offer.id)
    if number is None or tx.vault.blind(number, "identity") != subject:
        return Judged(None)
    return judged(item, (await city(tx.db)).pack, (await facts_about(tx, [number]))[number], tx.today)


async def _number(tx: Tx, principal: UUID) -> str | None:
    """The number her account is registered by; never one typed into a form."""
    row = await tx.db.fetchrow(
        """SELECT source, sealed FROM facts WHERE party_id = $1 AND element = $2 AND source IN ('profile', 'counter')
           ORDER BY source LIMIT 1""",
        principal,
        NUMBER,
    )
    return str(tx.key.open_value(row["sealed"], f"fact:{principal}:{NUMBER}:{row['source']}")) if row else None


async def _in_the_cart(tx: Tx, item: Item, found: Found) -> tuple[Draft, Line, bool]:
    """The line of this item about her, put in if it is not there, with what registers know of her account and the like.

    One that was there already (the last of the three) may say something else than the offer: she looks at it before it goes.
    """
    before = await open_draft(tx)
    line = _line_of(before, item, tx.viewer.principal_id) if before else None
    begun = line is not None
    if line is None:
        assert item.offered
        bind: dict[str, Choice] = {item.offered.role: tx.viewer.principal_id}
        await add_lines(tx, [Wanted(item.code, bind | {filled.role: "new" for filled in found.fills})])
        line = _line_of(await lock_draft(tx), item, tx.viewer.principal_id)
        assert line is not None
        await _fill(tx, line, found.fills)
    draft = await lock_draft(tx)
    return draft, draft.line(line.id) or line, begun


def _line_of(draft: Draft, item: Item, principal: UUID) -> Line | None:
    assert item.offered
    mine = (line for line in draft.lines if line.item.code == item.code and not line.gone)
    return next((line for line in mine if principal in line.parties.get(item.offered.role, ())), None)


async def _fill(tx: Tx, line: Line, fills: tuple[Filled, ...]) -> None:
    """What a register vouches for about the things of this line: her account, as the register has it."""
    for filled in fills:
        party = line.parties[filled.role][0]
        await remember(_as_of(tx, filled), tx.key, party, {filled.element: filled.value}, filled.source, "B")


def _as_of(tx: Tx, filled: Filled) -> Tx:
    """The same transaction at the moment of which the register speaks: the fact is as old as that."""
    return Tx(tx.db, tx.vault, filled.at, tx.viewer)


async def _missing(tx: Tx, draft: Draft, line: Line) -> int:
    """How much still stands in the way of filing this line alone."""
    alone = only(draft, {line.id})
    return len(alone.sheet.problems) + len((await hindrances(tx, alone)).problems) + bool(sensitive_unagreed(alone))


async def refuse(tx: Tx, offer_id: UUID) -> None:
    """She does not want it: not asked again until something changes or a year has passed."""
    await _turn(tx, offer_id, State.OPEN, State.REFUSED)


async def reopen(tx: Tx, offer_id: UUID) -> None:
    """She wants it after all."""
    await _turn(tx, offer_id, State.REFUSED, State.OPEN)


async def _turn(tx: Tx, offer_id: UUID, before: State, after: State) -> None:
    """Answered so already: nothing else happens. Answered otherwise meanwhile: a Conflict."""
    offer = await _held(tx, offer_id)
    if offer.state is after:
        return
    if offer.state is not before:
        raise Conflict(
            _("这一条刚才已经有了结果，请看一看现在是什么样。"), next_step=f"/offers/{offer_id}", next_say=_("看一看")
        )
    await _answer(tx, offer_id, after)


async def _answer(tx: Tx, offer_id: UUID, state: State) -> None:
    opened = state is State.OPEN
    await tx.db.execute(
        "UPDATE offers SET state = $2, answered_at = $3, answered_by = $4 WHERE id = $1",
        offer_id,
        state,
        None if opened else tx.now,
        None if opened else tx.viewer.id,
    )
