"""Filing a cart: one transaction for the order, its cases, what the machine grants at once, and who is told."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.accounts.consents import SENSITIVE, agree
from backend.approval.actions import Judged, grant_all_clear
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
from backend.cart.signing import Signer, takes_part
from backend.cart.uses import sources_of
from backend.cases.filing import Filed, as_case, as_event, filing_event, next_serials, write_cases
from backend.cases.model import Case, CaseSource, Fact, NewCase
from backend.cases.questioned import agent_of, doubts_in, questions
from backend.catalogue.model import Pack
from backend.core.codes import order_number
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.events import record
from backend.core.i18n import _
from backend.core.idempotency import fingerprint, once
from backend.core.jobs import Named
from backend.mandates.journal import hold_mandate, note_use
from backend.orders.following import judge_again_when_told
from backend.orders.model import Filing, Receipt
from backend.orders.queries import order_of_cart
from backend.orders.receipts import receipt_now, saved_by
from backend.orders.things import told_of_things
from backend.orders.using import Agreed, agreed_in, hold, keep_agreement, unagreed
from backend.parties.actions import remember_filed

ROUTE = "orders"


async def file_order(tx: Tx, key: str, body: Filing) -> tuple[Receipt, bool]:
    """Files the reviewed cart once, whoever sends it how often; the receipt, and whether it is a replay.

    0. She stands by what she filled in, or nothing happens.
    1. The key: a replay is answered with the first receipt and does nothing else.
    2. The mandate is held and the cart is locked; what was filed or changed in the meantime is a Conflict.
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
    await hold_mandate(tx)
    await _lock(tx, body)
    whole = await open_draft(tx)
    assert whole is not None
    draft = _chosen(whole, body)
    if body.sensitive and await may_tick(tx) and await agree(tx, draft.principal_id, SENSITIVE, body.sensitive):
        draft = msgspec.structs.replace(draft, sensitive=True)
    agreed = agreed_in(draft, whole, body.use)
    signing = await _refuse_problems(tx, draft, agreed)
    sources = [list(sources_of(draft, line)) for line in draft.lines]
    await hold(tx, draft, [source for of_line in sources for source in of_line])
    pack = draft.pack
    serial, *serials = await next_serials(tx, 1 + len(draft.lines))
    order_id, number = await _insert_order(tx, draft, pack, await _filed_cart(tx, whole, draft), serial)
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
    filed = await write_cases(tx, order_id, new, serials)
    of_lines = {line.id: one.id for line, one in zip(draft.lines, filed, strict=True)}
    await file_pledges(tx, draft, of_lines)
    await file_signatures(tx, signing, of_lines)
    await note_use(tx, "filed", [line.item.name for line in draft.lines], number)
    await remember_filed(tx, _answered(draft))
    cases = [_as_case(tx, order_id, number, *of_line, pack) for of_line in zip(draft.lines, filed, strict=True)]
    granted = await grant_all_clear(tx, _judged(tx, zip(cases, filed, findings, strict=True)))
    asked = questions(tx, [case for case, words in zip(cases, doubted, strict=True) if words])
    begun = [filing_event(tx, order_id, one) for one in filed]
    settle: list[Named] = [("settle_waiting", {"order": order_id})] if _may_be_decided(draft, new) else []
    await record(tx, [*begun, *asked, *granted.events], also=[*settle, *granted.jobs])
    waits = (case.waiting for case in new)
    await judge_again_when_told(tx, draft, zip((one.id for one in filed), draft.lines, findings, waits, strict=True))
    return receipt_now(tx, number, draft, [*cases, *granted.cases], {one.id for one in granted.cases}, findings)


def _as_case(tx: Tx, order_id: UUID, number: str, line: Line, filed: Filed, pack: Pack) -> Case:
    return as_case(tx, order_id, number, filed, (line.item.name, pack.departments[line.item.department].name))


def _judged(tx: Tx, filed: Iterable[tuple[Case, Filed, Finding | None]]) -> list[Judged]:
    """What the machine may decide now: whatever waits for another case is judged when it goes on."""
    return [
        Judged(case, found, one.new.facts, [as_event(tx, one)])
        for case, one, found in filed
        if found and not one.new.waiting
    ]


def _may_be_decided(draft: Draft, new: list[NewCase]) -> bool:
    """What these wait for may be decided just now, by a case under way."""
    return bool(draft.told.under_way) and any(case.waiting for case in new)


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


async def _refuse_problems(tx: Tx, draft: Draft, agreed: Agreed | None) -> tuple[Signer, ...]:
    """Everything that stands in the way, at once; else who has signed."""
    found = await hindrances(tx, draft)
    problems = [*draft.sheet.problems, *found.problems, *unagreed(draft, agreed)]
    if sensitive_unagreed(draft) and await may_tick(tx):
        problems.append(Problem(_("请看一遍敏感个人信息怎么用，同意就打上勾。"), "sensitive"))
    if not draft.lines and not problems:
        problems.append(Problem(_("购物车还是空的，先选一件要办的事。")))
    if problems:
        raise Invalid(*problems, next_step="/cart/review", next_say=_("看看还差什么"))
    return found.signers


async def _filed_cart(tx: Tx, whole: Draft, draft: Draft) -> UUID:
    """The cart that becomes the order: the open one, or one of those lines alone that go now."""
    if len(draft.lines) == len(whole.lines):
        return whole.cart_id
    return await part_lines(tx, whole.cart_id, [line.id for line in draft.lines])


async def _insert_order(tx: Tx, draft: Draft, pack: Pack, cart: UUID, serial: int) -> tuple[UUID, str]:
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
