"""A table of guides that an editor brought, as her desk shows it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.catalogue.import_report import Kind
from backend.core.i18n import _


class ImportState(StrEnum):
    READING = "reading"
    READ = "read"  # told what it would do; nothing is done
    CHECKING = "checking"  # somebody else is to let it in
    BRINGING = "bringing"
    DONE = "done"
    REFUSED = "refused"
    DROPPED = "dropped"


LABELS = {
    ImportState.READING: _("正在读"),
    ImportState.READ: _("读完了，等您决定"),
    ImportState.CHECKING: _("等另一位核对"),
    ImportState.BRINGING: _("正在导入"),
    ImportState.DONE: _("导入好了"),
    ImportState.REFUSED: _("不能导入"),
    ImportState.DROPPED: _("没有导入"),
}


class Counts(msgspec.Struct, frozen=True):
    """How many items; `rejected` and `repaired` are rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    rejected: int = 0
    repaired: int = 0
    kept_back: tuple[str, ...] = ()


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """`doubts`: the kinds of oddities; every row is in the report. `refusal`: why the file as a whole is none. `sent_by`: who
    wants it brought in; `let_name`: who let it in."""

    id: UUID
    department_id: str
    actor_id: UUID | None
    actor_name: str
    sent_by: UUID | None
    sent_name: str
    let_name: str
    file_name: str
    source: str
    withdraw: bool
    state: ImportState
    rows_all: int
    rows_done: int
    counts: Counts
    doubts: tuple[Kind, ...]
    refusal: str
    begun_at: datetime
    ended_at: datetime | None

    @property
    def working(self) -> bool:
        return self.state in (ImportState.READING, ImportState.BRINGING)

    @property
    def job(self) -> str:
        """The worker's job that it waits for."""
        return "bring_import" if self.state is ImportState.BRINGING else "read_import"


def may_let_in(found: Brought, who: UUID | None, roles: frozenset[str]) -> bool:
    """A second pair of eyes: a checker or a lawyer here, never who brought it or sent it on."""
    return not roles.isdisjoint(("checker", "legal")) and who not in (found.actor_id, found.sent_by)


class ReadGuide(msgspec.Struct, frozen=True):
    """A guide that can be read and not filed. `draft`: somebody is making an item of it."""

    code: str
    name: str
    department: str
    draft: bool
