"""What is done with a word of the city's vocabulary at the desk, and how the worker puts it in force."""

from typing import Any

import asyncpg
import msgspec

from backend.catalogue.listing import list_in_force
from backend.catalogue.model import Department
from backend.catalogue.pack_covered import covered, sha256_of
from backend.catalogue.pack_format import Review
from backend.catalogue.pack_words import Word, with_word, words_in
from backend.catalogue.publishing import end_others
from backend.catalogue.queries import city
from backend.catalogue.states import State
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.jobs import Later, Work, enqueue
from backend.editing.actions import CHANGED, MOVED_ON
from backend.editing.queries import editing_desks
from backend.editing.queries_words import city_data, decided_word, items_with
from backend.editing.word_candidate import new_faults
from backend.editing.word_data import blank, new_code
from backend.editing.word_model import WordDesk, home_of, word_moves

Raw = dict[str, Any]
TAKEN = _("已经有一个“%(code)s”了。")
IN_WORK = _("这个词别的部门正在改，等那边改好再来。")


async def begin_word(tx: Tx, desk: WordDesk) -> None:
    """A change of what is in force."""
    if desk.change:
        raise Conflict(_("已经有一处改动在办了，请接着办。"))
    assert desk.text is not None
    department = home_of((await city(tx.db)).pack, await editing_desks(tx), desk)
    await _insert(tx, desk.kind, desk.code, department, desk.text, desk.text)


async def begin_new_word(tx: Tx, kind: str, about: str, field: str, label: str, chosen: str = "") -> str:
    """A word the city does not have yet, in the department that was chosen; returns its code, which stays for ever.
    NotFound for a department where she does not write."""
    pack, mine = (await city(tx.db)).pack, await editing_desks(tx)
    department = chosen or mine[0]
    if department not in mine:
        raise NotFound()
    problems = []
    code = ""
    try:
        code = new_code(kind, about, field, pack)
    except ValueError:
        problems.append(Problem(_("代号只用小写字母、数字和下划线，例如 nickname；并选好是关于谁的。"), "field"))
    if not label:
        problems.append(Problem(_("请写名称。"), "label"))
    if code and code in words_in(await city_data(tx.db), kind):
        problems.append(Problem(TAKEN, "field", {"code": code}))
    if problems:
        raise Invalid(*problems)
    await _insert(tx, kind, code, department, None, blank(kind, department, pack.city.region, label))
    return code


async def _insert(tx: Tx, kind: str, code: str, department: str, before: Raw | None, data: Raw) -> None:
    try:
        async with tx.db.transaction():
            change = await tx.db.fetchval(
                """INSERT INTO word_changes (kind, code, department_id, before, data) VALUES ($1, $2, $3, $4, $5)
                RETURNING id""",
                kind,
                code,
                department,
                before,
                data,
            )
    except asyncpg.UniqueViolationError:
        raise Conflict(IN_WORK) from None
    await _record(tx, change, 1, "begun", {})


async def save_word(tx: Tx, desk: WordDesk, data: Raw, seen: int, changes: list[Raw]) -> None:
    """Over the revision that was `seen`; Conflict, and nothing written, over another."""
    change = desk.change
    if change is None or change.state is not State.DRAFT or "editor" not in desk.roles:
        raise Conflict(MOVED_ON)
    revision = await tx.db.fetchval(
        """UPDATE word_changes SET data = $3, revision = revision + 1 WHERE (id, revision) = ($1, $2) AND state = 'draft'
        RETURNING revision""",
        change.id,
        seen,
        data,
    )
    if revision is None:
        raise Conflict(CHANGED)
    await _record(tx, change.id, revision, "edited", {"changes": changes})


async def move_word(tx: Tx, desk: WordDesk, name: str, seen: int, reason: str = "") -> None:
    """One move; Invalid with everything the change would break, Conflict where somebody was quicker."""
    change = desk.change
    if change is None:
        raise Conflict(MOVED_ON)
    moves = word_moves(change.state, desk.roles, wrote=change.wrote, lawful=desk.lawful)
    made = next((one for one in moves if one.name == name), None)
    if made is None or seen != change.revision:
        raise Conflict(MOVED_ON if made is None else CHANGED)
    if made.reason and not reason:
        raise Invalid(Problem(_("请写一句为什么，别人好照着改。"), "reason"))
    if made.clean and (wrong := await broken_by(tx, desk)):
        raise Invalid(*wrong)
    if made.after is State.PUBLISHED:
        await _refuse_other_text(tx, desk)
    published_at = tx.now if made.after is State.PUBLISHED else None
    revision = await tx.db.fetchval(
        """UPDATE word_changes SET state = $3, revision = revision + 1, published_at = $4 WHERE (id, revision) = ($1, $2)
        RETURNING revision""",
        change.id,
        seen,
        made.after,
        published_at,
    )
    if revision is None:
        raise Conflict(CHANGED)
    await _record(tx, change.id, revision, name, {"reason": reason} if reason else {})
    if made.after is State.PUBLISHED:
        await enqueue(tx.db, "publish_word", {"change": change.id})


