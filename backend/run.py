"""Everything at once on one machine: the database, its migrations, the starter city, web and worker.

`run` is the newcomer's command, with the demo; `serve` is the same for real use: no demo, no starter city.
"""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence

import msgspec

from backend import starter
from backend.core import keys
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.core.migrate import migrate_for
from backend.core.processes import Child, end, ended, keep, start, waited
from backend.settings import Settings, SettingsError, environ_of, load, need_keys

PROGRAM = (sys.executable, "-m", "backend")


def run(environ: Mapping[str, str] = os.environ) -> int:
    """With the demo, unless SUISHOUBAN_DEMO=off says that this is no place for one (so does the image)."""
    demo = "off" if environ.get("SUISHOUBAN_DEMO") == "off" else "on"
    settings = _with_port(load({**environ, "SUISHOUBAN_DEMO": demo}))
    keys.create_missing(settings.data)
    return asyncio.run(_everything(settings, with_starter=True))


def serve(environ: Mapping[str, str] = os.environ) -> int:
    settings = _with_port(load({**environ, "SUISHOUBAN_DEMO": "off"}))
    if settings.attached:
        need_keys(settings, "SIGNING_KEY")
    else:
        keys.create_missing(settings.data)
    return asyncio.run(_everything(settings, with_starter=False))


async def _everything(settings: Settings, with_starter: bool) -> int:
    stop = _told_to_stop()
    server = None if settings.attached else EmbeddedPostgres(settings.data)
    try:
        if server:
            server.start(wait_for_lock=5)
            await prepare_with(server)
            settings = at(settings, server.sockets)
        await migrate_for(settings)
        return await _processes(settings, server, with_starter, stop)
    finally:
        if server:
            server.stop()


async def _processes(
    settings: Settings, server: EmbeddedPostgres | None, with_starter: bool, stop: asyncio.Event
) -> int:
    """Exit code 0 when told to stop, 1 when the starter city or the database failed."""
    environ = {**os.environ, **environ_of(settings)}
    running = [asyncio.create_task(keep(_child((name,), environ), stop)) for name in ("web", "worker")]
    if server:
        running.append(asyncio.create_task(_keep_postgres(server, stop)))
    opening = asyncio.create_task(_open(settings, environ, with_starter, stop))
    try:
        await asyncio.wait({*running, opening}, return_when=asyncio.FIRST_COMPLETED)
        # Told to stop in the middle of opening is no failure; a part that cannot be kept alive is one.
        code = opening.result() if opening.done() else 0 if stop.is_set() else 1
    finally:
        stop.set()
        await asyncio.gather(opening, *running)
    return code


async def _open(settings: Settings, environ: Mapping[str, str], with_starter: bool, stop: asyncio.Event) -> int:
    """Bring the starter city in, say where to look once /readyz answers, and wait to be stopped."""
    if with_starter:
        before = await starter.is_loaded(settings)
        if not before and not await _brought_in(settings, environ, stop):
            if before is None:
                return 1
            print("The starter city has faults (see above): the town opens with what was published before.", flush=True)
    while not stop.is_set():
        if await _ready(settings):
            print(f"随手办 · ready · {settings.public_url}   (Ctrl-C: stop)", flush=True)
            await stop.wait()
        await waited(stop, 0.05)
    return 0


async def _brought_in(settings: Settings, environ: Mapping[str, str], stop: asyncio.Event) -> bool:
    for words in starter.commands(settings):
        process = await start(_child(words, environ))
        if not await ended(process, stop):
            await end(process, 8)
            return True
        if process.returncode:
            return False
    await starter.remember(settings)
    return True


async def _keep_postgres(server: EmbeddedPostgres, stop: asyncio.Event) -> None:
    while not stop.is_set():
        if server.process and server.process.poll() is not None:
            server.relaunch()
        await waited(stop, 0.5)


async def _ready(settings: Settings) -> bool:
    try:
        reader, writer = await asyncio.open_connection(_near(settings.host), settings.port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.readline(), 2)
        writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in answer


def _near(host: str) -> str:
    """Where to reach a server that listens on all addresses."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _child(words: Sequence[str], environ: Mapping[str, str]) -> Child:
    return Child(words[0], [*PROGRAM, *words], environ)


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _with_port(settings: Settings) -> Settings:
    """PORT=0 takes any free port. A port that is taken is said before anything is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            raise SettingsError(
                f"Port {settings.port} is taken: choose another with PORT=8001."
                if taken
                else f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}."
            ) from error
        port = probe.getsockname()[1]
    if settings.port:
        return settings
    return msgspec.structs.replace(settings, port=port, public_url=f"http://localhost:{port}")
