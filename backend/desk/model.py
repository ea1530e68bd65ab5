"""What an officer sees of cases."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.cases.model import CaseFile
from backend.cases.states import LABELS, Clock, State
from backend.core.i18n import _

# The states as the office says them; the applicant's words are in cases/states.py.
DESK_LABELS = LABELS | {
    State.WAITING: _("等另一件办完"),
    State.SUBMITTED: _("等收件"),
    State.CORRECTING: _("等申请人补正"),
    State.NOT_COMPETENT: _("不归本部门办"),
}
NEAR_DAYS = 3  # a date this close is shown in yellow


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the queue; the applicant's name is not on it."""

    id: UUID
    number: str
    item_name: str
    department_name: str
    state: State
    version: int
    received_at: datetime
    due: date | None
    due_clock: Clock | None
    due_provisional: bool
    officer_id: UUID | None

    @property
    def label(self) -> str:
        return DESK_LABELS[self.state]

    def card(self, today: date) -> str:
        """Red when the date is over, yellow near it: the cards of supervision."""
        if self.due is None:
            return ""
        return "red" if self.due < today else "yellow" if (self.due - today).days <= NEAR_DAYS else ""


class ItemTally(msgspec.Struct, frozen=True):
    """An item with open cases, counted up to a hundred."""

    code: str
    name: str
    n: int


class FiledFact(msgspec.Struct, frozen=True, kw_only=True):
    """One filed answer in words, with where it came from."""

    label: str
    value: str
    source: str
    trust: str
    subject: UUID
    element: str


class FiledMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """One handed in as files; `trust` of what a person uploads."""

    label: str
    subject: UUID
    material: str
    files: list[CaseFile]
    trust: str = "C"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One answer in words, before and after a correction."""

    label: str
    before: str
    after: str
