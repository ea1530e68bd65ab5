"""A person's power to act for another."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec

Action = Literal["see", "fill", "submit", "correct", "pay", "receive", "use_certificates", "rate"]
ACTIONS: tuple[Action, ...] = Action.__args__  # type: ignore[attr-defined]
LONGEST_DAYS, USUAL_DAYS = 365, 90
# As they stand in the words somebody signs.
ACTION_WORDS: dict[Action, str] = {
    "see": "查看",
    "fill": "填写",
    "submit": "提交",
    "correct": "补正",
    "pay": "缴费",
    "receive": "代收结果",
    "use_certificates": "使用证照",
    "rate": "评价",
}
Kind = Literal["entrusted", "guardian", "staff_assisted"]
Via = Literal["self", "sms", "posted_code", "family_qr", "counter_paper", "visit", "register"]


class Mandate(msgspec.Struct, frozen=True, kw_only=True):
    """`items` None: everything an agent may do at all. Live from `valid_from` to `valid_to`, both included, until ended.

    `own_consent_on`: of a child's guardian, the fourteenth birthday, from which the child agrees herself to what is done with her data.
    """

    id: UUID
    principal_id: UUID
    agent_id: UUID
    principal_name: str
    agent_name: str
    kind: str
    items: list[str] | None
    actions: list[Action]
    consent: str
    valid_from: date
    valid_to: date
    granted_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    own_consent_on: date | None = None

    def live(self, today: date) -> bool:
        return self.ended_at is None and self.valid_from <= today <= self.valid_to

    def agrees_for(self, today: date) -> bool:
        """Whether the agent, as a guardian, agrees for the principal to what is done with her data."""
        of_age = self.own_consent_on is not None and self.own_consent_on <= today
        return self.kind == "guardian" and self.live(today) and not of_age

    def decides_herself(self, today: date) -> bool:
        """A ward who is fourteen: her guardian goes on acting for her, and agrees for her no more."""
        return self.kind == "guardian" and self.live(today) and not self.agrees_for(today)


class NewMandate(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate to be written. `consent`: the very words; `valid_from` None: today; `own_consent_on`: as in `Mandate`."""

    principal_id: UUID
    agent_id: UUID
    kind: Kind
    via: Via
    items: list[str] | None
    consent: str
    valid_to: date
    actions: Sequence[Action] = ACTIONS
    valid_from: date | None = None
    own_consent_on: date | None = None
    id: UUID = msgspec.field(default_factory=uuid4)


class MandateEvent(msgspec.Struct, frozen=True):
    """One line of the journal both sides may read; `data["items"]`: the names of what it was used for."""

    mandate_id: UUID
    kind: str
    actor_id: UUID | None
    at: datetime
    data: dict[str, Any]


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the principal fills in: whom, for what, until when. `days` counts from today."""

    agent_name: str
    agent_phone: str
    items: list[str] | None = None
    days: int = USUAL_DAYS


Way = Literal["sms", "posted_code", "family_qr"]


class AskFor(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent asks for, and how it is to reach the principal. `days` counts from today."""

    principal_name: str
    principal_phone: str
    way: Way = "sms"
    items: list[str] | None = None
    days: int = USUAL_DAYS


class MandateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate that is not one yet. `principal_id` None: nobody is known by that name and number; the asker is not told."""

    id: UUID
    way: Way
    principal_id: UUID | None
    agent_id: UUID | None
    matters: str
    consent: str
    valid_to: date
    asked_at: datetime
    expires_at: datetime
    state: Literal["pending", "agreed", "refused", "withdrawn"]
    mandate_id: UUID | None

    def open_at(self, now: datetime) -> bool:
        return self.state == "pending" and self.expires_at > now
