"""`suishouban letters …`, for the office that prints and posts."""

import argparse
import asyncio
from pathlib import Path

from backend.core.crypto import Vault
from backend.core.db import job_transaction, open_pool, wall_clock
from backend.core.embedded import reachable
from backend.core.printing import printed
from backend.notifications.letters import Letter, large_print, take_letters
from backend.settings import Settings, load, need_keys


def no_arguments(_: argparse.ArgumentParser) -> None:
    """The database is the one of the environment."""


def waiting(_: argparse.Namespace) -> int:
    """how many letters wait to be printed"""
    with reachable(load()) as settings:
        print(asyncio.run(_waiting(settings)))
    return 0


def take_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pdf", type=Path, help="write them as one PDF in large print, for window envelopes")


def take(args: argparse.Namespace) -> int:
    """print the waiting letters as text, one a page, or as a PDF, and mark them as printed"""
    with reachable(load()) as settings:
        need_keys(settings)
        asyncio.run(_take(settings, args.pdf))
    return 0


async def _waiting(settings: Settings) -> int:
    pool = await open_pool(settings.login("worker"), 1)
    try:
        return await pool.fetchval("SELECT count(*) FROM letters WHERE state = 'queued'")
    finally:
        await pool.close()


async def _take(settings: Settings, pdf: Path | None) -> None:
    """Printed before they are marked: what could not be written out is still there the next time."""
    pool = await open_pool(settings.login("worker"), 1)
    try:
        async with job_transaction(
            pool, Vault(settings.master_key or "", settings.certificate_keys), wall_clock()
        ) as tx:
            letters = await take_letters(tx)
            if pdf and letters:
                await asyncio.to_thread(pdf.write_bytes, await printed("letters.typ", large_print(letters)))
            elif not pdf:
                print("\f".join(sheet(letter) for letter in letters), flush=True)
    finally:
        await pool.close()


def sheet(letter: Letter) -> str:
    return f"{letter.address}\n{letter.name} 收\n\n\n{letter.words}\n"


COMMANDS = [("letters list", no_arguments, waiting), ("letters print", take_arguments, take)]
