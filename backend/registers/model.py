"""What other authorities know, and how they are asked."""

from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

Reason = Literal["no_record", "contradiction", "stale", "outage"]
"""Why a register's word on somebody is unknown: it has none of her; it contradicts itself, or is about somebody else; what it says is
too old; it cannot be reached, answers nothing that can be read, or nothing that it signed."""

Outcome = Literal["waiting", "answered", "no_record", "contradiction", "stale", "outage"]


class RegisterFact(msgspec.Struct, frozen=True):
    """One fact a register vouches for (trust B). `value` is plain JSON as the element's type writes it; `at` is when it was true."""

    element: str
    value: Any
    source: str  # register.population …
    at: datetime


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a register about one person or thing: who (`kind` of party and the number it goes by), which facts at most, what
    for (names of items) and on what basis (`consent:prefill:3`)."""

    id: UUID
    register: str
    kind: str
    identity: str
    facts: tuple[str, ...]
    purpose: str
    basis: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a register said, and as of when. `doubtful`: elements it said something impossible or contradictory about; they are unknown."""

    facts: dict[str, Any]
    at: datetime
    doubtful: tuple[str, ...] = ()


class Unknown(msgspec.Struct, frozen=True):
    """Nothing is known, which says nothing about anybody. `wait`: seconds the other side wants to be left alone for."""

    reason: Reason
    wait: float = 0.0
    said: str = ""


class Register(Protocol):
    """The one interface of every adapter. `ask` never raises for what the other side does."""

    async def ask(self, question: Question) -> Told | Unknown: ...


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A question somebody's sheet or case gives rise to. `number` goes by which she is known here; `items`: codes."""

    register: str
    number: str
    items: tuple[str, ...]
    basis: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log of questions, as the person asked about reads it. `matters`: codes of the items it was for."""

    register: str
    matters: list[str]
    basis: str
    asked_at: datetime
    state: Outcome
    done_at: datetime | None
    by_other: bool
    for_case: bool
