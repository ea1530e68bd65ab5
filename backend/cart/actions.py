"""Putting things into the cart and taking them out."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID, uuid4

import msgspec

from backend.cart.asking import ask_registers
from backend.cart.binding import Bound, Choice, bind_roles, candidates, founds_business, repeatable
from backend.cart.excluding import clashes
from backend.cart.model import Draft, Line
from backend.cart.queries import StoredCart, cart_of, draft_of, under_way
from backend.cart.rules import MOST_LINES
from backend.catalogue.model import Item
from backend.catalogue.queries import Published, city
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.mandates.queries import allowed
from backend.parties.actions import add_parties, handle_as_party
from backend.parties.model import NewParty, Party


class Wanted(msgspec.Struct, frozen=True):
    """One item to put in. `bind`: role → a party of the principal, or "new"."""

    code: str
    bind: dict[str, Choice] = {}


class Added(msgspec.Struct, frozen=True):
    """Line ids put in, and the names of items that were in the cart already and make no sense twice."""

    lines: tuple[UUID, ...]
    already: tuple[str, ...]


async def add_lines(tx: Tx, wanted: Iterable[Wanted]) -> Added:
    """All or nothing; Invalid with every reason at once. An item that is in already is left as it is."""
    wanted = list(wanted)
    published = await city(tx.db)
    items = await _items(tx, published, wanted)
    cart = await _locked_cart(tx)
    await handle_as_party(tx)
    draft = await draft_of(tx, cart)
    lines, new, already = list(draft.lines), list[NewParty](), []
    for asked in wanted:
        item = items[asked.code]
        if not repeatable(item) and any(line.item.code == item.code for line in lines):
            already.append(item.name)
            continue
        bound = _bound(draft, item, asked, lines, new)
        new += bound.new
        lines.append(_line(published, item, bound, lines))
    added = lines[len(draft.lines) :]
    await _refuse_together(tx, published, lines, added)
    await add_parties(tx, new)
    await _insert(tx, draft.cart_id, added)
    await ask_registers(tx, draft, lines)
    return Added(tuple(line.id for line in added), tuple(already))


async def _refuse_together(tx: Tx, published: Published, lines: list[Line], added: list[Line]) -> None:
    """Too many, or what cannot be filed together with something that is there: every reason at once."""
    problems = []
    if len(lines) > MOST_LINES:
        said = _("一次最多办 %(most)s 件事。先把购物车里的交了，再加新的。")
        problems.append(Problem(said, "item", {"most": MOST_LINES}))
    cases = await under_way(tx, published, [line.item for line in added])
    new = {line.id for line in added}
    found = (clash for clash in clashes(lines, cases) if clash.line in new)
    problems += [msgspec.structs.replace(clash.problem, field="item") for clash in found]
    if problems:
        raise Invalid(*problems, next_step="/cart", next_say=_("看购物车"))


def _line(published: Published, item: Item, bound: Bound, lines: list[Line]) -> Line:
    position = max((line.position for line in lines), default=0) + 1
    return Line(id=uuid4(), item=item, version=published.versions[item.code], position=position, parties=bound.parties)


async def _items(tx: Tx, published: Published, wanted: list[Wanted]) -> dict[str, Item]:
    """Every wanted item, or Invalid: unknown, only a guide, withdrawn, or not for an agent."""
    codes = list(dict.fromkeys(asked.code for asked in wanted))
    if not codes:
        raise Invalid(Problem(_("还没有选要办的事。"), "item"))
    items = {code: published.pack.items[published.titles[code]] for code in codes if code in published.titles}
    problems = [*await _unfilable(tx, [code for code in codes if code not in items])]
    if tx.viewer.acting:
        problems += await _not_for_agents(tx, items)
        problems += await _not_for_businesses(tx, published, items)
    if problems:
        raise Invalid(*problems, next_step="/items", next_say=_("看看能办什么"))
    return items


async def _unfilable(tx: Tx, codes: list[str]) -> list[Problem]:
    if not codes:
        return []
    rows = await tx.db.fetch("SELECT code, kind, name FROM items WHERE code = ANY($1)", codes)
    known = {row["code"]: row for row in rows}
    said = {
        "guide": _("“%(item)s”现在只能看办事指南，还不能在这里办。指南里有窗口的地址和电话。"),
        "item": _("“%(item)s”现在停办了，不能放进购物车。"),
    }
    return [
        Problem(said[known[code]["kind"]], "item", {"item": known[code]["name"]})
        if code in known
        else Problem(_("没有找到这件事，可能已经改名。请搜一搜再加。"), "item")
        for code in codes
    ]


async def _not_for_agents(tx: Tx, items: Mapping[str, Item]) -> list[Problem]:
    """What may not be done for another, in the item's own words, and what the mandate does not cover."""
    covered = await allowed(tx, "fill", items)
    problems = []
    for code, item in items.items():
        about = {"item": item.name, "name": tx.viewer.principal_name, "reason": item.agent_reason}
        if not item.agent and item.agent_reason:
            problems.append(Problem(_("“%(item)s”要%(name)s本人办：%(reason)s"), "item", about))
        elif not item.agent:
            problems.append(Problem(_("“%(item)s”要%(name)s本人办，不能由别人代办。"), "item", about))
        elif code not in covered:
            problems.append(
                Problem(_("%(name)s给您的授权不包括“%(item)s”。可以请本人扩大授权，或由本人办。"), "item", about)
            )
    return problems


