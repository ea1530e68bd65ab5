"""Granting by machine: the same moves through the same gate, with the machine as the actor, and what it decided kept as it was."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec

from backend.approval.examining import examine_stored, parties_of, said_again
from backend.approval.model import Finding, Outcome, Relied
from backend.approval.relying import relied_on
from backend.approval.sampling import drawn
from backend.cases.actions import move
from backend.cases.issuing import issue_certificates
from backend.cases.model import Case, Event, Fact
from backend.cases.queries import all_facts, case_by_id, events_of
from backend.cases.states import State
from backend.cases.walking import Path, walk
from backend.catalogue.model import Pack
from backend.catalogue.queries import city, item_version
from backend.catalogue.version_model import ItemVersion
from backend.core.db import SHANGHAI, Tx
from backend.core.errors import Refusal
from backend.core.events import NewEvent, record
from backend.core.jobs import Named


class Judged(msgspec.Struct, frozen=True):
    """A case the machine has looked at: what was found is stored with it already. `events` are those it has so far."""

    case: Case
    finding: Finding
    facts: Sequence[Fact]
    events: Sequence[Event]

    @property
    def clear(self) -> bool:
        return self.finding.verdict is True and not self.finding.doubts


class Granted(msgspec.Struct, frozen=True):
    """What came of it: the cases that were granted, and the events and jobs that are recorded with what else is."""

    cases: list[Case] = []
    events: list[NewEvent] = []
    jobs: list[Named] = []


async def grant_if_clear(tx: Tx, case_id: UUID, finding: Finding | None) -> Case | None:
    """`grant_all_clear` for one case that was filed before, recorded at once. Returns the granted case, None if nothing was moved."""
    if finding is None:
        return None
    case = await case_by_id(tx.db, case_id)
    return await _decide(tx, case, finding, await all_facts(tx, case)) if case.state is State.SUBMITTED else None


async def grant_all_clear(tx: Tx, judged: Sequence[Judged]) -> Granted:
    """Accepts and grants each case of which every rule is clearly true, if nobody stopped the machine; leaves each other, with its
    reasons, to a person. Either way what was found is kept for ever, with what it stood on. In a number of statements that does
    not grow with the cases; what several handle, or what is limited in number, goes through the gate by itself.
    """
    if not judged:
        return Granted()
    allowed = await _allowed(tx, {one.case.item_code for one in judged if one.clear})
    may = [one for one in judged if one.clear and allowed[one.case.item_code][0]]
    together = [one for one in may if await _alone(tx, one.case)]
    granted = await _grant_together(tx, together)
    others = [case for one in may if one not in together and (case := await _through_the_gate(tx, one))]
    ids = {case.id for case in (*granted.cases, *others)}
    await _keep(tx, [(one, _outcome(one, ids)) for one in judged])
    for one in may:
        if one.case.id in ids and drawn(tx.vault.blind, one.case.id, allowed[one.case.item_code][1]):
            await open_recheck(tx, one.case, "sample")
    return msgspec.structs.replace(granted, cases=[*granted.cases, *others])


def _outcome(one: Judged, granted: set[UUID]) -> Outcome:
    if one.case.id in granted:
        return "granted"
    return "held" if one.clear else "to_person"


async def _allowed(tx: Tx, items: set[str]) -> dict[str, tuple[bool, float]]:
    """Of each item whether the machine may grant it, and how many of a hundred grants a person looks at again."""
    if not items:
        return {}
    rows = await tx.db.fetch(
        "SELECT code, machine_may_grant(code) AS may, checked_share(code)::float8 AS share FROM unnest($1::text[]) AS code",
        sorted(items),
    )
    return {row["code"]: (row["may"], row["share"]) for row in rows}


async def _alone(tx: Tx, case: Case) -> bool:
    item = (await item_version(tx.db, case.item_code, case.item_version)).item
    return item.joint is None and item.quota is None


async def _grant_together(tx: Tx, judged: Sequence[Judged]) -> Granted:
    if not judged:
        return Granted()
    cases, events, jobs = await walk(tx, [(one.case, one.events, _path(one.finding)) for one in judged])
    papers = await issue_certificates(tx, [(case, one.facts) for case, one in zip(cases, judged, strict=True)])
    return Granted(cases, events, [*jobs, *papers])


def _path(finding: Finding) -> Path:
    return [("accepted", {}), ("granted", {"rules": finding.version, "checked": len(finding.rules)})]


async def _through_the_gate(tx: Tx, one: Judged) -> Case | None:
    """What the gate refuses, because others have to speak first or the turn is another's, is a person's."""
    case = one.case
    try:
        async with tx.db.transaction():
            for name, said in _path(one.finding):
                case = await move(tx, case, name, said, machine=True)
    except Refusal:
        return None
    return case


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
        await _keep(tx, [(Judged(case, finding, facts, ()), "held" if finding.verdict is True else "to_person")])


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
    granted = await grant_all_clear(tx, [Judged(case, finding, facts, await events_of(tx.db, case.id))])
    if granted.events:
        await record(tx, granted.events, also=granted.jobs)
    return granted.cases[0] if granted.cases else None


async def _keep(tx: Tx, decided: Sequence[tuple[Judged, Outcome]]) -> None:
    """What was decided and on what it stood, of all cases in one statement."""
    rows = [
        {"case_id": one.case.id, "item_code": one.case.item_code, "item_version": one.finding.version, "verdict": one.finding.verdict,
         "department_id": one.case.department_id, "outcome": outcome, "finding": one.finding}
        for one, outcome in decided
    ]  # fmt: skip
    stood = [(one.case.id, relied) for one, _outcome in decided for relied in await _relied(tx, one)]
    await tx.db.execute(
        """WITH kept AS (
               INSERT INTO automatic_decisions (case_id, item_code, item_version, department_id, verdict, outcome, finding, at)
               SELECT d.case_id, d.item_code, d.item_version, d.department_id, d.verdict, d.outcome, d.finding, $1
               FROM jsonb_to_recordset($2) AS d(case_id uuid, item_code text, item_version integer, department_id text, verdict boolean,
                    outcome text, finding jsonb))
           INSERT INTO relied_on (case_id, source, party_id, element, subject, proof, as_of, at)
           SELECT r.case_id, r.source, r.party_id, r.element, r.subject, r.proof, r.as_of, $1
           FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::bytea[], $8::bytea[], $9::timestamptz[])
                AS r(case_id, source, party_id, element, subject, proof, as_of)""",
        tx.now, msgspec.to_builtins(rows), [case for case, _one in stood], [one.source for _case, one in stood],
        [one.party_id for _case, one in stood], [one.element for _case, one in stood], [one.subject for _case, one in stood],
        [one.proof for _case, one in stood], [one.as_of for _case, one in stood],
    )  # fmt: skip


async def _relied(tx: Tx, one: Judged) -> list[Relied]:
    version = await item_version(tx.db, one.case.item_code, one.case.item_version)
    bound, blind = parties_of(one.case.bound), tx.vault.blind
    return list(dict.fromkeys(relied_on(version.item, bound, one.facts, version.elements, version.meanings, blind)))


async def open_recheck(
    tx: Tx, case: Case, cause: str, words: bytes | None = None, inquiry: UUID | None = None, *, id: UUID | None = None
) -> None:
    """A task on the desk of the case's department. `words`: sealed, what the applicant wants looked at."""
    await tx.db.execute(
        "INSERT INTO rechecks (id, case_id, department_id, cause, inquiry_id, opened_at, words_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id or uuid4(), case.id, case.department_id, cause, inquiry, tx.now, words,
    )  # fmt: skip
