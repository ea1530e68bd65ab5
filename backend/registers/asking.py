"""Questions to registers: wished for in a person's request, asked by jobs, each once however many sheets are open."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.jobs import Work, enqueue_all
from backend.registers.actions import keep_record
from backend.registers.adapter import opened
from backend.registers.breaker import let_through, went_well, went_wrong
from backend.registers.messages import BREAKER
from backend.registers.model import Question, Told, Unknown, Wish
from backend.registers.rules import age_of, facts_wanted

LEASE = timedelta(seconds=30)  # longer than any question takes
TRIES = 4  # of one question, minutes apart at most
PAUSES = (5.0, 15.0, 40.0)  # seconds between them
PATIENCE = 60.0  # seconds a sheet waits for a register that wants to be left alone; after that its word is unknown
NOTHING_KNOWN = timedelta(minutes=10)  # until a register that had no record, or one against itself, is asked again
AFTER_FAILURE = timedelta(minutes=1)  # until one that did not answer is


async def remote(tx: Tx) -> frozenset[str]:
    """The registers that are asked over the network; all others push their records here."""
    return frozenset(row["register"] for row in await tx.db.fetch("SELECT register FROM register_breakers"))


async def wish(tx: Tx, wishes: Iterable[Wish], *, case: UUID | None = None, principal: UUID | None = None) -> None:
    """Writes the questions down and leaves them to jobs. What was asked lately, is being asked, or was just asked in vain, is not asked
    again. In a request of the person's (or her agent's); as the worker for a case, of whose `principal`."""
    rows = [_row(tx, one) for one in wishes]
    if not rows:
        return
    found = await tx.db.fetch(
        """INSERT INTO register_requests (id, register, subject, principal_id, actor_id, case_id, items, basis, sealed, asked_at)
           SELECT w.id, w.register, decode(w.subject, 'hex'), $2, $3, $4, w.items, w.basis, decode(w.sealed, 'hex'), $5
           FROM jsonb_to_recordset($1) AS w(id uuid, register text, subject text, items text[], basis text, sealed text)
           JOIN register_breakers b USING (register)
           WHERE NOT asked_lately(w.register, decode(w.subject, 'hex')) AND NOT EXISTS (
               SELECT 1 FROM register_requests r WHERE (r.register, r.subject) = (w.register, decode(w.subject, 'hex'))
                  AND r.state = 'outage' AND r.done_at > $6)
           ON CONFLICT DO NOTHING RETURNING id""",
        rows,
        principal or tx.viewer.principal_id,
        None if principal else tx.viewer.id,
        case,
        tx.now,
        tx.now - AFTER_FAILURE,
    )
    await enqueue_all(tx.db, [("ask_register", {"request": row["id"]}) for row in found])


async def unanswered(tx: Tx, wishes: Iterable[Wish]) -> set[str]:
    """Those of the registers asked over the network from which nothing lately is there, not even that they know nobody."""
    return await _registers(
        tx,
        wishes,
        """SELECT w.register FROM unnest($1::text[], $2::bytea[]) AS w(register, subject)
           JOIN register_breakers b USING (register) WHERE NOT asked_lately(w.register, w.subject)""",
    )


async def under_way(tx: Tx, wishes: Iterable[Wish]) -> set[str]:
    """Those that are being asked now, for whomever's sake. As the worker."""
    return await _registers(
        tx,
        wishes,
        """SELECT r.register FROM unnest($1::text[], $2::bytea[]) AS w(register, subject)
           JOIN register_requests r USING (register, subject) WHERE r.state = 'waiting'""",
    )


async def asked_since(tx: Tx, case: UUID, at: datetime) -> bool:
    """Whether a register was asked for the sake of this case from then on. As the worker."""
    return bool(
        await tx.db.fetchval(
            "SELECT EXISTS (SELECT 1 FROM register_requests WHERE case_id = $1 AND asked_at >= $2)", case, at
        )
    )


async def _registers(tx: Tx, wishes: Iterable[Wish], statement: str) -> set[str]:
    pairs = [(one.register, tx.vault.blind(one.number, "identity")) for one in wishes]
    rows = await tx.db.fetch(statement, [register for register, _ in pairs], [subject for _, subject in pairs])
    return {row["register"] for row in rows}


