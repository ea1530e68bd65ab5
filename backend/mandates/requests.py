"""The agent asks, the principal answers: with a tap, or from the number that was hers before she was asked.

There is no mandate before the answer. Known and unknown numbers get the same answer, the same row and the same jobs.
"""

import secrets
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem, TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue_all
from backend.mandates.actions import Person, at_most_five, consent_text, found_at, own_affairs, problems_of
from backend.mandates.consent import hash_of, open_words, seal_words
from backend.mandates.journal import note
from backend.mandates.model import ACTIONS, AskFor, Grant, MandateRequest

LIFE = {"sms": timedelta(days=3), "posted_code": timedelta(days=30)}
JOBS = {"sms": ("announce_request", "text_request"), "posted_code": ("announce_request", "write_letter")}
HOUR, DAY = 3600, 86400
# What is counted, seconds, how many: one agent's questions, and how often one number is asked by anybody.
ASKS = (("agent", DAY, 10), ("number", DAY, 5))
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs, 5 bits each; none is taken for another


async def ask(tx: Tx, asked: AskFor, matters: str) -> UUID:
    """Invalid with every problem at once, TooMany after ten questions a day or five to one number."""
    own_affairs(tx)
    _refuse_problems(asked)
    for what, seconds, most in ASKS:
        subject = str(tx.viewer.id) if what == "agent" else asked.principal_phone
        await within(tx, f"ask:{what}", subject, seconds, most)
    principal = await found_at(tx, asked.principal_phone, asked.principal_name)
    if principal and principal.id == tx.viewer.id:
        raise Invalid(Problem(_("这是您自己的号码。自己的事可以直接办。"), "principal_phone"))
    request = await _store(tx, asked, principal, matters)
    await enqueue_all(tx.db, [(job, {"request": str(request)}) for job in JOBS[asked.way]])
    return request


def _refuse_problems(asked: AskFor) -> None:
    grant = Grant(agent_name=asked.principal_name, agent_phone="", items=asked.items, days=asked.days)
    problems = [
        Problem(_("请写上对方的姓名。"), "principal_name") if p.field == "agent_name" else p for p in problems_of(grant)
    ]
    if not (asked.principal_phone.isascii() and asked.principal_phone.isdigit() and len(asked.principal_phone) == 11):
        problems.append(Problem(_("请写对方的 11 位手机号。"), "principal_phone"))
    if problems:
        raise Invalid(*problems)


