"""What a city is made of: the nouns of a pack, as the rest of the program reads them.

The same structs describe most of the files (see `pack_format.py` for the few places where a file is written more
shortly). All are frozen and refuse unknown fields, so a misspelt word in a file is an error with its place.
Money is an integer of fen, periods are integers with a unit, regions are codes of GB/T 2260.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec

from backend.core.conditions import Condition, Meaning

UNCERTAIN_BASIS = "以主管部门公布为准"


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Frozen, and an unknown field is an error."""


class ElementType(StrEnum):
    text = "text"
    long_text = "long_text"
    id_number = "id_number"
    uscc = "uscc"
    phone = "phone"
    email = "email"
    date = "date"
    years = "years"
    yes_no = "yes_no"
    choice = "choice"
    choices = "choices"
    number = "number"
    money = "money"
    area = "area"
    region = "region"
    address = "address"
    bank_card = "bank_card"
    postcode = "postcode"


Sensitivity = Literal["public", "personal", "secret"]
Trust = Literal["A", "B", "C", "D"]
Unit = Literal["workday", "day", "month"]


class Element(Strict, kw_only=True):
    """One question that exists once in the whole city, about one kind of party.

    `derived` is as written, `{years_since: person.birth_date}`; `asked` says that a derived fact may be asked as well.
    `options` gives the words of each choice. `why` tells the person what the answer is for.
    """

    code: str
    label: str
    type: ElementType
    topic: str
    sensitivity: Sensitivity = "personal"
    help: str = ""
    why: str = ""
    example: str = ""
    identity: bool = False
    options: dict[str, str] = {}
    within: str = ""
    not_before: str = ""
    not_after: str = ""
    least: int | None = None
    most: int | None = None
    max_length: int = 200
    unit: str = ""
    autocomplete: str = ""
    derived: dict[str, Any] = {}
    asked: bool = False

    @property
    def kind(self) -> str:
        return self.code.partition(".")[0]


class FileRule(Strict, kw_only=True):
    """What an uploaded file must be. Size in MiB."""

    pages: int = 1
    formats: tuple[Literal["jpeg", "png", "pdf"], ...] = ("jpeg", "png", "pdf")
    max_mb: int = 10


class Satisfied(Strict, kw_only=True):
    """One way to hand a material in. Exactly one field is set."""

    certificate: str | None = None
    register: str | None = None
    pledge: str | None = None
    file: FileRule | None = None
    result_of: str | None = None


class Material(Strict, kw_only=True):
    """One entry of the material catalogue; never a file name."""

    code: str
    label: str
    satisfied_by: tuple[Satisfied, ...]
    trust: Trust = "C"
    help: str = ""
    issuer: str = ""
    sample: str = ""
    mistakes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.code.partition(".")[0]


class CertificateType(Strict, kw_only=True):
    code: str
    label: str
    issuer: str
    about: str
    facts: tuple[str, ...] = ()
    valid_years: int | None = None
    shows: tuple[str, ...] = ()


class Register(Strict, kw_only=True):
    """A source of facts kept by a department. `max_age_days`: how old an answer may be at filing."""

    code: str
    label: str
    department: str
    about: str
    facts: tuple[str, ...]
    max_age_days: int = 1


class Phones(Strict, kw_only=True):
    enquiry: str
    complaint: str


class Department(Strict, kw_only=True):
    code: str
    name: str
    short: str
    phones: Phones
    aliases: tuple[str, ...] = ()


class Office(Strict, kw_only=True):
    """A place one can walk into. `opens` is told in words that say on which days."""

    code: str
    name: str
    departments: tuple[str, ...]
    region: str
    address: str
    window: str
    opens: str
    phones: Phones
    demo: bool = False


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


class Role(Strict, kw_only=True):
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


class Ask(Strict, kw_only=True):
    """One question of an item: `fact` is `role.field`."""

    fact: str
    when: Condition | None = None
    required: bool = True


class MaterialNeed(Strict, kw_only=True):
    """One material of an item: `material` is `role.field`. `copies` on paper, none online."""

    material: str
    when: Condition | None = None
    variant: str = ""
    max_age_days: int | None = None
    required: bool = True
    note: str = ""


class Limits(Strict, kw_only=True):
    """`statutory` is none where no law sets a limit. A promise of 0 ends on the day itself."""

    statutory: int | None = None
    promised: int
    unit: Unit = "workday"
    basis: str = UNCERTAIN_BASIS


