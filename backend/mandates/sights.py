"""One person before an officer, in person with her card or on the line: for minutes the officer sees who may act for whom.

Each look is a row that the person herself may read. In sight, any mandate she gave or holds is ended in one step.
"""

import hmac
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
import segno

from backend.core.codes import CodeError, read_resident_id
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem, TooMany
from backend.core.i18n import _, translate
from backend.core.jobs import enqueue
from backend.core.render import date_zh
from backend.mandates.journal import note
from backend.mandates.model import Mandate
from backend.mandates.people import Shown, look_up

LASTS = timedelta(minutes=15)
HOUR = 3600
MOST_ANSWERS = 5  # an hour for one ID number: four digits are not guessed that way
UNKNOWN = _("这个人在这里还没有账号，也就没有授权。")
TOO_MANY = _("这个证件号码一小时里核对了太多次。请对方带身份证到窗口办，或一小时后再打来。")
Way = Literal["counter", "hotline"]


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the officer has before her, and until when."""

    id: UUID
    person_id: UUID
    way: Way
    expires_at: datetime
    name: str
    key: DataKey


async def at_counter(tx: Tx, shown: Shown) -> UUID:
    """She is here and her card was seen. Invalid when the card and the name find nobody."""
    found = await look_up(tx, msgspec.structs.replace(shown, reachable=False))
    if found.problems:
        raise Invalid(*found.problems)
    if found.account is None:
        raise Invalid(Problem(UNKNOWN, f"{shown.side}_number"))
    return await _take(tx, found.account, "counter")


async def on_the_line(tx: Tx, shown: Shown, answer: str) -> UUID | None:
    """She rang. `answer`: the last four digits of her registered phone, or her birth date where there is none. None when anything
    does not fit, without saying what; each answer stays counted. TooMany after five an hour."""
    number = _read(tx, shown.number)
    counted = tx.vault.blind(number or shown.number, f"hotline:{HOUR}")
    if not await tx.db.fetchval("SELECT within_limit($1, $2, $3)", counted, HOUR, MOST_ANSWERS):
        raise TooMany(TOO_MANY, next_step="/desk/people", next_say=_("返回"))
    row = await tx.db.fetchrow(
        "SELECT id, name_sealed, key_wrapped, phone_sealed FROM caller_at($1)", tx.vault.blind(number, "identity")
    )
    if row is None:
        return None
    key, person = tx.vault.key(row["key_wrapped"]), row["id"]
    name = key.open(row["name_sealed"], f"name:{person}").decode()
    phone = key.open(row["phone_sealed"], f"contact:{person}:phone").decode() if row["phone_sealed"] else ""
    expected = phone[-4:] or number[6:14]
    given = "".join(c for c in answer if c.isascii() and c.isdigit())
    right = name == shown.name and hmac.compare_digest(expected, given)
    return await _take(tx, person, "hotline") if right else None


def _read(tx: Tx, typed: str) -> str:
    try:
        return read_resident_id(typed, tx.today).text
    except CodeError:
        return ""


async def _take(tx: Tx, person: UUID, way: Way) -> UUID:
    sight = uuid4()
    await tx.db.execute(
        "INSERT INTO desk_sights (id, officer_id, person_id, way, at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        sight,
        tx.viewer.id,
        person,
        way,
        tx.now,
        tx.now + LASTS,
    )
    return sight


async def sight_of(tx: Tx, sight: UUID) -> Sight:
    """The viewer's own, while it lasts; NotFound otherwise."""
    row = await tx.db.fetchrow(
        """SELECT s.id, s.person_id, s.way, s.expires_at, a.name_sealed, a.key_wrapped
           FROM desk_sights s JOIN accounts a ON a.id = s.person_id WHERE s.id = $1 AND s.officer_id = $2 AND s.expires_at > $3""",
        sight,
        tx.viewer.id,
        tx.now,
    )
    if row is None:
        raise NotFound()
    key = tx.vault.key(row["key_wrapped"])
    name = key.open(row["name_sealed"], f"name:{row['person_id']}").decode()
    return Sight(id=sight, person_id=row["person_id"], way=row["way"], expires_at=row["expires_at"], name=name, key=key)


class Look(msgspec.Struct, frozen=True):
    """That an officer looked, as the person herself reads it."""

    way: Way
    at: datetime


async def looks_at_viewer(tx: Tx) -> list[Look]:
    """The last ten times an officer had the viewer before her."""
    rows = await tx.db.fetch(
        "SELECT way, at FROM desk_sights WHERE person_id = $1 ORDER BY at DESC LIMIT 10", tx.viewer.id
    )
    return msgspec.convert(rows, list[Look])


async def end_at_desk(tx: Tx, sight: Sight, mandate: UUID) -> None:
    """She says it to an officer, and it is over; both sides are told. NotFound for one that is not hers or has ended."""
    reason = await tx.db.fetchval(
        """UPDATE mandates SET ended_at = $2, end_reason = CASE WHEN principal_id = $3 THEN 'revoked' ELSE 'renounced' END
           WHERE id = $1 AND ended_at IS NULL AND ($3 = agent_id OR ($3 = principal_id AND kind <> 'guardian')) RETURNING end_reason""",
        mandate,
        tx.now,
        sight.person_id,
    )
    if reason is None:
        raise NotFound()
    await note(tx, mandate, "revoked", {"reason": reason, "via": sight.way})
    await enqueue(tx.db, "tell_mandate", {"mandate": str(mandate), "what": "ended"})


def paper(name: str, given: list[tuple[Mandate, str]], today: date, address: str, lang: str) -> dict[str, Any]:
    """What pwa/print/who_may_act.typ sets: who may act for her, on one sheet. `given`: each with the names of its items, "" for all."""

    def said(sentence: str, **params: object) -> str:
        return translate(lang, sentence, params)

    return {
        "title": said(_("谁可以替%(name)s办事"), name=name),
        "lang": lang,
        "intro": said(_("%(day)s打印。以窗口当场查到的为准：授权随时可以收回。"), day=date_zh(today)),
        "none": said(_("现在没有人可以替您办事。")),
        "helpers": [
            {
                "name": mandate.agent_name,
                "matters": said(_("能办：%(matters)s"), matters=matters or said(_("所有允许代办的事项"))),
                "until": said(_("到%(day)s为止"), day=date_zh(mandate.valid_to)),
                "number": str(mandate.id)[:8].upper(),
            }
            for mandate, matters in given
        ],
        "end": said(_("想收回：打 12345，到任何一个窗口说一声，或用登记的手机号回复“收回”。马上生效，不用理由。")),
        "scan": said(_("扫一扫，在手机上看")),
        "qr": _square(address),
    }


def _square(address: str) -> str:
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=4, border=0, xmldecl=False)
    return picture.getvalue().decode()
