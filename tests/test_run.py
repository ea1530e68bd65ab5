"""`suishouban run`: everything starts, heals and stops together."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


@contextmanager
def town(data: Path, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `run` on a free port and the address it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    process = subprocess.Popen(
        [sys.executable, "-m", "backend", "run"],
        env={**clean, "DATA": str(data), "PORT": "0", **environ},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        ready = next(line for line in process.stdout if "ready" in line)
        yield process, next(word for word in ready.split() if word.startswith("http"))
    finally:
        process.kill()
        process.communicate()


def status(address: str, path: str) -> int:
    where = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", where.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def told(process: int, what: str) -> str:
    """A file of /proc; empty for a process that ended: before it was opened, or before it was read."""
    try:
        return Path(f"/proc/{process}/{what}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children(process: int) -> dict[str, int]:
    """The last word of each child's command, and its number. A start has short-lived children, too."""
    found = [int(n) for n in told(process, f"task/{process}/children").split()]
    lines = {n: told(n, "cmdline").rstrip("\0").split("\0") for n in found}
    return {("postgres" if line[0].endswith("postgres") else line[-1]): n for n, line in lines.items() if any(line)}


def alive(process: int) -> bool:
    """Whether it runs; a zombie that nobody buried yet does not."""
    stat = told(process, "stat")
    return bool(stat) and stat.rsplit(")", 1)[1].split()[0] != "Z"


def soon(true: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One DATA for all: the later tests start a second time on it."""
    return tmp_path_factory.mktemp("town")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_and_is_no_failure(data: Path, number: signal.Signals) -> None:
    with town(data) as (process, address):
        assert status(address, "/livez") == 200
        parts = children(process.pid)
        assert set(parts) == {"postgres", "web", "worker"}
        process.send_signal(number)
        assert process.wait(30) == 0
        assert not any(alive(n) for n in parts.values())
    assert not (data / "postgres/cluster/postmaster.pid").exists()


@pytest.mark.parametrize("parts", [1, 3])
def test_a_start_that_is_told_to_stop_half_way_stops_at_once(data: Path, parts: int) -> None:
    environ = {**os.environ, "DATA": str(data), "PORT": "0", "DATABASE_URL": ""}
    command = [sys.executable, "-m", "backend", "run"]
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert soon(lambda: len(children(process.pid)) >= parts)
        process.terminate()
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "did not stop" not in said


def test_what_is_killed_is_started_again(data: Path) -> None:
    with town(data) as (process, address):
        before = children(process.pid)
        for part in ("web", "worker", "postgres"):
            os.kill(before[part], signal.SIGKILL)
        assert soon(lambda: set(children(process.pid)) == set(before) and status(address, "/readyz") == 200)
        assert not set(children(process.pid).values()) & set(before.values())
        process.terminate()
        assert process.wait(30) == 0


def test_nothing_outlives_a_killed_parent_and_the_next_start_is_clean(data: Path) -> None:
    with town(data) as (process, _):
        parts = children(process.pid)
        process.kill()
        assert soon(lambda: not any(alive(n) for n in parts.values()))
    with town(data) as (process, address):
        assert status(address, "/readyz") == 200


def refused(data: Path, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "backend", "run"],
        env={**os.environ, "DATA": str(data), **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"Port {port} is taken" in refused(tmp_path, PORT=str(port))
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("environ", [{"HOST": "0.0.0.0"}, {"PUBLIC_URL": "https://haikou.example"}])
def test_the_demo_never_listens_beyond_this_machine(tmp_path: Path, environ: dict[str, str]) -> None:
    assert "SUISHOUBAN_DEMO=off" in refused(tmp_path, PORT="0", **environ)


def test_a_second_run_on_the_same_data_is_told_who_has_it(data: Path) -> None:
    with town(data) as (process, _):
        assert f"({process.pid})" in refused(data, PORT="0")
