"""The open cart out of the database, judged. So many statements, however many lines."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.accounts.consents import PREFILL, SENSITIVE, Purpose
from backend.cart.held import lapsed, usable
from backend.cart.model import Answer, Cell, Draft, HeldFile, Line, MaterialKey, Told, UnderWay
from backend.cart.pledged import Pledged
from backend.cart.renewal import same_kind
from backend.cart.rules import sheet_of
from backend.cases.states import OPEN
from backend.catalogue.model import Item, Pack
from backend.catalogue.queries import Published, city_in, item_version
from backend.certificates.model import Certificate
from backend.certificates.queries import facts_in, held_by
from backend.core.db import Tx
from backend.mandates.queries import allowed
from backend.parties.model import Known, Party
from backend.parties.queries import Facts, Scope, parties_of, scope_of
from backend.registers.queries import facts_about
from backend.registers.rules import NUMBERS, PROVED

PLEDGE = "pledge."
"""A pledge is kept beside the answers: element `pledge.<material>.<variant>`."""


class StoredLine(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    version: int
    position: int
    bound: dict[str, Any]
    filed_version: int | None = None
    barred: date | None = None


class StoredCart(msgspec.Struct, frozen=True):
    """`prefill` and `sensitive`: the versions of the principal's consents that are in force."""

    id: UUID
    version: int
    lines: list[StoredLine]
    prefill: int | None
    sensitive: int | None


async def open_draft(tx: Tx) -> Draft | None:
    """The one open cart of this actor for this principal, None if there is none. Nothing else is ever shown to her."""
    cart = await cart_of(tx)
    return None if cart is None else await draft_of(tx, cart)


async def cart_of(tx: Tx) -> StoredCart | None:
    row = await tx.db.fetchrow(
        """SELECT c.id, c.version, (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'code', l.item_code,
                  'version', l.item_version, 'position', l.position, 'bound', l.bound, 'filed_version', l.filed_version,
                  'barred', pledging_excluded(c.principal_id, l.item_code, (SELECT v.department_id FROM item_versions v WHERE (v.code, v.version) = (l.item_code, l.item_version)))) ORDER BY l.position), '[]')
                  FROM cart_lines l WHERE l.cart_id = c.id AND may_act(c.principal_id, 'fill', l.item_code)) AS lines,
                  consented(c.principal_id, $3) AS prefill, consented(c.principal_id, $4) AS sensitive
             FROM carts c WHERE c.principal_id = $1 AND c.actor_id = $2 AND c.state = 'open'""",
        tx.viewer.principal_id,
        tx.viewer.id,
        PREFILL.name,
        SENSITIVE.name,
    )
    return None if row is None else msgspec.convert(row, StoredCart)


async def no_cart(tx: Tx) -> StoredCart:
    """A cart that is not there: what the principal's things would be judged by if she began one."""
    row = await tx.db.fetchrow(
        "SELECT consented($1, $2) AS prefill, consented($1, $3) AS sensitive",
        tx.viewer.principal_id,
        PREFILL.name,
        SENSITIVE.name,
    )
    return StoredCart(uuid4(), 0, [], row["prefill"], row["sensitive"])


async def draft_of(tx: Tx, cart: StoredCart) -> Draft:
    published = await city_in(tx)
    lines = tuple([await _line(tx, published, stored) for stored in cart.lines])
    scope = await scope_of(tx)
    parties, facts = await parties_of(tx, scope)
    answers, pledged = await answers_in(tx, cart.id, scope)
    files = await _files(tx, cart.id, scope)
    held = await _held(tx, [line.item.code for line in lines])
    good = usable(held, files, published.pack.materials)
    known = await _with_registers(tx, parties, facts, scope) if in_force(PREFILL, cart.prefill) else facts
    told = Told(
        answers=answers,
        known=_with_certificates(known, good, published.pack, scope),
        files=files,
        pledged=pledged,
        barred={line.code: line.barred for line in cart.lines if line.barred},
        under_way=await under_way(tx, published, [line.item for line in lines if not line.gone]),
        certificates=good,
        lapsed=lapsed(held, good),
    )
    used = {party for line in lines for ids in line.parties.values() for party in ids}
    used |= {subject for subject, _element in answers} | {tx.viewer.principal_id}
    used |= {id_ for id_, party in parties.items() if party.handler}
    filed = {party for party, _element in facts}
    return Draft(
        cart_id=cart.id,
        version=cart.version,
        principal_id=tx.viewer.principal_id,
        actor_id=tx.viewer.id,
        lines=lines,
        parties={id_: party for id_, party in parties.items() if id_ in used},
        earlier={id_: party for id_, party in parties.items() if id_ not in used and id_ in filed},
        told=told,
        sheet=sheet_of(lines, parties, told, published.pack, tx.today),
        pack=published.pack,
        sensitive=in_force(SENSITIVE, cart.sensitive),
        prefill=(cart.prefill or 0) if in_force(PREFILL, cart.prefill) else 0,
        on=tx.today,
        now=tx.now,
    )