async def _not_for_businesses(tx: Tx, published: Published, items: Mapping[str, Item]) -> list[Problem]:
    """What only a person can be entitled to is not put into the cart of a business, nor what founds another one."""
    if not await tx.db.fetchval("SELECT is_business($1)", tx.viewer.principal_id):
        return []
    personal = _("“%(item)s”是个人办的事。请先换回自己，再放进购物车。")
    founding = _("“%(item)s”是开一家新的，%(name)s已经登记过了。要再开一家，请先换回自己；要改登记的内容，办变更登记。")
    about = {"name": tx.viewer.principal_name}
    said = {code: personal for code, item in items.items() if all(r.kind != "business" for r in item.roles.values())}
    said |= {code: founding for code, item in items.items() if founds_business(published.pack, item)}
    return [Problem(sentence, "item", {"item": items[code].name, **about}) for code, sentence in said.items()]


def _bound(draft: Draft, item: Item, asked: Wanted, lines: list[Line], new: list[NewParty]) -> Bound:
    parties = {**draft.parties, **draft.earlier}
    for role, choice in asked.bind.items():
        known = role in item.roles and (choice == "new" or choice in parties)
        if not known or (choice != "new" and parties[choice].kind != item.roles[role].kind):  # type: ignore[index]
            raise NotFound()
    here = [*draft.parties.values(), *(Party(id=party.id, kind=party.kind) for party in new)]
    return bind_roles(item, asked.bind, here, lines, uuid4, draft.earlier.values())


async def _locked_cart(tx: Tx) -> StoredCart:
    """The open cart, opened if there is none. Its row stays locked: two devices write one after the other."""
    await tx.db.execute(
        """INSERT INTO carts (id, principal_id, actor_id, changed_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (principal_id, actor_id) WHERE state = 'open'
           DO UPDATE SET version = carts.version + 1, changed_at = excluded.changed_at""",
        uuid4(),
        tx.viewer.principal_id,
        tx.viewer.id,
        tx.now,
    )
    cart = await cart_of(tx)
    assert cart is not None
    return cart


async def lock_draft(tx: Tx, cart: UUID | None = None) -> Draft:
    """The open cart for a write; Conflict if the page was about another one (filed meanwhile, or for somebody else)."""
    found = await tx.db.fetchval(
        """UPDATE carts SET version = version + 1, changed_at = $3
            WHERE principal_id = $1 AND actor_id = $2 AND state = 'open' RETURNING id""",
        tx.viewer.principal_id,
        tx.viewer.id,
        tx.now,
    )
    if cart is not None and found != cart:
        raise Conflict(
            Problem(_("这一页是另一个购物车的：可能已经提交，或者换了办事的人。刚才填的没有存，请回购物车看一看。")),
            next_step="/cart",
            next_say=_("看购物车"),
        )
    stored = await cart_of(tx)
    if stored is None:
        raise NotFound()
    return await draft_of(tx, stored)


