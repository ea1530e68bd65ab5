"""Showing a certificate and looking at one that is shown.

1. `begin`: the holder says what for; a first code is made. 2. `renew`: another code, before the last one is over.
3. `look`: one telephone takes the code's one answer; the showing is over with it, logged, and the holder told.
4. `end`: the holder takes it back; no code of it opens anything any more.
"""

import secrets
from uuid import UUID, uuid4

from backend.catalogue.model import Pack
from backend.certificates.model import Certificate, Standing
from backend.certificates.queries import certificate_for
from backend.certificates.showing import CODE_LIFE, LIFE, PURPOSES, Outcome, elements_for
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, Problem, TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.viewer import hash_of

NOT_SHOWN = _("这份证照现在不能用，亮出来别人也不认，所以没有出示。")
GUESSES_AN_HOUR = 30
SHOWINGS_AN_HOUR = 120


async def begin(tx: Tx, pack: Pack, certificate: UUID, purpose: str) -> UUID:
    """The showing's id, with its first code; NotFound for what she does not hold, Conflict for what does not hold today."""
    one = await to_show(tx, certificate)
    if purpose not in PURPOSES:
        raise Invalid(Problem(_("请选一个用途，对方只看到这个用途要的内容。"), "purpose"))
    if one.standing is not Standing.VALID:
        raise Conflict(NOT_SHOWN, next_step=f"/certificates/{one.id}", next_say=_("看看为什么"))
    if one.type not in pack.certificates:
        raise Conflict(_("这种证照现在不能亮了，请到窗口问一问。"), next_step="/certificates", next_say=_("看我的证照"))
    if not await tx.db.fetchval("SELECT within_limit($1, 3600, $2)", tx.vault.blind(str(one.holder_id), "showings"), SHOWINGS_AN_HOUR):  # fmt: skip
        raise TooMany(_("这一小时亮证太多次了，请过一会儿再来。"), next_step="/certificates", next_say=_("看我的证照"))
    showing = uuid4()
    await tx.db.execute(
        """INSERT INTO showings (id, certificate_id, holder_id, shown_by, purpose, elements, begun_at, ends_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        showing,
        one.id,
        one.holder_id,
        tx.viewer.id,
        purpose,
        elements_for(purpose, pack.certificates[one.type]),
        tx.now,
        tx.now + LIFE,
    )
    await _add_code(tx, showing)
    return showing


async def to_show(tx: Tx, certificate: UUID) -> Certificate:
    """The certificate, for who may show it: herself, or who stands in her place by law."""
    one = await certificate_for(tx, certificate)
    if not await tx.db.fetchval("SELECT may_show($1)", one.holder_id):
        said = _("亮证要本人来。您替人办事时用得上的证照，交件时会自动用上，不用亮。")
        raise NotAllowed(said, next_step="/cart", next_say=_("看购物车"))
    return one


async def renew(tx: Tx, showing: UUID) -> None:
    """Another code for the screen; the one before it lives on to its own end, for whoever just scanned it. Nothing once it is over."""
    open_ = await tx.db.fetchval(
        "SELECT true FROM showings WHERE id = $1 AND ended_at IS NULL AND ends_at > $2 FOR UPDATE", showing, tx.now
    )
    if open_:
        await _add_code(tx, showing)


async def _add_code(tx: Tx, showing: UUID) -> None:
    token = secrets.token_urlsafe(18)
    await tx.db.execute(
        "INSERT INTO showing_codes (token_hash, showing_id, token_sealed, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        hash_of(token),
        showing,
        tx.key.seal(token.encode(), f"showing:{showing}"),
        tx.now,
        tx.now + CODE_LIFE,
    )


async def end(tx: Tx, showing: UUID) -> None:
    """At once; a second time changes nothing, and somebody else's is not there."""
    await tx.db.execute("UPDATE showings SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", showing, tx.now)


async def look(tx: Tx, token: str, telephone: bytes, network: str) -> tuple[Outcome, UUID | None]:
    """What became of the code, and the look if this telephone has one. A wrong code is answered, not refused: it stays counted."""
    row = await tx.db.fetchrow(
        "SELECT * FROM look_at_code($1, $2, $3, $4)", hash_of(token), telephone, uuid4(), f"{secrets.randbelow(100):02}"
    )
    if row["outcome"] == "unknown":
        await _refuse_guessing(tx, network)
    if row["event_id"]:
        await enqueue(tx.db, "notify", {"events": [row["event_id"]]})
    return row["outcome"], row["look_id"] if row["outcome"] in ("shown", "again") else None


async def _refuse_guessing(tx: Tx, network: str) -> None:
    if not await tx.db.fetchval(
        "SELECT within_limit($1, 3600, $2)", tx.vault.blind(network, "certificate:guess"), GUESSES_AN_HOUR
    ):
        raise TooMany(_("试错的码太多了，请过一小时再试。"), next_step="/", next_say=_("回到首页"))
