"""`suishouban mandates …`, for operators."""

import argparse
import asyncio
from typing import get_args
from uuid import UUID

from backend.core.crypto import Vault
from backend.core.db import connect, job_transaction, open_pool, wall_clock
from backend.core.embedded import reachable
from backend.mandates.ending import Gone, Loss, end_all
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


def end_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", type=UUID, help="the number of the account")
    parser.add_argument("reason", choices=get_args(Gone))


def end(args: argparse.Namespace) -> int:
    """end every mandate somebody gave or holds, because she died or lost capacity"""
    with reachable(load()) as settings:
        print(f"{asyncio.run(_end(settings, args.person, args.reason))} ended")
    return 0


async def _end(settings: Settings, person: UUID, reason: Gone) -> int:
    pool = await open_pool(settings.login("worker"), 1)
    try:
        async with job_transaction(
            pool, Vault(settings.master_key or "", settings.certificate_keys), wall_clock()
        ) as tx:
            return await end_all(tx, person, Loss(reason=reason, said_by="operator"))
    finally:
        await pool.close()


COMMANDS = [("mandates verify", no_arguments, verify), ("mandates end", end_arguments, end)]
