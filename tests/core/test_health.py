"""Supervisors and load balancers are told the truth."""

import asyncpg

from backend.settings import Settings
from tests.web import running


async def test_a_process_is_alive_whatever_its_database_does(settings: Settings) -> None:
    async with running(settings) as site:
        assert (await site.stranger().get("/livez")).json() == {"status": "alive"}


async def test_no_traffic_comes_before_every_migration_ran(settings: Settings) -> None:
    owner = await asyncpg.connect(settings.login("owner").dsn)
    async with running(settings) as site:
        assert (await site.stranger().get("/readyz")).json()["status"] == "ready"
        await owner.execute("delete from schema_migrations where number = (select max(number) from schema_migrations)")
        late = await site.stranger().get("/readyz")
        assert (late.status_code, late.json()) == (503, {"status": "migrations are missing"})
        await owner.execute("drop table schema_migrations")
        assert (await site.stranger().get("/readyz")).status_code == 503
    await owner.close()


async def test_no_traffic_comes_while_the_database_is_gone(settings: Settings, postgres, database: str) -> None:
    async with running(settings) as site:
        admin = await asyncpg.connect(postgres.url("postgres", "postgres"))
        await admin.execute(f"alter database {database} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", database)
        answer = await site.stranger().get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "database not reachable"})
        await admin.execute(f"alter database {database} allow_connections true")
        assert (await site.stranger().get("/readyz")).status_code == 200
        await admin.close()