async def _insert(tx: Tx, cart: UUID, lines: list[Line]) -> None:
    """After all that are there: also after lines that a narrower mandate has put out of sight."""
    await tx.db.execute(
        """INSERT INTO cart_lines (id, cart_id, position, item_code, item_version, bound, added_at)
           SELECT l.id, $1, last_place($1) + l.n, l.code, l.version, l.bound, $2
             FROM jsonb_to_recordset($3) AS l(id uuid, n integer, code text, version integer, bound jsonb)""",
        cart,
        tx.now,
        [
            {"id": line.id, "n": n, "code": line.item.code, "version": line.version, "bound": line.parties}
            for n, line in enumerate(lines, 1)
        ],
    )


async def remove_line(tx: Tx, line_id: UUID) -> Line:
    """Takes a line out with what belonged to it alone; answers about parties stay in the draft. NotFound if it is not hers."""
    draft = await lock_draft(tx)
    line = draft.line(line_id)
    if line is None:
        raise NotFound()
    await tx.db.execute("DELETE FROM cart_lines WHERE id = $1 AND cart_id = $2", line_id, draft.cart_id)
    await tx.db.execute("DELETE FROM answers WHERE cart_id = $1 AND subject = $2", draft.cart_id, line_id)
    await tx.db.execute("DELETE FROM cart_materials WHERE cart_id = $1 AND subject = $2", draft.cart_id, line_id)
    return line


async def part_lines(tx: Tx, cart: UUID, lines: Collection[UUID]) -> UUID:
    """Takes lines out of the open cart to be filed by themselves; the id of the cart they are in now. The others stay as
    they are, with everything that was answered and handed in."""
    parted = uuid4()
    await tx.db.execute(
        "INSERT INTO carts (id, principal_id, actor_id, state, changed_at) VALUES ($1, $2, $3, 'filed', $4)",
        parted,
        tx.viewer.principal_id,
        tx.viewer.id,
        tx.now,
    )
    await tx.db.execute(
        """WITH left_behind AS (UPDATE carts SET version = version + 1, changed_at = $4 WHERE id = $1),
                own AS (DELETE FROM answers WHERE cart_id = $1 AND subject = ANY($2)),
                papers AS (DELETE FROM cart_materials WHERE cart_id = $1 AND subject = ANY($2))
           UPDATE cart_lines SET cart_id = $3 WHERE cart_id = $1 AND id = ANY($2)""",
        cart,
        list(lines),
        parted,
        tx.now,
    )
    return parted


async def bind_line(tx: Tx, line_id: UUID, chosen: Mapping[str, Choice]) -> None:
    """Other parties for roles of a line: of the draft, "new", or "none" for an optional role nobody fills. All or nothing."""
    draft = await lock_draft(tx)
    line = draft.line(line_id)
    if line is None:
        raise NotFound()
    new: list[NewParty] = []
    parties = dict(line.parties)
    for name, choice in chosen.items():
        role = line.item.roles.get(name)
        if role is None or role.repeated or (choice == "none" and not role.optional):
            raise NotFound()
        if choice == "new":
            new.append(NewParty(uuid4(), role.kind))
        parties[name] = () if choice == "none" else (new[-1].id if choice == "new" else choice,)  # type: ignore[assignment]
    _refuse_impossible(draft, line, parties, [name for name, choice in chosen.items() if choice not in ("new", "none")])
    await add_parties(tx, new)
    for name in chosen:
        await store_binding(tx, line, name, parties[name])


def _refuse_impossible(draft: Draft, line: Line, parties: Mapping[str, tuple[UUID, ...]], picked: list[str]) -> None:
    """Whoever was picked is of the role's kind, of this draft, and in no other role of the line."""
    known = [*draft.parties.values(), *draft.earlier.values()]
    for name in picked:
        others = [ids for other, ids in parties.items() if other != name]
        if parties[name][0] not in {party.id for party in candidates(line.item.roles[name], others, known)}:
            raise NotFound()


async def declare(tx: Tx, line: Line, role_name: str, count: int) -> None:
    """How many fill an optional or repeated role: none declines it."""
    ids = tuple(uuid4() for _number in range(count))
    await add_parties(tx, [NewParty(party, line.item.roles[role_name].kind) for party in ids])
    await store_binding(tx, line, role_name, ids)


async def store_binding(tx: Tx, line: Line, role_name: str, ids: tuple[UUID, ...]) -> None:
    await tx.db.execute(
        "UPDATE cart_lines SET bound = bound || $2 WHERE id = $1", line.id, {role_name: [str(party) for party in ids]}
    )
