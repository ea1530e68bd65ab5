"""Orders, cases and events as the rest of the product sees them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from backend.cases.states import Clock, Public, State, public_state
from backend.core.clock import Unit


class Limits(msgspec.Struct, frozen=True):
    """An item version's limits: what the office promises, and the law's own limit where there is one."""

    promised: int
    statutory: int | None = None
    unit: Unit = Unit.WORKDAY
    by: date | None = None  # of a renewal: the last day of what is renewed, whatever the promise (Licensing Law 50)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case without what was filed in it: that is sealed, see `queries.filed_facts`."""

    id: UUID
    number: str
    order_id: UUID
    order_number: str
    principal_id: UUID
    actor_id: UUID
    mandate_id: UUID | None
    item_code: str
    item_version: int
    item_name: str
    limits: Limits
    department_id: str
    department_name: str
    state: State
    version: int
    officer_id: UUID | None
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    due: date | None
    due_clock: Clock | None
    due_provisional: bool
    bound: dict[str, Any]
    rules: Any = None
    acceptance_number: int | None = None  # its place in the order of acceptance, where only so many are granted
    colour: Literal["", "yellow", "red"] = ""  # near its date, or past it, as of the last move or night
    archived_at: datetime | None = None

    @property
    def public(self) -> Public:
        return public_state(self.state)


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the progress list."""

    number: str
    item_name: str
    department_name: str
    state: State
    received_at: datetime
    decided_at: datetime | None
    due: date | None
    due_clock: Clock | None
    due_provisional: bool

    @property
    def public(self) -> Public:
        return public_state(self.state)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    actor_kind: Literal["citizen", "agent", "officer", "machine"]
    actor_id: UUID | None
    at: datetime
    public: bool
    data: dict[str, Any]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as it was filed: frozen, with where it came from and how far it is trusted."""

    subject: UUID
    element: str
    value: Any
    source: str
    trust: Literal["A", "B", "C", "D"]
    at: datetime


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file filed for one material of one subject. After a correction the newest `added_at` is the valid one.

    `scan`: `waiting` and `infected` cannot be opened (docs/files.md).
    """

    subject: UUID
    material: str
    file_id: UUID
    variant: str = ""
    position: int = 0
    added_at: datetime | None = None
    media_type: str = ""
    pages: int = 1
    scan: str = "off"


class CaseSource(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate or register that this case used instead of a file, or (`material` "") to vouch for answers.

    Of a certificate the case keeps which one it was, its version and digest, and the names of those elements that its
    own facts took from it; the values are among the frozen facts, and nothing else of it is kept.
    """

    way: Literal["certificate", "register"]
    source: str
    subject: UUID
    material: str = ""
    variant: str = ""
    certificate_id: UUID | None = None
    number: str | None = None
    version: int | None = None
    digest: bytes | None = None
    elements: list[str] = []


class NewCase(msgspec.Struct, frozen=True, kw_only=True):
    """What filing needs. `bound`: role → party id, or a list of them. `waiting`: for another case's result.

    `limits` are those of the situation, whose name is kept with the case; `limits.by` only if the renewal came in time.
    `rules`: what the machine found over the facts, as plain data (approval/model.py); None where an item has no rules for it.
    """

    item_code: str
    item_version: int
    department_id: str
    region: str
    bound: dict[str, Any]
    limits: Limits
    facts: list[Fact]
    files: list[CaseFile] = []
    sources: list[CaseSource] = []
    waiting: bool = False
    rules: Any = None
    situation: str = ""


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is missing or wrong, in words for the applicant; `material` or `element` says what to give again."""

    say: str
    subject: UUID | None = None
    material: str = ""
    element: str = ""
