"""`suishouban mandates …`, for operators."""

import argparse
import asyncio

from backend.core.db import connect
from backend.core.embedded import reachable
from backend.mandates.journal import Fault, faults
from backend.settings import Settings, load


def no_arguments(_: argparse.ArgumentParser) -> None:
    """The database is the one of the environment."""


def verify(_: argparse.Namespace) -> int:
    """prove that no line of any mandate's journal was altered, added, taken out or moved; exit code 1 if one was"""
    with reachable(load()) as settings:
        found, lines = asyncio.run(_faults(settings))
    for fault in found:
        print(f"mandate {fault.mandate_id}, line {fault.place}: {fault.fault} (row {fault.event_id or 'missing'})")
    print(f"{lines} lines read, {len(found)} journals wrong.")
    return 1 if found else 0


async def _faults(settings: Settings) -> tuple[list[Fault], int]:
    owner = await connect(settings.login("owner"))
    try:
        return await faults(owner), await owner.fetchval("SELECT count(*) FROM mandate_events")
    finally:
        await owner.close()


COMMANDS = [("mandates verify", no_arguments, verify)]