def in_force(purpose: Purpose, version: int | None) -> bool:
    """Whether that is a consent to the words as they are now."""
    return (version or 0) >= purpose.version


async def _line(tx: Tx, published: Published, stored: StoredLine) -> Line:
    """Judged by the version in force; by its own only when the item can be filed no more, to be able to name it."""
    version = published.versions.get(stored.code)
    gone = version is None
    name = published.titles.get(stored.code, "")
    item = (await item_version(tx.db, stored.code, stored.version)).item if gone else published.pack.items[name]
    begun = stored.filed_version or stored.version
    before = await item_version(tx.db, stored.code, begun) if version not in (None, begun) else None
    bound = {role: _parties(ids) for role, ids in stored.bound.items() if role in item.roles}
    parties = {role: ids for role, ids in bound.items() if before is None or same_kind(role, before.item, item)}
    return Line(
        id=stored.id,
        item=item,
        version=version or stored.version,
        position=stored.position,
        parties=parties,
        before=before,
        gone=gone,
    )


def _parties(stored: Any) -> tuple[UUID, ...]:
    return tuple(UUID(one) for one in ([stored] if isinstance(stored, str) else stored or []))


async def under_way(tx: Tx, published: Published, items: Iterable[Item]) -> tuple[UnderWay, ...]:
    """The principal's undecided cases that say something about filing these items: their results are needed, or they are
    excluded. Nothing is asked where there can be none."""
    wanted = {
        published.pack.items[name].code for name in _related(published.pack, items) if name in published.pack.items
    }
    if not wanted:
        return ()
    rows = await tx.db.fetch(
        "SELECT item_code, bound FROM cases WHERE principal_id = $1 AND item_code = ANY($2) AND state = ANY($3) ORDER BY number",
        tx.viewer.principal_id,
        list(wanted),
        list(OPEN),
    )
    return tuple(
        UnderWay(
            published.pack.items[published.titles[row["item_code"]]],
            frozenset(party for ids in row["bound"].values() for party in _parties(ids)),
        )
        for row in rows
    )


def _related(pack: Pack, items: Iterable[Item]) -> Iterator[str]:
    """Names of the items that these exclude, or whose results they need."""
    for item in items:
        yield from (entry.item for entry in item.excludes)
        for need in item.materials:
            ways = pack.materials[item.material_of(need.material)].satisfied_by
            yield from (way.result_of for way in ways if way.result_of)


async def answers_in(tx: Tx, cart: UUID, scope: Scope | None) -> tuple[dict[Cell, Answer], dict[MaterialKey, Pledged]]:
    """What was answered in this cart, and which pledges were signed instead of handing something in."""
    rows = await tx.db.fetch(
        """SELECT subject, element, sealed, version FROM answers
            WHERE cart_id = $1 AND ($2::text[] IS NULL OR split_part(element, '#', 1) = ANY($2))""",
        cart,
        scope and scope.elements,
    )
    answers: dict[Cell, Answer] = {}
    pledged: dict[MaterialKey, Pledged] = {}
    for row in rows:
        subject, element = row["subject"], row["element"]
        data = tx.key.open_value(row["sealed"], about(cart, subject, element))
        if element.startswith(PLEDGE):
            material, _, variant = element.removeprefix(PLEDGE).partition("#")
            pledged |= (
                {(subject, material, variant): msgspec.convert(data["value"], Pledged)}
                if isinstance(data.get("value"), dict)
                else {}
            )
        else:
            answers[subject, element] = Answer(
                data.get("value"), data.get("raw", ""), row["version"], data.get("from", "")
            )
    return answers, pledged


