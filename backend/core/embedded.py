"""A real PostgreSQL under DATA, owned by the process that starts it.

One owner at a time holds the lock `DATA/postgres/lock`; the kernel frees it however the owner ends, and stops the server
with it (PDEATHSIG). `state.json` tells other commands where the socket is; it counts only while the lock is held.
Start it from the main thread: the kernel watches the thread that forked.
"""

import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import asyncpg
import msgspec

from backend.core.cluster import EmbeddedError, binaries, command_of, die_with_parent, give, identity, make
from backend.settings import ROLES, Settings

DATABASE = "suishouban"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
LOCAL_ONLY = ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "timezone=UTC"]
LEFT_OVER = ("already exists", "still in use")
LARGEST_LOG = 10_000_000


class EmbeddedPostgres:
    """`flags` are more words for the server's command line, such as ("-c", "fsync=off") in tests."""

    def __init__(self, data: Path, flags: Sequence[str] = ()) -> None:
        self.home = data / "postgres"
        self.cluster = self.home / "cluster"
        self.flags = flags
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def sockets(self) -> Path:
        """The folder of the socket; a short one elsewhere when the path would not fit a socket address."""
        usual = self.home / "socket"
        if len(os.fsencode(usual / SOCKET)) <= LONGEST_SOCKET_PATH:
            return usual
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        return runtime / f"suishouban-{hashlib.sha256(os.fsencode(usual)).hexdigest()[:16]}"

    def start(self, patience: float = 120, wait_for_lock: float = 0) -> None:
        """Make the cluster where there is none, and come back when the server takes connections."""
        self._take_lock(wait_for_lock)
        try:
            if not (self.cluster / "PG_VERSION").exists():
                make(self.cluster)
            self._prepare_folders()
            self._clear_leftovers()
            self._launch(time.monotonic() + patience)
            state = {"owner": os.getpid(), "sockets": str(self.sockets)}
            (self.home / "state.json").write_text(json.dumps(state), "utf-8")
        except BaseException:
            self.stop()
            raise

    def relaunch(self, patience: float = 120) -> None:
        """Start the server again after it ended by itself; what was acknowledged is recovered."""
        self._launch(time.monotonic() + patience)

    def stop(self, patience: float = 30) -> None:
        """A fast shutdown: sessions are ended, everything acknowledged is on disk. Safe to call twice."""
        (self.home / "state.json").unlink(missing_ok=True)
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(patience)
        self.process = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, role: str, database: str = DATABASE) -> str:
        return _url(self.sockets, role, database)

    def _take_lock(self, patience: float) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.home / "lock").open("a", encoding="utf-8")
        deadline = time.monotonic() + patience
        while not _locked(lock):
            if time.monotonic() > deadline:
                lock.close()
                raise EmbeddedError(
                    f"Another process ({_state(self.home).get('owner', 'unknown')}) already runs the database "
                    f"under {self.home.parent}. Stop it first, or choose another folder with DATA=…"
                )
            time.sleep(0.1)
        self._lock = lock

    def _prepare_folders(self) -> None:
        _, owner = identity()
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.sockets.is_symlink() or self.sockets.stat().st_uid not in (os.geteuid(), owner):
            raise EmbeddedError(f"{self.sockets} belongs to somebody else: set XDG_RUNTIME_DIR to a folder of yours.")
        give(self.sockets, owner)
        give(self.cluster, owner)

    def _clear_leftovers(self) -> None:
        """See that no earlier server runs (we hold the lock), and that its files do not name a process of today."""
        earlier = _postmaster(self.cluster)[0]
        if earlier is None:
            return
        if self._is_ours(earlier):
            os.kill(earlier, signal.SIGINT)
        deadline = time.monotonic() + 30
        while self._is_ours(earlier) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self._is_ours(earlier) and _postmaster(self.cluster)[0]:
            _declare_dead(self.cluster / "postmaster.pid")
            (self.sockets / f"{SOCKET}.lock").unlink(missing_ok=True)

    def _is_ours(self, process: int) -> bool:
        return f"-D {self.cluster} " in command_of(process)

    def _launch(self, deadline: float) -> None:
        log = self.home / "server.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.unlink()
        while True:
            with log.open("ab") as output:
                begun = output.tell()
                self.process = self._popen(output)
            if self._ready(deadline):
                return
            said = log.read_bytes()[begun:].decode("utf-8", "replace")
            # For some seconds after a kill, what is left of the old server still holds its lock file and its memory.
            if not any(words in said for words in LEFT_OVER) or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL did not start; {log} ends with:\n{said[-2000:]}")
            time.sleep(0.25)

    def _popen(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        prefix, _ = identity()
        major = int((self.cluster / "PG_VERSION").read_text("utf-8"))
        program = [*prefix, str(binaries(major) / "postgres"), "-D", str(self.cluster), "-k", str(self.sockets)]
        return subprocess.Popen(
            [*program, *LOCAL_ONLY, *self.flags],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,  # Ctrl-C in a terminal must reach the owner only, which stops things in order
            preexec_fn=lambda: die_with_parent(signal.SIGINT),
        )

    def _ready(self, deadline: float) -> bool:
        assert self.process is not None
        while self.process.poll() is None and time.monotonic() < deadline:
            # The file may be a dead server's, which says "ready" too: only our own child's number counts.
            if _postmaster(self.cluster) == (self.process.pid, "ready"):
                return True
            time.sleep(0.01)
        return False


@contextmanager
def reachable(settings: Settings) -> Iterator[Settings]:
    """Settings with a database behind them: the outside one, the embedded one that runs, or one for the time of the block.

    Whoever only attaches holds `users` shared, so that a command which lent its server waits before it stops it.
    """
    if settings.attached:
        yield settings
        return
    home = settings.data / "postgres"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(home / "users", "a", encoding="utf-8") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        if sockets := running(settings.data):
            yield at(settings, sockets)
            return
        server = EmbeddedPostgres(settings.data)
        server.start(wait_for_lock=10)
        try:
            prepare(server)
            yield at(settings, server.sockets)
        finally:
            fcntl.flock(users, fcntl.LOCK_EX)
            server.stop()


def running(data: Path) -> Path | None:
    """The socket folder of the server that runs under `data`, proved by its lock and by a connection."""
    home = data / "postgres"
    try:
        with open(home / "lock", encoding="utf-8") as lock:
            if _locked(lock):
                return None
        sockets = Path(_state(home)["sockets"])
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(sockets / SOCKET))
    except (OSError, KeyError):
        return None
    return sockets


