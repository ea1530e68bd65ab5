"""A mandate on paper: one officer takes it in and scans it, a second one compares paper and screen and confirms.

The database holds to it: another second officer than the first, a scanned paper, the very words, seven days.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from obstore.store import ObjectStore

from backend.core.codes import read_resident_id
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from backend.core.files import Pressed, keep
from backend.core.i18n import _, translate
from backend.core.jobs import enqueue
from backend.mandates.actions import spelled, write_mandate
from backend.mandates.ages import OF_AGE, OWN_CONSENT, birthday
from backend.mandates.consent import hash_of, open_words, seal_words
from backend.mandates.model import ACTION_WORDS, Action, NewMandate
from backend.mandates.people import OTHER_OWNER, Found, Shown, look_up, settle

LIFE = timedelta(days=7)
SECOND = _("登记的人不能自己核对。请另一位同事打开这一份，对照纸和屏幕。")
LONGEST = {"entrusted": 365, "guardian": 1826}  # days
ENTRUSTED = (
    "本人%(principal)s（证件号码尾号%(principal_tail)s）委托%(agent)s（证件号码尾号%(agent_tail)s），从%(from)s到%(to)s，"
    "替本人在随手办上办理：%(matters)s。可以：%(actions)s。代办人不得再委托他人。"
    "本人可以随时收回：打 12345，或到任何一个窗口说一声，马上生效。"
)
GUARDIAN = (
    "%(agent)s（证件号码尾号%(agent_tail)s）是%(principal)s（证件号码尾号%(principal_tail)s）的监护人，已出示法院文书或其他证明原件。"
    "从%(from)s到%(to)s，作为监护人替被监护人在随手办上办理：%(matters)s。可以：%(actions)s。"
    "监护人按最有利于被监护人的原则办事，不得再委托他人。监护资格变更或终止的，从那时起不再有效。"
)


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What the first officer filled in. `days` counts from today; `items` None: everything an agent may do."""

    kind: Literal["entrusted", "guardian"]
    principal: Shown
    agent: Shown
    items: list[str] | None
    matters: str
    actions: Sequence[Action]
    days: int


class CounterMandate(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate on paper that is not one yet, as the officers of that counter see it."""

    id: UUID
    kind: str
    principal_id: UUID
    agent_id: UUID
    items: list[str] | None
    actions: list[Action]
    consent: str
    consent_hash: bytes
    valid_from: date
    valid_to: date
    first_officer: UUID
    paper_id: UUID | None
    state: str
    asked_at: datetime
    expires_at: datetime
    own_consent_on: date | None

    @property
    def short_hash(self) -> str:
        return short_hash(self.consent_hash)

    @property
    def number(self) -> str:
        return short_number(self.id)


class Waiting(msgspec.Struct, frozen=True):
    """A line of the list: no name is on it. `reason`: why the second officer returned it to the viewer."""

    id: UUID
    kind: str
    state: str
    mine: bool
    asked_at: datetime
    expires_at: datetime
    reason: str | None


async def take_in(tx: Tx, typed: Typed) -> UUID:
    """Keeps what is to be signed; Invalid with every problem of both people at once."""
    principal, agent = await look_up(tx, typed.principal), await look_up(tx, typed.agent)
    if problems := [*principal.problems, *agent.problems, *_problems(typed, principal, agent)]:
        raise Invalid(*problems)
    department = await tx.db.fetchval("SELECT min(d) FROM unnest(my_counters()) AS d")
    if department is None:
        raise NotFound()
    request, words = uuid4(), _words(tx, typed, principal, agent)
    (principal_id, key), (agent_id, _key) = await settle(tx, principal), await settle(tx, agent)
    await tx.db.execute(
        """INSERT INTO counter_mandates (id, kind, principal_id, agent_id, items, actions, consent_sealed, consent_hash, valid_from,
                                         valid_to, department_id, first_officer, asked_at, expires_at, own_consent_on)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
        request, typed.kind, principal_id, agent_id, typed.items, list(typed.actions), seal_words(key, words),
        hash_of(words), tx.today, tx.today + timedelta(days=typed.days), department, tx.viewer.id, tx.now, tx.now + LIFE,
        _own_consent(tx, typed, principal),
    )  # fmt: skip
    return request


