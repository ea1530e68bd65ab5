"""Filing a cart: one transaction for the order, its cases, what the machine grants at once, and who is told."""

from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.accounts.consents import SENSITIVE, agree
from backend.approval.actions import grant_if_clear
from backend.approval.model import Finding
from backend.approval.rules import examine, questioned
from backend.approval.terms import terms_of
from backend.cart.actions import part_lines
from backend.cart.consent import sensitive_unagreed
from backend.cart.hindrances import hindrances
from backend.cart.model import ANSWERED, Draft, Line
from backend.cart.parting import only
from backend.cart.pledging import file_pledges
from backend.cart.principals import may_tick
from backend.cart.queries import open_draft
from backend.cart.signatures import file_signatures
from backend.cart.signing import takes_part
from backend.cart.uses import sources_of
from backend.cases.filing import file_cases, next_serials
from backend.cases.model import CaseSource, Fact, NewCase
from backend.cases.questioned import agent_of, doubts_in, question
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.core.codes import order_number
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.idempotency import fingerprint, once
from backend.core.jobs import enqueue
from backend.mandates.journal import note_use
from backend.orders.following import judge_again_when_told
from backend.orders.model import CaseReceipt, Filing, Order, Receipt, Saved
from backend.orders.queries import order_for, order_of_cart
from backend.orders.things import told_of_things
from backend.orders.using import Agreed, agreed_in, hold, keep_agreement, unagreed
from backend.parties.actions import remember_filed

ROUTE = "orders"


async def file_order(tx: Tx, key: str, body: Filing) -> tuple[Receipt, bool]:
    """Files the reviewed cart once, whoever sends it how often; the receipt, and whether it is a replay.

    0. She stands by what she filled in, or nothing happens.
    1. The key: a replay is answered with the first receipt and does nothing else.
    2. The cart is locked; what was filed or changed in the meantime is a Conflict.
    3. Everything that is missing, not allowed or not agreed to, at once: Invalid; certificates are held as they are.
    4. Order, cases, files, events and notices; the cart is filed; answers are remembered for the next sheet.
    5. What every rule clearly allows is granted now; everything else is on a desk. What a register could not tell in time is
       asked by a job and judged again.
    """
    if not body.agree:
        raise Invalid(
            Problem(_("请先勾选“我填的都是真的”，再提交。"), "agree"), next_step="/cart/review", next_say=_("回去勾选")
        )
    asked = {"principal": tx.viewer.principal_id, **body.sent}

    async def make() -> Receipt:
        return await _file(tx, body)

    outcome, replayed = await once(tx, ROUTE, key, fingerprint(asked), make)
    return msgspec.convert(outcome, Receipt), replayed


async def _file(tx: Tx, body: Filing) -> Receipt:
    await _lock(tx, body)
    whole = await open_draft(tx)
    assert whole is not None
    draft = _chosen(whole, body)
    if body.sensitive and await may_tick(tx) and await agree(tx, draft.principal_id, SENSITIVE, body.sensitive):
        draft = msgspec.structs.replace(draft, sensitive=True)
    agreed = agreed_in(draft, whole, body.use)
    await _refuse_problems(tx, draft, agreed)
    sources = [list(sources_of(draft, line)) for line in draft.lines]
    await hold(tx, draft, [source for of_line in sources for source in of_line])
    pack = (await city(tx.db)).pack
    order_id, number = await _insert_order(tx, draft, pack, await _filed_cart(tx, whole, draft))
    if agreed:
        await keep_agreement(tx, order_id, agreed)
    frozen = [draft.frozen_facts(line.id) for line in draft.lines]
    agent = await agent_of(tx, pack)
    doubted = [doubts_in(tx, facts, pack, agent) for facts in frozen]
    things = await told_of_things(tx, draft)
    findings = [
        questioned(_finding(tx, draft, line, [*facts, *things.get(line.id, ())], pack), words, line.version, tx.now)
        for line, facts, words in zip(draft.lines, frozen, doubted, strict=True)
    ]
    new = [_new_case(tx, draft, *of_line, pack) for of_line in zip(draft.lines, frozen, sources, findings, strict=True)]
    cases = await file_cases(tx, order_id, new)
    await file_pledges(tx, draft, {line.id: case for line, case in zip(draft.lines, cases, strict=True)})
    await file_signatures(tx, draft, {line.id: case for line, case in zip(draft.lines, cases, strict=True)})
    await note_use(tx, "filed", [line.item.name for line in draft.lines], number)
    await remember_filed(tx, _answered(draft))
    await question(tx, [case for case, words in zip(cases, doubted, strict=True) if words])
    if draft.told.under_way and any(case.waiting for case in new):
        await enqueue(tx.db, "settle_waiting", {"order": order_id})  # what it waits for may be decided just now
    for case_id, found, case in zip(cases, findings, new, strict=True):
        if not case.waiting:
            await grant_if_clear(tx, case_id, found)
    waits = (case.waiting for case in new)
    await judge_again_when_told(tx, draft, zip(cases, draft.lines, findings, waits, strict=True))
    return receipt_of(await order_for(tx, number))


def _chosen(whole: Draft, body: Filing) -> Draft:
    """The cart, or those of its lines that she wants to file now, judged without the others."""
    chosen = only(whole, body.lines) if body.lines else whole
    if body.lines and len(chosen.lines) != len(set(body.lines)):
        raise NotFound()
    return chosen


