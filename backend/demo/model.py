"""The demo cast, as a city writes it down in `cast.yaml`."""

from typing import Any

import msgspec

from backend.service_points.model import NewPoint


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody anybody may be in demo mode; `facts` her profile, `registers` what others know of her (register → facts).

    `level`: how far she is known; unless said otherwise, an officer has seen her card.
    """

    handle: str
    name: str
    about: str = ""
    language: str = "zh-Hans"
    level: str = "counter"
    phone: str | None = None
    email: str | None = None
    facts: dict[str, Any] = {}
    registers: dict[str, dict[str, Any]] = {}


class Officer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    handle: str
    name: str
    roles: dict[str, tuple[str, ...]]
    about: str = ""


class Business(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business as the register knows it; nobody has opened it here yet."""

    code: str
    name: str
    facts: dict[str, Any]


class CastMandate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    principal: str
    agent: str
    days: int
    matters: str


class Helper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    handle: str
    name: str
    about: str = ""
    admin: bool = False


class CastOrganisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One that helps, with its places and its people."""

    name: str
    kind: str
    points: tuple[NewPoint, ...]
    staff: tuple[Helper, ...]


class Child(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody only the register of births knows."""

    number: str
    births: dict[str, Any]


class Resident(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody, or something with a number of its own, that only registers know: register → facts."""

    number: str
    registers: dict[str, dict[str, Any]]


class HeldThing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate about something of hers: a flat, a car, an account, a child."""

    certificate: str
    fields: dict[str, Any]


class HeldBusiness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business she has opened here already, and its licences: type → fields."""

    code: str
    name: str
    certificates: dict[str, dict[str, Any]]


class Holding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody of the cast holds already: type of certificate → fields. `photo_taken_on`: of the police's photograph."""

    handle: str
    certificates: dict[str, dict[str, Any]] = {}
    things: tuple[HeldThing, ...] = ()
    photo_taken_on: str = ""
    businesses: tuple[HeldBusiness, ...] = ()


class Cast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    people: tuple[Person, ...]
    officers: tuple[Officer, ...] = ()
    mandates: tuple[CastMandate, ...] = ()
    businesses: tuple[Business, ...] = ()
    organisations: tuple[CastOrganisation, ...] = ()
    children: tuple[Child, ...] = ()
    residents: tuple[Resident, ...] = ()
    things: tuple[Resident, ...] = ()
    holdings: tuple[Holding, ...] = ()