class Fee(Strict, kw_only=True):
    """`amount` in fen; none with `charged` means it depends, told in `standard`."""

    charged: bool = False
    amount: int | None = None
    name: str = ""
    standard: str = ""
    basis: str = ""
    online: bool = False


class Visits(Strict, kw_only=True):
    count: int = 0
    reason: str = ""


class Result(Strict, kw_only=True):
    name: str
    kind: Literal["certificate", "approval", "document", "payment", "record"]
    certificate: str | None = None
    sample: str = ""
    delivery: tuple[Literal["electronic", "courier", "pickup"], ...] = ("electronic",)


class Basis(Strict, kw_only=True):
    """A law and article that is certain (listed in `pack.yaml`), or only the sentence that says where to look."""

    law: str = ""
    article: str = ""
    says: str = UNCERTAIN_BASIS


class Step(Strict, kw_only=True):
    """One step of the flow; `workdays` counts within the promise, `pauses` takes it out (hearing, assessment)."""

    name: str
    who: str
    workdays: int = 0
    pauses: bool = False
    says: str = ""


class Question(Strict, kw_only=True):
    q: str
    a: str


class Example(Strict, kw_only=True):
    """Proof that the rules do what the words say: facts of one filing, and what register says, with the outcome.

    `sources` maps a register to the facts it returns. `granted`: fits and every instant rule is true; `false`: the
    condition to fit is false; `undecided`: a person decides.
    """

    name: str
    expect: Literal["granted", "undecided", "false"]
    facts: dict[str, Any] = {}
    sources: dict[str, dict[str, Any]] = {}
    today: str = "2026-09-25"


class Item(Strict, kw_only=True):
    """A service item: guide and filing rules in one.

    `fits` says who is entitled. Each of `instant` carries its name in `rule`: the machine grants only if all are clearly
    true, and never refuses.
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
    fits: Condition | None
    asks: tuple[Ask, ...]
    materials: tuple[MaterialNeed, ...]
    instant: tuple[Condition, ...]
    limits: Limits
    fee: Fee
    visits: Visits
    online: bool
    mail: bool
    quantity: str
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


class Lexicon(Strict, kw_only=True):
    """Everyday words for search: `synonyms` are groups of equal words, `life` maps a sentence people say to items."""

    synonyms: tuple[tuple[str, ...], ...] = ()
    life: dict[str, tuple[str, ...]] = {}
    common: tuple[str, ...] = ()


class Calendar(Strict, kw_only=True):
    """Local changes to the State Council's calendar, as dates (`2026-04-03`)."""

    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()


class City(Strict, kw_only=True):
    """`pack.yaml`. `certain_laws` are the only laws a basis may cite; `kinds` and `roles` give people's words."""

    name: str
    region: str
    languages: tuple[str, ...]
    hotline: str
    demo: bool
    kinds: dict[str, str]
    roles: dict[str, str]
    regions: dict[str, str]
    themes: dict[str, tuple[str, ...]]
    certain_laws: dict[str, str]
    silence_means_accepted: Literal["all", "permits"]


class Pack(Strict, kw_only=True):
    """A whole city, each thing by its code (items by name, the words by which scenarios call them).

    Scenarios stay as they were written: the feature above decodes them. `hashes` gives the SHA-256 of what a legal
    review of an item covers, `meanings` what the rules must know of each element.
    """

    city: City
    elements: dict[str, Element]
    materials: dict[str, Material]
    certificates: dict[str, CertificateType]
    registers: dict[str, Register]
    departments: dict[str, Department]
    offices: dict[str, Office]
    items: dict[str, Item]
    scenarios: dict[str, dict[str, Any]]
    lexicon: Lexicon
    calendar: Calendar
    texts: dict[str, dict[str, str]]
    hashes: dict[str, str]
    meanings: dict[str, Meaning]

    def item_by_code(self, code: str) -> Item | None:
        return next((item for item in self.items.values() if item.code == code), None)


class Guide(Strict, kw_only=True):
    """An item as another catalogue publishes it: to be found and read, not filed. What is not known is empty."""

    code: str
    name: str
    department: str
    region: str
    source: str
    type: ItemType | None = None
    region_name: str = ""
    parent: str = ""
    statutory: int | None = None
    statutory_unit: Unit | None = None
    promised: int | None = None
    promised_unit: Unit | None = None
    visits: int | None = None
    online: bool | None = None
    courier: bool | None = None
    subjects: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    conditions: str = ""
    place: str = ""
    enquiry: str = ""
    complaint: str = ""
    aliases: tuple[str, ...] = ()
    url: str = ""
