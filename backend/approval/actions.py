"""Granting by machine: the same moves through the same gate, with the machine as the actor, and what it decided kept as it was."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec

from backend.approval.examining import examine_stored, parties_of, said_again
from backend.approval.model import Finding, Outcome, Relied
from backend.approval.relying import relied_on
from backend.approval.sampling import drawn
from backend.cases.actions import move
from backend.cases.model import Case, Fact
from backend.cases.queries import all_facts, case_by_id
from backend.cases.states import State
from backend.catalogue.model import Pack
from backend.catalogue.queries import city, item_version
from backend.catalogue.version_model import ItemVersion
from backend.core.db import SHANGHAI, Tx
from backend.core.errors import Refusal


async def grant_if_clear(tx: Tx, case_id: UUID, finding: Finding | None) -> Case | None:
    """Accepts and grants a case just filed if every rule is clearly true and nobody stopped the machine; else leaves it, with its
    reasons, to a person. Either way what was found is kept for ever, with what it stood on.

    What was found must already be stored with the case. Returns the granted case, None if nothing was moved.
    """
    if finding is None:
        return None
    case = await case_by_id(tx.db, case_id)
    return await _decide(tx, case, finding, await all_facts(tx, case)) if case.state is State.SUBMITTED else None


async def judge_again(tx: Tx, case_id: UUID, said: Sequence[Fact]) -> Case | None:
    """The same judgement once more, over the case's own facts with what registers say now: `said`, of its parties (a register
    that is named in it has said nothing else). Only while the case waits for anybody to take it.

    Returns the granted case, None if it still needs a person.
    """
    case = await case_by_id(tx.db, case_id)
    if case.state is not State.SUBMITTED or case.officer_id is not None:
        return None
    judged = await _judged(tx, case, said)
    return await _decide(tx, case, *judged) if judged else None


async def look_over(tx: Tx, case_id: UUID, said: Sequence[Fact]) -> None:
    """The same for the officer who examines the case: what the machine finds now is written down, and nothing is decided by it."""
    case = await case_by_id(tx.db, case_id)
    judged = await _judged(tx, case, said)
    if judged:
        finding, facts = judged
        await _keep(tx, case, finding, "held" if finding.verdict is True else "to_person", facts)


async def _judged(tx: Tx, case: Case, said: Sequence[Fact]) -> tuple[Finding, list[Fact]] | None:
    version = await item_version(tx.db, case.item_code, case.item_version)
    facts = said_again(await all_facts(tx, case), said)
    on, pack = case.received_at.astimezone(SHANGHAI).date(), with_words(version, (await city(tx.db)).pack)
    found = examine_stored(
        case, version.item, facts, pack, version=version.version, at=tx.now, on=on, blind=tx.vault.blind
    )
    if found is None:
        return None
    await tx.db.execute("UPDATE cases SET rules = $2 WHERE id = $1", case.id, msgspec.to_builtins(found))
    return found, facts


def with_words(version: ItemVersion, pack: Pack) -> Pack:
    """The city of today with the words of that version as they were."""
    return msgspec.structs.replace(
        pack, elements=pack.elements | version.elements, meanings=pack.meanings | version.meanings
    )


async def _decide(tx: Tx, case: Case, finding: Finding, facts: Sequence[Fact]) -> Case | None:
    granted, outcome = await _granted(tx, case, finding)
    await _keep(tx, case, finding, outcome, facts)
    if outcome == "granted" and drawn(tx.vault.blind, case.id, await _share(tx, case.item_code)):
        await open_recheck(tx, case, "sample")
    return granted


async def _granted(tx: Tx, case: Case, finding: Finding) -> tuple[Case | None, Outcome]:
    """What the gate refuses, because others have to speak first or the turn is another's, is a person's."""
    if finding.verdict is not True or finding.doubts:
        return None, "to_person"
    if not await tx.db.fetchval("SELECT machine_may_grant($1)", case.item_code):
        return None, "held"
    try:
        async with tx.db.transaction():
            accepted = await move(tx, case, "accepted", machine=True)
            said = {"rules": finding.version, "checked": len(finding.rules)}
            return await move(tx, accepted, "granted", said, machine=True), "granted"
    except Refusal:
        return None, "held"


async def _keep(tx: Tx, case: Case, finding: Finding, outcome: Outcome, facts: Sequence[Fact]) -> None:
    await tx.db.execute(
        """INSERT INTO automatic_decisions (case_id, item_code, item_version, department_id, verdict, outcome, finding, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        case.id, case.item_code, finding.version, case.department_id, finding.verdict, outcome, msgspec.to_builtins(finding), tx.now,
    )  # fmt: skip
    version = await item_version(tx.db, case.item_code, case.item_version)
    stood = relied_on(version.item, parties_of(case.bound), facts, version.elements, version.meanings, tx.vault.blind)
    await _keep_relied(tx, case.id, list(dict.fromkeys(stood)))


async def _keep_relied(tx: Tx, case: UUID, stood: list[Relied]) -> None:
    if stood:
        await tx.db.execute(
            """INSERT INTO relied_on (case_id, source, party_id, element, subject, proof, as_of, at)
               SELECT $1, r.source, r.party_id, r.element, r.subject, r.proof, r.as_of, $2
               FROM unnest($3::text[], $4::uuid[], $5::text[], $6::bytea[], $7::bytea[], $8::timestamptz[])
                    AS r(source, party_id, element, subject, proof, as_of)""",
            case, tx.now, *zip(*((r.source, r.party_id, r.element, r.subject, r.proof, r.as_of) for r in stood), strict=True),
        )  # fmt: skip


async def _share(tx: Tx, item: str) -> float:
    """How many of a hundred grants of this item a person looks at again."""
    return float(await tx.db.fetchval("SELECT checked_share($1)", item))


async def open_recheck(
    tx: Tx, case: Case, cause: str, words: bytes | None = None, inquiry: UUID | None = None, *, id: UUID | None = None
) -> None:
    """A task on the desk of the case's department. `words`: sealed, what the applicant wants looked at."""
    await tx.db.execute(
        "INSERT INTO rechecks (id, case_id, department_id, cause, inquiry_id, opened_at, words_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id or uuid4(), case.id, case.department_id, cause, inquiry, tx.now, words,
    )  # fmt: skip
