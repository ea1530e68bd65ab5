"""DATABASE_URL: a PostgreSQL of somebody else's, older than ours, reached over TCP with a password."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from backend.core.cluster import EmbeddedError, binaries, die_with_parent, give, identity
from tests.test_run import status, town

OLDER = 16
PASSWORD = "open sesame?/@:"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The TCP port of an older server, set up as an administrator would."""
    programs = Path(os.environ.get("OUTSIDE_POSTGRES_BIN") or older())
    prefix, user = identity()
    home = tmp_path_factory.mktemp("outside")
    (home / "password").write_text("superuser")
    give(home, user)
    words = [*prefix, str(programs / "initdb"), "-D", str(home / "c"), "-U", "postgres", "-A", "scram-sha-256"]
    subprocess.run([*words, "--pwfile", str(home / "password"), "-E", "UTF8"], check=True, capture_output=True, cwd="/")
    port = free_port()
    server = subprocess.Popen(
        [*prefix, str(programs / "postgres"), "-D", str(home / "c"), "-k", "", "-p", str(port), "-h", "127.0.0.1"],
        stderr=subprocess.DEVNULL,
        cwd="/",
        preexec_fn=lambda: die_with_parent(2),
    )
    yield port
    server.terminate()
    server.wait()


def older() -> Path:
    try:
        return binaries(OLDER)
    except EmbeddedError as error:
        pytest.skip(str(error))


async def connected(url: str) -> asyncpg.Connection:
    for _ in range(100):
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.CannotConnectNowError):
            time.sleep(0.1)  # noqa: ASYNC251 (nothing else runs here)
    raise AssertionError("the outside server did not start")


async def test_run_uses_it_as_a_plain_user_and_starts_none_of_its_own(port: int, tmp_path: Path) -> None:
    admin = await connected(f"postgresql://postgres:superuser@127.0.0.1:{port}/postgres")
    await admin.execute(f"create role city login createrole password '{PASSWORD}'")
    await admin.execute("create database city owner city")
    coded = "open%20sesame%3F%2F%40%3A"
    with town(tmp_path, DATABASE_URL=f"postgresql://city:{coded}@127.0.0.1:{port}/city") as (process, address):
        assert status(address, "/") == 200
        process.terminate()
        assert process.wait(30) == 0
    assert not (tmp_path / "postgres").exists()
    await admin.close()
    there = await asyncpg.connect(f"postgresql://city:{coded}@127.0.0.1:{port}/city")
    assert await there.fetchval("select count(*) from accounts") > 5
    strong = "select bool_or(rolcanlogin or rolsuper or rolbypassrls) from pg_roles where rolname ~ '^suishouban_'"
    assert await there.fetchval(strong) is False
    await there.close()
