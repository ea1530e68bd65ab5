"""What of the queue an officer asks to see, as it stands in the page's address. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from backend.cases.states import State
from backend.core.i18n import _
from backend.desk.model import NEAR_DAYS

STATES = (State.SUBMITTED, State.CORRECTING, State.ACCEPTED, State.SUSPENDED)
COLOURS = {"red": _("已超期"), "yellow": _("快到期")}
HOLDERS = {"me": _("我手上的"), "nobody": _("没人接的")}
FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Empty texts: no matter which. `joint`: other departments are asked for their opinion. `hand_out`: decided in favour, the result still to be handed over."""

    state: str = ""
    colour: str = ""
    holder: str = ""
    item: str = ""
    joint: bool = False
    hand_out: bool = False

    def dates(self, today: date) -> tuple[date, date]:
        """The first and the last due date that belong to the colour."""
        near = today + timedelta(days=NEAR_DAYS)
        return {"red": (FIRST_DAY, today - timedelta(days=1)), "yellow": (today, near)}.get(
            self.colour, (FIRST_DAY, LAST_DAY)
        )

    def address(self, **changed: str | bool) -> str:
        """The page with these filters, each of `changed` set, or taken off by an empty value."""
        query = self.query(**changed)
        return f"/desk?{query}" if query else "/desk"

    def query(self, **changed: str | bool) -> str:
        said = msgspec.to_builtins(msgspec.structs.replace(self, **changed))
        return urlencode({name: "yes" if value is True else value for name, value in said.items() if value})

    @property
    def any(self) -> bool:
        return self != Filter()


def read_filter(asked: Mapping[str, Any]) -> Filter:
    """From an address or a saved view; whatever is not known counts as not said."""
    return Filter(
        state=_one(asked.get("state"), STATES),
        colour=_one(asked.get("colour"), COLOURS),
        holder=_one(asked.get("holder"), HOLDERS),
        item=str(asked.get("item") or "")[:60],
        joint=asked.get("joint") == "yes",
        hand_out=asked.get("hand_out") == "yes",
    )


def _one(value: Any, known: Any) -> str:
    return str(value) if value in set(known) else ""


def read_place(text: str) -> tuple[date, UUID]:
    """Where a page begins, from its address; anything unreadable is the first page."""
    day, _sep, row = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(row)
    except ValueError:
        return FIRST_DAY, UUID(int=0)
