"""`suishouban jobs …`: what failed for good, and putting it back."""

import argparse
import asyncio

from backend.core.db import connect
from backend.core.embedded import reachable
from backend.settings import Settings, load


def nothing(_: argparse.ArgumentParser) -> None:
    """No arguments."""


def numbers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", type=int, nargs="+", help="its number, as `jobs held` shows it")


def held(_: argparse.Namespace) -> int:
    """jobs that failed for good, newest first, with the last thing that went wrong; exit code 1 if there are any"""
    with reachable(load()) as settings:
        return asyncio.run(_held(settings))


async def _held(settings: Settings) -> int:
    from backend.core.jobs import held_jobs

    connection = await connect(settings.login("worker"))
    found = await held_jobs(connection)
    await connection.close()
    for job in found:
        print(f"{job.id}\t{job.name}\t{job.payload.decode()}\t{job.tries}×\t{job.since:%Y-%m-%d %H:%M}\t{job.problem}")
    return 1 if found else 0


def release(args: argparse.Namespace) -> int:
    """put held jobs back, to be tried anew"""
    with reachable(load()) as settings:
        asyncio.run(_release(settings, args.job))
    return 0


async def _release(settings: Settings, jobs: list[int]) -> None:
    from backend.core.jobs import release_jobs

    connection = await connect(settings.login("worker"))
    await release_jobs(connection, jobs)
    await connection.close()


COMMANDS = [("jobs held", nothing, held), ("jobs release", numbers, release)]
