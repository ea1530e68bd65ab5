"""At the counter: somebody signs on paper what another person files, and the scan is kept."""

from uuid import UUID

import msgspec

from backend.cart.signatures import about
from backend.cart.signing import SignedWords
from backend.cases.model import Case
from backend.catalogue.queries import item_version
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, Problem, TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.viewer import hash_of
from backend.desk.identity import need_counter

TRIES_AN_HOUR = 30
NO_SUCH = _("没有这个号码，或者已经签过、过期了。请对照申请人手机上的号码再看一遍。")


class OnPaper(msgspec.Struct, frozen=True):
    """What is to be signed, found by the code on the asker's page."""

    id: UUID
    code: str
    words: SignedWords


async def to_sign_on_paper(tx: Tx, typed: str) -> OnPaper:
    """Invalid: no such code, or no longer open; TooMany after thirty tries an hour."""
    need_counter(tx)
    if not await tx.db.fetchval(
        "SELECT within_limit($1, 3600, $2)", tx.vault.blind(str(tx.viewer.id), "desk:codes"), TRIES_AN_HOUR
    ):
        raise TooMany(_("这一小时试得太多了，请过一会儿再试。"), next_step="/desk", next_say=_("回到队列"))
    code = read_code(typed)
    row = await tx.db.fetchrow(
        "SELECT id, sealed, key_wrapped, state, expires_at FROM signature_at_counter($1)", hash_of(code)
    )
    if row is None or row["state"] != "waiting" or row["expires_at"] <= tx.now:
        raise Invalid(Problem(NO_SUCH, "code"))
    words = tx.vault.key(row["key_wrapped"]).open_value(row["sealed"], about(row["id"]))
    return OnPaper(row["id"], code, msgspec.convert(words, SignedWords))


async def signed_on_paper(tx: Tx, code: str, scan: UUID) -> None:
    """The signature, with the paper behind it; Conflict when it was answered meanwhile."""
    need_counter(tx)
    signature = await tx.db.fetchval("SELECT sign_at_counter($1, $2)", hash_of(read_code(code)), scan)
    if signature is None:
        raise Conflict(NO_SUCH, next_step="/desk/signatures", next_say=_("重新查"))
    await enqueue(tx.db, "signature_answered", {"signature": str(signature)})


def read_code(typed: str) -> str:
    """As it may be typed: blanks, dashes and small letters are ways of typing."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())[:40]


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """One signature behind a case. `via`: phone, agent or counter; `file_id`: the scanned paper."""

    role: str
    via: str
    file_id: UUID | None


async def known_and_signed(tx: Tx, case: Case) -> tuple[str, list[Signed]]:
    """How far its people were known when it was filed, and who else signed it."""
    level = await tx.db.fetchval("SELECT level FROM cases WHERE id = $1", case.id)
    rows = await tx.db.fetch(
        "SELECT role, via, file_id FROM signatures WHERE case_id = $1 ORDER BY answered_at, id", case.id
    )
    roles = (await item_version(tx.db, case.item_code, case.item_version)).item.roles
    return level, [Signed(role=roles[row["role"]].label, via=row["via"], file_id=row["file_id"]) for row in rows]
