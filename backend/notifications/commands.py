"""`suishouban notices …`: what could not be brought to people."""

import argparse
import asyncio

from backend.core.db import connect
from backend.core.embedded import reachable
from backend.notifications.queries import not_delivered
from backend.settings import Settings, load


def nothing(_: argparse.ArgumentParser) -> None:
    """No arguments."""


def undelivered(_: argparse.Namespace) -> int:
    """pushes and e-mails that failed, or of which nobody knows whether they arrived; the inbox has them all"""
    with reachable(load()) as settings:
        asyncio.run(_undelivered(settings))
    return 0


async def _undelivered(settings: Settings) -> None:
    connection = await connect(settings.login("worker"))
    for one in await not_delivered(connection):
        print(f"{one.id}\t{one.channel}\t{one.state}\t{one.attempts}×\t{one.created_at:%Y-%m-%d %H:%M}\t{one.problem}")
    await connection.close()


COMMANDS = [("notices undelivered", nothing, undelivered)]
