"""Notices as the rest of the product sees them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from backend.cases.states import Clock
from backend.notifications.quiet import NO_NIGHT, Night


class Channel(StrEnum):
    INBOX = "inbox"
    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"


class Matter(StrEnum):
    NEEDS = "needs"  # she is asked for something, or a decision is served on her
    PROGRESS = "progress"
    DONE_FOR_ME = "done_for_me"  # an agent acted, or a mandate began or ended
    REMINDERS = "reminders"
    OFFERS = "offers"
    ACCOUNT = "account"  # her data, her identity, her signature
    DIGEST = "digest"  # an officer's day


class Sending(StrEnum):
    """Where a notice stands on its channel."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    MERGED = "merged"  # a newer word on the same case went out instead
    UNKNOWN = "unknown"  # it may have arrived: never sent again blindly
    FAILED = "failed"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice is about: enough to word it in any language, and nothing private.

    `page`: where it leads, for what is not about a case. `items`: of everything that was filed together. `counts`: numbers in
    the words of a digest.
    """

    kind: str
    item: str = ""
    number: str = ""
    authority: str = ""
    due: date | None = None
    clock: Clock | None = None
    provisional: bool = False
    page: str = ""
    items: list[str] = []
    counts: dict[str, int] = {}


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One event and one person who should know of it.

    `for_her`: she is the principal, and an agent filed it or did it. `names`: of all that was filed together with it;
    `first`: of these events the one that knocks for all. `in_filing`: the machine's own step within the filing itself.
    `hers`: she is the principal, of a case; `as_agent`: it is somebody else's affair; `sms_agreed`: she agreed to hear of her own cases by text message.
    """

    event_id: int
    kind: str
    actor_kind: str
    case_id: UUID | None
    department_id: str | None = None
    number: str | None
    item: str | None
    data: dict[str, Any]
    person_id: UUID
    did_it: bool
    has_push: bool
    has_email: bool
    has_phone: bool = False
    has_address: bool = False
    for_her: bool = False
    hers: bool = False
    sms_agreed: bool = False
    as_agent: bool = False
    order_number: str | None = None
    names: list[str] | None = None
    first: bool = True
    in_filing: bool = False

    @property
    def together(self) -> bool:
        """One of several things filed with one tap."""
        return len(self.names or ()) > 1


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """`chosen`: the channels of each matter she decided about. `as_agent`: what knocks when it is another's affair: all, needs
    (what asks for something, and results), inbox (nothing). `elder`: written to by text message and letter until she chooses."""

    chosen: dict[Matter, tuple[Channel, ...]] = {}
    night: Night = NO_NIGHT
    as_agent: str = "all"
    elder: bool = False


class NewNotice(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    event_id: int
    person_id: UUID
    channel: Channel
    case_id: UUID | None
    state: Sending
    words: Words
    needs_you: bool
    matter: Matter = Matter.PROGRESS
    must: bool = False
    lane: str = ""  # whose office's event it is, "" when no office's
    due_after: float = 0  # seconds it is held back on purpose


class InboxEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One notice as its owner reads it. `principal` is whose affair it is, "" when her own; `by` who acted for her.

    `newest`: nothing came after it in its case, so that its date still holds. `paper`: the document this left, and its title.
    """

    id: UUID
    words: Words
    needs_you: bool
    newest: bool
    created_at: datetime
    read_at: datetime | None
    principal: str = ""
    by: str = ""
    paper: UUID | None = None
    paper_title: str = ""


class Undelivered(msgspec.Struct, frozen=True, kw_only=True):
    """For operators: no name and no address."""

    id: UUID
    channel: Channel
    state: Sending
    attempts: int
    problem: str
    created_at: datetime


class Device(msgspec.Struct, frozen=True):
    """Where one browser takes pushes. `heard`: it took one within the last day."""

    id: UUID
    endpoint: str
    p256dh: str
    auth: str
    heard: bool = True


class PushTask(msgspec.Struct, frozen=True, kw_only=True):
    """A push claimed for sending: this attempt alone may say how it went. `age`: seconds since the notice was made.
    `worded`, here and below: an editor's words for it."""

    id: UUID
    attempts: int
    age: float
    event_id: int
    case_id: UUID | None
    person_id: UUID
    own: bool
    words: Words
    language: str
    unread: int
    reached: list[UUID]
    devices: list[Device]
    worded: dict[str, str] | None = None


class MailTask(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail claimed for sending, with the sealed address and the key that opens it. `for_her`: an agent's hand is in it."""

    id: UUID
    attempts: int
    age: float
    person_id: UUID
    own: bool
    created_at: datetime
    words: Words
    language: str
    key_wrapped: bytes
    value_sealed: bytes | None
    for_her: bool = False
    matter: Matter = Matter.PROGRESS
    worded: dict[str, str] | None = None


class TextTask(msgspec.Struct, frozen=True, kw_only=True):
    """A text message or a letter to a principal about her case. `at`: when it happened; `by_agent`: the agent did just this,
    else it is what came of a filing, an agent's or (no `agent_id`) her own. The phone number is sealed, and None when she has taken
    it back; so is the right to text her (`may_text`) about her own case, unless nothing else reaches her."""

    id: UUID
    attempts: int
    age: float
    person_id: UUID
    words: Words
    language: str
    at: datetime
    by_agent: bool
    key_wrapped: bytes
    phone_sealed: bytes | None
    agent_id: UUID | None
    agent_name: bytes | None
    agent_key: bytes | None
    may_text: bool
    worded: dict[str, str] | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How one attempt ended. `retry_after`: seconds the other side asked for. `gone`: that address is no more."""

    state: Sending
    problem: str = ""
    retry_after: float = 0
    gone: bool = False


Task = PushTask | MailTask | TextTask


class Claim(msgspec.Struct, frozen=True):
    """One attempt, ours until its lease ends. `lane`: the office it counts for."""

    id: UUID
    attempts: int
    lane: str = ""


class Went(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt ended, and when. Of the browsers a push goes to: which took it (`heard`: the first time in a day), which are gone.
    `broke`: by a mistake of ours, so that nobody knows how far it got."""

    id: UUID
    attempts: int
    age: float
    answer: Answer
    at: datetime
    broke: bool = False
    reached: list[UUID] = []
    heard: list[UUID] = []
    gone: list[UUID] = []


SENT = Answer(state=Sending.SENT)
