"""What is done at the catalogue desk: every move of a version through one gate, each leaving its event."""

from datetime import date
from typing import Any

import asyncpg
import msgspec

from backend.catalogue.pack_format import Review
from backend.catalogue.pack_read import PackError
from backend.catalogue.publishing import end_others
from backend.catalogue.queries import Published, city
from backend.catalogue.states import MOVES, OPEN, Move, State, moves_from
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.editing.candidate import Candidate, candidate, findings, problems
from backend.editing.from_guide import from_guide, keeps_code
from backend.editing.model import Desk, Text, Version
from backend.editing.queries import desks_of, editing_desks, text_of
from backend.editing.queries_import import guide_to_copy
from backend.editing.skeleton import next_code, skeleton

CHANGED = _("这一稿刚才有人动过，您写的还在，没有保存。请看看改了什么，再决定。")
MOVED_ON = _("这一稿已经不在这一步了，请看最新情况再办。")


async def begin(tx: Tx, desk: Desk) -> None:
    """A draft of what is in force, else of the newest text there is."""
    _need_editor(desk)
    if desk.draft:
        raise Conflict(_("这件事已经有一稿在改了，请接着那一稿改。"))
    latest = desk.in_force(tx.today) or next(
        (v for v in desk.versions if v.state is not State.DROPPED), desk.versions[0]
    )
    raw = (await text_of(tx, latest)).raw
    tried = await tried_out(tx, raw)
    await _insert(tx, desk.code, tried, {"of": latest.version})


async def begin_new(tx: Tx, department: str, name: str, like: Text | None) -> str:
    """A new item, empty or like another one; its code stays for ever. Returns it."""
    if "editor" not in (await desks_of(tx)).get(department, frozenset()):
        raise NotFound()
    if not 2 <= len(name) <= 100:
        raise Invalid(Problem(_("请写 2 到 100 个字的事项名称。"), "name"))
    published = await city(tx.db)
    if name in published.pack.items:
        raise Invalid(Problem(_("已经有一件事叫“%(name)s”。"), "name", {"name": name}))
    code = await _free_code(tx, published, department)
    raw = {
        **(like.raw if like else skeleton(published.pack, department)),
        "code": code,
        "name": name,
        "department": department,
    }
    if like:
        raw["aliases"] = []
        raw.pop("excludes", None)  # said on both sides, so it is not the new one's yet
    await tx.db.execute("SELECT begin_item($1, $2, $3)", code, name, department)
    await _insert(tx, code, candidate(published, raw), {"like": like.raw["name"]} if like else {})
    return code


async def begin_from_guide(tx: Tx, department: str, code: str) -> str:
    """A draft of an item out of an imported guide, under its code where that can be one of ours. Until it is published
    the guide stays as it is. Returns the code."""
    if "editor" not in (await desks_of(tx)).get(department, frozenset()):
        raise NotFound()
    published, guide = await city(tx.db), await guide_to_copy(tx.db, code)
    raw = from_guide(published.pack, department, guide)
    if raw["name"] in published.pack.items:
        raise Invalid(Problem(_("已经有一件事叫“%(name)s”。"), "name", {"name": raw["name"]}))
    raw["code"] = code if keeps_code(code) else await _free_code(tx, published, department)
    tried = await tried_out(tx, raw)
    if raw["code"] != code:
        await tx.db.execute("SELECT begin_item($1, $2, $3)", raw["code"], raw["name"], department)
    await _insert(tx, raw["code"], tried, {"like": guide.name})
    return raw["code"]


