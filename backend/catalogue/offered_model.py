"""What an item says of itself as an offer (免申即享), and what a pledge instead of a material means. Read by way of `model.py`."""

from __future__ import annotations

from typing import Literal

import msgspec

from backend.core.conditions import ALWAYS, Condition


class Offered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is entitled is looked for in registers, and asked whether she wants it.

    Entitled is whom `fits` and `when` are clearly true for, over what registers say (trust A and B). `basis`: by which law or
    notice one may look; `over`: the register whose people are gone through; `gives`: how much, in people's words. `fills`:
    facts of the filing that are taken from a register's fact about her, `payee.bank_card: applicant.social_card`.
    """

    basis: str
    over: str
    gives: str
    when: Condition = ALWAYS
    looks: Literal["daily", "weekly", "monthly"] = "weekly"
    per: Literal["once", "year"] = "once"
    role: str = "applicant"
    fills: dict[str, str] = msgspec.field(default_factory=dict)


class PledgeTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What whoever signs a pledge is told: what is checked, until when, and what follows if it was not true.

    `excludes`: from pledging for the same item, or for everything of the department, for `excluded_days`. `withdraws`: what was
    granted on it is taken back.
    """

    checked: str = "部门会和登记信息核对，必要时打电话或上门看。"
    within_days: int = 60
    consequence: str = "承诺不属实的，记下来，一段时间内办事不能再用承诺代替材料。"
    excludes: Literal["nothing", "item", "department"] = "item"
    excluded_days: int = 365
    withdraws: bool = False
