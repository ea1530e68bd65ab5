"""One thing a guide rule found, wherever it is shown: in `pack check`, on the editor's desk, in `catalogue lint`."""

from typing import Any, Literal

import msgspec

from backend.core.i18n import _


class Lint(msgspec.Struct, frozen=True):
    """`rule` is its number in RULES, `field` the place inside the item (`limits.promised`, `materials[2]`).

    `say` is a sentence still to be translated, with its `params`. Errors stop publishing, warnings do not.
    """

    rule: int
    level: Literal["error", "warning"]
    field: str
    say: str
    params: dict[str, Any] = {}

    @property
    def sentence(self) -> str:
        """In Simplified Chinese."""
        return self.say % self.params if self.params else self.say

    @property
    def warning(self) -> bool:
        return self.level == "warning"


def error(rule: int, field: str, say: str, **params: object) -> Lint:
    return Lint(rule, "error", field, say, params)


def warning(rule: int, field: str, say: str, **params: object) -> Lint:
    return Lint(rule, "warning", field, say, params)


RULES = {  # 1 to 16 are numbered as in the field's own checklist, 17 and 18 by the policy papers, the rest are ours
    1: _("即办件当天办结，承诺件不是"),
    2: _("结果写明种类和样子"),
    3: _("跑现场要有原因"),
    4: _("不用跑又不能网上办的，收邮寄"),
    5: _("全程网办的不用跑"),
    6: _("咨询和投诉电话都有，不一样，带区号"),
    7: _("办公时间写明哪些日子"),
    8: _("地址写到楼层和窗口"),
    9: _("主题和服务对象一致"),
    10: _("行政许可至少有一个常见问题"),
    11: _("各步时限合计不超过承诺时限"),
    12: _("不收费就不提供网上缴费"),
    13: _("承诺时限不超过法定时限"),
    14: _("承诺时限不超过法定时限的一半"),
    15: _("材料没有含糊的说法"),
    16: _("中介服务有法律依据"),
    17: _("网上承诺的时限不比窗口长"),
    18: _("不要已经取消的证明"),
    19: _("依据只写有把握的"),
    20: _("没有作者留下的记号"),
    21: _("每个条件都说明理由"),
    22: _("不许代办要有原因"),
}
