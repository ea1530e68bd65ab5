"""A change to one word of the city's vocabulary, and what the desk shows of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.catalogue.model import Pack
from backend.catalogue.pack_words import WordKind
from backend.catalogue.states import MOVES, Move, State, moves_from
from backend.core.i18n import _

Raw = dict[str, Any]


class WordChange(msgspec.Struct, frozen=True, kw_only=True):
    """`wrote`: the viewer wrote in it."""

    id: int
    kind: WordKind
    code: str
    department_id: str
    state: State
    revision: int
    before: Raw | None
    data: Raw
    wrote: bool = False


class WordEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history. `data`: {changes: [words], reason}."""

    kind: str
    actor_id: UUID
    actor_name: str
    at: datetime
    data: Raw


class WordDesk(msgspec.Struct, frozen=True, kw_only=True):
    """One word. `text`: as it is in force, None for a new one; `used_by`: published items it is part of, by name;
    `lawful`: they ask or want it, so a change of it needs a legal review."""

    kind: WordKind
    code: str
    text: Raw | None
    change: WordChange | None
    roles: frozenset[str]
    used_by: tuple[str, ...]
    lawful: bool

    @property
    def name(self) -> str:
        data = self.change.data if self.change else self.text or {}
        return str(data.get("label") or data.get("name") or self.code)


def used_by(pack: Pack, kind: str, code: str) -> tuple[str, ...]:
    """The published items that this word is a part of."""
    match kind:
        case "office":
            return tuple(name for name, item in pack.items.items() if code in item.places)
        case "department":
            return tuple(name for name, item in pack.items.items() if item.department == code)
    return ()


def home_of(pack: Pack, mine: Sequence[str], desk: WordDesk) -> str:
    """Which of her departments looks after this word: the one whose items it is most in, else one that it names itself."""
    using = [pack.items[name].department for name in desk.used_by if name in pack.items]
    named = pack.offices[desk.code].departments if desk.kind == "office" and desk.code in pack.offices else [desk.code]
    concerned = Counter(department for department in (*using, *named) if department in mine)
    return concerned.most_common(1)[0][0] if concerned else mine[0]


CHECKED_ONLY = msgspec.structs.replace(MOVES["checked"], says=_("核对无误"))
WITHOUT_LAW = msgspec.structs.replace(MOVES["published"], before=(State.CHECKED,))


def word_moves(state: State, roles: frozenset[str], *, wrote: bool, lawful: bool) -> list[Move]:
    """The moves of an item's version; where no published item asks or wants the word, the legal review falls away."""
    moves = [move for move in moves_from(state, roles, wrote=wrote) if move.name != "withdrawn"]
    if lawful:
        return moves
    moves = [CHECKED_ONLY if move.name == "checked" else move for move in moves if move.name != "reviewed"]
    return [*moves, WITHOUT_LAW] if state is State.CHECKED and "editor" in roles else moves