def about(cart: UUID, subject: UUID, element: str) -> str:
    """Where a sealed answer belongs: it opens nowhere else."""
    return f"answer:{cart}:{subject}:{element}"


async def _with_registers(tx: Tx, parties: dict[UUID, Party], facts: Facts, scope: Scope | None) -> Facts:
    """Registers are asked only with her consent (the caller looks), and by the number an account was opened with: a typed one must show nobody's data.

    Of what they answer an agent gets what is in her scope.
    """
    own = parties.get(tx.viewer.principal_id)
    number = proved_number(own, facts)
    if own is None or number is None:
        return facts
    found: dict[Cell, tuple[Known, ...]] = dict(facts)
    for fact in (await facts_about(tx, [number]))[number]:
        cell = (own.id, fact.element)
        if scope is None or fact.element in scope.elements:
            found[cell] = (*found.get(cell, ()), Known(fact.value, fact.source, "B", fact.at))
    return found


def proved_number(own: Party | None, facts: Facts) -> str | None:
    """What registers may be asked by about this party; None where its number was only typed."""
    code = NUMBERS.get(own.kind) if own else None
    if own is None or code is None:
        return None
    return next((known.value for known in facts.get((own.id, code), ()) if known.source in PROVED), None)


async def _held(tx: Tx, codes: list[str]) -> list[Certificate]:
    """Whoever acts for her has them only inside a filing: if the mandate on the screen covers their use for all of it."""
    if tx.viewer.acting and len(await allowed(tx, "use_certificates", codes)) < max(1, len(set(codes))):
        return []
    return await held_by(tx)


def _with_certificates(known: Facts, held: Iterable[Certificate], pack: Pack, scope: Scope | None) -> Facts:
    found: dict[Cell, tuple[Known, ...]] = dict(known)
    for party, element, fact in facts_in(held, pack, scope):
        found[party, element] = (*found.get((party, element), ()), fact)
    return found


async def _files(tx: Tx, cart: UUID, scope: Scope | None) -> dict[MaterialKey, tuple[HeldFile, ...]]:
    rows = await tx.db.fetch(
        """SELECT m.subject, m.material, m.variant, f.id, f.media_type, f.pages, f.name_sealed, f.scan = 'waiting' AS waiting
             FROM cart_materials m JOIN files f ON f.id = m.file_id
            WHERE m.cart_id = $1 AND ($2::text[] IS NULL OR m.material = ANY($2)) ORDER BY m.position""",
        cart,
        scope and scope.materials,
    )
    held: dict[MaterialKey, tuple[HeldFile, ...]] = {}
    for row in rows:
        key = (row["subject"], row["material"], row["variant"])
        name = tx.key.open(row["name_sealed"], f"file:{row['id']}:name").decode()
        held[key] = (*held.get(key, ()), HeldFile(row["id"], row["media_type"], row["pages"], name, row["waiting"]))
    return held


class Preparing(msgspec.Struct, frozen=True):
    """What somebody else has in her cart for the viewer, not filed yet: names of the things."""

    agent: str
    names: list[str]


async def prepared_for(tx: Tx) -> list[Preparing]:
    """For the principal herself: which agents of hers are filling in what."""
    if tx.viewer.acting:
        return []
    rows = await tx.db.fetch(
        """SELECT a.id, a.name_sealed, a.key_wrapped, array_agg(i.name ORDER BY l.position) AS names FROM carts c
             JOIN cart_lines l ON l.cart_id = c.id JOIN items i ON i.code = l.item_code JOIN accounts a ON a.id = c.actor_id
            WHERE c.principal_id = $1 AND c.actor_id <> $1 AND c.state = 'open' GROUP BY a.id ORDER BY a.id""",
        tx.viewer.id,
    )
    return [
        Preparing(tx.vault.key(r["key_wrapped"]).open(r["name_sealed"], f"name:{r['id']}").decode(), r["names"])
        for r in rows
    ]