async def begin_from_pack(tx: Tx, items: list[dict[str, Any]]) -> list[str]:
    """A draft of each text that is of her departments and of which nobody has a draft; their names. The others stay."""
    mine, begun = await editing_desks(tx), []
    open_codes = {
        row["code"] for row in await tx.db.fetch("SELECT code FROM item_versions WHERE state = ANY ($1)", list(OPEN))
    }
    known = {row["code"] for row in await tx.db.fetch("SELECT code FROM items WHERE kind = 'item'")}
    for raw in items:
        if raw["department"] in mine and raw["code"] not in open_codes:
            if raw["code"] not in known:
                await tx.db.execute("SELECT begin_item($1, $2, $3)", raw["code"], raw["name"], raw["department"])
            await _insert(tx, raw["code"], await tried_out(tx, raw), {"like": raw["name"]})
            begun.append(raw["name"])
    return begun


async def _free_code(tx: Tx, published: Published, department: str) -> str:
    taken = [row["code"] for row in await tx.db.fetch("SELECT code FROM items WHERE department_id = $1", department)]
    return next_code(published.pack, department, taken)


async def _insert(tx: Tx, code: str, tried: Candidate, data: dict[str, Any]) -> None:
    published = await city(tx.db)
    try:
        async with tx.db.transaction():
            version = await tx.db.fetchval(
                """INSERT INTO item_versions (code, version, pack_id, sha256, data, department_id, state, effective_from, published_at)
                   VALUES ($1, (SELECT coalesce(max(version), 0) + 1 FROM item_versions WHERE code = $1), $2, $3, $4, $5, 'draft', NULL, NULL)
                RETURNING version""",
                code,
                published.pack_id,
                tried.sha256,
                tried.covered,
                tried.item.department,
            )
    except asyncpg.UniqueViolationError:
        raise Conflict(_("这件事已经有一稿在改了，请接着那一稿改。")) from None
    await _record(tx, code, version, 1, tried.item.department, "begun", data)


async def save(tx: Tx, desk: Desk, raw: dict[str, Any], seen: int, changes: list[dict[str, str]]) -> None:
    """The draft's new text, written over the revision that was `seen`; Conflict, and nothing written, over another."""
    _need_editor(desk)
    draft, tried = desk.draft, await tried_out(tx, raw)
    if draft is None or draft.state is not State.DRAFT:
        raise Conflict(MOVED_ON)
    if tried.item.department not in await desks_of(tx):
        raise NotFound()
    revision = await tx.db.fetchval(
        """UPDATE item_versions SET data = $4, sha256 = $5, pack_id = $6, department_id = $7, revision = revision + 1
            WHERE (code, version, revision) = ($1, $2, $3) AND state = 'draft' RETURNING revision""",
        desk.code, draft.version, seen, tried.covered, tried.sha256, (await city(tx.db)).pack_id, tried.item.department,
    )  # fmt: skip
    if revision is None:
        raise Conflict(CHANGED)
    await _record(tx, desk.code, draft.version, revision, tried.item.department, "edited", {"changes": changes})


async def move(
    tx: Tx, desk: Desk, version: Version, name: str, seen: int, reason: str = "", first: date | None = None
) -> None:
    """One move as the table has it. Invalid with every error the rules find, Conflict where somebody was quicker."""
    allowed = {one.name: one for one in moves_from(version.state, desk.roles, wrote=version.wrote)}
    made = allowed.get(name)
    if made is None:
        raise Conflict(MOVED_ON)
    if made.reason and not reason:
        raise Invalid(Problem(_("请写一句为什么，别人好照着改。"), "reason"))
    text = await text_of(tx, version)
    if made.clean:
        await _refuse_faults(tx, version, text)
    revision = await _moved(tx, version, made, seen, text, first)
    data = ({"reason": reason} if reason else {}) | ({"first": first.isoformat()} if first else {})
    await _record(tx, version.code, version.version, revision, version.department_id, name, data)
    if made.after in (State.PUBLISHED, State.WITHDRAWN):
        await enqueue(tx.db, "relist", {})


