"""The life of an item's version: one table of moves. Everything else about its states is read off this table.

The gate (`editing/actions.py`), the SQL trigger (`trigger.py`), the buttons of the desk and the tests State × Move come
from here. A move's name is the kind of the event it leaves.
"""

from enum import StrEnum

import msgspec

from backend.core.i18n import _


class State(StrEnum):
    DRAFT = "draft"  # the only state in which its text can be changed
    CHECKING = "checking"
    CHECKED = "checked"
    REVIEWED = "reviewed"  # 法核
    PUBLISHED = "published"  # in force from its first day to its last, by the date alone
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


class Who(StrEnum):
    """Officers' roles in the item's department, and the pack loader."""

    EDITOR = "editor"
    CHECKER = "checker"
    LEGAL = "legal"
    PACK = "pack"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One row. No `before`: how a version begins. `other`: never by somebody who wrote in it. `reason`: must be said.
    `clean`: refused while the rules find an error in it."""

    name: str
    says: str  # on a button
    before: tuple[State, ...] = ()
    after: State
    by: frozenset[Who]
    other: bool = False
    reason: bool = False
    clean: bool = False


S = State
EDITOR, PACK = frozenset({Who.EDITOR}), frozenset({Who.PACK})

TABLE: tuple[Move, ...] = (
    Move(name="begun", says=_("开始修改"), after=S.DRAFT, by=EDITOR),
    Move(name="loaded", says=_("从城市包发布"), after=S.PUBLISHED, by=PACK),
    Move(name="edited", says=_("保存"), before=(S.DRAFT,), after=S.DRAFT, by=EDITOR),
    Move(name="sent", says=_("送核对"), before=(S.DRAFT,), after=S.CHECKING, by=EDITOR, clean=True),
    Move(name="taken_back", says=_("拿回来再改"), before=(S.CHECKING, S.CHECKED, S.REVIEWED), after=S.DRAFT, by=EDITOR),
    Move(
        name="checked", says=_("核对无误，送法核"), before=(S.CHECKING,), after=S.CHECKED, by=frozenset({Who.CHECKER}),
        other=True, clean=True,
    ),
    Move(
        name="returned", says=_("退回修改"), before=(S.CHECKING, S.CHECKED), after=S.DRAFT,
        by=frozenset({Who.CHECKER, Who.LEGAL}), reason=True,
    ),
    Move(
        name="reviewed", says=_("法核通过"), before=(S.CHECKED,), after=S.REVIEWED, by=frozenset({Who.LEGAL}),
        other=True, clean=True,
    ),
    Move(name="published", says=_("发布"), before=(S.REVIEWED,), after=S.PUBLISHED, by=EDITOR, clean=True),
    Move(name="withdrawn", says=_("停办"), before=(S.PUBLISHED,), after=S.WITHDRAWN, by=EDITOR | PACK, reason=True),
    Move(name="dropped", says=_("放弃这一稿"), before=(S.DRAFT,), after=S.DROPPED, by=EDITOR),
)  # fmt: skip

MOVES = {move.name: move for move in TABLE}
OPEN = (S.DRAFT, S.CHECKING, S.CHECKED, S.REVIEWED)  # at most one of these an item

LABELS = {
    S.DRAFT: _("草稿"),
    S.CHECKING: _("等核对"),
    S.CHECKED: _("等法核"),
    S.REVIEWED: _("法核已过，等发布"),
    S.PUBLISHED: _("已发布"),
    S.WITHDRAWN: _("已停办"),
    S.DROPPED: _("已放弃"),
}


def moves_from(state: State, roles: frozenset[str], *, wrote: bool) -> list[Move]:
    """What somebody with these roles may do now; `wrote`: she changed its text herself."""
    mine = (move for move in TABLE if state in move.before and move.by & {Who(r) for r in roles if r in set(Who)})
    return [move for move in mine if move.name != "edited" and not (move.other and wrote)]
