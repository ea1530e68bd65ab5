"""Asking for the package and opening it, asking to be forgotten and changing one's mind, correcting what one said."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import obstore
from obstore.store import ObjectStore

from backend.accounts.queries import own_key
from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, Unavailable
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.parties.actions import remember
from backend.rights.exporting import PAGE, about
from backend.rights.model import Hindrance
from backend.rights.queries import OWN_WORD, fact_of, hindrances_of

MIND = timedelta(days=7)
AGAIN = timedelta(minutes=15)  # a job that was lost is asked for again after this


def own_data(tx: Tx) -> None:
    """Her data are hers: no mandate reaches them."""
    if tx.viewer.acting:
        raise NotAllowed(
            _("您正在替别人办事。看自己的资料，请先换回「自己」；别人的资料，只有本人能看。"),
            next_step="/acting", next_say=_("换人"),
        )  # fmt: skip


async def ask_export(tx: Tx) -> None:
    """One package at a time. One that is being made for a quarter of an hour is asked for again."""
    made = await tx.db.fetchrow(
        "SELECT id, asked_at FROM exports WHERE account_id = $1 AND ready_at IS NULL", tx.viewer.id
    )
    if made and made["asked_at"] > tx.now - AGAIN:
        return
    export = made["id"] if made else uuid4()
    if not made:
        await tx.db.execute(
            "INSERT INTO exports (id, account_id, asked_at) VALUES ($1, $2, $3)", export, tx.viewer.id, tx.now
        )
        await _note(tx, "export_asked", public=False)
    await enqueue(tx.db, "make_export", {"export": str(export)})


async def open_export(tx: Tx, store: ObjectStore, export: UUID) -> bytes:
    """The ZIP in clear; she is told that it was taken, in case it was not she. NotFound for anybody else's and for old ones."""
    store_key = await tx.db.fetchval(
        "SELECT store_key FROM exports WHERE id = $1 AND account_id = $2 AND expires_at > $3",
        export,
        tx.viewer.id,
        tx.now,
    )
    if store_key is None:
        raise NotFound()
    await _note(tx, "export_taken", public=True)
    key = await own_key(tx)
    try:
        sealed = await asyncio.to_thread(lambda: bytes(obstore.get(store, store_key).bytes()))
    except FileNotFoundError as error:
        raise Unavailable(_("这个文件暂时打不开。请过一会儿再试，或拨打 12345。")) from error
    return await asyncio.to_thread(key.open, sealed, about(export))


async def ask_erasure(tx: Tx) -> None:
    """In seven days she is forgotten. Invalid with everything that stands in the way."""
    if tx.viewer.kind != "person":
        raise NotFound()
    if found := await hindrances_of(tx, tx.viewer.id):
        raise Invalid(*(h.problem for h in found), next_step="/me/erase", next_say=_("看看还有什么没办完"))
    asked = await tx.db.fetchval(
        """INSERT INTO erasures (id, account_id, asked_at, due_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (account_id) WHERE cancelled_at IS NULL DO NOTHING RETURNING true""",
        uuid4(),
        tx.viewer.id,
        tx.now,
        tx.now + MIND,
    )
    if asked:
        await _note(tx, "erasure_asked", public=True, page="/me/erase")


async def cancel_erasure(tx: Tx) -> None:
    """She changed her mind; a second time changes nothing. Conflict when it is too late."""
    done = await tx.db.fetchval(
        """UPDATE erasures SET cancelled_at = $2 WHERE account_id = $1 AND cancelled_at IS NULL AND done_at IS NULL
           RETURNING true""",
        tx.viewer.id,
        tx.now,
    )
    if done:
        await _note(tx, "erasure_cancelled", public=False)


async def correct(tx: Tx, party: UUID, element: str, typed: Sequence[str]) -> None:
    """Her own word, changed: in every place where it is remembered as hers. Invalid for what cannot be."""
    fact, _known = await fact_of(tx, party, element)
    pack = (await city(tx.db)).pack
    try:
        value = read_answer(pack.elements[element], typed, tx.today)
    except AnswerError as error:
        raise Invalid(Problem(error.problem.say, "value", error.problem.params)) from error
    if value is None:
        raise Invalid(Problem(_("请写上「%(label)s」。"), "value", {"label": fact.label}))
    rows = await tx.db.fetch(
        "SELECT source FROM facts WHERE party_id = $1 AND element = $2 AND source = ANY($3)",
        party,
        element,
        list(OWN_WORD),
    )
    if not rows:
        raise Conflict(_("刚才有了变化，请再看一遍。"), next_step=PAGE, next_say=_("返回"))
    for row in rows:
        await remember(tx, tx.key, party, {element: value}, row["source"], "C")


async def _note(tx: Tx, kind: str, *, public: bool, page: str = PAGE) -> None:
    by = NewEvent(
        kind=kind, principal_id=tx.viewer.id, actor_kind="citizen", actor_id=tx.viewer.id, public=public,
        data={"page": page},
    )  # fmt: skip
    await record(tx, [by])


def linked(hindrances: list[Hindrance]) -> list[dict[str, object]]:
    """For the page's list of problems."""
    return [{"problem": h.problem, "href": h.href} for h in hindrances]