async def _store(tx: Tx, asked: AskFor, principal: Person | None, matters: str) -> UUID:
    """Asked of nobody we know: the same row, its words under the system's key."""
    request, posted = uuid4(), asked.way == "posted_code"
    words = consent_text(asked.principal_name, tx.viewer.name, asked.days, matters, tx.today)
    code = new_code(12) if posted else f"{secrets.randbelow(10**6):06}"
    await tx.db.execute(
        """INSERT INTO mandate_requests (id, way, principal_id, agent_id, items, matters, consent_sealed, consent_hash, code_hash,
                                         code_sealed, valid_from, valid_to, asked_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        request, asked.way, principal and principal.id, tx.viewer.id, asked.items, matters,
        seal_words(principal.key if principal else tx.vault.system, words), hash_of(words),
        brought(tx, code) if posted else replied(tx, request, code),
        tx.vault.system.seal(code.encode(), f"mandate code:{request}"),
        tx.today, tx.today + timedelta(days=asked.days), tx.now, tx.now + LIFE[asked.way],
    )  # fmt: skip
    return request


def new_code(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def brought(tx: Tx, code: str) -> bytes:
    """The keyed hash a code that is typed in is found by."""
    return tx.vault.blind(code, "mandate code")


def replied(tx: Tx, request: UUID, code: str) -> bytes:
    """The keyed hash of the digits in a text message: they only count for this request."""
    return tx.vault.blind(code, f"mandate reply:{request}")


async def within(tx: Tx, what: str, subject: str, seconds: int, most: int) -> None:
    """Counts one more, or TooMany."""
    key = tx.vault.blind(subject, f"{what}:{seconds}")
    if not await tx.db.fetchval("SELECT within_limit($1, $2, $3)", key, seconds, most):
        raise TooMany(_("今天问得太多了。请明天再试，或请家人自己授权。"), next_step="/mandates", next_say=_("回去"))


async def agree(tx: Tx, request: UUID, principal: UUID, via: str) -> UUID:
    """Makes the mandate, once. Conflict when it was answered or has run out; Invalid when the agent already acts for five."""
    async with at_most_five(tx):
        mandate = await tx.db.fetchval(
            """WITH asked AS (SELECT * FROM mandate_requests WHERE id = $1 AND principal_id = $2 AND way <> 'family_qr'
                              AND state = 'pending' AND expires_at > $4 FOR UPDATE),
                    given AS (INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, items, actions, consent, consent_sealed,
                                                    consent_hash, valid_from, valid_to, granted_at)
                              SELECT $3, principal_id, agent_id, 'entrusted', $5, items, $6, consent, consent_sealed,
                                     coalesce(consent_hash, sha256(convert_to(consent, 'UTF8'))), valid_from, valid_to, $4 FROM asked RETURNING id)
               UPDATE mandate_requests SET state = 'agreed', answered_at = $4, mandate_id = given.id FROM given
               WHERE mandate_requests.id = $1 RETURNING given.id""",
            request,
            principal,
            uuid4(),
            tx.now,
            via,
            list(ACTIONS),
        )
    if mandate is None:
        raise Conflict(_("这个请求已经回答过了，或者过期了。"), next_step="/mandates", next_say=_("看授权"))
    await note(tx, mandate, "granted", {"via": via}, by=principal)
    await enqueue_all(tx.db, [("request_answered", {"request": str(request)})])
    return mandate


async def close(tx: Tx, request: UUID, person: UUID) -> None:
    """The principal refuses, or the agent takes her question back; Conflict when it was answered already."""
    done = await tx.db.fetchval(
        """UPDATE mandate_requests SET state = CASE WHEN principal_id = $2 THEN 'refused' ELSE 'withdrawn' END, answered_at = $3
           WHERE id = $1 AND $2 IN (principal_id, agent_id) AND state = 'pending' RETURNING true""",
        request,
        person,
        tx.now,
    )
    if not done:
        raise Conflict(_("这个请求已经回答过了。"), next_step="/mandates", next_say=_("看授权"))
    await enqueue_all(tx.db, [("request_answered", {"request": str(request)})])


async def requests_of(tx: Tx) -> list[MandateRequest]:
    """What still waits for an answer: asked of the viewer, or by her; the words only one by one, in `request_of`."""
    rows = await tx.db.fetch(
        """SELECT id, way, principal_id, agent_id, matters, '' AS consent, valid_to, asked_at, expires_at, state, mandate_id
           FROM mandate_requests WHERE $1 IN (principal_id, agent_id) AND state = 'pending' AND expires_at > $2 AND way <> 'family_qr'
           ORDER BY asked_at DESC LIMIT 50""",
        tx.viewer.id,
        tx.now,
    )
    return msgspec.convert(rows, list[MandateRequest])


async def request_of(tx: Tx, request: UUID) -> MandateRequest:
    """NotFound for everybody but the two."""
    row = await tx.db.fetchrow(
        """SELECT id, way, principal_id, agent_id, matters, consent, consent_sealed, consent_hash, key_of_request(id) AS key_wrapped,
                  valid_to, asked_at, expires_at, state, mandate_id
           FROM mandate_requests WHERE id = $1 AND $2 IN (principal_id, agent_id)""",
        request,
        tx.viewer.id,
    )
    if row is None:
        raise NotFound()
    key = tx.vault.key(row["key_wrapped"]) if row["key_wrapped"] else tx.vault.system
    words = open_words(key, row["consent_sealed"], row["consent_hash"], row["consent"])
    return msgspec.convert({**row, "consent": words}, MandateRequest)
