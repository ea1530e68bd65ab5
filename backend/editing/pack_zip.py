"""A city as one file to take along or to bring: a ZIP of the pack's folder. Reading it is safe whatever it is."""

import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import msgspec

from backend.catalogue.pack_read import Fault, PackError, read_folder
from backend.catalogue.pack_write import files_of

Raw = dict[str, Any]
MOST_UNFOLDED, MOST_PARTS = 30_000_000, 3_000
INSIDE = re.compile(
    r"(?:[^/\\]+/)?((?:(?:items|scenarios|letters)/[^/\\]{1,100}|[a-z]{1,30})\.yaml|i18n/[A-Za-z_]{2,20}\.po)"
)


class Compared(msgspec.Struct, frozen=True):
    """Item names, against what is in force; `words`: how many words of the vocabulary are others."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: int
    gone: tuple[str, ...]
    words: int


def zipped(raw: Raw) -> bytes:
    """Some seconds for a whole city: never inside a transaction."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files_of(raw).items():
            archive.writestr(str(path), text)
    return out.getvalue()


def unzipped(data: bytes) -> Raw:
    """Plain data of every file, as `read_folder` gives it; PackError with all that is wrong."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _unfold(archive, folder)
        except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError):
            raise PackError([Fault("ZIP", "不是完整的 ZIP 文件，或者加了密码")]) from None
        return read_folder(folder)


def _unfold(archive: zipfile.ZipFile, folder: Path) -> None:
    """Only files a pack has, counted while they unfold: a ZIP may lie about how large its parts are."""
    left = MOST_UNFOLDED
    if len(archive.infolist()) > MOST_PARTS:
        raise PackError([Fault("ZIP", "里面的文件太多，不像城市包")])
    for info in archive.infolist():
        found = INSIDE.fullmatch(info.filename)
        if found is None:
            continue
        with archive.open(info) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise PackError([Fault("ZIP", f"解开以后超过 {MOST_UNFOLDED // 1_000_000} MB")])
        path = folder / found[1]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def compared(now: Raw, brought: Raw) -> Compared:
    mine, theirs = now["items"], brought["items"]
    changed = tuple(name for name in theirs if name in mine and mine[name] != theirs[name])
    words = sum(
        now[kind].get(code) != data for kind in ("elements", "materials") for code, data in brought[kind].items()
    )
    return Compared(
        tuple(name for name in theirs if name not in mine),
        changed,
        len(theirs.keys() & mine.keys()) - len(changed),
        tuple(name for name in mine if name not in theirs),
        words,
    )
