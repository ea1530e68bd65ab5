"""What stands in the way of filing besides the sheet itself: a principal who is gone, what a mandate does not cover, how far
people are known, and who has not signed yet."""

from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec

from backend.accounts.levels import PAGE, RANK, Standing
from backend.accounts.standing import standing_of
from backend.cart.model import Draft, Line
from backend.cart.principals import principal_problems
from backend.cart.signatures import signers
from backend.cart.signing import Signer
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.mandates.queries import allowed

UNKNOWN = {
    "code": _("“%(item)s”要先核实您的身份：收一个验证码就行。您填的都留着。"),
    "verified": _("“%(item)s”要先核实您的身份：用统一身份认证，或带身份证到窗口核对一次。您填的都留着。"),
}
WEAK = _(
    "“%(item)s”要%(name)s给您更可靠的授权：现在这一份当时只凭一个号码。请本人核实身份后在自己手机上重新授权，或一起到窗口授权。"
)
LEVEL, SIGN = "level.", "sign."


class Hindrances(msgspec.Struct, frozen=True):
    """`problems`: one sentence for each line and signer; `step_up`: where she becomes known far enough for all of them, or ""."""

    problems: tuple[Problem, ...]
    step_up: str = ""
    signers: tuple[Signer, ...] = ()


async def hindrances(tx: Tx, draft: Draft) -> Hindrances:
    standing = await standing_of(tx)
    lines = [line for line in draft.lines if not line.gone]
    signing = await signers(tx, draft)
    refused = [*await principal_problems(tx, draft, lines), *await _not_allowed(tx, lines)]
    problems = [*refused, *_levels(lines, standing, tx.viewer.principal_name), *_signatures(signing)]
    return Hindrances(tuple(problems), step_up_for(lines, standing), tuple(signing))


async def _not_allowed(tx: Tx, lines: list[Line]) -> list[Problem]:
    """Lines that the agent may not file for the principal."""
    if not tx.viewer.acting:
        return []
    covered = await allowed(tx, "submit", {line.item.code for line in lines})
    said = _("“%(item)s”要%(name)s本人提交，授权里不包括这一件。可以先移出它，把其他的交了。")
    return [
        Problem(said, f"line.{line.id}", {"item": line.item.name, "name": tx.viewer.principal_name})
        for line in lines
        if line.item.code not in covered or not line.item.agent
    ]


def _levels(lines: list[Line], standing: Standing, principal: str) -> Iterator[Problem]:
    for line in lines:
        needed = line.item.level
        if not standing.known(needed):
            yield Problem(UNKNOWN[needed], f"{LEVEL}{line.id}", {"item": line.item.name})
        elif not standing.entrusted(needed):
            yield Problem(WEAK, f"line.{line.id}", {"item": line.item.name, "name": principal})


UNSIGNED = {
    "missing": _("“%(item)s”还要%(who)s签名。发一条请求，对方在自己手机上看清楚就能签。"),
    "waiting": _("“%(item)s”在等%(who)s签名。签好了会告诉您，到时再交。"),
    "declined": _("“%(item)s”%(who)s没有同意签名。请先和对方商量。"),
    "lapsed": _("“%(item)s”的内容改过了，%(who)s的签名不算了，要重新签。"),
    "expired": _("“%(item)s”请%(who)s签名过了 14 天，请再发一次。"),
}


def _signatures(signing: list[Signer]) -> Iterator[Problem]:
    for signer in signing:
        if signer.state != "signed":
            who = signer.name or signer.role
            yield Problem(UNSIGNED[signer.state], f"{SIGN}{signer.key}", {"item": signer.item, "who": who})


def step_up_for(lines: list[Line], standing: Standing, back: str = "/cart/review") -> str:
    """Where to go for the highest level that is missing, and from there back."""
    missing = [line.item.level for line in lines if not standing.known(line.item.level)]
    if not missing:
        return ""
    return f"{PAGE}?" + urlencode({"need": max(missing, key=lambda level: RANK[level]), "next": back})