def _own_consent(tx: Tx, typed: Typed, principal: Found) -> date | None:
    """The fourteenth birthday of a ward who is a child; a grown-up's guardian agrees for her as long as he is one."""
    birth = read_resident_id(principal.number, tx.today).birth
    return birthday(birth, OWN_CONSENT) if typed.kind == "guardian" and birthday(birth, OF_AGE) > tx.today else None


def _problems(typed: Typed, principal: Found, agent: Found) -> list[Problem]:
    problems = []
    if principal.number and principal.number == agent.number:
        problems.append(Problem(_("本人和代办人是同一个人，不用授权。"), "agent_number"))
    elif typed.principal.phone and typed.principal.phone == typed.agent.phone:
        problems.append(Problem(OTHER_OWNER, "principal_phone"))
    if typed.items is not None and not typed.items:
        problems.append(Problem(_("请至少选一件可以代办的事。"), "items"))
    if not typed.actions:
        problems.append(Problem(_("请至少选一样可以做的。"), "actions"))
    if not 1 <= typed.days <= LONGEST[typed.kind]:
        problems.append(Problem(_("请选授权多久。"), "days"))
    return problems


def _words(tx: Tx, typed: Typed, principal: Found, agent: Found) -> str:
    """The very words that are printed, signed, compared and stored with their hash."""
    return (ENTRUSTED if typed.kind == "entrusted" else GUARDIAN) % {
        "principal": typed.principal.name,
        "principal_tail": principal.tail,
        "agent": typed.agent.name,
        "agent_tail": agent.tail,
        "from": spelled(tx.today),
        "to": spelled(tx.today + timedelta(days=typed.days)),
        "matters": typed.matters,
        "actions": "、".join(ACTION_WORDS[action] for action in typed.actions),
    }


async def waiting(tx: Tx) -> list[Waiting]:
    """What waits at the viewer's counter, the oldest first, and what was returned to her within a week."""
    rows = await tx.db.fetch(
        """SELECT id, kind, state, first_officer = $1 AS mine, asked_at, expires_at, reason FROM counter_mandates
           WHERE (state IN ('drafted', 'signed') AND expires_at > $2) OR (state = 'refused' AND first_officer = $1 AND answered_at > $3)
           ORDER BY asked_at LIMIT 100""",
        tx.viewer.id,
        tx.now,
        tx.now - LIFE,
    )
    return msgspec.convert(rows, list[Waiting])


async def on_paper(tx: Tx, request: UUID) -> CounterMandate:
    """One that is still open at the viewer's counter, with its words; NotFound otherwise."""
    return (await _opened(tx, request))[0]


async def _opened(tx: Tx, request: UUID) -> tuple[CounterMandate, DataKey]:
    row = await tx.db.fetchrow(
        """SELECT c.id, c.kind, c.principal_id, c.agent_id, c.items, c.actions, c.consent_sealed, c.consent_hash, c.valid_from, c.valid_to,
                  c.first_officer, c.paper_id, c.state, c.asked_at, c.expires_at, c.own_consent_on, a.key_wrapped
           FROM counter_mandates c JOIN accounts a ON a.id = c.principal_id
           WHERE c.id = $1 AND c.state IN ('drafted', 'signed') AND c.expires_at > $2""",
        request,
        tx.now,
    )
    if row is None:
        raise NotFound()
    fields, key = dict(row), tx.vault.key(row["key_wrapped"])
    consent = open_words(key, fields.pop("consent_sealed"), row["consent_hash"])
    return msgspec.convert(fields | {"consent": consent}, CounterMandate), key


async def scan(tx: Tx, store: ObjectStore, request: UUID, paper: Pressed) -> None:
    """The signed paper, sealed under the principal's key, by the officer who took it in."""
    found, key = await _opened(tx, request)
    if found.first_officer != tx.viewer.id or found.state != "drafted":
        raise Conflict(
            _("这份授权书已经交上了，或者不是您登记的。"), next_step="/desk/mandates", next_say=_("回到列表")
        )
    viewer = msgspec.structs.replace(tx.viewer, principal_id=found.principal_id, key=key)
    file = await keep(Tx(tx.db, tx.vault, tx.now, viewer), store, paper)
    await tx.db.execute("UPDATE counter_mandates SET state = 'signed', paper_id = $2 WHERE id = $1", request, file)


