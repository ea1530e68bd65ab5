"""The starter city as plain data to be spoilt, and what the check then says."""

import copy
from typing import Any

from backend.catalogue.pack_check import check
from backend.catalogue.pack_read import STARTER, Fault, PackError, build, read_folder

ORIGINAL = read_folder(STARTER)


def starter() -> dict[str, Any]:
    """A copy of its own for each test."""
    return copy.deepcopy(ORIGINAL)


def faults_of(raw: dict[str, Any]) -> list[Fault]:
    """All faults, whether found while reading or while checking."""
    try:
        return check(build(raw))
    except PackError as error:
        return error.faults


def reviewed(raw: dict[str, Any]) -> dict[str, Any]:
    """The same with a demo review of every item as it stands now."""
    hashes = build(raw).hashes
    review = {"by": "演示法核", "day": "2026-09-25", "demo": True}
    return {**raw, "reviews": {name: {"sha256": sha256, **review} for name, sha256 in hashes.items()}}
