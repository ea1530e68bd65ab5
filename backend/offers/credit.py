"""What a register says of somebody's credit, what she may do about it, and the register's department that answers."""

from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.cart.queries import draft_of, no_cart
from backend.catalogue.credit_model import Credit
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import enqueue

LONGEST = 1000
ANSWERED = "credit_appeal_answered"
STATES = {"open": _("在等部门答复"), "corrected": _("等级有误，已经更正"), "stands": _("等级没有错，不变")}
CHECKERS = frozenset({"reviewer", "approver", "head"})


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """What one register says now. `source`: the register's code, `register` its name; None of it known: an ordinary tier."""

    value: str
    label: str
    means: str
    source: str = ""
    register: str = ""
    department: str = ""
    at: datetime | None = None


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    register: str
    tier: str
    state: str
    made_at: datetime
    words: str
    answer_words: str | None = None
    answered_at: datetime | None = None


async def tier_of(tx: Tx) -> Tier:
    """Of the principal on the screen: herself, or a business for whoever represents it. NotFound where the city has no tiers."""
    business = await tx.db.fetchval("SELECT is_business($1)", tx.viewer.principal_id)
    if tx.viewer.acting and not business:
        raise NotAllowed(_("信用等级只给本人看。请先换回自己。"), next_step="/acting", next_say=_("换人"))
    pack = (await city(tx.db)).pack
    credit = _credit(pack)
    element = pack.elements[credit.elements["business" if business else "person"]]
    known = (await draft_of(tx, await no_cart(tx))).told.known.get((tx.viewer.principal_id, element.code), ())
    said = next((fact for fact in known if fact.trust in ("A", "B")), None)
    value = str(said.value) if said else element.otherwise
    code = said.source.removeprefix("register.") if said else _register(pack, element.code)
    return Tier(
        value=value,
        label=element.options.get(value, value),
        means=credit.tiers.get(value, ""),
        source=code,
        register=pack.registers[code].label,
        department=pack.registers[code].department,
        at=said.at if said else None,
    )


def _credit(pack: Pack) -> Credit:
    if pack.city.credit is None:
        raise NotFound()
    return pack.city.credit


def _register(pack: Pack, element: str) -> str:
    return next(code for code, one in pack.registers.items() if element in one.facts)


async def repair_words(tx: Tx) -> str:
    return _credit((await city(tx.db)).pack).repair


async def appeals_of(tx: Tx) -> list[Appeal]:
    """The principal's own, the newest first."""
    rows = await tx.db.fetch(
        """SELECT id, register, tier, state, made_at, words_sealed, answer_words, answered_at FROM credit_appeals
           WHERE principal_id = $1 ORDER BY made_at DESC LIMIT 20""",
        tx.viewer.principal_id,
    )
    return [_read(tx, row) for row in rows]


async def appeals_at(tx: Tx) -> list[Appeal]:
    """At the viewer's desks: those that wait, the oldest first."""
    rows = await tx.db.fetch(
        """SELECT id, register, tier, state, made_at, words_sealed, answer_words, answered_at FROM credit_appeals
           WHERE state = 'open' AND department_id = ANY ((SELECT my_checks())::text[]) ORDER BY made_at LIMIT 200"""
    )
    return [_read(tx, row) for row in rows]


def _read(tx: Tx, row: asyncpg.Record) -> Appeal:
    words = tx.vault.system.open_value(row["words_sealed"], _place(row["id"]))
    return msgspec.convert({**dict(row), "words": words}, Appeal)


def _place(appeal: UUID) -> str:
    return f"credit appeal:{appeal}"


async def appeal(tx: Tx, words: str) -> None:
    """To the department that keeps the register; one at a time."""
    tier = await tier_of(tx)
    if problems := _words_problems(words):
        raise Invalid(*problems)
    number = uuid4()
    made = await tx.db.execute(
        """INSERT INTO credit_appeals (id, principal_id, made_by, register, department_id, tier, words_sealed, made_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING""",
        number,
        tx.viewer.principal_id,
        tx.viewer.id,
        tier.source,
        tier.department,
        tier.value,
        tx.vault.system.seal_value(words, _place(number)),
        tx.now,
    )
    if made != "INSERT 0 1":
        raise Conflict(_("上一次申诉还在等答复，不用再交。"), next_step="/credit", next_say=_("看一看"))


async def answer(tx: Tx, appeal_id: UUID, state: str, words: str) -> None:
    """By an officer of the register's department: it was corrected there, or it stands, with words. She is told."""
    if not await tx.db.fetchval(
        "SELECT true FROM credit_appeals WHERE id = $1 AND department_id = ANY ((SELECT my_checks())::text[])",
        appeal_id,
    ):
        raise NotFound()
    problems = [] if state in ("corrected", "stands") else [Problem(_("请选等级有没有错。"), "state")]
    if problems := [*problems, *_words_problems(words)]:
        raise Invalid(*problems)
    changed = await tx.db.execute(
        """UPDATE credit_appeals SET state = $2, answer_words = $3, answered_by = $4, answered_at = $5 WHERE id = $1 AND state = 'open'""",
        appeal_id,
        state,
        words,
        tx.viewer.id,
        tx.now,
    )
    if changed != "UPDATE 1":
        raise Conflict(_("这一份刚才已经有人答复了。"), next_step="/desk/credit", next_say=_("返回"))
    await enqueue(tx.db, "tell_appeal_answered", {"appeal": str(appeal_id)})


async def tell_answered(tx: Tx, appeal_id: UUID) -> None:
    """As worker: she, or whoever handles the business, hears of the answer; once, however often the job runs."""
    row = await tx.db.fetchrow("SELECT principal_id, answered_by, department_id, answered_at FROM credit_appeals WHERE id = $1 AND state <> 'open'", appeal_id)  # fmt: skip
    if row is None or await tx.db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM events WHERE principal_id = $1 AND kind = $2 AND at >= $3)", row["principal_id"], ANSWERED, row["answered_at"]
    ):  # fmt: skip
        return
    told = NewEvent(
        kind=ANSWERED, principal_id=row["principal_id"], actor_kind="officer", actor_id=row["answered_by"],
        department_id=row["department_id"], data={"page": "/credit"},
    )  # fmt: skip
    await record(tx, [told])


def _words_problems(words: str) -> list[Problem]:
    return [] if 1 <= len(words) <= LONGEST else [Problem(_("请写几句话说明，最多 1000 字。"), "words")]