async def _lock(tx: Tx, body: Filing) -> None:
    """Holds the reviewed cart as it was reviewed; whoever comes at the same time waits here and then finds it filed."""
    version = await tx.db.fetchval(
        """SELECT version FROM carts WHERE id = $1 AND principal_id = $2 AND actor_id = $3 AND state = 'open' FOR UPDATE""",
        body.cart,
        tx.viewer.principal_id,
        tx.viewer.id,
    )
    if version is None:
        await _refuse_filed(tx, body.cart)
    if version != body.version:
        raise Conflict(
            Problem(_("您看过之后，购物车又有了变化（可能在另一台设备上），所以没有提交。请再看一遍。")),
            next_step="/cart/review",
            next_say=_("再看一遍"),
        )


async def _refuse_filed(tx: Tx, cart: UUID) -> None:
    number = await order_of_cart(tx, cart)
    if number is None:
        raise Conflict(
            Problem(_("这个购物车不在了：可能换了办事的人，或者授权已经结束。请回购物车看一看。")),
            next_step="/cart",
            next_say=_("看购物车"),
        )
    raise Conflict(
        Problem(_("这个购物车已经提交过了，不会重复办。")), next_step=f"/orders/{number}", next_say=_("看回执")
    )


async def _refuse_problems(tx: Tx, draft: Draft, agreed: Agreed | None) -> None:
    """Everything that stands in the way, at once."""
    problems = [*draft.sheet.problems, *(await hindrances(tx, draft)).problems, *unagreed(draft, agreed)]
    if sensitive_unagreed(draft) and await may_tick(tx):
        problems.append(Problem(_("请看一遍敏感个人信息怎么用，同意就打上勾。"), "sensitive"))
    if not draft.lines and not problems:
        problems.append(Problem(_("购物车还是空的，先选一件要办的事。")))
    if problems:
        raise Invalid(*problems, next_step="/cart/review", next_say=_("看看还差什么"))


async def _filed_cart(tx: Tx, whole: Draft, draft: Draft) -> UUID:
    """The cart that becomes the order: the open one, or one of those lines alone that go now."""
    if len(draft.lines) == len(whole.lines):
        return whole.cart_id
    return await part_lines(tx, whole.cart_id, [line.id for line in draft.lines])


async def _insert_order(tx: Tx, draft: Draft, pack: Pack, cart: UUID) -> tuple[UUID, str]:
    (serial,) = await next_serials(tx, 1)
    order_id, number = uuid4(), order_number(pack.city.region, tx.today, serial)
    await tx.db.execute(
        """WITH filed AS (UPDATE carts SET state = 'filed', changed_at = $7 WHERE id = $6)
           INSERT INTO orders (id, number, principal_id, actor_id, mandate_id, cart_id, channel, saved, filed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $9, $8, $7)""",
        order_id,
        number,
        draft.principal_id,
        draft.actor_id,
        tx.viewer.mandate_id,
        cart,
        tx.now,
        msgspec.to_builtins(saved_by(draft)),
        "window" if tx.viewer.kind == "officer" else "online",
    )
    return order_id, number


def saved_by(draft: Draft) -> Saved:
    """Trips: each thing filed by itself at a window takes at least one; here only those an item still calls for."""
    trips = [line.item.visits.count for line in draft.lines]
    return Saved(
        questions=draft.sheet.saved.questions,
        materials=draft.sheet.saved.materials,
        trips=(sum(trips), sum(max(1, count) for count in trips)),
    )


def _finding(tx: Tx, draft: Draft, line: Line, facts: list[Fact], pack: Pack) -> Finding | None:
    return examine(
        line.item,
        line.version,
        line.parties,
        line.id,
        [*facts, *_registered(draft, line, pack)],
        pack,
        at=tx.now,
        on=tx.today,
        blind=tx.vault.blind,
    )


def _registered(draft: Draft, line: Line, pack: Pack) -> list[Fact]:
    """The numbers under which the parties of a line are registered here."""
    parties = {party for ids in line.parties.values() for party in ids}
    return [
        Fact(subject=subject, element=element, value=k.value, source=k.source, trust=k.trust, at=k.at)
        for (subject, element), known in draft.told.known.items()
        for k in known
        if subject in parties and k.source in ("profile", "counter") and pack.elements[element].identity
    ]


def _new_case(
    tx: Tx, draft: Draft, line: Line, facts: list[Fact], sources: list[CaseSource], found: Finding | None, pack: Pack
) -> NewCase:
    said = [*facts, *_registered(draft, line, pack)]
    terms = terms_of(line.item, line.parties, line.id, said, pack, tx.today)
    return NewCase(
        item_code=line.item.code,
        item_version=line.version,
        department_id=line.item.department,
        region=pack.city.region,
        bound={role: ids for role, ids in line.bound().items() if takes_part(draft, line, role)},
        limits=terms.limits,
        situation=terms.situation,
        facts=facts,
        files=draft.files_of(line.id),
        sources=sources,
        waiting=any(material.way == "result_of" for material in draft.materials_of(line.id)),
        rules=msgspec.to_builtins(found),
    )


def _answered(draft: Draft) -> dict[tuple[UUID, str], Any]:
    """What was typed about parties; what belongs to one filing alone is not remembered."""
    asked = {(question.subject, question.element.code) for question in draft.sheet.questions}
    return {
        cell: settled.value
        for cell, settled in draft.sheet.settled.items()
        if settled.source == ANSWERED and cell in asked and cell[0] in draft.parties
    }


def receipt_of(order: Order) -> Receipt:
    """An order in few words, as programs get it."""
    return Receipt(
        number=order.number,
        filed_at=order.filed_at,
        saved=order.saved,
        cases=[
            CaseReceipt(
                number=case.number,
                item_code=case.item_code,
                item_name=case.item_name,
                department=case.department_name,
                state=case.state,
                due=case.due,
                why=case.why,
            )
            for case in order.cases
        ],
    )
