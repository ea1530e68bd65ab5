"""Photos and PDFs that people hand in: checked by what is in them, made safe, sealed, and kept where no address leads.

1. Too large, or a name that says something else than the bytes: refused before anything is opened.
2. `file_press.py`, a process of its own with little memory and time, decodes the file and writes it anew.
3. The new bytes are sealed under the principal's key and put into the store under the SHA-256 of the sealed bytes, so
   that a backup can be checked without any key. Then the row. A rolled-back request leaves sealed bytes nobody knows.

The store is obstore's: a folder under DATA by default. Its blocking calls run in a thread; its asynchronous ones abort
the interpreter now and then when it ends.
"""

import asyncio
import hashlib
import sys
from pathlib import Path, PurePath
from uuid import UUID, uuid4

import msgspec
import obstore
from obstore.store import LocalStore, ObjectStore

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem, Unavailable
from backend.core.i18n import _

MAX_BYTES = 20 * 1024 * 1024
MAX_OF_A_PERSON = 200 * 1024 * 1024
SECONDS = 8.5  # a transaction that idles longer than 10 s is ended by the server
PRESS = Path(__file__).with_name("file_press.py")
SUFFIXES = {"jpg": "image", "jpeg": "image", "jpe": "image", "jfif": "image", "png": "image", "pdf": "application"}
SUFFIXES |= {"heic": "heic", "heif": "heic"}

SAID = {
    "empty": _("「%(name)s」是空的。请重新选一个文件。"),
    "large": _("「%(name)s」超过 20 MB。请拍小一点，或者分几次交。"),
    "kind": _("「%(name)s」不是照片也不是 PDF。请交 JPG、PNG 照片或 PDF 文件。"),
    "heic": _("「%(name)s」是 HEIC 照片，这里还打不开。请在手机相机设置里选「兼容性最佳」再拍一张，或截一张图。"),
    "suffix": _("「%(name)s」的内容和文件名的后缀不一样。请重新拍照，或重新导出后再交。"),
    "broken": _("「%(name)s」不完整，打不开。可能没有传完，请重新拍一张或重新导出。"),
    "pixels": _("「%(name)s」的尺寸太大了。请用手机直接拍一张，不要用放大的图。"),
    "pages": _("「%(name)s」的页数太多。一个 PDF 最多 60 页，请分成几个。"),
    "active": _("「%(name)s」里带有程序、附件或可填写的表格，为了安全不能收。请打印成普通 PDF 或拍照再交。"),
    "locked": _("「%(name)s」设了密码。请去掉密码后再交。"),
    "full": _("您已经存了很多文件，放不下「%(name)s」了。请先删掉用不着的，或拨打 12345。"),
}

