"""One service item, as a pack holds it. Read by way of `model.py`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec

from backend.catalogue.grades_model import Grades
from backend.catalogue.joint_model import Joint
from backend.catalogue.offered_model import Offered
from backend.core.conditions import Condition

UNCERTAIN_BASIS = "以主管部门公布为准"
Unit = Literal["workday", "day", "month"]
Level = Literal["said", "code", "verified"]
"""How far the one who files has to be known: as she said herself, by a number she answers, by a provider or a counter."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Frozen, and an unknown field is an error."""


class ItemType(StrEnum):
    """Own names; `code` gives the digits of GB/T 39046 annex A.1."""

    permit = "行政许可"
    levy = "行政征收"
    benefit = "行政给付"
    inspection = "行政检查"
    confirmation = "行政确认"
    reward = "行政奖励"
    ruling = "行政裁决"
    other = "其他行政权力"
    service = "公共服务"

    @property
    def code(self) -> str:
        return ITEM_TYPE_CODES[self]


ITEM_TYPE_CODES = {
    ItemType.permit: "01",
    ItemType.levy: "04",
    ItemType.benefit: "05",
    ItemType.inspection: "06",
    ItemType.confirmation: "07",
    ItemType.reward: "08",
    ItemType.ruling: "09",
    ItemType.other: "10",
    ItemType.service: "20",
}


class CaseType(StrEnum):
    immediate = "即办件"
    promised = "承诺件"


class Subject(StrEnum):
    person = "自然人"
    enterprise = "企业法人"
    institution = "事业法人"
    society = "社会组织法人"
    household_business = "个体工商户"
    unincorporated = "非法人企业"
    organ = "行政机关"
    other = "其他组织"


class Role(Strict, frozen=True, kw_only=True):
    """Who or what a filing talks about. `least` 0 means optional; `most` above 1 means repeated."""

    name: str
    kind: str
    label: str
    least: int = 1
    most: int = 1

    @property
    def optional(self) -> bool:
        return self.least == 0

    @property
    def repeated(self) -> bool:
        return self.most > 1


class Ask(Strict, frozen=True, kw_only=True):
    """One question of an item: `fact` is `role.field`."""

    fact: str
    when: Condition | None = None
    required: bool = True


class MaterialNeed(Strict, frozen=True, kw_only=True):
    """One material of an item: `material` is `role.field`. `copies` on paper, none online."""

    material: str
    when: Condition | None = None
    variant: str = ""
    max_age_days: int | None = None
    required: bool = True
    note: str = ""


class Limits(Strict, frozen=True, kw_only=True):
    """`statutory` is none where no law sets a limit. A promise of 0 ends on the day itself.

    `promised` is what is promised online; `hall` only where the windows promise something else.
    """

    statutory: int | None = None
    promised: int
    hall: int | None = None
    unit: Unit = "workday"
    basis: str = UNCERTAIN_BASIS


class Fee(Strict, frozen=True, kw_only=True):
    """`amount` in fen; none with `charged` means it depends, told in `standard`."""

    charged: bool = False
    amount: int | None = None
    name: str = ""
    standard: str = ""
    basis: str = ""
    online: bool = False


class Visits(Strict, frozen=True, kw_only=True):
    count: int = 0
    reason: str = ""


class Situation(Strict, frozen=True, kw_only=True):
    """One of the situations (办理情形) an item is split into: first time, change, renewal, replacement and the like.

    `promised` and `fee` only where they differ from the item's own.
    """

    name: str
    when: Condition
    says: str = ""
    promised: int | None = None
    fee: Fee | None = None


class Exclusion(Strict, frozen=True, kw_only=True):
    """Another item that is not filed together with this one, and why, in people's words; the other one says the same.

    `same`: only where both are about the same party in the role of this name; `situation`: only in that one of this item's.
    """

    item: str
    say: str
    same: str = ""
    situation: str = ""


