"""Which features there are, and what each brings to a process: the web gathers routes, the worker jobs, and neither
imports what only the other needs."""

import importlib
import importlib.util
from typing import Any

from backend.core.jobs import Handler

# From the catalogue up to the counter: each may use those before it.
FEATURES = (
    "accounts",
    "parties",
    "files",
    "catalogue",
    "registers",
    "mandates",
    "businesses",
    "certificates",
    "service_points",
    "scenarios",
    "cases",
    "documents",
    "approval",
    "cart",
    "orders",
    "offers",
    "notifications",
    "desk",
    "editing",
    "home",
    "rights",
)


def job_handlers() -> tuple[dict[str, Handler], dict[str, str]]:
    """What the worker runs: handlers by name, and which of them at what times (cron, UTC)."""
    handlers: dict[str, Handler] = {}
    schedules: dict[str, str] = {}
    for module in modules("jobs"):
        handlers |= module.JOBS
        schedules |= getattr(module, "SCHEDULES", {})
    return handlers, schedules


def modules(kind: str) -> list[Any]:
    found = []
    for feature in FEATURES:
        name = f"backend.{feature}.{kind}"
        if importlib.util.find_spec(f"backend.{feature}") and importlib.util.find_spec(name):
            found.append(importlib.import_module(name))
    return found


def gathered(kind: str, attribute: str) -> list[Any]:
    return [thing for module in modules(kind) for thing in getattr(module, attribute, [])]