_pressing = asyncio.Semaphore(2)


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file in clear, as its reader gets it."""

    id: UUID
    name: str
    media_type: str
    content: bytes


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """An upload made safe, not kept yet."""

    name: str
    media_type: str
    pages: int
    content: bytes


def open_store(folder: Path) -> ObjectStore:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(folder)


async def store_upload(tx: Tx, store: ObjectStore, upload: bytes, filename: str, declared_type: str = "") -> UUID:
    """Keeps one upload for the principal and returns its id; Invalid with one sentence if it cannot be kept.

    What the browser declares is not believed: only the bytes say what the file is. Pressing takes up to some seconds:
    where others could wait for the transaction, `press` first and `keep` in a transaction of its own.
    """
    return await keep(tx, store, await press(upload, filename))


async def press(upload: bytes, filename: str) -> Pressed:
    """The same picture or document without anything that is not one; Invalid if it is none."""
    name = shown_name(filename)
    suffix = PurePath(name).suffix.lower().lstrip(".")
    _refuse_at_sight(upload, name, suffix)
    async with _pressing:
        status, answer = await _run_press(upload)
    if status == 2:
        raise _unfit(answer.decode(), name)
    if status != 0:
        raise _unfit("broken", name)
    head, _rest, content = answer.partition(b"\n")
    media_type, pages = head.decode().split()
    if suffix and not media_type.startswith(SUFFIXES[suffix] + "/"):
        raise _unfit("suffix", name)
    return Pressed(name=name, media_type=media_type, pages=int(pages), content=content)


def _refuse_at_sight(upload: bytes, name: str, suffix: str) -> None:
    if not upload:
        raise _unfit("empty", name)
    if len(upload) > MAX_BYTES:
        raise _unfit("large", name)
    if suffix and suffix not in SUFFIXES:
        raise _unfit("kind", name)


async def _run_press(upload: bytes) -> tuple[int, bytes]:
    """Exit status and answer. A press that takes too long is ended: status -9."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(PRESS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
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
        await _refuse_too_much(tx, pressed)
    file_id = uuid4()
    sealed = await asyncio.to_thread(tx.key.seal, pressed.content, f"file:{file_id}")
    store_key = _store_key(sealed)
    await asyncio.to_thread(obstore.put, store, store_key, sealed)
    await tx.db.execute(
        """INSERT INTO files (id, principal_id, actor_id, sha256, store_key, media_type, size, pages, name_sealed, uploaded_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        file_id,
        tx.viewer.principal_id,
        tx.viewer.id,
        hashlib.sha256(pressed.content).digest(),
        store_key,
        pressed.media_type,
        len(pressed.content),
        pressed.pages,
        tx.key.seal(pressed.name.encode(), f"file:{file_id}:name"),
        tx.now,
    )
    return file_id


async def _refuse_too_much(tx: Tx, pressed: Pressed) -> None:
    kept = await tx.db.fetchval("SELECT kept_bytes($1)", tx.viewer.principal_id)
    if kept + len(pressed.content) > MAX_OF_A_PERSON:
        raise _unfit("full", pressed.name)


def _store_key(sealed: bytes) -> str:
    digest = hashlib.sha256(sealed).hexdigest()
    return f"{digest[:2]}/{digest}"


async def open_file(tx: Tx, store: ObjectStore, file_id: UUID) -> StoredFile:
    """One file in clear, for whoever row-level security shows it to: who may act for its principal, or has its case on the desk.

    Of somebody who is forgotten it opens with the archive's key, until that is destroyed.
    """
    row = await tx.db.fetchrow(
        """SELECT f.principal_id, f.store_key, f.media_type, f.name_sealed, a.erased_at,
                  CASE WHEN a.erased_at IS NULL THEN coalesce(a.key_wrapped, key_of_paper(f.id)) ELSE r.key_wrapped END AS key_wrapped
             FROM files f LEFT JOIN accounts a ON a.id = f.principal_id LEFT JOIN archives r ON r.account_id = f.principal_id
            WHERE f.id = $1""",
        file_id,
    )
    if row is None or (
        row["key_wrapped"] is None and (row["erased_at"] or row["principal_id"] != tx.viewer.principal_id)
    ):
        raise NotFound()
    key = tx.vault.key(row["key_wrapped"]) if row["key_wrapped"] else tx.key
    sealed = await asyncio.to_thread(_read, store, row["store_key"])
    return StoredFile(
        id=file_id,
        name=key.open(row["name_sealed"], f"file:{file_id}:name").decode(),
        media_type=row["media_type"],
        content=await asyncio.to_thread(key.open, sealed, f"file:{file_id}"),
    )


def _read(store: ObjectStore, store_key: str) -> bytes:
    try:
        return bytes(obstore.get(store, store_key).bytes())
    except FileNotFoundError as error:
        raise Unavailable(_("这个文件暂时打不开。请过一会儿再试，或拨打 12345。")) from error


def shown_name(filename: str) -> str:
    """The last part of a file name, without what could turn its letters around or break a header; at most 80 characters."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    plain = "".join(character for character in last if character.isprintable()).strip() or "file"
    if len(plain) <= 80:
        return plain
    suffix = PurePath(plain).suffix[:10]
    return plain[: 80 - len(suffix)] + suffix


def _unfit(word: str, name: str) -> Invalid:
    return Invalid(Problem(SAID.get(word, SAID["broken"]), "file", {"name": name}))
