"""The jobs of documents, and the seal of the event log."""

from typing import Any

from backend.core.jobs import Work, at_once
from backend.core.seals import seal, write_heads
from backend.documents import making


@at_once(20)  # they wait for the press, which prints them together
async def make_documents(work: Work, payload: dict[str, Any]) -> None:
    await making.make(work, payload["events"])


async def sweep_documents(work: Work, _: dict[str, Any]) -> None:
    """Every hour: no document the law asks for is forgotten because a job was."""
    async with work.transaction() as tx:
        events, unmade = await making.overdue(tx)
    await making.make(work, events)
    await making.finish(work, unmade)


async def seal_events(work: Work, _: dict[str, Any]) -> None:
    await seal(work)


async def write_chain_heads(work: Work, _: dict[str, Any]) -> None:
    await write_heads(work)


JOBS = {
    "make_documents": make_documents,
    "sweep_documents": sweep_documents,
    "seal_events": seal_events,
    "write_chain_heads": write_chain_heads,
}
SCHEDULES = {"sweep_documents": "23 * * * *", "seal_events": "* * * * *", "write_chain_heads": "41 * * * *"}
