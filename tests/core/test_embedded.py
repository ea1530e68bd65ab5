"""The embedded PostgreSQL: starts as anybody, obeys one owner, and loses nothing that it acknowledged."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from backend.core import cluster
from backend.core.cluster import EmbeddedError
from backend.core.embedded import LONGEST_SOCKET_PATH, SOCKET, EmbeddedPostgres, prepare_with, reachable, running
from backend.settings import load

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's PDEATHSIG and /proc are Linux's")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextmanager
def owner(data: Path, *user: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that owns the server under `data`, and the URL it printed."""
    command = [sys.executable, "-m", "tests.core.owner", str(data), *user]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


async def numbers_in(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch("select n from acknowledged order by n")]
    finally:
        await connection.close()


async def insert_until_it_breaks(url: str, acknowledged: list[int]) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("create table acknowledged (n integer primary key)")
    try:
        for n in range(1_000_000):
            await connection.execute("insert into acknowledged values ($1)", n)
            acknowledged.append(n)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        connection.terminate()


async def killed_during_inserts(url: str, kill: list[int]) -> list[int]:
    """The numbers acknowledged until the processes were killed, well into a stream of inserts."""
    acknowledged: list[int] = []
    inserting = asyncio.create_task(insert_until_it_breaks(url, acknowledged))
    while len(acknowledged) < 300:  # noqa: ASYNC110 (an Event would be set 300 times a second for nothing)
        await asyncio.sleep(0.005)
    for process in kill:
        with suppress(ProcessLookupError):  # it may have ended with the one before it
            os.kill(process, signal.SIGKILL)
    await inserting
    return acknowledged


def postmaster(data: Path) -> int:
    return int((data / "postgres/cluster/postmaster.pid").read_text().splitlines()[0])


def below(process: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@on_linux
async def test_every_acknowledged_row_is_there_after_the_app_was_killed(data: Path) -> None:
    with owner(data) as (process, url):
        server = postmaster(data)
        acknowledged = await killed_during_inserts(url, [process.pid])
    with EmbeddedPostgres(data) as again:
        assert not cluster.command_of(server), "the server outlived its owner"
        assert (await numbers_in(again.url("suishouban_owner")))[: len(acknowledged)] == acknowledged


@on_linux
async def test_every_acknowledged_row_is_there_after_everything_was_killed(data: Path) -> None:
    with owner(data) as (process, url):
        server = postmaster(data)
        acknowledged = await killed_during_inserts(url, [server, *below(server), process.pid])
    with EmbeddedPostgres(data) as again:
        assert (await numbers_in(again.url("suishouban_owner")))[: len(acknowledged)] == acknowledged


async def test_a_server_that_died_alone_is_launched_again_by_its_owner(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        await prepare_with(server)
        assert server.process
        acknowledged = await killed_during_inserts(server.url("suishouban_owner"), [server.process.pid])
        server.process.wait()
        server.relaunch()
        assert (await numbers_in(server.url("suishouban_owner")))[: len(acknowledged)] == acknowledged


def test_a_second_owner_is_refused_and_told_who_the_first_is(data: Path) -> None:
    with EmbeddedPostgres(data), pytest.raises(EmbeddedError, match=rf"Another process \({os.getpid()}\)"):
        EmbeddedPostgres(data).start()


def test_a_number_in_a_stale_pid_file_that_belongs_to_somebody_else_now_does_no_harm(data: Path) -> None:
    with EmbeddedPostgres(data):
        left = (data / "postgres/cluster/postmaster.pid").read_text()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        stale = re.sub(r"^\d+", str(bystander.pid), left)
        (data / "postgres/cluster/postmaster.pid").write_text(stale)
        with EmbeddedPostgres(data) as server:
            assert server.process
            assert postmaster(data) == server.process.pid
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def modes_above(path: Path) -> dict[Path, int]:
    return {folder: folder.stat().st_mode for folder in path.parents}


def test_no_permission_outside_its_own_folder_is_changed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = modes_above(closed / "data")
    with EmbeddedPostgres(closed / "data"):
        assert (closed / "data/postgres").stat().st_mode & 0o777 == 0o700
    assert modes_above(closed / "data") == before


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    works = cluster._works
    with monkeypatch.context() as patched:
        patched.setattr(cluster, "_works", lambda prefix: prefix is not cluster.NAMESPACE and works(prefix))
        cluster.identity.cache_clear()
        yield
    cluster.identity.cache_clear()


@as_root
def test_where_user_namespaces_are_forbidden_root_steps_down_instead(tmp_path: Path, no_namespaces: None) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = modes_above(closed / "data")
    with EmbeddedPostgres(closed / "data") as server:
        assert server.process
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == cluster.NOBODY
        assert server.cluster.stat().st_uid == cluster.NOBODY
    assert modes_above(closed / "data") == before


@as_root
async def test_it_runs_as_an_ordinary_user() -> None:
    home = Path(tempfile.mkdtemp())
    os.chown(home, cluster.NOBODY, cluster.NOBODY)
    try:
        with owner(home / "data", str(cluster.NOBODY)) as (process, url):
            connection = await asyncpg.connect(url)
            assert await connection.fetchval("select current_user") == "suishouban_owner"
            await connection.close()
            process.terminate()
            assert process.wait(30) == 0
    finally:
        shutil.rmtree(home)


def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / "很深的文件夹" / ("x" * 100)
    with EmbeddedPostgres(deep) as server:
        assert len(os.fsencode(server.sockets / SOCKET)) <= LONGEST_SOCKET_PATH
        assert running(deep) == server.sockets


@on_linux
def test_a_command_attaches_to_a_running_server_and_starts_none_of_its_own(data: Path) -> None:
    with owner(data) as (process, url):
        server = postmaster(data)
        with reachable(load({"DATA": str(data)})) as settings:
            assert settings.database_url == url
        assert postmaster(data) == server
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert running(data) is None


def test_a_command_alone_has_a_server_for_its_own_time(data: Path) -> None:
    with reachable(load({"DATA": str(data)})) as settings:
        assert running(data)
        assert settings.login("web").dsn != settings.login("worker").dsn
    assert running(data) is None
    assert not (data / "postgres/cluster/postmaster.pid").exists()


def test_a_state_file_left_by_a_killed_owner_is_not_believed(data: Path) -> None:
    with owner(data) as (process, _):
        process.kill()
        process.wait()
    assert (data / "postgres/state.json").exists()
    assert running(data) is None


def test_a_creation_that_was_killed_half_way_is_done_again(data: Path) -> None:
    (data / "postgres/cluster.new/base").mkdir(parents=True)
    (data / "postgres/cluster.new/PG_VERSION").write_text("18\n")
    begun = time.monotonic()
    with EmbeddedPostgres(data) as server:
        assert server.process
    assert time.monotonic() - begun < 60
    assert not (data / "postgres/cluster.new").exists()


async def test_chinese_is_letters_and_checksums_are_on(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        await prepare_with(server)
        connection = await asyncpg.connect(server.url("suishouban_owner"))
        assert await connection.fetchval("select '高龄津贴' ~ '^[[:alpha:]]+$'")
        assert await connection.fetchval("show data_checksums") == "on"
        assert await connection.fetchval("show fsync") == "on"
        assert await connection.fetchval("show timezone") == "UTC"
        await connection.close()
