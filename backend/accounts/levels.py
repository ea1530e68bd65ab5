"""How far we know who somebody is. Pure.

`said`: as she says herself. `code`: by a number or address she answers. `provider` and `counter`: the province's identity
provider vouches for her, or an officer compared her with her card. What counts is asked of the database (`level_now`,
migration 0014), which also refuses a case below its item's level.
"""

from typing import Literal

import msgspec

from backend.core.i18n import _

Level = Literal["said", "code", "provider", "counter"]
Needed = Literal["said", "code", "verified"]
RANK = {"said": 0, "code": 1, "provider": 2, "counter": 2, "verified": 2}
PAGE = "/me/level"

LABELS: dict[str, str] = {
    "said": _("还没有核实"),
    "code": _("验证过手机号或邮箱"),
    "provider": _("统一身份认证核实过"),
    "counter": _("窗口核对过证件"),
}
# What an item asks of whoever files it, on its page and in the cart; nothing is said where nothing is asked.
ASKED: dict[str, str] = {
    "said": "",
    "code": _("办这件事要先核实身份：用手机号或邮箱收一个验证码就行。"),
    "verified": _("办这件事要先核实身份：用统一身份认证，或带身份证到窗口核对一次，以后都算数。"),
}


class Standing(msgspec.Struct, frozen=True):
    """How far the one who acts is known; under a mandate also what its giver was known by (`given`)."""

    own: Level
    given: Level | None = None

    def enough(self, needed: str) -> bool:
        return self.known(needed) and self.entrusted(needed)

    def known(self, needed: str) -> bool:
        return RANK[self.own] >= RANK[needed]

    def entrusted(self, needed: str) -> bool:
        return self.given is None or RANK[self.given] >= RANK[needed]
