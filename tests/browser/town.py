"""The whole product as `make run` starts it, for a browser: a database with city and cast, a web and a worker process."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from backend.core import keys
from backend.settings import Settings

PATIENCE = 90  # seconds until /readyz; two cores may be shared with another test and its browser


class Town(msgspec.Struct, frozen=True):
    """`base` is where the product answers; `settings` reach its database; `web` is the web process."""

    base: str
    settings: Settings
    web: int


@contextmanager
def started(settings: Settings, **environ: str) -> Iterator[Town]:
    """Web and worker as processes of their own, in demo mode, until the block ends."""
    port = free_port()
    keys.create_missing(settings.data)
    told = environ_for(settings, port) | environ
    log = settings.data / "town.log"
    with log.open("wb") as out:
        running = [
            subprocess.Popen([sys.executable, "-m", "backend", name], env=told, stdout=out, stderr=out)
            for name in ("web", "worker")
        ]
        try:
            wait_for(f"http://localhost:{port}", log)
            yield Town(f"http://localhost:{port}", settings, running[0].pid)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(60)


def environ_for(settings: Settings, port: int) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "CATALOGUE_DATA")},
        "SUISHOUBAN_DEMO": "on",
        "PORT": str(port),
        "DATA": str(settings.data),
        "MASTER_KEY": settings.master_key or "",
        "DATABASE_URL": settings.database_url or "",
        "DATABASE_URL_WEB": settings.database_url_web or "",
        "DATABASE_URL_WORKER": settings.database_url_worker or "",
        "QUIET_HOURS": "none",  # people are knocked up at any hour the tests run
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(base: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    # One client without certificates: reading those anew for each question would take the processor from who is asked.
    with httpx.Client(verify=False, trust_env=False) as client:
        while time.monotonic() < deadline:
            try:
                if client.get(f"{base}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
    raise AssertionError(f"not ready:\n{log.read_text('utf-8', 'replace')[-3000:]}")