def _row(tx: Tx, one: Wish) -> dict[str, object]:
    id_, subject = uuid4(), tx.vault.blind(one.number, "identity")
    sealed = tx.vault.registers.seal(one.number.encode(), _place(id_))
    return {
        "id": str(id_),
        "register": one.register,
        "subject": subject.hex(),
        "items": one.items,
        "basis": one.basis,
        "sealed": sealed.hex(),
    }


def _place(request: UUID) -> str:
    return f"register_request:{request}"


class Taken(msgspec.Struct, frozen=True):
    """A question this worker asks now. `tries`: this one counted."""

    question: Question
    tries: int


async def put(work: Work, request: UUID) -> float:
    """Asks one question, with no transaction open while it does. Seconds after which to come again, 0: nothing is left to do."""
    async with work.transaction() as tx:
        taken = await take(tx, request)
        pack = (await city(tx.db)).pack
    if not isinstance(taken, Taken):
        return taken
    door = (await work.shared(opened)).door(taken.question.register, pack, work.clock)
    said = await door.ask(taken.question) if door else Unknown("outage", said="not configured")
    async with work.transaction() as tx:
        return await settle(tx, taken, said, pack)


async def take(tx: Tx, request: UUID) -> Taken | float:
    """Claims it for this worker, unless it is done, somebody else is asking, or the circuit is open."""
    row = await tx.db.fetchrow(
        """SELECT id, register, items, basis, sealed, tries, taken_until, asked_at, asked_lately(register, subject) AS known
           FROM register_requests WHERE id = $1 AND state = 'waiting' FOR UPDATE""",
        request,
    )
    if row is None:
        return 0.0
    if row["known"]:
        await _done(tx, request, "answered")  # by a question that ended while this one was written down
        return 0.0
    if row["taken_until"] and row["taken_until"] > tx.now:
        return (row["taken_until"] - tx.now).total_seconds()
    wait = await let_through(tx, row["register"])
    if wait:
        if tx.now + timedelta(seconds=wait) <= row["asked_at"] + timedelta(seconds=PATIENCE):
            return wait
        await _done(tx, request, "outage", BREAKER)
        return 0.0
    await tx.db.execute(
        "UPDATE register_requests SET tries = tries + 1, taken_until = $2 WHERE id = $1", request, tx.now + LEASE
    )
    return Taken(await _question(tx, row), row["tries"] + 1)


async def _question(tx: Tx, row: dict) -> Question:
    published = await city(tx.db)
    titles = [published.titles[code] for code in row["items"] if code in published.titles]
    items = [published.pack.items[name] for name in titles if name in published.pack.items]
    return Question(
        id=row["id"],
        register=row["register"],
        kind=published.pack.registers[row["register"]].about,
        identity=tx.vault.registers.open(row["sealed"], _place(row["id"])).decode(),
        facts=facts_wanted(row["register"], items, published.pack),
        purpose="、".join(titles),
        basis=row["basis"],
    )


async def settle(tx: Tx, taken: Taken, said: Told | Unknown, pack: Pack) -> float:
    """Keeps the answer, as old as it is; what nobody knows stays unknown, and is never kept as anything else."""
    question = taken.question
    if isinstance(said, Unknown) and said.reason == "outage":
        await went_wrong(tx, question.register, said)
        if taken.tries < TRIES and said.wait <= PATIENCE:
            await tx.db.execute("UPDATE register_requests SET taken_until = NULL WHERE id = $1", question.id)
            return said.wait or PAUSES[taken.tries - 1]
        await _done(tx, question.id, "outage", said.said)
        return 0.0
    await went_well(tx, question.register)
    if isinstance(said, Told):
        await _keep(tx, question, said, pack)
    elif said.reason != "stale":  # what was kept is newer than an old answer, or gone by itself
        await keep_record(tx, question.register, question.identity, {}, at=tx.now, expires=tx.now + NOTHING_KNOWN)
    await _done(tx, question.id, "answered" if isinstance(said, Told) else said.reason)
    return 0.0


async def _keep(tx: Tx, question: Question, said: Told, pack: Pack) -> None:
    expires = said.at + age_of(question.register, pack)
    await keep_record(tx, question.register, question.identity, said.facts, at=said.at, expires=expires)


async def _done(tx: Tx, request: UUID, state: str, said: str = "") -> None:
    """`said`: of an outage, what kind."""
    await tx.db.execute(
        """UPDATE register_requests SET state = $2, said = $4, sealed = NULL, taken_until = NULL, done_at = $3
           WHERE id = $1 AND state = 'waiting'""",
        request,
        state,
        tx.now,
        said,
    )