class Quota(Strict, frozen=True, kw_only=True):
    """Only so many are granted, in the order of acceptance (行政许可法 art. 57): `count` in each `per`."""

    count: int
    per: Literal["year", "ever"] = "year"
    says: str = ""


class Renewal(Strict, frozen=True, kw_only=True):
    """An application before `expires` that is not decided by then counts as granted (行政许可法 art. 50).

    `expires` is the fact (`business.food_licence_until`) that holds the last day, `when` says which filings renew.
    """

    expires: str
    when: Condition
    apply_days_before: int = 30


class Result(Strict, frozen=True, kw_only=True):
    name: str
    kind: Literal["certificate", "approval", "document", "payment", "record"]
    certificate: str | None = None
    sample: str = ""
    delivery: tuple[Literal["electronic", "courier", "pickup"], ...] = ("electronic",)


class Basis(Strict, frozen=True, kw_only=True):
    """A law and article that is certain (listed in `pack.yaml`), or only the sentence that says where to look."""

    law: str = ""
    article: str = ""
    says: str = UNCERTAIN_BASIS


class Step(Strict, frozen=True, kw_only=True):
    """One step of the flow; `workdays` counts within the promise, `pauses` takes it out (hearing, assessment)."""

    name: str
    who: str
    workdays: int = 0
    pauses: bool = False
    says: str = ""


class Question(Strict, frozen=True, kw_only=True):
    q: str
    a: str


class Example(Strict, frozen=True, kw_only=True):
    """Proof that the rules do what the words say: facts of one filing, and what others say, with the outcome.

    `sources` maps a register (`population`) or a held certificate (`certificate.property`) to the facts it tells.
    `granted`: fits and every instant rule is true; `false`: the condition to fit is false; `undecided`: a person decides.
    """

    name: str
    expect: Literal["granted", "undecided", "false"]
    facts: dict[str, Any] = {}
    sources: dict[str, dict[str, Any]] = {}
    today: str = "2026-09-25"


class Item(Strict, frozen=True, kw_only=True):
    """A service item: guide and filing rules in one.

    `fits` says who is entitled. Each of `instant` carries its name in `rule`: the machine grants only if all are clearly
    true, and never refuses. `two_person`: an officer's decision takes another officer's proposal.
    """

    code: str
    name: str
    department: str
    type: ItemType
    case_type: CaseType
    subjects: tuple[Subject, ...]
    themes: tuple[str, ...]
    summary: str
    conditions: str
    roles: dict[str, Role]
    signs: tuple[str, ...]
    agent: bool
    agent_reason: str
    level: Level = "code"
    on_paper: str = ""
    fits: Condition | None
    asks: tuple[Ask, ...]
    materials: tuple[MaterialNeed, ...]
    instant: tuple[Condition, ...]
    limits: Limits
    fee: Fee
    visits: Visits
    online: bool
    mail: bool
    depth: int | None
    quantity: str
    quota: Quota | None
    renewal: Renewal | None
    joint: Joint | None = None
    grades: Grades | None = None
    two_person: bool = False
    offered: Offered | None = None
    situations: tuple[Situation, ...]
    excludes: tuple[Exclusion, ...] = ()
    result: Result
    basis: tuple[Basis, ...]
    places: tuple[str, ...]
    steps: tuple[Step, ...]
    faq: tuple[Question, ...]
    mistakes: tuple[str, ...]
    intermediary: str
    aliases: tuple[str, ...]
    keywords: tuple[str, ...]
    examples: tuple[Example, ...]

    def kind_of(self, role: str) -> str:
        """The kind of party of a role; `filing` is always there."""
        return "filing" if role == "filing" else self.roles[role].kind

    def element_of(self, fact: str) -> str:
        """`applicant.age` → `person.age`."""
        role, _, field = fact.partition(".")
        return f"{self.kind_of(role)}.{field}"

    material_of = element_of
