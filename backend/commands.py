"""The commands that start or change an installation as a whole; what they need is imported when they run."""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable

import msgspec

from backend.settings import Settings, environ_of, load, need_keys

GIVES_WAY = 3  # the worker's niceness: half the weight of who waits for a page, enough to go on


def told_by_the_environment(_: argparse.ArgumentParser) -> None:
    """No arguments: backend/settings.py lists what these commands listen to."""


def run(_: argparse.Namespace) -> int:
    """everything on this machine, with the demo: database, starter city, web, worker"""
    from backend.run import run

    return run()


def serve(_: argparse.Namespace) -> int:
    """migrate, then web and worker side by side; no demo"""
    from backend.run import serve

    return serve()


def web(_: argparse.Namespace) -> int:
    """the web server alone"""
    import uvicorn

    from backend.core.embedded import reachable
    from backend.core.standing import refuse_unsafe

    # While it serves, uvicorn handles the signal itself; before that, and when it sends it again at its end, this does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with reachable(load()) as settings:
        need_keys(settings)
        asyncio.run(refuse_unsafe(settings.login("web")))
        os.environ.update(environ_of(settings))
        uvicorn.run(
            "backend.app:create_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.web_workers,
            timeout_graceful_shutdown=3,  # seconds; an open event stream never ends by itself
            log_level="warning",
            access_log=False,
            server_header=False,
        )
    return 0


def worker(_: argparse.Namespace) -> int:
    """the worker alone: notices, effects, figures"""
    from backend.core.embedded import reachable

    with reachable(load()) as settings:
        need_keys(settings, "SIGNING_KEY")
        os.nice(GIVES_WAY)  # not before: a database started on the way would be as modest for ever
        with asyncio.Runner(loop_factory=_quick_loop()) as runner:
            runner.run(_work(settings))
    return 0


def _quick_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it exists, as the web server has it; it does not on Windows."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


async def _work(settings: Settings) -> None:
    from backend.core import db, jobs
    from backend.core.city_words import speak
    from backend.core.crypto import Vault
    from backend.core.standing import refuse_unsafe
    from backend.features import gathered, job_handlers

    speak(settings.languages_folder)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    login = settings.login("worker")
    await refuse_unsafe(login)
    pool = await db.open_pool(login)
    work = jobs.Work(pool, Vault(settings.master_key or "", settings.certificate_keys), settings, db.wall_clock)
    await jobs.work(work, *job_handlers(), lambda: db.connect(login), stop, gathered("jobs", "LOOPS"))
    await pool.close()


def migrate(_: argparse.Namespace) -> int:
    """bring the database to the newest migration"""
    from backend.core.embedded import reachable
    from backend.core.migrate import migrate_for

    with reachable(load()) as settings:
        applied = asyncio.run(migrate_for(settings))
    for one in applied:
        print(f"{one.number:04} {one.name}")
    print(f"{len(applied)} applied")
    return 0


def openapi(_: argparse.Namespace) -> int:
    """the description of /api/v1, as JSON"""
    from backend.app import create_app

    described = create_app(msgspec.structs.replace(load(), master_key="0" * 64)).openapi_schema
    print(json.dumps(described.to_schema(), ensure_ascii=False, indent=1))
    return 0


COMMANDS = [
    (function.__name__, told_by_the_environment, function) for function in (run, serve, web, worker, migrate, openapi)
]
