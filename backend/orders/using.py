"""Using certificates and registers in a filing: agreed to once for all of it, and each still valid in that very moment."""

from uuid import UUID

import msgspec

from backend.cart.model import Draft
from backend.cart.uses import hash_of_words, language_agreed, uses_of, words_of
from backend.cases.model import CaseSource
from backend.core.db import Tx
from backend.core.errors import Conflict, Problem
from backend.core.i18n import _

ASKED = _("这次要用到您的证照或登记。请看一遍用什么、给谁看，再点“使用”；不想用的，可以在材料里改交照片。")
GONE = {
    "revoked": _("“%(certificate)s”刚刚被注销，这次不能用，所以没有提交。请再看一遍，改交照片。"),
    "suspended": _("“%(certificate)s”刚刚被暂停，这次不能用，所以没有提交。请再看一遍，改交照片。"),
    "replaced": _("“%(certificate)s”刚刚换了新证，所以没有提交。请再看一遍。"),
}


class Agreed(msgspec.Struct, frozen=True):
    """The words she agreed to, as she read them."""

    words: str
    language: str


def agreed_in(draft: Draft, whole: Draft, digest: str) -> Agreed | None:
    """What she agreed to, if that covers this filing: its own words, or those of the whole cart of which it is a part."""
    for one in (draft, whole):
        uses = uses_of(one)
        language = language_agreed(uses, digest)
        if uses and language:
            return Agreed(words_of(uses, language), language)
    return None


def unagreed(draft: Draft, agreed: Agreed | None) -> list[Problem]:
    return [Problem(ASKED, "use")] if uses_of(draft) and agreed is None else []


async def hold(tx: Tx, draft: Draft, sources: list[CaseSource]) -> None:
    """Holds every certificate of the filing until its commit: a revocation comes before it, which is told here as a
    Conflict, or after it, which the department is told."""
    used = sorted({source.certificate_id for source in sources if source.certificate_id})
    rows = await tx.db.fetch("SELECT id, type, state FROM hold_certificates($1)", used) if used else []
    gone = [row for row in rows if row["state"] != "valid"]
    if gone:
        labels = draft.pack.certificates
        raise Conflict(
            *(Problem(GONE[row["state"]], "", {"certificate": labels[row["type"]].label}) for row in gone),
            next_step="/cart/materials",
            next_say=_("看材料"),
        )


async def keep_agreement(tx: Tx, order_id: UUID, agreed: Agreed) -> None:
    """Who agreed to which words, for whom, when and under which mandate; the words sealed, since they name what she holds."""
    await tx.db.execute(
        """INSERT INTO use_consents (order_id, principal_id, given_by, mandate_id, language, text_hash, words_sealed, given_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        order_id,
        tx.viewer.principal_id,
        tx.viewer.id,
        tx.viewer.mandate_id,
        agreed.language,
        bytes.fromhex(hash_of_words(agreed.words)),
        tx.key.seal(agreed.words.encode(), f"use:{order_id}"),
        tx.now,
    )
