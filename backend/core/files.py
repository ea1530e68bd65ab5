"""Photos and PDFs that people hand in: checked by what is in them, made safe, sealed, and kept where no address leads.

1. Too large, or a name that says something else than the bytes: refused before anything is opened.
2. `file_press.py`, a process of its own with little memory and time, decodes the file and writes it anew.
3. The new bytes are sealed under the principal's key and put into the store under the SHA-256 of the sealed bytes, so
   that a backup can be checked without any key. Then the row. A rolled-back request leaves sealed bytes nobody knows.

What comes in pieces is put together by `backend/files` first. Where a virus scanner is configured, a kept file is in
quarantine until it has answered (docs/files.md).
"""

import asyncio
import hashlib
import sys
from pathlib import Path, PurePath
from typing import Literal
from uuid import UUID, uuid4

import msgspec
from obstore.store import ObjectStore

from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.file_press import Unfit, kind_of
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.stores import is_scanned, put, read

MAX_BYTES = 20 * 1024 * 1024
MAX_OF_A_PERSON = 200 * 1024 * 1024
SECONDS = 8.5  # a transaction that idles longer than 10 s is ended by the server
PRESS = Path(__file__).with_name("file_press.py")
# One arena: an address space that is limited must not be given away to threads that allocate nothing.
PRESS_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
PHOTOS = ("jpg", "jpeg", "jpe", "jfif", "png", "heic", "heif", "hif")
SUFFIXES = dict.fromkeys(PHOTOS, "image") | {"pdf": "application"}
Turn = Literal["left", "right"]

SAID = {
    "empty": _("「%(name)s」是空的。请重新选一个文件。"),
    "large": _("「%(name)s」超过 20 MB。请拍小一点，或者分几次交。"),
    "kind": _("「%(name)s」不是照片也不是 PDF。请交 JPG、PNG、HEIC 照片或 PDF 文件。"),
    "heic": _("「%(name)s」是 HEIC 照片，这里还打不开。请在手机相机设置里选「兼容性最佳」再拍一张，或截一张图。"),
    "suffix": _("「%(name)s」的内容和文件名的后缀不一样。请重新拍照，或重新导出后再交。"),
    "broken": _("「%(name)s」不完整，打不开。可能没有传完，请重新拍一张或重新导出。"),
    "pixels": _("「%(name)s」的尺寸太大了。请用手机直接拍一张，不要用放大的图。"),
    "pages": _("「%(name)s」的页数太多。一个 PDF 最多 60 页，请分成几个。"),
    "bomb": _("「%(name)s」解开以后太大了，打不开。请重新扫描成小一点的 PDF，或拍照再交。"),
    "active": _("「%(name)s」里带有程序、附件或可填写的表格，为了安全不能收。请打印成普通 PDF 或拍照再交。"),
    "locked": _("「%(name)s」设了密码。请去掉密码后再交。"),
    "full": _("您已经存了很多文件，放不下「%(name)s」了。请先删掉用不着的，或拨打 12345。"),
}
WAITING = _("这个文件正在做安全检查，一般几秒钟就好。请过一会儿再打开。")
INFECTED = _("这个文件没有通过安全检查，已经封存，不能打开。请交的人重新拍照再交一份。")

_pressing = asyncio.Semaphore(2)


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file in clear, as its reader gets it."""

    id: UUID
    name: str
    media_type: str
    content: bytes


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """An upload made safe, not kept yet. `preview`: a small JPEG of a photograph, of a PDF none."""

    name: str
    media_type: str
    pages: int
    content: bytes
    preview: bytes = b""


class Quarantined(NotFound):
    """It is there, and may not be opened: the scanner has not answered yet, or has found something."""

    status = 423
    title = _("这个文件现在不能打开")


async def store_upload(tx: Tx, store: ObjectStore, upload: bytes, filename: str, declared_type: str = "") -> UUID:
    """Keeps one upload for the principal and returns its id; Invalid with one sentence if it cannot be kept.

    What the browser declares is not believed: only the bytes say what the file is. Pressing takes up to some seconds:
    where others could wait for the transaction, `press` first and `keep` in a transaction of its own.
    """
    return await keep(tx, store, await press(upload, filename))


async def press(upload: bytes, filename: str, turn: Turn | None = None) -> Pressed:
    """The same picture or document without anything that is not one, a picture turned if asked; Invalid if it is none."""
    name = shown_name(filename)
    refuse_at_sight(len(upload), name)
    async with _pressing:
        status, answer = await _run_press(upload, turn)
    if status == 2:
        raise unfit(answer.decode(), name)
    if status != 0:
        raise unfit("broken", name)
    head, _rest, body = answer.partition(b"\n")
    media_type, pages, small = head.decode().split()
    suffix = _suffix(name)
    if suffix and not media_type.startswith(SUFFIXES[suffix] + "/"):
        raise unfit("suffix", name)
    preview, content = body[: int(small)], body[int(small) :]
    return Pressed(
        name=_renamed(name, media_type), media_type=media_type, pages=int(pages), content=content, preview=preview
    )


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")


def _renamed(name: str, media_type: str) -> str:
    """A HEIC photograph has become a JPEG, and is called one."""
    is_heic = _suffix(name) in ("heic", "heif", "hif") and media_type == "image/jpeg"
    return f"{PurePath(name).stem}.jpg" if is_heic else name


def refuse_at_sight(size: int, name: str) -> None:
    """What its size and its name already say; Invalid."""
    suffix = _suffix(name)
    if not size:
        raise unfit("empty", name)
    if size > MAX_BYTES:
        raise unfit("large", name)
    if suffix and suffix not in SUFFIXES:
        raise unfit("kind", name)


def refuse_by_head(head: bytes, name: str) -> None:
    """What the first sixteen bytes already say; Invalid."""
    try:
        kind_of(head)
    except Unfit as word:
        raise unfit(word.args[0], name) from word


async def _run_press(upload: bytes, turn: Turn | None) -> tuple[int, bytes]:
    """Exit status and answer. A press that takes too long is ended: status -9."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(PRESS), *([turn] if turn else [])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=PRESS_ENVIRONMENT,
    )
    try:
        answer, _errors = await asyncio.wait_for(process.communicate(upload), SECONDS)
    except TimeoutError:
        return -9, b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, answer


