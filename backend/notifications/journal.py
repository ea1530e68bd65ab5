"""What a worker knows and the database does not yet: a file of its own on this machine, on the disk before the database is told.

One file a worker and channel, held by a lock that the kernel frees however the worker ends; a file nobody holds is what a
dead worker left behind. No name and no address stands in it. It is emptied each time the database has it all.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from backend.notifications.model import Channel, Went

WRITE, READ = msgspec.json.Encoder(), msgspec.json.Decoder(list[Went])


class Journal:
    """Written by its worker alone."""

    def __init__(self, folder: Path, channel: Channel) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{channel}-{os.getpid()}-{os.urandom(4).hex()}"
        unseen = folder / f".{name}"
        self._file = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._path = unseen.rename(folder / name)  # nobody finds it before it is held
        _sync(folder)

    def keep(self, went: list[Went]) -> None:
        """On the disk when this comes back: all that is not settled, so each time as much as before or more."""
        os.pwrite(self._file, WRITE.encode(went), 0)
        os.fsync(self._file)

    def forget(self) -> None:
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        """A file with something in it stays for whoever comes next."""
        if not os.fstat(self._file).st_size:
            self._path.unlink(missing_ok=True)
        os.close(self._file)


class LeftBehind:
    """A dead worker's; `remove` when the database has it."""

    def __init__(self, path: Path) -> None:
        self.channel, self._path = Channel(path.name.partition("-")[0]), path
        try:
            self.entries = READ.decode(path.read_bytes())
        except (msgspec.DecodeError, msgspec.ValidationError):
            self.entries = []  # empty, or it broke off: the leases decide

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def left_behind(folder: Path) -> Iterator[LeftBehind]:
    """The journals nobody holds, each locked while it is looked at."""
    for path in sorted(folder.glob("[a-z]*-*-*")) if folder.is_dir() else ():
        file = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield LeftBehind(path)
        except BlockingIOError:
            continue
        finally:
            os.close(file)


def _sync(folder: Path) -> None:
    """The file's name is on the disk, too."""
    here = os.open(folder, os.O_RDONLY)
    os.fsync(here)
    os.close(here)
