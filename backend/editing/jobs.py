"""What the worker does for the catalogue desk."""

from typing import Any
from uuid import UUID

from backend.core.jobs import Work, at_once
from backend.editing import actions_import, actions_words, trials


@at_once(1)
async def read_import(work: Work, payload: dict[str, Any]) -> None:
    await actions_import.read_in(work, UUID(payload["import"]))


@at_once(1)
async def bring_import(work: Work, payload: dict[str, Any]) -> None:
    await actions_import.bring_in(work, UUID(payload["import"]))


@at_once(1)
async def publish_word(work: Work, payload: dict[str, Any]) -> None:
    await actions_words.put_in_force(work, payload["change"])


@at_once(1)
async def try_rules(work: Work, payload: dict[str, Any]) -> None:
    await trials.run(work, UUID(payload["trial"]))


JOBS = {"try_rules": try_rules, "read_import": read_import, "bring_import": bring_import, "publish_word": publish_word}
