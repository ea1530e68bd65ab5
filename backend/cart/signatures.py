"""Asking the other people of a filing to sign, and their answers. Access is the database's (migration 0014).

Known and unknown signers get the same page, the same row and the same job: who asks learns nothing about anybody.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from backend.accounts.standing import standing_of
from backend.cart.model import Draft
from backend.cart.signing import Signature, SignedWords, Signer, signers_of, text_of, unfinished, words_of
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, TooMany
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.viewer import hash_of
from backend.mandates.journal import note_use

LIFE = timedelta(days=14)
A_DAY = 20
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs, none is taken for another
COUNTER_SIGNS = 12
UNFINISHED = _("请先把这一件填完、材料交齐，再请对方签。不然内容一改，签名就不算了。")
OWN_SIDE = _("您在替申请人办这一件，不能又替对方签名。请对方自己签，或到窗口签。")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question as its signer sees it. `mine`: she herself looks, not an agent of hers."""

    id: UUID
    state: str
    open: bool
    mine: bool
    words: SignedWords


async def signers(tx: Tx, draft: Draft) -> list[Signer]:
    """Everybody else who has to sign something in this cart, and how far that is."""
    hashes = {line.id: hash_text(tx, draft, line.id) for line in draft.lines if not line.gone}
    rows = await tx.db.fetch(
        "SELECT id, line_id, party_id, state, text_hash, asked_at, expires_at, via FROM signatures WHERE cart_id = $1",
        draft.cart_id,
    )
    given = [msgspec.convert(dict(row), Signature) for row in rows]
    return signers_of(draft, tx.viewer.principal_name, given, hashes)


def hash_text(tx: Tx, draft: Draft, line_id: UUID) -> bytes:
    line = draft.line(line_id)
    assert line is not None
    return tx.vault.blind(text_of(draft, line).decode(), "signature")


async def ask_signer(tx: Tx, draft: Draft, line_id: UUID, party: UUID) -> UUID:
    """Sends her the question; an older one to her about this line is taken back. NotFound: she has nothing to sign."""
    signer = next((s for s in await signers(tx, draft) if (s.line, s.party) == (line_id, party)), None)
    if signer is None:
        raise NotFound()
    if not signer.name or not signer.number:
        raise Invalid(Problem(_("请先填好%(role)s的姓名和身份证号，才知道请谁签。"), signer.key, {"role": signer.role}))
    if unfinished(draft, line_id):
        raise Invalid(Problem(UNFINISHED, signer.key))
    if not await tx.db.fetchval(
        "SELECT within_limit($1, 86400, $2)", tx.vault.blind(str(tx.viewer.id), "sign:asks"), A_DAY
    ):
        raise TooMany(
            _("今天请人签名的次数用完了。请明天再发，或一起到窗口签。"),
            next_step="/cart/signatures",
            next_say=_("返回"),
        )
    await _take_back(tx, line_id, party)
    return await _store(tx, draft, signer)


async def _take_back(tx: Tx, line_id: UUID, party: UUID) -> None:
    await tx.db.execute(
        """UPDATE signatures SET state = 'withdrawn', answered_at = coalesce(answered_at, $3)
           WHERE line_id = $1 AND party_id = $2 AND state IN ('waiting', 'signed') AND asked_by = $4""",
        line_id,
        party,
        tx.now,
        tx.viewer.id,
    )


async def _store(tx: Tx, draft: Draft, signer: Signer) -> UUID:
    asked, token, line = uuid4(), secrets.token_urlsafe(16), draft.line(signer.line)
    assert line is not None
    words = words_of(draft, line, signer, tx.viewer.principal_name, tx.viewer.name)
    role = next(role for role, ids in line.parties.items() if signer.party in ids and role in line.item.signs)
    await tx.db.execute(
        """INSERT INTO signatures (id, cart_id, line_id, item_code, role, party_id, principal_id, asked_by, signer_id, text_hash, sealed,
                                   token_hash, token_sealed, counter_hash, asked_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)""",
        asked, draft.cart_id, line.id, line.item.code, role, signer.party, draft.principal_id, tx.viewer.id,
        await _account(tx, signer), hash_text(tx, draft, line.id), tx.key.seal_value(words, about(asked)),
        hash_of(token), tx.vault.system.seal(token.encode(), f"{about(asked)}:token"), hash_of(counter_code(tx, asked)),
        tx.now, tx.now + LIFE,
    )  # fmt: skip
    await enqueue(tx.db, "ask_to_sign", {"signature": str(asked)})
    return asked


async def _account(tx: Tx, signer: Signer) -> UUID | None:
    """Whose number and name this is; where she is reached she said herself, never who asks."""
    rows = await tx.db.fetch(
        "SELECT id, name_sealed, key_wrapped FROM signer_with_number($1)",
        tx.vault.blind(signer.number or "", "identity"),
    )
    named = [row["id"] for row in rows if tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode() == signer.name]  # fmt: skip
    return named[0] if named else None


