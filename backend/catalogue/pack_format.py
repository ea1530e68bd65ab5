"""The files of a pack as they are written, where that is shorter than what `model.py` reads them into.

The JSON Schema for editors is generated from these types.
"""

from typing import Annotated, Any, Literal

import msgspec

from backend.catalogue.grades_model import Grades
from backend.catalogue.joint_model import Joint
from backend.catalogue.model import (
    Basis,
    CaseType,
    Example,
    Exclusion,
    Fee,
    ItemType,
    Level,
    Limits,
    Phones,
    Proof,
    PublicCount,
    Question,
    Quota,
    Result,
    Step,
    Strict,
    Subject,
    Visits,
)

Rule = dict[str, Any]
"""A condition in the words of the rule language; read by `core/conditions.py`."""

ROLE = r"^[a-z_]+(\?|\[\d+\.\.\d+\])?$"
"""`person`, `person?` (optional), `person[0..12]` (repeated)."""


class RoleFile(Strict, frozen=True, kw_only=True):
    kind: Annotated[str, msgspec.Meta(pattern=ROLE)]
    label: str = ""


class AskFile(Strict, frozen=True, kw_only=True):
    fact: str
    when: Rule | None = None
    required: bool = True


class NeedFile(Strict, frozen=True, kw_only=True):
    material: str
    when: Rule | None = None
    variant: str = ""
    max_age_days: int | None = None
    required: bool = True
    note: str = ""


class SituationFile(Strict, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=2, max_length=20)]
    when: Rule
    says: str = ""
    promised: Annotated[int, msgspec.Meta(ge=0)] | None = None
    fee: Fee | None = None


class RenewalFile(Strict, frozen=True, kw_only=True):
    expires: str
    when: Rule
    apply_days_before: int = 30


class OfferedFile(Strict, frozen=True, kw_only=True):
    basis: Annotated[str, msgspec.Meta(min_length=4)]
    over: str
    gives: Annotated[str, msgspec.Meta(min_length=4)]
    when: Rule | None = None
    looks: Literal["daily", "weekly", "monthly"] = "weekly"
    per: Literal["once", "year"] = "once"
    role: str = "applicant"
    fills: dict[str, str] = msgspec.field(default_factory=dict)


class ItemFile(Strict, frozen=True, kw_only=True):
    """`items/<name>.yaml`."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z][0-9A-Z-]{5,49}$")]
    name: Annotated[str, msgspec.Meta(min_length=2, max_length=100)]
    department: str
    type: ItemType
    case_type: CaseType
    subjects: tuple[Subject, ...]
    themes: tuple[str, ...]
    summary: str
    conditions: str
    roles: dict[str, Annotated[str, msgspec.Meta(pattern=ROLE)] | RoleFile]
    signs: tuple[str, ...]
    agent: bool = True
    agent_reason: str = ""
    level: Level = "code"
    on_paper: str = ""
    fits: Rule | None = None
    asks: tuple[str | AskFile, ...]
    materials: tuple[str | NeedFile, ...] = ()
    instant: tuple[Rule, ...] = ()
    limits: Limits
    fee: Fee = Fee()
    visits: Visits = Visits()
    online: bool = True
    mail: bool = False
    depth: Annotated[int, msgspec.Meta(ge=1, le=4)] | None = None
    quantity: str = ""
    quota: Quota | None = None
    renewal: RenewalFile | None = None
    joint: Joint | None = None
    grades: Grades | None = None
    two_person: bool = False
    offered: OfferedFile | None = None
    situations: tuple[SituationFile, ...] = ()
    excludes: tuple[Exclusion, ...] = ()
    result: Result
    basis: tuple[Basis, ...]
    places: tuple[str, ...]
    steps: tuple[Step, ...]
    faq: tuple[Question, ...] = ()
    mistakes: tuple[str, ...] = ()
    intermediary: str = ""
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


class DepartmentFile(Strict, frozen=True, kw_only=True):
    """One department of `offices.yaml`, under the short name by which items call it. `uscc`: its unified social credit code."""

    code: str
    name: str
    phones: Phones
    aliases: tuple[str, ...] = ()
    uscc: Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Z]{18})?$")] = ""


class OfficeFile(Strict, frozen=True, kw_only=True):
    name: str
    departments: tuple[str, ...]
    region: str
    address: str
    window: str
    opens: str
    phones: Phones
    demo: bool = False


class OfficesFile(Strict, frozen=True, kw_only=True):
    """`offices.yaml`."""

    departments: dict[str, DepartmentFile]
    offices: dict[str, OfficeFile]


class Review(Strict, frozen=True, kw_only=True):
    """One line of `reviews.yaml`: who checked which text of an item. `demo`: for trying the program, not a lawyer's."""

    sha256: str
    by: str
    day: str
    demo: bool = False


class ProofsFile(Strict, frozen=True, kw_only=True):
    """`proofs.yaml`: which proofs were abolished or stay, and what was said in public about how many there are."""

    counts: tuple[PublicCount, ...] = ()
    proofs: dict[str, Proof] = msgspec.field(default_factory=dict)