async def keep(tx: Tx, store: ObjectStore, pressed: Pressed, *, office: bool = False) -> UUID:
    """Seals a pressed upload for the principal, stores it, and returns its id; Invalid if she has too much already.

    `office`: an officer's scan, made for others, is not counted.
    """
    if not office:
        await refuse_too_much(tx, len(pressed.content), pressed.name)
    file_id = uuid4()
    sealed = await asyncio.to_thread(tx.key.seal, pressed.content, f"file:{file_id}")
    await tx.db.execute(
        """INSERT INTO files (id, principal_id, actor_id, sha256, store_key, media_type, size, pages, name_sealed,
                              preview_sealed, scan, uploaded_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        file_id,
        tx.viewer.principal_id,
        tx.viewer.id,
        hashlib.sha256(pressed.content).digest(),
        await put(store, sealed),
        pressed.media_type,
        len(pressed.content),
        pressed.pages,
        tx.key.seal(pressed.name.encode(), f"file:{file_id}:name"),
        tx.key.seal(pressed.preview, f"file:{file_id}:preview") if pressed.preview else None,
        "waiting" if is_scanned(store) else "off",
        tx.now,
    )
    if is_scanned(store):
        await enqueue(tx.db, "scan_file", {"file": file_id})
    return file_id


async def refuse_too_much(tx: Tx, more: int, name: str) -> None:
    """Invalid if so many bytes more are more than one person may keep."""
    if await tx.db.fetchval("SELECT kept_bytes($1)", tx.viewer.principal_id) + more > MAX_OF_A_PERSON:
        raise unfit("full", name)


async def open_file(tx: Tx, store: ObjectStore, file_id: UUID) -> StoredFile:
    """One file in clear, for whoever row-level security shows it to: who may act for its principal, or has its case on the desk.

    Of somebody who is forgotten it opens with the archive's key, until that is destroyed. Quarantined while the virus
    scanner has not answered: only who took a photograph may look at it, for nothing is left of that but its pixels.
    """
    row = await tx.db.fetchrow(
        """SELECT f.principal_id, f.actor_id, f.store_key, f.media_type, f.name_sealed, f.scan, a.erased_at,
                  CASE WHEN a.erased_at IS NULL THEN coalesce(a.key_wrapped, key_of_paper(f.id)) ELSE r.key_wrapped END AS key_wrapped
             FROM files f LEFT JOIN accounts a ON a.id = f.principal_id LEFT JOIN archives r ON r.account_id = f.principal_id
            WHERE f.id = $1""",
        file_id,
    )
    if row is None or (
        row["key_wrapped"] is None and (row["erased_at"] or row["principal_id"] != tx.viewer.principal_id)
    ):
        raise NotFound()
    _refuse_quarantined(row["scan"], row["media_type"], row["actor_id"] == tx.viewer.id)
    key = tx.vault.key(row["key_wrapped"]) if row["key_wrapped"] else tx.key
    return await clear(key, store, file_id, row["store_key"], row["media_type"], row["name_sealed"])


def _refuse_quarantined(scan: str, media_type: str, hers: bool) -> None:
    if scan == "infected":
        raise Quarantined(INFECTED)
    if scan == "waiting" and not (hers and media_type.startswith("image/")):
        raise Quarantined(WAITING)


async def clear(
    key: DataKey, store: ObjectStore, file_id: UUID, store_key: str, media_type: str, name_sealed: bytes
) -> StoredFile:
    """Opens what is stored, under the key of whose it is."""
    sealed = await read(store, store_key)
    return StoredFile(
        id=file_id,
        name=key.open(name_sealed, f"file:{file_id}:name").decode(),
        media_type=media_type,
        content=await asyncio.to_thread(key.open, sealed, f"file:{file_id}"),
    )


async def open_preview(tx: Tx, file_id: UUID) -> bytes | None:
    """The small picture of a photograph that is hers or her principal's; None where there is none."""
    sealed = await tx.db.fetchval(
        "SELECT preview_sealed FROM files WHERE id = $1 AND principal_id = $2 AND (scan <> 'waiting' OR actor_id = $3) AND scan <> 'infected'",
        file_id,
        tx.viewer.principal_id,
        tx.viewer.id,
    )
    return sealed and tx.key.open(sealed, f"file:{file_id}:preview")


def shown_name(filename: str) -> str:
    """The last part of a file name, without what could turn its letters around or break a header; at most 80 characters."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    plain = "".join(character for character in last if character.isprintable()).strip() or "file"
    if len(plain) <= 80:
        return plain
    suffix = PurePath(plain).suffix[:10]
    return plain[: 80 - len(suffix)] + suffix


def unfit(word: str, name: str) -> Invalid:
    return Invalid(Problem(SAID.get(word, SAID["broken"]), "file", {"name": name}))
