"""A visit: one person, one member of staff, one place, one day. What she signs makes a mandate that ends with it."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from obstore.store import ObjectStore

from backend.accounts.actions import act_for
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem, TooMany
from backend.core.files import Pressed, keep
from backend.core.i18n import _, translate
from backend.core.jobs import enqueue
from backend.core.render import date_zh
from backend.mandates.actions import spelled, write_mandate
from backend.mandates.consent import hash_of, seal_words
from backend.mandates.journal import note
from backend.mandates.model import ACTION_WORDS, Action, NewMandate
from backend.mandates.people import Shown, look_up, settle
from backend.service_points.model import MOST_ITEMS, Place, Visit
from backend.service_points.queries import open_visit, points

# No certificates, no ratings: what is needed for the errand, and no more.
MAY: tuple[Action, ...] = ("see", "fill", "submit", "correct", "pay")
CONSENT = (
    "本人%(person)s（证件号码尾号%(tail)s）今天（%(day)s）在%(point)s，请%(organisation)s的工作人员%(staff)s帮我在随手办上办理：%(matters)s。"
    "可以：%(actions)s。只限今天这一次，我离开或今天结束就作废。本人可以随时叫停。"
)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What the member of staff filled in. `seen`: she has the ID card before her. `counter`: the department of her window."""

    point: UUID | None
    counter: str = ""
    person: Shown
    items: list[str]
    matters: str
    seen: bool