async def confirm(tx: Tx, request: UUID) -> UUID:
    """The second officer found paper and screen alike: the mandate. NotAllowed for the first one, Conflict when it was answered."""
    found, key = await _opened(tx, request)
    if found.first_officer == tx.viewer.id:
        raise NotAllowed(SECOND, next_step="/desk/mandates", next_say=_("回到列表"))
    new = NewMandate(
        principal_id=found.principal_id, agent_id=found.agent_id, kind=found.kind, via="counter_paper", items=found.items,  # type: ignore[arg-type]
        actions=found.actions, consent=found.consent, valid_from=found.valid_from, valid_to=found.valid_to,
        own_consent_on=found.own_consent_on,
    )  # fmt: skip
    await _answer(tx, request, "confirmed", mandate=new.id)
    officers = [str(found.first_officer), str(tx.viewer.id)]
    await write_mandate(tx, new, {"officers": officers}, key)
    await enqueue(tx.db, "tell_mandate", {"mandate": str(new.id), "what": "given"})
    return new.id


async def refuse(tx: Tx, request: UUID, reason: str) -> None:
    """The second officer found a difference; `reason` is for her colleague."""
    if not 1 <= len(reason) <= 500:
        raise Invalid(Problem(_("请写上哪里不一致，写给登记的同事看。"), "reason"))
    if (await on_paper(tx, request)).first_officer == tx.viewer.id:
        raise NotAllowed(SECOND, next_step="/desk/mandates", next_say=_("回到列表"))
    await _answer(tx, request, "refused", reason=reason)


async def _answer(tx: Tx, request: UUID, state: str, mandate: UUID | None = None, reason: str | None = None) -> None:
    done = await tx.db.execute(
        """UPDATE counter_mandates SET state = $2, second_officer = $3, answered_at = $4, mandate_id = $5, reason = $6
           WHERE id = $1 AND state = 'signed'""",
        request,
        state,
        tx.viewer.id,
        tx.now,
        mandate,
        reason,
    )
    if done != "UPDATE 1":
        raise Conflict(
            _("还没有扫描签字的授权书，或者刚刚有人核对过了。"), next_step="/desk/mandates", next_say=_("回到列表")
        )


async def withdraw(tx: Tx, request: UUID) -> None:
    """The first officer takes it off the list: not signed, or typed wrong."""
    done = await tx.db.execute(
        """UPDATE counter_mandates SET state = 'withdrawn', answered_at = $3 WHERE id = $1 AND first_officer = $2 AND state IN ('drafted', 'signed')""",
        request,
        tx.viewer.id,
        tx.now,
    )
    if done != "UPDATE 1":
        raise NotFound()


async def expire(tx: Tx) -> int:
    """As worker: what nobody confirmed within seven days counts for nothing any more, and now also says so."""
    done = await tx.db.execute(
        "UPDATE counter_mandates SET state = 'expired', answered_at = $1 WHERE state IN ('drafted', 'signed') AND expires_at <= $1",
        tx.now,
    )
    return int(done.split()[-1])


def sheet(words: str, request: UUID, lang: str) -> dict[str, Any]:
    """What pwa/print/consent.typ sets: the words to be signed, with the signs of their hash."""
    return {
        "title": translate(lang, _("授权书")),
        "lang": lang,
        "words": words,
        "number": short_number(request),
        "hash": short_hash(hash_of(words)),
        "signs": [translate(lang, _("签名或按手印")), translate(lang, _("日期"))],
        "ways": translate(lang, _("校验码")),
        "foot": translate(lang, _("想收回，打 12345，或到任何一个窗口说一声，马上生效。")),
    }


def short_hash(digest: bytes) -> str:
    """What stands on the paper and on the screen, to be compared: sixteen signs in fours."""
    signs = digest.hex()[:16].upper()
    return " ".join(signs[i : i + 4] for i in range(0, 16, 4))


def short_number(request: UUID) -> str:
    """What officers call it by."""
    return str(request)[:8].upper()