async def _moved(tx: Tx, version: Version, made: Move, seen: int, text: Text, first: date | None) -> int:
    if seen != version.revision:
        raise Conflict(CHANGED)
    match made.name:
        case "published":
            return await _publish(tx, version, first or tx.today)
        case "withdrawn":
            return await _withdraw(tx, version)
        case "reviewed":
            tried = candidate(await city(tx.db), text.raw)
            review = Review(
                sha256=await _hash_of(tx, version),
                by=tx.viewer.name,
                day=tx.today.isoformat(),
                demo=tried.pack.city.demo,
            )
            return await _step(tx, version, made.after, review)
    return await _step(tx, version, made.after, None)


async def _step(tx: Tx, version: Version, after: State, review: Review | None) -> int:
    revision = await tx.db.fetchval(
        """UPDATE item_versions SET state = $4, revision = revision + 1, review = coalesce($5, review)
            WHERE (code, version, revision) = ($1, $2, $3) RETURNING revision""",
        version.code,
        version.version,
        version.revision,
        after,
        review,
    )
    return _or_conflict(revision)


async def _publish(tx: Tx, version: Version, first: date) -> int:
    """In force from `first` on, by the date alone; the version before it ends that day."""
    if first < tx.today:
        raise Invalid(Problem(_("生效日期不能早于今天。"), "first"))
    days = await end_others(tx.db, version.code, first)
    revision = await tx.db.fetchval(
        """UPDATE item_versions SET state = 'published', revision = revision + 1, effective_from = $4, effective_until = $5, published_at = $6
            WHERE (code, version, revision) = ($1, $2, $3) RETURNING revision""",
        version.code, version.version, version.revision, days.first, days.until, tx.now,
    )  # fmt: skip
    return _or_conflict(revision)


async def _withdraw(tx: Tx, version: Version) -> int:
    """Nobody can put it into a cart from now on; what was filed goes on."""
    revision = await tx.db.fetchval(
        """UPDATE item_versions SET state = 'withdrawn', revision = revision + 1, effective_until = greatest(effective_from, $4)
            WHERE (code, version, revision) = ($1, $2, $3) AND coalesce(effective_until, 'infinity') > $4 RETURNING revision""",
        version.code,
        version.version,
        version.revision,
        tx.today,
    )
    return _or_conflict(revision)


def _or_conflict(revision: int | None) -> int:
    if revision is None:
        raise Conflict(CHANGED)
    return revision


async def _hash_of(tx: Tx, version: Version) -> str:
    """What the reviewer read, by the database's own account."""
    return await tx.db.fetchval(
        "SELECT encode(sha256, 'hex') FROM item_versions WHERE (code, version) = ($1, $2)",
        version.code,
        version.version,
    )


async def _refuse_faults(tx: Tx, version: Version, text: Text) -> None:
    published = await city(tx.db)
    tried = candidate(published, text.raw)
    wrong = problems(findings(published, tried))
    if tried.sha256.hex() != await _hash_of(tx, version):
        wrong.append(Problem(_("城市统一的问题或材料刚刚改了说法。请拿回草稿，看一遍再保存一次。")))
    if wrong:
        raise Invalid(*wrong)


async def tried_out(tx: Tx, raw: dict[str, Any]) -> Candidate:
    """Invalid where the data cannot be an item at all."""
    published: Published = await city(tx.db)
    try:
        return candidate(published, raw)
    except PackError as error:
        raise Invalid(*(Problem("%(fault)s", "name", {"fault": str(fault.say)}) for fault in error.faults)) from None


async def _record(
    tx: Tx, code: str, version: int, revision: int, department: str, kind: str, data: dict[str, Any]
) -> None:
    assert kind in MOVES
    await tx.db.execute(
        """INSERT INTO item_events (code, version, revision, department_id, kind, actor_id, actor_name, at, data)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        code, version, revision, department, kind, tx.viewer.id, tx.viewer.name, tx.now, msgspec.to_builtins(data),
    )  # fmt: skip


def _need_editor(desk: Desk) -> None:
    if "editor" not in desk.roles:
        raise NotFound()
