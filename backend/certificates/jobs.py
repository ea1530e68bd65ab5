"""Certificates by themselves: their PDFs, and telling holders in time that one ends."""

from typing import Any
from uuid import UUID

from backend.certificates import making
from backend.certificates.ending import tell_ending
from backend.core.jobs import Work, at_once


@at_once(20)  # they wait for the press, which prints them together
async def make_certificate(work: Work, payload: dict[str, Any]) -> None:
    await making.make(work, UUID(payload["certificate"]))


async def sweep_certificates(work: Work, _: dict[str, Any]) -> None:
    """Every hour: none stays unprinted because a job was lost."""
    async with work.transaction() as tx:
        unmade = await making.overdue(tx)
    for certificate in unmade:
        await making.make(work, certificate)


async def certificates_ending(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await tell_ending(tx)


JOBS = {
    "make_certificate": make_certificate,
    "sweep_certificates": sweep_certificates,
    "certificates_ending": certificates_ending,
}
SCHEDULES = {"sweep_certificates": "33 * * * *", "certificates_ending": "5 0 * * *"}
