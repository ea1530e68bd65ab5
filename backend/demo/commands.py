"""`suishouban demo cast FOLDER`: brings a pack's invented people in. Refused outside demo mode."""

import argparse
import asyncio
from pathlib import Path
from random import Random

from backend.settings import Settings, SettingsError, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a pack with a cast.yaml")


def run(args: argparse.Namespace) -> int:
    """bring the demo cast of a pack in"""
    from backend.core.embedded import reachable

    asked = load()
    if not asked.demo:
        raise SettingsError("The demo cast only comes with SUISHOUBAN_DEMO=on, on this machine itself.")
    with reachable(asked) as settings:
        print(f"{asyncio.run(_load(settings, args.folder))} people came")
    return 0


async def _load(settings: Settings, folder: Path) -> int:
    from backend.core.crypto import Vault
    from backend.core.db import Tx, connect, wall_clock
    from backend.core.jobs import enqueue
    from backend.demo.actions import load_cast, read_cast
    from backend.demo.holdings import load_holdings

    owner, cast = await connect(settings.login("owner")), read_cast(folder)
    try:
        async with owner.transaction():
            tx = Tx(owner, Vault(settings.master_key or "", settings.certificate_keys), wall_clock())
            came = await load_cast(tx, cast)
            await load_holdings(tx, cast)
            if came:  # the first night comes at once: an offer waits for whoever tries the demo
                await enqueue(owner, "begin_looking", {})
            return came
    finally:
        await owner.close()


def run_queue(_args: argparse.Namespace) -> int:
    """fill the demo's desks with cases of invented people, once"""
    from backend.core.embedded import reachable

    asked = load()
    if not asked.demo:
        raise SettingsError("Invented cases only come with SUISHOUBAN_DEMO=on, on this machine itself.")
    with reachable(asked) as settings:
        print(f"{asyncio.run(_queue(settings))} cases came")
    return 0


async def _queue(settings: Settings) -> int:
    from backend.core.crypto import Vault
    from backend.core.db import Tx, connect, wall_clock
    from backend.core.stores import open_store
    from backend.demo.queue import load_queue

    owner, now = await connect(settings.login("owner")), wall_clock()
    try:
        async with owner.transaction():
            await owner.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
            chance = Random(7)  # noqa: S311 the same town every time
            return await load_queue(
                Tx(owner, Vault(settings.master_key or "", settings.certificate_keys), now),
                open_store(settings),
                chance,
            )
    finally:
        await owner.close()


COMMANDS = [("demo cast", add_arguments, run), ("demo queue", lambda _parser: None, run_queue)]
