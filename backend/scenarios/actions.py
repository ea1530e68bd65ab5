"""What a signed-in person leaves with a guide: answers in confidence, and guides put aside or shared."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.scenarios.journey import GuideDraft, Journey, about_draft, draft_of
from backend.scenarios.known import Typed

LINK_LASTS = timedelta(days=30)
DRAFT_LASTS = timedelta(days=30)
MOST_KEPT = 50


async def tell(tx: Tx, scenario_id: str, answers: Typed) -> None:
    """Adds answers to the draft; an empty one is taken out."""
    draft = await draft_of(tx, scenario_id)
    kept = {ask: told for ask, told in {**draft.answers, **answers}.items() if any(told)}
    await _store(tx, scenario_id, GuideDraft(kept, draft.parties))


async def name_parties(tx: Tx, scenario_id: str, parties: Mapping[str, UUID | None]) -> None:
    """Who the guide's parties are; None: somebody we know nothing of."""
    draft = await draft_of(tx, scenario_id)
    named = {role: one for role, one in {**draft.parties, **parties}.items() if one is not None}
    await _store(tx, scenario_id, GuideDraft(draft.answers, named))


async def _store(tx: Tx, scenario_id: str, draft: GuideDraft) -> None:
    parties = {role: str(one) for role, one in draft.parties.items()}
    value = {"answers": draft.answers, "parties": parties}
    await tx.db.execute(
        """INSERT INTO guide_drafts (principal_id, actor_id, scenario_id, sealed, changed_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (principal_id, actor_id, scenario_id)
           DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at""",
        tx.viewer.principal_id,
        tx.viewer.id,
        scenario_id,
        tx.key.seal_value(value, about_draft(tx, scenario_id)),
        tx.now,
    )


async def keep(tx: Tx, journey: Journey) -> UUID:
    """Puts the guide aside as it stands; the same answers twice are one."""
    answers = {**journey.draft.answers, **journey.typed}
    if await tx.db.fetchval(
        "SELECT count(*) FROM kept_guides WHERE principal_id = $1 AND actor_id = $2", tx.viewer.principal_id, tx.viewer.id
    ) >= MOST_KEPT:  # fmt: skip
        raise Invalid(
            Problem(_("最多存 %(most)s 份。请先删掉用不着的，再存新的。"), "kept", {"most": MOST_KEPT}),
            next_step="/scenarios/kept",
            next_say=_("看看存着的"),
        )
    kept = uuid4()
    await tx.db.execute(
        """INSERT INTO kept_guides (id, principal_id, actor_id, scenario_id, sealed, found, kept_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        kept,
        tx.viewer.principal_id,
        tx.viewer.id,
        journey.scenario.id,
        tx.key.seal_value({"answers": answers}, about_kept(kept)),
        sum(bool(fit.result.item) for fit in journey.stands.results),
        tx.now,
    )
    return kept


def about_kept(kept: UUID) -> str:
    return f"kept_guide:{kept}"


async def forget(tx: Tx, kept: UUID) -> None:
    """Deletes it, and its link with it. NotFound if it is not hers."""
    done = await tx.db.execute(
        "DELETE FROM kept_guides WHERE id = $1 AND principal_id = $2 AND actor_id = $3",
        kept,
        tx.viewer.principal_id,
        tx.viewer.id,
    )
    if done == "DELETE 0":
        raise NotFound()


async def share(tx: Tx, kept: UUID, public: Typed) -> str:
    """A link of 128 random bits to the public answers; only its hash is kept, an earlier link ends."""
    token = token_urlsafe(16)
    await _set_link(tx, kept, link_hash(token), public, tx.now + LINK_LASTS)
    return token


async def unshare(tx: Tx, kept: UUID) -> None:
    await _set_link(tx, kept, None, None, None)


async def _set_link(tx: Tx, kept: UUID, link: bytes | None, public: Typed | None, until: datetime | None) -> None:
    done = await tx.db.execute(
        """UPDATE kept_guides SET link_hash = $4, shared = $5, shared_until = $6
            WHERE id = $1 AND principal_id = $2 AND actor_id = $3""",
        kept,
        tx.viewer.principal_id,
        tx.viewer.id,
        link,
        public,
        until,
    )
    if done == "UPDATE 0":
        raise NotFound()


def link_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def tidy(tx: Tx) -> None:
    """What nobody came back to, and links whose time is over."""
    await tx.db.execute("DELETE FROM guide_drafts WHERE changed_at < $1", tx.now - DRAFT_LASTS)
    await tx.db.execute(
        "UPDATE kept_guides SET link_hash = NULL, shared = NULL, shared_until = NULL WHERE shared_until < $1", tx.now
    )
