"""The program refuses a database that could lose what it acknowledged."""

import asyncpg
import msgspec
import pytest

from backend.core.embedded import EmbeddedPostgres
from backend.core.standing import Standing, UnsafeDatabase, faults, refuse_unsafe, standing_of
from backend.settings import Login, Settings

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


async def test_the_tests_own_hasty_server_is_refused_with_every_reason(settings: Settings) -> None:
    with pytest.raises(UnsafeDatabase) as refused:
        await refuse_unsafe(settings.login("web"))
    assert len(str(refused.value).splitlines()) == 3


async def test_a_superuser_is_seen_as_one(postgres: EmbeddedPostgres, template: str) -> None:
    connection = await asyncpg.connect(postgres.url("postgres", "postgres"))
    assert (await standing_of(connection)).strong
    await connection.execute("set role suishouban_web")
    assert not (await standing_of(connection)).strong
    await connection.close()


async def test_logging_in_as_superuser_is_allowed_when_the_role_is_taken_on(
    postgres: EmbeddedPostgres, template: str
) -> None:
    with pytest.raises(UnsafeDatabase) as refused:
        await refuse_unsafe(Login(postgres.url("postgres", template), "suishouban_web"))
    assert "row-level" not in str(refused.value)