def at(settings: Settings, sockets: Path) -> Settings:
    """The settings with the three logins of the embedded server at `sockets`."""
    return msgspec.structs.replace(
        settings,
        database_url=_url(sockets, ROLES["owner"], DATABASE),
        database_url_web=_url(sockets, ROLES["web"], DATABASE),
        database_url_worker=_url(sockets, ROLES["worker"], DATABASE),
    )


def prepare(server: EmbeddedPostgres, database: str = DATABASE) -> None:
    """See to the login roles and the database: the only thing ever done as the cluster's superuser."""
    import asyncio

    asyncio.run(prepare_with(server, database))


async def prepare_with(server: EmbeddedPostgres, database: str = DATABASE) -> None:
    connection = await asyncpg.connect(server.url("postgres", "postgres"))
    try:
        present = {row[0] for row in await connection.fetch("select rolname from pg_roles")}
        for role in ROLES.values():
            if role not in present:
                await connection.execute(f"create role {role} login nosuperuser nobypassrls")
        if not await connection.fetchval("select true from pg_database where datname = $1", database):
            await connection.execute(f"create database {database} owner {ROLES['owner']}")
    finally:
        await connection.close()


def _url(sockets: Path, role: str, database: str) -> str:
    return f"postgresql://{role}@/{database}?host={quote(str(sockets), safe='')}"


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _state(home: Path) -> dict[str, str]:
    try:
        state: dict[str, str] = json.loads((home / "state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state


def _declare_dead(pid_file: Path) -> None:
    """Put a number into the file that is no process, in the place of one that by now may be anybody's.

    The file itself stays: by its other lines PostgreSQL sees whether old sessions still use the old shared memory.
    """
    lines = pid_file.read_text("utf-8").splitlines(keepends=True)
    ended = subprocess.Popen(["true"])
    ended.wait()
    pid_file.write_text("".join([f"{ended.pid}\n", *lines[1:]]), "utf-8")


def _postmaster(cluster: Path) -> tuple[int | None, str]:
    """The process number and the status that `postmaster.pid` tells."""
    try:
        lines = (cluster / "postmaster.pid").read_text("utf-8").splitlines()
        return int(lines[0]), lines[7].strip()
    except (OSError, ValueError, IndexError):
        return None, ""
