"""What a city is made of: the nouns of a pack, as the rest of the program reads them.

The same structs describe most of the files (see `pack_format.py` for the few places where a file is written more
shortly). All are frozen and refuse unknown fields, so a misspelt word in a file is an error with its place.
Money is an integer of fen, periods are integers with a unit, regions are codes of GB/T 2260.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from backend.catalogue.certificate_model import CertificateType
from backend.catalogue.credit_model import Credit
from backend.catalogue.guide_model import Guide
from backend.catalogue.item_model import (
    ITEM_TYPE_CODES,
    UNCERTAIN_BASIS,
    Ask,
    Basis,
    CaseType,
    Example,
    Exclusion,
    Fee,
    Item,
    ItemType,
    Level,
    Limits,
    MaterialNeed,
    Question,
    Quota,
    Renewal,
    Result,
    Role,
    Situation,
    Step,
    Strict,
    Subject,
    Unit,
    Visits,
)
from backend.catalogue.lexicon_model import Lexicon
from backend.catalogue.offered_model import Offered, PledgeTerms
from backend.catalogue.policy_model import Clocks
from backend.core.conditions import Meaning

__all__ = [
    "ITEM_TYPE_CODES", "UNCERTAIN_BASIS", "Announcement", "Ask", "Basis", "Calendar", "CaseType", "CertificateType", "City", "Clocks", "Department",
    "Element", "ElementType", "Example", "Exclusion", "Fee", "FileRule", "Guide", "Item", "ItemType", "Level", "Lexicon", "Limits", "Material",
    "MaterialNeed", "Offered", "Office", "Pack", "Phones", "PledgeTerms", "Proof", "PublicCount", "Question", "Quota",
    "Register", "Renewal", "Result", "Role", "Satisfied", "Sensitivity", "Situation", "Special", "Step", "Strict", "Subject", "Trust", "Unit", "Visits",
]  # fmt: skip


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
# Sensitive personal information (PIPL art. 28): used only with a consent of its own, whoever may see it.
Special = Literal["biometric", "religion", "identity", "health", "finance", "whereabouts", "child"]
Trust = Literal["A", "B", "C", "D"]


class Element(Strict, frozen=True, kw_only=True):
    """One question that exists once in the whole city, about one kind of party.

    `derived` is as written, `{years_since: person.birth_date}`; `asked` says that a derived fact may be asked as well.
    `options`: the words of each choice, `why`: what the answer is for. `sensitivity` says where an answer may stand (in an address,
    veiled on a desk), `special` that it is sensitive personal information. `otherwise`: the choice that counts, vouched for
    by nobody, where no register says anything: it is never asked.
    """

    code: str
    label: str
    type: ElementType
    topic: str
    sensitivity: Sensitivity = "personal"
    special: Special | None = None
    help: str = ""
    why: str = ""
    example: str = ""
    identity: bool = False
    options: dict[str, str] = msgspec.field(default_factory=dict)
    within: str = ""
    not_before: str = ""
    not_after: str = ""
    least: int | None = None
    most: int | None = None
    max_length: int = 200
    unit: str = ""
    autocomplete: str = ""
    derived: dict[str, Any] = msgspec.field(default_factory=dict)
    asked: bool = False
    otherwise: str = ""

    @property
    def kind(self) -> str:
        return self.code.partition(".")[0]


class FileRule(Strict, frozen=True, kw_only=True):
    """What an uploaded file must be. Size in MiB."""

    pages: int = 1
    formats: tuple[Literal["jpeg", "png", "pdf"], ...] = ("jpeg", "png", "pdf")
    max_mb: int = 10


class Satisfied(Strict, frozen=True, kw_only=True):
    """One way to hand a material in: exactly one field."""

    certificate: str | None = None
    register: str | None = None
    pledge: str | None = None
    file: FileRule | None = None
    result_of: str | None = None


class Material(Strict, frozen=True, kw_only=True):
    """One entry of the material catalogue; never a file name. `special` as of an element."""

    code: str
    label: str
    satisfied_by: tuple[Satisfied, ...]
    trust: Trust = "C"
    special: Special | None = None
    pledge: PledgeTerms = PledgeTerms()
    help: str = ""
    issuer: str = ""
    sample: str = ""
    mistakes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.code.partition(".")[0]


class Register(Strict, frozen=True, kw_only=True):
    """A source of facts kept by a department. `max_age_days`: how old an answer may be at filing."""

    code: str
    label: str
    department: str
    about: str
    facts: tuple[str, ...]
    max_age_days: int = 1


class Phones(Strict, frozen=True, kw_only=True):
    enquiry: str
    complaint: str


class Department(Strict, frozen=True, kw_only=True):
    code: str
    name: str
    short: str
    phones: Phones
    aliases: tuple[str, ...] = ()
    uscc: str = ""


class Office(Strict, frozen=True, kw_only=True):
    """A place one can walk into. `opens`: in words, with the days."""

    code: str
    name: str
    departments: tuple[str, ...]
    region: str
    address: str
    window: str
    opens: str
    phones: Phones
    demo: bool = False


class Calendar(Strict, frozen=True, kw_only=True):
    """Local changes to the State Council's calendar, as dates (`2026-04-03`)."""

    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()


class Proof(Strict, frozen=True, kw_only=True):
    """A proof people used to be sent for. `words`: how the name of a material gives it away; none means its own name.

    `instead` says what happens now in its place.
    """

    state: Literal["abolished", "kept", "pledged"]
    issuer: str
    purpose: str
    instead: str = ""
    words: tuple[str, ...] = ()
    name: str = ""

    @property
    def abolished(self) -> bool:
        return self.state == "abolished"

    def named_in(self, material: str) -> bool:
        return any(word in material for word in self.words or (self.name,) if word)


class PublicCount(Strict, frozen=True, kw_only=True):
    """How many of something a public paper names, and which paper: a fact of the city, not a count of this pack."""

    state: Literal["abolished", "kept", "pledged"]
    count: int
    says: str
    source: str


class Announcement(Strict, frozen=True, kw_only=True):
    """A law, a policy paper or a notice, with its day or year. `items` are names of items it is about."""

    kind: Literal["law", "policy", "notice"]
    day: Annotated[str, msgspec.Meta(pattern=r"^\d{4}(-\d{2}-\d{2})?$")]
    by: str
    says: str
    items: tuple[str, ...] = ()
    title: str = ""


class City(Strict, frozen=True, kw_only=True):
    """`pack.yaml`. `certain_laws`: the only laws a basis may cite; `kinds` and `roles` give people's words.

    `life_events`: the scenarios in the order people meet them; those not named follow. `beneficiary`: the elements that name
    an account money goes to, and its holder. `clocks`: how long things may take here.
    """

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
    life_events: tuple[str, ...] = ()
    beneficiary: dict[str, Literal["account", "holder"]] = msgspec.field(default_factory=dict)
    clocks: Clocks = Clocks()
    credit: Credit | None = None


class Pack(Strict, frozen=True, kw_only=True):
    """A whole city, each thing by its code (items by name, the words by which scenarios call them).

    Scenarios and documents stay as they were written: the features above decode them. `hashes` gives the SHA-256 of what a legal
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
    proofs: dict[str, Proof] = msgspec.field(default_factory=dict)
    proof_counts: tuple[PublicCount, ...] = ()
    announcements: dict[str, Announcement] = msgspec.field(default_factory=dict)
    documents: dict[str, Any] = msgspec.field(default_factory=dict)

    def item_by_code(self, code: str) -> Item | None:
        return next((item for item in self.items.values() if item.code == code), None)