def about(signature: UUID) -> str:
    """Where the sealed words belong: they open nowhere else."""
    return f"signature:{signature}"


def counter_code(tx: Tx, signature: UUID) -> str:
    """What she who asks takes to a counter: 60 bits that follow from the question, so that they need not be kept."""
    bits = int.from_bytes(tx.vault.blind(str(signature), "sign:counter")[:8], "big")
    return "".join(LETTERS[bits >> (5 * place) & 31] for place in range(COUNTER_SIGNS))


async def asked_for(tx: Tx, signature: UUID) -> Asked:
    """The question, for its signer or whoever may submit this for her; NotFound for everybody else."""
    row = await tx.db.fetchrow(
        """SELECT id, item_code, signer_id, sealed, state, expires_at, signature_key(id) AS key FROM signatures
           WHERE id = $1 AND signer_id = $2 AND may_act(signer_id, 'submit', item_code)""",
        signature,
        tx.viewer.principal_id,
    )
    if row is None or row["state"] == "withdrawn":
        raise NotFound()
    words = msgspec.convert(tx.vault.key(row["key"]).open_value(row["sealed"], about(signature)), SignedWords)
    still = row["state"] == "waiting" and row["expires_at"] > tx.now
    return Asked(id=signature, state=row["state"], open=still, mine=not tx.viewer.acting, words=words)


async def by_token(tx: Tx, token: str) -> UUID:
    """The question a link leads to, for its signer or whoever may submit this for her; NotFound for everybody else."""
    found = await tx.db.fetchval(
        """SELECT id FROM signatures WHERE token_hash = $1 AND signer_id = $2 AND may_act(signer_id, 'submit', item_code)""",
        hash_of(token),
        tx.viewer.principal_id,
    )
    if found is None:
        raise NotFound()
    return UUID(str(found))


async def waiting_for(tx: Tx) -> list[Asked]:
    """What waits for the signature of the person on the screen, the newest first."""
    rows = await tx.db.fetch(
        """SELECT id FROM signatures WHERE signer_id = $1 AND state = 'waiting' AND expires_at > $2
           AND may_act(signer_id, 'submit', item_code) ORDER BY asked_at DESC LIMIT 20""",
        tx.viewer.principal_id,
        tx.now,
    )
    return [await asked_for(tx, row["id"]) for row in rows]


async def answer(tx: Tx, signature: UUID, agrees: bool) -> None:
    """She signs or declines, known as far as the item asks; an agent of hers under a mandate that covers it, never who files."""
    asked = await asked_for(tx, signature)
    await _refuse(tx, asked)
    answered = await tx.db.execute(
        """UPDATE signatures SET state = $2, answered_at = $3, answered_by = $4, via = $5, mandate_id = $6
           WHERE id = $1 AND state = 'waiting' AND expires_at > $3""",
        signature,
        "signed" if agrees else "declined",
        tx.now,
        tx.viewer.id,
        "agent" if tx.viewer.acting else "phone",
        tx.viewer.mandate_id,
    )
    if answered != "UPDATE 1":
        raise Conflict(
            _("这一份刚才有了变化，没有签上。请再看一遍。"),
            next_step=f"/signatures/{signature}",
            next_say=_("再看一遍"),
        )
    await note_use(tx, "signed" if agrees else "declined", [asked.words.item], "")
    await enqueue(tx.db, "signature_answered", {"signature": str(signature)})


async def _refuse(tx: Tx, asked: Asked) -> None:
    if not asked.open:
        raise Conflict(_("这一份已经答复过，或者过期了。"), next_step=f"/signatures/{asked.id}", next_say=_("看一看"))
    if tx.viewer.acting and not asked.words.agent:
        raise NotAllowed(_("这件事不能代办，要本人自己签。"), next_step="/acting", next_say=_("换人"))
    if not (await standing_of(tx)).enough(asked.words.level):
        say = _("签名前要先核实身份。核实好会回到这一页。")
        raise NotAllowed(
            say, next_step=f"/me/level?need={asked.words.level}&next=/signatures/{asked.id}", next_say=_("现在核实")
        )
    asked_by = await tx.db.fetchrow("SELECT asked_by, principal_id FROM signatures WHERE id = $1", asked.id)
    if tx.viewer.acting and tx.viewer.id in (asked_by["asked_by"], asked_by["principal_id"]):
        raise NotAllowed(OWN_SIDE, next_step="/acting", next_say=_("换人"))


async def file_signatures(tx: Tx, signing: Iterable[Signer], cases: dict[UUID, UUID]) -> None:
    """Binds each signature that counts to its case: line → case."""
    counting = [signer.signature for signer in signing if signer.state == "signed"]
    if not counting:
        return
    await tx.db.execute(
        """UPDATE signatures s SET case_id = filed.case_id
           FROM unnest($1::uuid[], $2::uuid[]) AS filed(line_id, case_id) WHERE s.line_id = filed.line_id AND s.id = ANY($3)""",
        list(cases),
        list(cases.values()),
        counting,
    )