async def broken_by(tx: Tx, desk: WordDesk) -> list[Problem]:
    """What the rules find in the city with this word that they did not find before."""
    if desk.change is None:
        return []
    now, data = (await city(tx.db)).pack, await city_data(tx.db)
    return new_faults(data, now, desk.kind, desk.code, desk.change.data, desk.used_by)


async def _refuse_other_text(tx: Tx, desk: WordDesk) -> None:
    """A pack that was loaded meanwhile may have brought another text of the word: nobody looked at that."""
    if desk.change and desk.text != desk.change.before:
        raise Conflict(_("城市包里的这个词已经换了说法。请拿回草稿，看一遍再送。"))


async def _record(tx: Tx, change: int, revision: int, kind: str, data: Raw) -> None:
    await tx.db.execute(
        """INSERT INTO word_events (change_id, revision, kind, actor_id, actor_name, at, data) VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        change, revision, kind, tx.viewer.id, tx.viewer.name, tx.now, data,
    )  # fmt: skip


async def put_in_force(work: Work, change: int) -> None:
    """The city with the new word, and a new version of every item that is made of it, under the review of the change.
    A second call finds the word as it is and does nothing."""
    try:
        async with work.transaction() as tx:
            await tx.db.execute("SELECT pg_advisory_xact_lock(hashtext('suishouban pack load'))")
            word, who = await decided_word(tx.db, change)
            if words_in(await city_data(tx.db), word.kind).get(word.code) != word.data:
                await _store(tx.db, word)
                for name in await items_with(tx.db, word.kind, word.code):
                    await _version(tx, name, word, who)
                await list_in_force(tx.db)
    except asyncpg.LockNotAvailableError:
        raise Later(3.0) from None


async def _store(db: asyncpg.Connection, word: Word) -> None:
    data = with_word(await city_data(db), word.kind, word.code, word.data)
    await db.execute(
        """INSERT INTO packs (region, name, sha256, data)
           SELECT p.region, p.name, $1, $2 FROM packs p ORDER BY p.loaded_at DESC, p.id DESC LIMIT 1
           ON CONFLICT (sha256) DO UPDATE SET loaded_at = app_now()""",
        bytes.fromhex(sha256_of(data)),
        data,
    )
    if word.kind == "department":
        department = msgspec.convert({**word.data, "short": word.code}, Department)
        await db.execute(
            "UPDATE departments SET name = $2, data = $3 WHERE id = $1", word.code, department.name, department
        )


async def _version(tx: Tx, name: str, word: Word, who: Raw) -> None:
    """The same item, made of the new word. Its text in force is not touched but for that."""
    now = await city(tx.db)
    if (item := now.pack.items.get(name)) is None:
        return
    raw = await tx.db.fetchval(
        "SELECT data->'item' FROM item_versions WHERE (code, version) = ($1, $2)", item.code, now.versions[item.code]
    )
    text = covered({"items": {name: raw}, **now.written}, item)
    sha256 = sha256_of(text)
    if sha256 == now.pack.hashes[name]:
        return
    days = await end_others(tx.db, item.code, tx.today)
    review = Review(sha256=sha256, by=who["reviewer"], day=tx.today.isoformat(), demo=now.pack.city.demo)
    version = await tx.db.fetchval(
        """INSERT INTO item_versions (code, version, pack_id, sha256, data, review, department_id, effective_from, effective_until)
           VALUES ($1, (SELECT max(version) + 1 FROM item_versions WHERE code = $1), $2, $3, $4, $5, $6, $7, $8)
        RETURNING version""",
        item.code, now.pack_id, bytes.fromhex(sha256), text, review, item.department, days.first, days.until,
    )  # fmt: skip
    await tx.db.execute(
        """INSERT INTO item_events (code, version, revision, department_id, kind, actor_id, actor_name, data)
           VALUES ($1, $2, 1, $3, 'loaded', $4, $5, $6)""",
        item.code, version, item.department, who["editor_id"], who["editor"],
        {"reason": f"全市统一的“{word.data.get('label') or word.code}”改了说法"},
    )  # fmt: skip
