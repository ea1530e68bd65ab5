"""What the machine found: stored with the case, read on the desk and by the applicant."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One fact a rule looked at. `value` only where the element is public, else `hash`: a keyed hash that proves, without
    showing it, which value it was. Both empty: it was not known.
    """

    fact: str  # role.element
    label: str
    source: str = ""  # register.population …; "" for what was filed
    value: Any = None
    hash: str = ""
    at: datetime | None = None


class RuleFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in people's words, worded as being true. `verdict` None: it cannot be told from what is known."""

    rule: str
    words: str
    verdict: bool | None
    values: tuple[Looked, ...] = ()
    basis: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict` True: every rule is clearly true and the machine may grant. Anything else only sends the case to a person.

    `version`: of the item, whose rules these are.
    """

    verdict: bool | None
    rules: tuple[RuleFinding, ...]
    version: int
    at: datetime

    @property
    def doubts(self) -> tuple[RuleFinding, ...]:
        """What a person has to look at."""
        return tuple(rule for rule in self.rules if rule.verdict is not True)


class Relied(msgspec.Struct, frozen=True, kw_only=True):
    """What a register or certificate said of one party, where a rule of the item reads it. `subject`: keyed hash of the number
    the party is known by, as filed; `proof`: of the value; `as_of`: when the source said so.
    """

    source: str
    party_id: UUID
    element: str
    subject: bytes | None
    proof: bytes
    as_of: datetime


Outcome = Literal["granted", "to_person", "held"]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One examination by machine, as it was kept. `held`: every rule was clear, but the machine was stopped or may not decide it alone."""

    case_id: UUID
    item_version: int
    outcome: Outcome
    finding: Finding
    at: datetime


Cause = Literal["sample", "asked", "source"]


class Recheck(msgspec.Struct, frozen=True, kw_only=True):
    """A grant somebody looks at again: one of a share of all, because the applicant asked, or because a source was wrong."""

    id: UUID
    case_id: UUID
    number: str
    item_code: str
    item_name: str
    department_id: str
    cause: Cause
    opened_at: datetime
    words: str = ""
    outcome: Literal["right", "wrong"] | None = None
    closed_by: UUID | None = None
    closed_at: datetime | None = None
    answer: str = ""
    wrote: bool = False  # whether the viewer wrote the rules of that version


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log: from then on the machine is stopped, or goes on; for one item, or (None) for all."""

    item_code: str | None
    stopped: bool
    reason: str
    by_name: str
    at: datetime


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one item, since some day: what the machine decided, and what people found of the grants drawn for a second look."""

    item_code: str
    granted: int
    to_person: int
    held: int
    drawn: int
    checked: int
    wrong: int

    @property
    def wrong_percent(self) -> float | None:
        """Of those looked at; None while nobody looked."""
        return self.wrong * 100 / self.checked if self.checked else None
