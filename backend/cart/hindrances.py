"""What stands in the way of filing besides the sheet itself: how far people are known, and who has not signed yet."""

from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec

from backend.accounts.levels import PAGE, RANK, Standing, standing_of
from backend.cart.model import Draft, Line
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _

UNKNOWN = {
    "code": _("“%(item)s”要先核实您的身份：收一个验证码就行。您填的都留着。"),
    "verified": _("“%(item)s”要先核实您的身份：用统一身份认证，或带身份证到窗口核对一次。您填的都留着。"),
}
WEAK = _(
    "“%(item)s”要%(name)s给您更可靠的授权：现在这一份当时只凭一个号码。请本人核实身份后在自己手机上重新授权，或一起到窗口授权。"
)
LEVEL, SIGN = "level.", "sign."


class Hindrances(msgspec.Struct, frozen=True):
    """`problems`: one sentence for each line; `step_up`: where she becomes known far enough for all of them, or ""."""

    problems: tuple[Problem, ...]
    step_up: str = ""


async def hindrances(tx: Tx, draft: Draft) -> Hindrances:
    standing = await standing_of(tx)
    lines = [line for line in draft.lines if not line.gone]
    problems = [*_levels(lines, standing, tx.viewer.principal_name)]
    return Hindrances(tuple(problems), step_up_for(lines, standing))


def _levels(lines: list[Line], standing: Standing, principal: str) -> Iterator[Problem]:
    for line in lines:
        needed = line.item.level
        if not standing.known(needed):
            yield Problem(UNKNOWN[needed], f"{LEVEL}{line.id}", {"item": line.item.name})
        elif not standing.entrusted(needed):
            yield Problem(WEAK, f"line.{line.id}", {"item": line.item.name, "name": principal})


def step_up_for(lines: list[Line], standing: Standing, back: str = "/cart/review") -> str:
    """Where to go for the highest level that is missing, and from there back."""
    missing = [line.item.level for line in lines if not standing.known(line.item.level)]
    if not missing:
        return ""
    return f"{PAGE}?" + urlencode({"need": max(missing, key=lambda level: RANK[level]), "next": back})
