"""Somebody whose sheet is open, the worker that asks for her, and what may be judged by afterwards."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.core.jobs import Work
from backend.registers.asking import put, wish
from backend.registers.model import Wish
from backend.registers.queries import facts_about
from tests.fakes.register_server import RegisterServer

FATHER = "460199194403051015"
ITEM = "460100-MZ-001"


class Asking:
    """`now` is the one clock of worker and register."""

    work: Work
    father: UUID

    def __init__(self, register: RegisterServer) -> None:
        self.register = register
        self.now = datetime.now(UTC)  # the demo city was published now

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    async def wish(self, register: str = "population", number: str = FATHER) -> UUID | None:
        """What an open sheet gives rise to; None where nothing needs to be asked."""
        async with self.work.transaction() as tx:
            one = Wish(register=register, number=number, items=(ITEM,), basis="consent:prefill:1")
            before = {row["id"] for row in await tx.db.fetch("SELECT id FROM register_requests")}
            await wish(tx, [one], principal=self.father)
            after = {row["id"] for row in await tx.db.fetch("SELECT id FROM register_requests")}
        return next(iter(after - before), None)

    async def asked(self, register: str = "population") -> str:
        """Asks until there is an answer or nothing more to try: what stands in the log then."""
        request = await self.wish(register)
        assert request is not None
        return await self.until_done(request)

    async def until_done(self, request: UUID, meanwhile: Callable[[], Awaitable[None]] | None = None) -> str:
        while wait := await put(self.work, request):
            self.later(seconds=wait)
            if meanwhile:
                await meanwhile()
        async with self.work.transaction() as tx:
            state: str = await tx.db.fetchval("SELECT state FROM register_requests WHERE id = $1", request)
        return state

    async def known(self, number: str = FATHER) -> dict[str, Any]:
        """What may be judged by now: element → value."""
        async with self.work.transaction() as tx:
            return {fact.element: fact.value for fact in (await facts_about(tx, [number]))[number]}

    async def circuit(self, register: str = "population") -> dict[str, Any]:
        async with self.work.transaction() as tx:
            row = await tx.db.fetchrow(
                "SELECT failures, open_until, probe_until, said FROM register_breakers WHERE register = $1", register
            )
        return dict(row)