async def open_one(tx: Tx, place: Place, asked: Opening) -> UUID:
    """Begins a visit; Invalid with every problem at once, Conflict while another one is open, TooMany after the day's number."""
    if await open_visit(tx):
        raise Conflict(
            _("还有一位没有办完。一次只帮一个人，请先结束上一位。"), next_step="/visits", next_say=_("去结束")
        )
    here = {point.id: point.name for point in await points(tx, place.organisation_id)} if place.organisation_id else {}
    where = here.get(asked.point) if asked.point else _window(place, asked.counter)
    found = await look_up(tx, asked.person)
    problems = [*found.problems, *_problems(asked, where is not None)]
    if problems or where is None:
        raise Invalid(*problems)
    await _close_stale(tx)
    person, key = await settle(tx, found)
    visit = uuid4()
    consent = CONSENT % {
        "person": asked.person.name, "tail": found.tail, "day": spelled(tx.today), "point": where,
        "organisation": place.name if place.organisation_id else asked.counter, "staff": tx.viewer.name, "matters": asked.matters, "actions": "、".join(ACTION_WORDS[a] for a in MAY),
    }  # fmt: skip
    try:
        async with tx.db.transaction():
            await tx.db.execute(
                """INSERT INTO visits (id, organisation_id, point_id, staff_id, person_id, items, consent_sealed, consent_hash, day, opened_at, department_id)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
                visit, place.organisation_id, asked.point, tx.viewer.id, person, asked.items,
                seal_words(key, consent), hash_of(consent), tx.today, tx.now, asked.counter or None,
            )  # fmt: skip
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "visits_a_day":
            raise
        raise TooMany(_("今天帮办的人数已经满了。请对方改天再来，或到大厅窗口办。"), next_step="/visits", next_say=_("返回")) from error  # fmt: skip
    return visit


def _window(place: Place, counter: str) -> str | None:
    """How the place is called in what she signs; None: not a counter of this officer's."""
    return f"{counter}的窗口" if counter in place.counters else None


def _problems(asked: Opening, known_point: bool) -> list[Problem]:
    problems = []
    if not known_point:
        problems.append(Problem(_("请选您现在在哪个帮代办点。"), "point"))
    if not 1 <= len(asked.items) <= MOST_ITEMS:
        problems.append(Problem(_("请选 1 到 10 件今天要办的事。"), "items"))
    if not asked.seen:
        problems.append(Problem(_("请先看对方的身份证原件，再勾上。"), "seen"))
    return problems


async def _close_stale(tx: Tx) -> None:
    """Yesterday's, which counts for nothing since midnight, makes room."""
    await tx.db.execute(
        "UPDATE visits SET closed_at = $2 WHERE staff_id = $1 AND closed_at IS NULL AND day < $3",
        tx.viewer.id,
        tx.now,
        tx.today,
    )


async def sign(tx: Tx, store: ObjectStore, token: str, visit: Visit, signed_on: str, paper: Pressed) -> UUID:
    """She signed: on the tablet or on paper. Her affairs are on the screen from now on, and nobody else's."""
    if visit.signed_at:
        raise Conflict(_("已经签过了，可以接着办。"), next_step="/visits", next_say=_("接着办"))
    new = NewMandate(
        principal_id=visit.person_id, agent_id=tx.viewer.id, kind="staff_assisted", via="visit", items=visit.items, actions=MAY,
        consent=visit.consent, valid_to=tx.today,
    )  # fmt: skip
    await write_mandate(tx, new, {"point": str(visit.point_id or visit.point), "signed_on": signed_on})
    await act_for(tx, token, visit.person_id, new.id)
    key = await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", visit.person_id)
    viewer = msgspec.structs.replace(tx.viewer, principal_id=visit.person_id, key=tx.vault.key(key), mandate_id=new.id)
    file = await keep(Tx(tx.db, tx.vault, tx.now, viewer), store, paper)
    await tx.db.execute(
        "UPDATE visits SET signed_at = $2, signed_on = $3, paper_id = $4, mandate_id = $5 WHERE id = $1",
        visit.id,
        tx.now,
        signed_on,
        file,
        new.id,
    )
    return new.id


async def close(tx: Tx, token: str, visit: Visit) -> None:
    """The errand is done, or she leaves: the mandate ends at once, and her affairs leave the screen."""
    if visit.mandate_id:
        ended = await tx.db.fetchval(
            "UPDATE mandates SET ended_at = $2, end_reason = 'done' WHERE id = $1 AND ended_at IS NULL RETURNING true",
            visit.mandate_id,
            tx.now,
        )
        if ended:
            await note(tx, visit.mandate_id, "ended", {"reason": "done"})
        await enqueue(tx.db, "tell_mandate", {"mandate": str(visit.mandate_id), "what": "visited"})
        await act_for(tx, token, tx.viewer.id, None)
    await tx.db.execute("UPDATE visits SET closed_at = $2 WHERE id = $1", visit.id, tx.now)


async def close_old(tx: Tx) -> int:
    """As worker, after midnight: who forgot to end a visit. Those who were helped hear what was done."""
    rows = await tx.db.fetch(
        "UPDATE visits SET closed_at = $1 WHERE closed_at IS NULL AND day < $2 RETURNING mandate_id", tx.now, tx.today
    )
    for row in rows:
        if row["mandate_id"]:
            await enqueue(tx.db, "tell_mandate", {"mandate": str(row["mandate_id"]), "what": "visited"})
    return len(rows)


def slip(tx: Tx, place: Place, visit: Visit, done: list[tuple[str, str]], lang: str) -> dict[str, Any]:
    """What pwa/print/slip.typ sets: what was done today, for her to take home."""

    def said(sentence: str, **params: object) -> str:
        return translate(lang, sentence, params)

    return {
        "title": said(_("今天替您办了什么")),
        "lang": lang,
        "intro": said(_("%(name)s，您好："), name=visit.person),
        "where": said(_("%(day)s，%(point)s，%(organisation)s的%(staff)s帮您办的："), day=date_zh(tx.today), point=visit.point, organisation=place.name, staff=tx.viewer.name),
        "done": [{"item": item, "number": number} for item, number in done],
        "none": said(_("今天没有提交任何事项。")),
        "after": said(_("办的结果会告诉您。帮办到此结束，工作人员不能再看您的情况。")),
        "ask": said(_("有疑问，或者不是您的意思，请打 12345。")),
        "foot": said(_("请收好这张单子。编号可以用来查办到哪一步。")),
    }  # fmt: skip
