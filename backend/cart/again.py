"""The same once more: lines bound as in an earlier filing, with its answers, judged by the versions in force now."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from backend.cart.actions import Wanted, add_lines, lock_draft
from backend.cart.answering import store_answers
from backend.cart.binding import repeatable
from backend.cart.fields import typed
from backend.cart.materials import attach
from backend.cart.model import Answer, Cell, Draft, Line, MaterialKey
from backend.cart.queries import open_draft
from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.model import Pack
from backend.catalogue.queries import Published, city
from backend.core.db import Tx
from backend.parties.queries import parties_of, scope_of

SOURCE = "filing"

Paper = tuple[UUID | None, str, str]
"""(subject, material, variant); no subject: a paper of that filing alone."""


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """One thing as it was filed. `own`: element → what was answered about that filing alone; `files`: handed in then.
    A pledge is read and signed anew."""

    name: str
    code: str
    version: int
    bound: dict[str, UUID]
    own: dict[str, Any]
    files: dict[Paper, tuple[UUID, ...]]


class Again(msgspec.Struct, frozen=True):
    """Line ids put in; names of what is in the cart already, and of what cannot be filed here any more."""

    lines: tuple[UUID, ...]
    already: tuple[str, ...]
    gone: tuple[str, ...]


async def add_again(tx: Tx, filed: Iterable[Before]) -> Again:
    """All or nothing of what can still be filed. What changed since then is shown as on any line that began with an older
    version; papers that have to be fresh are asked for anew."""
    published, draft = await city(tx.db), await open_draft(tx)
    there = [one for one in filed if one.code in published.titles]
    gone = tuple(one.name for one in filed if one.code not in published.titles)
    bindings = await _bindings(tx, published, there)
    new = [n for n, one in enumerate(there) if not _is_in(published, draft, one.code, bindings[n])]
    already = tuple(one.name for n, one in enumerate(there) if n not in new)
    if not new:
        return Again((), already, gone)
    added = await add_lines(tx, [Wanted(there[n].code, dict(bindings[n])) for n in new])
    await _take_over(tx, dict(zip(added.lines, (there[n] for n in new), strict=True)))
    return Again(added.lines, already, gone)


async def _bindings(tx: Tx, published: Published, filed: list[Before]) -> list[dict[str, UUID]]:
    """Role → who filled it, where she is still known and the role is still for her kind."""
    parties, facts = await parties_of(tx, await scope_of(tx))
    known = {party for party, _element in facts} | {id_ for id_, party in parties.items() if party.is_self}
    found = []
    for one in filed:
        roles = published.pack.items[published.titles[one.code]].roles
        kept = {r: p for r, p in one.bound.items() if r in roles and not roles[r].repeated and p in known}
        found.append({r: p for r, p in kept.items() if parties[p].kind == roles[r].kind})
    return found


def _is_in(published: Published, draft: Draft | None, code: str, bound: dict[str, UUID]) -> bool:
    """In the cart already, where it makes no sense twice or is about the same."""
    once = not repeatable(published.pack.items[published.titles[code]])
    lines = [line for line in (draft.lines if draft else ()) if line.item.code == code]
    return any(once or all(line.parties.get(role) == (party,) for role, party in bound.items()) for line in lines)


async def _take_over(tx: Tx, filed: dict[UUID, Before]) -> None:
    draft = await lock_draft(tx)
    lines = [(line, before) for id_, before in filed.items() if (line := draft.line(id_))]
    answers = {
        cell: answer for line, before in lines for cell, answer in _answers(tx, draft.pack, line, before).items()
    }
    await store_answers(tx, draft.cart_id, draft.version, answers)
    await tx.db.execute(
        """UPDATE cart_lines l SET filed_version = f.version FROM unnest($2::uuid[], $3::integer[]) AS f(id, version)
            WHERE l.id = f.id AND l.cart_id = $1 AND f.version <> l.item_version""",
        draft.cart_id,
        [line.id for line, _before in lines],
        [before.version for _line, before in lines],
    )
    await _hand_in(tx, lines)


def _answers(tx: Tx, pack: Pack, line: Line, before: Before) -> dict[Cell, Answer]:
    """Answers about that filing alone, as far as they can still be answers."""
    found: dict[Cell, Answer] = {}
    for code, value in before.own.items():
        element = pack.elements.get(code)
        if element is None or value is None:
            continue
        text = typed(element, value)
        try:
            read = read_answer(element, text if isinstance(text, list) else [text], tx.today)
        except AnswerError:
            continue
        found[line.id, code] = Answer(read, source=SOURCE)
    return found


async def _hand_in(tx: Tx, lines: list[tuple[Line, Before]]) -> None:
    """Papers of last time that need not be fresh, where nothing is handed in yet."""
    draft = await open_draft(tx)
    assert draft is not None
    held: dict[MaterialKey, tuple[UUID, ...]] = {
        (subject or line.id, material, variant): files
        for line, before in lines
        for (subject, material, variant), files in before.files.items()
    }
    for need in draft.sheet.materials:
        files = held.get(need.key)
        if files and not need.way and need.max_age_days is None:
            await attach(tx, draft, need, list(files))
