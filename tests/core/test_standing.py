"""The program refuses a database that could lose what it acknowledged."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres, prepare_with
from backend.core.standing import Standing, UnsafeDatabase, faults, refuse_unsafe
from backend.settings import ROLES, Login, Settings

SAFE = Standing(version=180004, fsync=True, full_page_writes=True, synchronous=True, checksums=True, strong=False)


def test_a_safe_database_has_no_faults() -> None:
    assert faults(SAFE) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"version": 140012}, "15"),
        ({"fsync": False}, "fsync"),
        ({"full_page_writes": False}, "full_page_writes"),
        ({"synchronous": False}, "synchronous_commit"),
        ({"strong": True}, "row-level security"),
    ],
)
def test_each_unsafe_thing_is_a_sentence(change: dict[str, object], word: str) -> None:
    (said,) = faults(msgspec.structs.replace(SAFE, **change))
    assert word in said


@pytest_asyncio.fixture(scope="module")
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    """A server that acknowledges before anything is on disk."""
    flags = [word for name in ("fsync", "synchronous_commit", "full_page_writes") for word in ("-c", f"{name}=off")]
    with EmbeddedPostgres(tmp_path_factory.mktemp("hasty"), flags) as server:
        await prepare_with(server)
        yield server


async def test_a_hasty_server_is_refused_with_every_reason(hasty: EmbeddedPostgres) -> None:
    with pytest.raises(UnsafeDatabase) as refused:
        await refuse_unsafe(Login(hasty.url(ROLES["web"])))
    assert len(str(refused.value).splitlines()) == 3


async def test_the_embedded_server_is_safe_for_web_and_worker(settings: Settings) -> None:
    await refuse_unsafe(settings.login("web"))
    await refuse_unsafe(settings.login("worker"))


async def test_a_superuser_is_refused_unless_it_takes_the_role_on(postgres: EmbeddedPostgres, template: str) -> None:
    with pytest.raises(UnsafeDatabase, match="row-level security"):
        await refuse_unsafe(Login(postgres.url("postgres", template)))
    await refuse_unsafe(Login(postgres.url("postgres", template), ROLES["web"]))


async def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnsafeDatabase, match="cannot be reached"):
        await refuse_unsafe(Login(f"postgresql://nobody@/nothing?host={tmp_path}"))
